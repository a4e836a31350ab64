"""Ratings that were read, and the folder in which what is learned of them is kept."""

import shutil
import tempfile
import weakref
from pathlib import Path

import numpy as np
import pandas as pd

from processing.data import dataset
from processing.data.describe import describe
from processing.frames.columns import date_column, id_column
from processing.serving.facts import histograms, movie_means


class Work:
    """The folder of what was read and computed; one of its own goes with the last who uses it."""

    def __init__(self, path: Path | str | None) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="ratings-")) if path is None else Path(path)
        if path is None:
            weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


class Dataset:
    """Ratings and the movies that they are of. Printed, it says how many, on what scale, and when.

    Attributes
    ----------
    ratings
        One row per rating, users and their movies ascending: user_id, movie_id, rating, date.
    users
        One row per user: user_id, n_ratings, mean.
    movies
        One row per movie: movie_id, title, year, genres joined by "|", n_ratings, mean (missing
        where nobody rated), and n_4, how many ratings of 4 there are, and so on.
    """

    def __init__(self, data: dataset.Dataset, work: Work) -> None:
        self._data, self._work = data, work

    @property
    def ratings(self) -> pd.DataFrame:
        ratings = self._data.ratings
        csr = ratings.by_user
        return pd.DataFrame(
            {
                "user_id": id_column(ratings.user_ids[csr.rows()]),
                "movie_id": id_column(ratings.movie_ids[csr.indices]),
                "rating": np.array(csr.values),
                "date": date_column(np.array(csr.days)),
            }
        )

    @property
    def users(self) -> pd.DataFrame:
        ratings = self._data.ratings
        csr = ratings.by_user
        totals = np.bincount(csr.rows(), weights=csr.values, minlength=ratings.n_users)
        return pd.DataFrame(
            {
                "user_id": id_column(ratings.user_ids),
                "n_ratings": csr.counts,
                "mean": totals / csr.counts,
            }
        )

    @property
    def movies(self) -> pd.DataFrame:
        ratings, catalogue = self._data.ratings, self._data.catalogue
        columns = {
            "movie_id": id_column(ratings.movie_ids),
            "title": catalogue.titles,
            "year": pd.array(catalogue.years, "Int32"),
            "genres": ["|".join(each) for each in catalogue.genres],
            "n_ratings": ratings.movie_counts.astype(np.int32),
            "mean": movie_means(ratings),
        }
        counts = histograms(ratings)
        levels = ratings.scale.levels()
        columns |= {f"n_{level:g}": counts[:, k] for k, level in enumerate(levels)}
        return pd.DataFrame(columns)

    def __repr__(self) -> str:
        return describe(self._data)
