"""A release's tables as pandas data frames, wide, as `export` writes them to files."""

from collections.abc import Iterable
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from processing.ids import Ids, is_text
from processing.release.reader import Release
from processing.release.records import UserRecord
from processing.release.schema import NO_DAY, NO_MOVIE

Records = Iterable[tuple[int, UserRecord]]


def movies_frame(release: Release) -> pd.DataFrame:
    """One row per movie: title, year, genres, ratings, their mean, and how many there are of each.

    Genres are joined by "|". The mean, in stars, is missing where nobody rated; `n_4` counts the
    ratings of 4 stars.
    """
    columns: dict[str, Any] = {
        "movie_id": _column(release.movie_ids),
        "title": release.titles,
        "year": pd.array(release.years, "Int32"),
        "genres": ["|".join(each) for each in release.genres],
        "n_ratings": release.stats["n_ratings"],
        "mean": release.stats["mean"],
    }
    levels = release.manifest.histogram_levels
    columns |= {f"n_{level:g}": release.histograms[:, i] for i, level in enumerate(levels)}
    return pd.DataFrame(columns)


def recommendations_frame(release: Release, records: Records | None = None) -> pd.DataFrame:
    """One row per recommendation, best first (rank 1), users ascending.

    Scores and contributions are in stars; `order` is what the ranker says, the higher the better. A
    reason's share is of all that speaks for the recommendation, 0 to 1, and missing with its movie.
    `records` are some users' indices and records, by default everyone's.

    Raises
    ------
    ReleaseFormatError
        If a file of user records is damaged.
    """
    users, rows = _laid_out(release, records, "top")
    top = np.concatenate(rows)
    ranks = [np.arange(1, len(each) + 1, dtype=np.int32) for each in rows]
    columns: dict[str, Any] = {
        "user_id": users,
        "rank": np.concatenate(ranks),
        "movie_id": _column(release.movie_ids[top["movie"]]),
        "title": np.array(release.titles, object)[top["movie"]],
        "score": top["score"],
        "order": top["order"],
    }
    for i in range(release.manifest.n_reasons):
        reasons = top["reasons"][:, i]
        missing = reasons["movie"] == NO_MOVIE
        columns[f"reason_{i + 1}_movie_id"] = _column(release.movie_ids[reasons["movie"]], missing)
        columns[f"reason_{i + 1}_share"] = np.where(missing, np.nan, reasons["share"])
    for i, group in enumerate(release.manifest.contribution_groups):
        columns[f"contribution_{group}"] = top["contributions"][:, i]
    return pd.DataFrame(columns)


def ratings_frame(release: Release, records: Records | None = None) -> pd.DataFrame:
    """One row per rating, in stars, users ascending; the date is missing where there is none.

    `records` are some users' indices and records, by default everyone's.

    Raises
    ------
    ReleaseFormatError
        If a file of user records is damaged.
    """
    users, rows = _laid_out(release, records, "history")
    history = np.concatenate(rows)
    dates = history["day"].astype("datetime64[D]")
    dates[history["day"] == NO_DAY] = np.datetime64("NaT")
    return pd.DataFrame(
        {
            "user_id": users,
            "movie_id": _column(release.movie_ids[history["movie"]]),
            "rating": history["rating"],
            "date": dates,
        }
    )


def _laid_out(
    release: Release, records: Records | None, part: str
) -> tuple[Any, list[NDArray[np.void]]]:
    """One part of each record, and each record's user id, once for every row of the part."""
    if records is None:
        records = chain.from_iterable(map(release.shard_records, release.manifest.user_shards))
    indices, rows = [], []
    for index, record in records:
        indices.append(index)
        rows.append(getattr(record, part))
    places = np.repeat(np.array(indices, np.int64), [len(each) for each in rows])
    return _column(release.user_ids[places]), rows


def _column(ids: Ids, missing: NDArray[np.bool_] | None = None) -> Any:
    """Ids as pandas holds them: int64 or texts, and missing where they are."""
    if is_text(ids):
        texts = ids.tolist()
        gone = np.zeros(len(texts), bool) if missing is None else missing
        return pd.array(
            [None if no else text for text, no in zip(texts, gone, strict=True)], dtype="str"
        )
    return ids if missing is None else pd.arrays.IntegerArray(ids, missing)
