"""The hand-made features of a (user, movie) pair, made from ratings that do not hold the pair.

The course notebook that this project descends from used the global average, the ratings of the five
most similar users and for the five most similar movies, and the averages of user and movie, all of
them computed with the row's own rating inside. Here a pair that is among the ratings is refused:
whoever wants features of a rated pair fits them without its rating, as the stack sets are.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from processing.data.ratings import Csr, Ratings
from processing.errors import ModelError
from processing.kernels.neighbours import nearest_rows, neighbour_ratings

MOVIE_DAMPING = 25.0
USER_DAMPING = 10.0
SHRINKAGE = 100.0
N_SIMILAR_USERS = 100
N_SIMILAR_MOVIES = 300
N_ASKED = 100
N_SHOWN = 5
N_TASKS = 8

NAMES = (
    "user_average",
    "movie_average",
    "log_user_support",
    "log_movie_support",
    *(f"similar_user_{k + 1}" for k in range(N_SHOWN)),
    *(f"similar_movie_{k + 1}" for k in range(N_SHOWN)),
)


@dataclass(frozen=True, kw_only=True)
class Neighbours:
    """The most similar rows of each row, best first, -1 and 0 beyond the last.

    `ids` int32, `similarities` float32 and `supports` int32 (columns in common), each (n, k).
    """

    ids: NDArray[np.int32]
    similarities: NDArray[np.float32]
    supports: NDArray[np.int32]


class Features:
    """What a set of ratings says about pairs outside it.

    Averages are damped deviations from the global average (Koren 2010, section 2.1): of the movie
    from the mean, of the user from mean and movie. Similarities are the shrunk correlations of
    deviations from these (see `kernels.neighbours.nearest_rows`).

    Attributes
    ----------
    user_biases_, movie_biases_
        float64 (n_users,), (n_movies,), the damped averages.
    similar_users_, similar_movies_
        `Neighbours` of each user and movie.
    """

    def fit(self, ratings: Ratings) -> Self:
        """Compute averages and neighbours, exactly."""
        self._ratings = ratings
        self.movie_biases_, self.user_biases_ = damped_biases(ratings)
        by_user, by_movie = ratings.by_user, ratings.by_movie
        residuals = self.deviations()
        transposed = by_movie.values - (
            ratings.mean
            + self.user_biases_[by_movie.indices]
            + np.repeat(self.movie_biases_, by_movie.counts)
        )
        transposed = transposed.astype(np.float32)
        self.similar_users_ = _neighbours(by_user, residuals, by_movie, transposed, N_SIMILAR_USERS)
        self.similar_movies_ = _neighbours(
            by_movie, transposed, by_user, residuals, N_SIMILAR_MOVIES
        )
        return self

    def deviations(self) -> NDArray[np.float32]:
        """Each rating less mean, user's and movie's average, in the order of `by_user`."""
        by_user = self._ratings.by_user
        expected = (
            self._ratings.mean
            + np.repeat(self.user_biases_, by_user.counts)
            + self.movie_biases_[by_user.indices]
        )
        return (by_user.values - expected).astype(np.float32)

    def make(self, users: NDArray[np.int32], movies: NDArray[np.int32]) -> NDArray[np.float32]:
        """Features of pairs, float32 (n, len(NAMES)); NaN where no similar one has a rating.

        The `N_ASKED` most similar users and movies are asked.

        Raises
        ------
        ModelError
            If one of the pairs is among the ratings: its features would hold its answer.
        """
        if (self._ratings.locate(users, movies) >= 0).any():
            raise ModelError(
                "Features were asked for a pair whose rating they were made from. "
                "Fit them on ratings that leave the pair out."
            )
        by_user, by_movie = self._ratings.by_user, self._ratings.by_movie
        out = np.empty((len(users), len(NAMES)), np.float32)
        out[:, 0] = self.user_biases_[users]
        out[:, 1] = self.movie_biases_[movies]
        out[:, 2] = np.log1p(by_user.counts)[users]
        out[:, 3] = np.log1p(by_movie.counts)[movies]
        sides = (
            (self.similar_users_, by_user, users, movies),
            (self.similar_movies_, by_movie, movies, users),
        )
        for k, (near, csr, rows, columns) in enumerate(sides):
            block = np.empty((len(users), N_SHOWN), np.float32)
            asked = np.ascontiguousarray(near.ids[:, :N_ASKED])
            neighbour_ratings(asked, csr.indptr, csr.indices, csr.values, rows, columns, block)
            out[:, 4 + k * N_SHOWN : 4 + (k + 1) * N_SHOWN] = block
        return out

    def save(self, directory: Path) -> None:
        """Write the learned arrays as npz."""
        directory.mkdir(parents=True, exist_ok=True)
        near = {
            f"{side}_{name}": array
            for side in ("similar_users", "similar_movies")
            for name, array in vars(getattr(self, f"{side}_")).items()
        }
        biases = {"user_biases": self.user_biases_, "movie_biases": self.movie_biases_}
        with (directory / "features.npz").open("wb") as file:
            np.savez(file, **biases, **near)

    @classmethod
    def load(cls, directory: Path, ratings: Ratings) -> Self:
        """Read what `save` wrote, together with the ratings that it was fitted on."""
        features = cls()
        features._ratings = ratings
        with np.load(directory / "features.npz", allow_pickle=False) as arrays:
            features.user_biases_ = arrays["user_biases"]
            features.movie_biases_ = arrays["movie_biases"]
            for side in ("similar_users", "similar_movies"):
                near = Neighbours(
                    ids=arrays[f"{side}_ids"],
                    similarities=arrays[f"{side}_similarities"],
                    supports=arrays[f"{side}_supports"],
                )
                setattr(features, f"{side}_", near)
        return features


def damped_biases(ratings: Ratings) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Damped average deviations of each movie, then of each user (Koren 2010, section 2.1)."""
    by_user = ratings.by_user
    users = by_user.rows()
    residuals = by_user.values - ratings.mean
    totals = np.bincount(by_user.indices, weights=residuals, minlength=ratings.n_movies)
    movie_biases = totals / (MOVIE_DAMPING + ratings.by_movie.counts)
    residuals = residuals - movie_biases[by_user.indices]
    totals = np.bincount(users, weights=residuals, minlength=ratings.n_users)
    return movie_biases, totals / (USER_DAMPING + by_user.counts)


def _neighbours(
    csr: Csr,
    values: NDArray[np.float32],
    other: Csr,
    other_values: NDArray[np.float32],
    n_kept: int,
) -> Neighbours:
    n = len(csr.indptr) - 1
    ids = np.full((n, n_kept), -1, np.int32)
    similarities = np.zeros((n, n_kept), np.float32)
    supports = np.zeros((n, n_kept), np.int32)
    nearest_rows(
        csr.indptr,
        csr.indices,
        values,
        other.indptr,
        other.indices,
        other_values,
        SHRINKAGE,
        N_TASKS,
        ids,
        similarities,
        supports,
    )
    return Neighbours(ids=ids, similarities=similarities, supports=supports)
