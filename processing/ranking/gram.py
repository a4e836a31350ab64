"""Gram matrices of grades: for each pair of movies, the sum over users of both grades' product.

Grades are whole numbers, so sums are exact, and the matrix of a part of the ratings follows from
that of all by taking away what is held out: to the last bit what a pass over the part would give.
"""

import numpy as np
from numpy.typing import NDArray

from processing.data.ratings import Ratings
from processing.kernels.arrays import Csr
from processing.kernels.gram import add_products, add_products_of_part
from processing.ranking.grades import Grading
from processing.tools.progress import counting

BLOCK_USERS = 4_000  # whose rows the cache holds
N_DEALT = 64  # parts of the movies that take about as long each
BLOCK = 512  # rows that are looked at together
BLOCK_RATINGS = 4_000_000
MOST_MOVIES = 20_000  # of the matrix; its square of int32 then has 1.6 GB
LEAST_RATINGS = 20  # a movie on average, where there is no room for all: fewer tell too little
FEW_MOVIES = 5_000  # that there is room for in any case


class Grams:
    """The Gram matrix of some ratings, by the ranks of the movies that have most.

    Parameters
    ----------
    movies
        int32 (n,), ascending: the movies of the matrix.
    lower
        int32 (n, n), of which the lower triangle is filled.
    totals
        float64 (n,), the sums of the movies' grades.
    grading
        What the grades are.
    """

    def __init__(
        self,
        movies: NDArray[np.int32],
        lower: NDArray[np.int32],
        totals: NDArray[np.float64],
        grading: Grading,
    ) -> None:
        self.movies, self.lower, self.totals, self.grading = movies, lower, totals, grading

    @classmethod
    def of(
        cls, ratings: Ratings, most: int = MOST_MOVIES, grading: Grading | None = None
    ) -> "Grams":
        """One pass over the ratings, of the `most` movies that have most of them, ties by index.

        Of more than `MOST_MOVIES` they are as many as have `LEAST_RATINGS` on average: what the
        matrix costs grows by the cube of its movies, whoever rated these.

        `grading`: that of the scale where it is not given.
        """
        by_count = np.argsort(-ratings.movie_counts, kind="stable")
        if ratings.n_movies > MOST_MOVIES:
            most = min(most, max(FEW_MOVIES, ratings.n_ratings // LEAST_RATINGS))
        movies = np.sort(by_count[:most]).astype(np.int32)
        grading = grading or Grading.of(ratings.scale)
        lower = np.zeros((len(movies), len(movies)), np.int32)
        by_user = _grades(ratings, movies, grading)
        by_movie = _grades_by_movie(ratings, movies, grading)
        order, places = _dealt(by_movie), by_movie.indptr[:-1].copy()
        with counting(ratings.n_users, "pairs of movies", "user") as advance:
            for start in range(0, ratings.n_users, BLOCK_USERS):
                last = min(start + BLOCK_USERS, ratings.n_users)
                add_products(order, by_movie, by_user, places, last, lower)
                advance(last - start)
        return cls(movies, lower, _totals(by_user, len(movies)), grading)

    @classmethod
    def of_all(cls, ratings: Ratings, lower: NDArray[np.int32]) -> "Grams":
        """The matrix of all movies that was summed up before, from ratings of the same scale."""
        movies = np.arange(ratings.n_movies, dtype=np.int32)
        grading = Grading.of(ratings.scale)
        return cls(movies, lower, _totals(_grades(ratings, movies, grading), len(movies)), grading)

    def of_most_rated(self, most: int, counts: NDArray[np.int64]) -> "Grams":
        """That of the `most` movies with most ratings, by `counts` (n_movies,), ties by index."""
        if len(self.movies) <= most:
            return self
        places = np.sort(np.argsort(-counts[self.movies], kind="stable")[:most])
        lower = np.empty((most, most), np.int32)
        for start in range(0, most, BLOCK):
            rows = places[start : start + BLOCK]
            np.take(self.lower[rows], places, 1, lower[start : start + BLOCK], mode="clip")
        return Grams(self.movies[places], lower, self.totals[places], self.grading)

    def take_away(self, ratings: Ratings, held: Ratings) -> None:
        """Take away from the matrix of `ratings` what a part of them adds to it, in place."""
        self._change(ratings, held, -1)

    def add(self, ratings: Ratings, added: Ratings) -> None:
        """Make this the matrix of `ratings`, of which it is that of all but `added`, in place."""
        self._change(ratings, added, 1)

    def _change(self, ratings: Ratings, part: Ratings, sign: int) -> None:
        """Add, or take away, the products in which either grade is of a part."""
        by_user = _grades(ratings, self.movies, self.grading)
        of_part = _grades(part, self.movies, self.grading)
        of_part = of_part._replace(values=np.int8(sign) * of_part.values)
        by_movie = of_part.transposed(len(self.movies))
        add_products_of_part(_dealt(by_movie), by_movie, of_part, by_user, self.lower)
        _fold(self.lower)
        self.totals += _totals(of_part, len(self.movies))

    @property
    def diagonal(self) -> NDArray[np.int64]:
        """Sums of squared grades, int64 (n,)."""
        return np.diag(self.lower).astype(np.int64)


def _fold(matrix: NDArray[np.int32]) -> None:
    """Add what stands above the diagonal to its mirror below, and leave zeros."""
    for start in range(0, len(matrix), BLOCK):
        end = start + BLOCK
        matrix[start:end, :start] += matrix[:start, start:end].T
        matrix[:start, start:end] = 0
        square = matrix[start:end, start:end]
        square += np.triu(square, 1).T
        square[:] = np.tril(square)


def _totals(by_user: Csr, n_movies: int) -> NDArray[np.float64]:
    totals = np.zeros(n_movies)
    for start in range(0, len(by_user.indices), BLOCK_RATINGS):
        block = slice(start, start + BLOCK_RATINGS)
        totals += np.bincount(by_user.indices[block], by_user.values[block], n_movies)
    return totals


def _grades(ratings: Ratings, movies: NDArray[np.int32], grading: Grading) -> Csr:
    """Grades by user, columns numbered by their place in `movies`; others are left out."""
    csr = ratings.by_user
    grades = grading.grades(csr.values)
    if len(movies) == ratings.n_movies:
        return Csr(csr.indptr, csr.indices, grades)
    places = np.full(ratings.n_movies, -1, np.int32)
    places[movies] = np.arange(len(movies), dtype=np.int32)
    columns = places[csr.indices]
    kept = columns >= 0
    indptr = np.concatenate(([0], np.cumsum(kept)))[csr.indptr]
    return Csr(indptr, columns[kept], grades[kept])


def _grades_by_movie(ratings: Ratings, movies: NDArray[np.int32], grading: Grading) -> Csr:
    """Grades by movie, rows in the order of `movies`, columns the users."""
    csr = ratings.by_movie
    grades = grading.grades(csr.values)
    if len(movies) == ratings.n_movies:
        return Csr(csr.indptr, csr.indices, grades)
    kept = np.repeat(np.isin(np.arange(ratings.n_movies), movies), csr.counts)
    indptr = np.concatenate(([0], np.cumsum(csr.counts[movies])))
    return Csr(indptr, csr.indices[kept], grades[kept])


def _dealt(by_movie: Csr) -> NDArray[np.int64]:
    """Movies in an order in which each thread, which gets a run of them, has as much to do."""
    by_size = np.argsort(-by_movie.counts, kind="stable")
    return np.concatenate([by_size[k::N_DEALT] for k in range(N_DEALT)])
