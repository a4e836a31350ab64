"""Ratings as the numba engine takes them: by user and by movie, in the order of updates.

`Ratings` number every user and movie of a data set. Surprise numbers those of a trainset as it
first sees them, and draws its random numbers in that order; `compact` does the same.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from processing.data.ratings import Ratings
from processing.kernels.arrays import Csr
from processing.kernels.csr import counting_order


@dataclass(frozen=True, kw_only=True)
class RatingMatrix:
    """The same ratings by user and by movie; `mean` is their mean, in stars."""

    by_user: Csr
    by_movie: Csr
    mean: float

    @classmethod
    def of(cls, ratings: Ratings) -> Self:
        """The ratings as they are, without a copy."""
        return cls(by_user=ratings.by_user, by_movie=ratings.by_movie, mean=ratings.mean)


@dataclass(frozen=True, kw_only=True)
class CompactIndices:
    """Our index of each compact user and movie."""

    users: NDArray[np.int32]
    movies: NDArray[np.int32]


def compact(ratings: Ratings) -> tuple[RatingMatrix, CompactIndices]:
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
    by_user = Csr(indptr, inner[csr.indices], csr.values.astype(np.float64))
    by_movie = transposed(by_user, len(movies))
    matrix = RatingMatrix(by_user=by_user, by_movie=by_movie, mean=ratings.mean)
    return matrix, CompactIndices(users=users, movies=movies)


def transposed(matrix: Csr, n_columns: int) -> Csr:
    """The transpose; entries of a row stay in the order of the rows that they came from."""
    indptr, order = counting_order(matrix.indices, n_columns)
    return Csr(indptr, matrix.rows()[order], matrix.values[order])
