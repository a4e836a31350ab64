"""Small ratings and data sets for tests."""

import numpy as np

from processing.data.dataset import Dataset
from processing.data.ratings import build_ratings
from processing.data.rows import NO_DAY, Catalogue, RatingRows, Scale

STARS = Scale(low=1.0, high=5.0, step=1.0)


def rows_of(rows):
    """RatingRows of (user id, movie id, rating[, day]) tuples."""
    columns = list(zip(*[(*row, NO_DAY)[:4] for row in rows], strict=True)) or [[], [], [], []]
    return RatingRows(
        user_ids=np.array(columns[0], np.int64),
        movie_ids=np.array(columns[1], np.int64),
        values=np.array(columns[2], np.float32),
        days=np.array(columns[3], np.int32),
    )


def ratings_of(rows, titled=(), scale=STARS):
    """Ratings of (user id, movie id, rating[, day]) tuples."""
    return build_ratings(rows_of(rows), np.array(titled, np.int64), scale)[0]


def dense(ratings, values=None):
    """Users × movies with NaN where there is no rating."""
    matrix = np.full((ratings.n_users, ratings.n_movies), np.nan)
    values = ratings.by_user.values if values is None else values
    matrix[ratings.by_user.rows(), ratings.by_user.indices] = values
    return matrix


def random_rows(seed, n_users=40, n_movies=30, density=0.3, value=None):
    """Random rating rows; `value(user, movie, rng)` says the rating, uniform stars by default."""
    rng = np.random.default_rng(seed)
    return [
        (
            10 * user + 7,
            3 * movie + 1,
            int(rng.integers(1, 6)) if value is None else value(user, movie, rng),
            int(rng.integers(0, 400)),
        )
        for user in range(n_users)
        for movie in range(n_movies)
        if rng.random() < density
    ]


def tasteful_rows(seed, n_users=120, n_movies=60, density=0.4):
    """Ratings with a taste to be found: two kinds of users, two kinds of movies, some noise."""

    def value(user, movie, rng):
        liking = 1.0 if user % 2 == movie % 2 else -1.0
        return int(np.clip(round(3 + liking + 0.3 * (movie % 5 - 2) + rng.normal(0, 0.7)), 1, 5))

    return random_rows(seed, n_users, n_movies, density, value)


def dataset_of(ratings, name="A small set", folds=None, probe=None):
    """A data set around ratings, with invented titles."""
    n = ratings.n_movies
    return Dataset(
        name=name,
        sha256="0" * 64,
        simulated=True,
        ratings=ratings,
        catalogue=Catalogue(
            movie_ids=ratings.movie_ids,
            titles=[f"Film {movie_id}" for movie_id in ratings.movie_ids],
            years=[1950 + k for k in range(n)],
            genres=[()] * n,
        ),
        folds=folds or {},
        probe=probe,
        n_duplicates=0,
        n_bad=0,
    )
