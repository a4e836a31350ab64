"""Ratings as the numba engine takes them: by user and by movie, in the order of updates.

`Ratings` number every user and movie of a data set. Surprise numbers those of a trainset as it
first sees them, and draws its random numbers in that order; `compact` does the same.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from processing.data.ratings import Ratings
from processing.kernels.csr import counting_order


class Sparse(NamedTuple):
    """Compressed sparse rows: `indptr` int64 (n + 1,), `indices` int32, `values` floats."""

    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    values: NDArray[Any]

    @property
    def n_rows(self) -> int:
        """Rows, empty ones included."""
        return len(self.indptr) - 1

    @property
    def counts(self) -> NDArray[np.int64]:
        """Entries of each row."""
        return np.diff(self.indptr)


@dataclass(frozen=True, kw_only=True)
class RatingMatrix:
    """The same ratings by user and by movie; `mean` is their mean, in stars."""

    by_user: Sparse
    by_movie: Sparse
    mean: float


@dataclass(frozen=True, kw_only=True)
class Places:
    """Our index of each compact user and movie."""

    users: NDArray[np.int32]
    movies: NDArray[np.int32]


def matrix_of(ratings: Ratings) -> RatingMatrix:
    """The ratings as they are, without a copy."""
    by_user, by_movie = ratings.by_user, ratings.by_movie
    return RatingMatrix(
        by_user=Sparse(by_user.indptr, by_user.indices, by_user.values),
        by_movie=Sparse(by_movie.indptr, by_movie.indices, by_movie.values),
        mean=ratings.mean,
    )


def compact(ratings: Ratings) -> tuple[RatingMatrix, Places]:
    """Users and movies that have ratings, numbered as Surprise does; values float64.

    Users ascend; movies are numbered as they are first seen, user by user.
    """
    csr = ratings.by_user
    users = np.flatnonzero(csr.counts).astype(np.int32)
    movies, first = np.unique(csr.indices, return_index=True)
    movies = movies[np.argsort(first)].astype(np.int32)
    inner = np.zeros(ratings.n_movies, np.int32)
    inner[movies] = np.arange(len(movies), dtype=np.int32)
    indptr = np.concatenate((csr.indptr[users], csr.indptr[-1:]))
    by_user = Sparse(indptr, inner[csr.indices], csr.values.astype(np.float64))
    by_movie = transposed(by_user, len(movies))
    matrix = RatingMatrix(by_user=by_user, by_movie=by_movie, mean=ratings.mean)
    return matrix, Places(users=users, movies=movies)


def transposed(matrix: Sparse, n_columns: int) -> Sparse:
    """The transpose; entries of a row stay in the order of the rows that they came from."""
    indptr, order = counting_order(matrix.indices, n_columns)
    rows = np.repeat(np.arange(matrix.n_rows, dtype=np.int32), matrix.counts)
    return Sparse(indptr, rows[order], matrix.values[order])
