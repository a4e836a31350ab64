"""EASE: a linear model of which movies go with which, in closed form, with dropout's weight.

Model:   score[u, i] = Σ_j x_uj B_ji,  x the grades from 0 to 1, 0 where u has not rated
         A = XᵀX + λ I + p / (1 - p) diag(XᵀX),  P = A⁻¹,  B_ji = -P_ji / P_ii,  B_ii = 0
Unknown: of a movie that nobody rated nothing is said; somebody who rated nothing scores 0.
Source:  Steck (2019), "Embarrassingly shallow autoencoders for sparse data", eq. 8; Steck (2020),
         "Autoencoders that don't overfit towards the identity", section 4, for the weight of a
         dropout of p on the diagonal.
Differs: ratings are graded there by "liked or not"; here a rating counts by how high it is. Of B
         only the largest entries are kept, `n_weights` a movie on average, and of more than
         `MOST_SOLVED` movies only those most rated have any: time grows by their number's cube.
"""

import math
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

from processing.data.limits import beyond, too_many
from processing.data.ratings import Ratings
from processing.errors import ConfigError, ModelError
from processing.kernels.arrays import Csr
from processing.kernels.weigh import add_rows, write_terms
from processing.ranking.base import RankingModel
from processing.ranking.grades import Grading
from processing.ranking.gram import MOST_MOVIES, Grams
from processing.tools.validation import check_positive

MOST_SAMPLED = 20_000_000  # entries of B that the least weight is found on
BLOCK = 512  # columns of B that are looked at together
MOST_SOLVED = 10_000  # movies


@dataclass(frozen=True, kw_only=True)
class EaseSettings:
    """Settings of EASE.

    Attributes
    ----------
    reg
        λ, in users who give the highest grade, above 0.
    dropout
        p, from 0 to less than 1.
    n_weights
        Entries of B that are kept, for each movie on average, 1 or more.
    watched
        Whether all ratings count the same, liked or not. That takes a Gram matrix of its own, and
        is left out for more than `most_ratings` ratings or `most_movies` movies.
    most_ratings, most_movies
        As `watched` says.
    """

    reg: float = 200.0
    dropout: float = 0.33
    n_weights: int = 500
    watched: bool = False
    most_ratings: int = 30_000_000
    most_movies: int = 10_000

    def __post_init__(self) -> None:
        check_positive(reg=self.reg, n_weights=self.n_weights)
        if not 0 <= self.dropout < 1:
            raise ConfigError(f"dropout is {self.dropout!r}; expected 0 or more, less than 1.")


class EaseArrays(NamedTuple):
    """What was learned: the entries of B by rated movie, ascending within a row.

    `indptr`: int64 (n_movies + 1,). `movies`: int32 (n,), `weights`: float32 (n,). `grading`:
    float64 (3,), the `Grading` of ratings. `known`: int64 (), how many movies were solved for.
    """

    indptr: NDArray[np.int64]
    movies: NDArray[np.int32]
    weights: NDArray[np.float32]
    grading: NDArray[np.float64]
    known: NDArray[np.int64]

    @property
    def by_rated(self) -> Csr:
        """B by rated movie."""
        return Csr(self.indptr, self.movies, self.weights)


class Ease(RankingModel[EaseSettings, EaseArrays]):
    """Weights between movies, all at once."""

    kind: ClassVar[str] = "ease"
    Settings: ClassVar[type[EaseSettings]] = EaseSettings
    Arrays: ClassVar[type[EaseArrays]] = EaseArrays

    @classmethod
    def memory_need(cls, settings: EaseSettings, ratings: Ratings) -> tuple[int, str]:
        n = min(ratings.n_movies, MOST_MOVIES)
        solved = min(n, MOST_SOLVED)
        words = f"matrices of {n:,} × {n:,} movies, and {ratings.n_ratings:,} ratings"
        return 4 * n * n + 8 * solved * solved + 30 * ratings.n_ratings, words

    @classmethod
    def too_large(cls, settings: EaseSettings, ratings: Ratings) -> str | None:
        if not settings.watched:
            return None
        if ratings.n_movies > settings.most_movies:
            return too_many(ratings.n_movies, settings.most_movies, "movies")
        return beyond(ratings, settings.most_ratings)

    def scores(self, rated: Csr) -> NDArray[np.float32]:
        weights = self.arrays_.by_rated
        out = np.zeros((rated.n_rows, weights.n_rows), np.float32)
        add_rows(self.grading().shares(rated), weights, out)
        return out

    def terms(self, rated: Csr, listed: NDArray[np.int32]) -> NDArray[np.float64]:
        out = np.zeros((len(listed), 1 + len(rated.indices)))
        grades, by_target = (
            self.grading().shares(rated),
            self.arrays_.by_rated.transposed(len(self.arrays_.indptr) - 1),
        )
        for place, movie in enumerate(listed):
            write_terms(grades, 0, by_target, movie, out[place, 1:])
        return out

    def grading(self) -> Grading:
        """How ratings are graded."""
        low, high, most = self.arrays_.grading.tolist()
        return Grading(low, high, int(most))

    def cut(self) -> str | None:
        known, n_movies = int(self.arrays_.known), len(self.arrays_.indptr) - 1
        if known == n_movies:
            return None
        return f"EASE knows the {known:,} most rated of {n_movies:,} movies"

    def _fit(self, ratings: Ratings, random_state: int, grams: Grams | None) -> EaseArrays:
        if self.settings.watched:
            grams = Grams.of(ratings, grading=Grading.of_watching(ratings.scale))
        grams = (grams or Grams.of(ratings)).of_most_rated(MOST_SOLVED, ratings.movie_counts)
        weights = solve(grams, self.settings)
        by_rated = largest(weights, self.settings.n_weights)
        counts = np.zeros(ratings.n_movies, np.int64)
        counts[grams.movies] = by_rated.counts
        return EaseArrays(
            indptr=np.concatenate(([0], np.cumsum(counts))),
            movies=grams.movies[by_rated.indices],
            weights=by_rated.values,
            grading=np.array(grams.grading, np.float64),
            known=np.asarray(len(grams.movies)),
        )


def solve(grams: Grams, settings: EaseSettings) -> NDArray[np.float32]:
    """B of the movies of a Gram matrix, float32 (n, n).

    Raises
    ------
    ModelError
        If the matrix cannot be inverted.
    """
    share = settings.dropout / (1 - settings.dropout)
    matrix = grams.lower.astype(np.float32).T  # its upper triangle, as LAPACK likes its columns
    squared = grams.grading.most**2
    places = np.arange(len(matrix))
    matrix[places, places] += (settings.reg * squared + share * grams.diagonal).astype(np.float32)
    matrix, failed = lapack.spotrf(matrix, lower=False, overwrite_a=True, clean=False)
    if not failed:
        matrix, failed = lapack.spotri(matrix, lower=False, overwrite_c=True)
    if failed:
        raise ModelError(
            f"The Gram matrix of {len(matrix):,} movies cannot be inverted with reg "
            f"{settings.reg:g}. Use a larger reg."
        )
    return _weights(matrix)


def _weights(upper: NDArray[np.float32]) -> NDArray[np.float32]:
    """B from the upper triangle of P, which is filled up first and written over."""
    n = len(upper)
    for start in range(0, n, BLOCK):
        end = min(start + BLOCK, n)
        upper[end:, start:end] = upper[start:end, end:].T
        block = upper[start:end, start:end]
        block[:] = np.triu(block) + np.triu(block, 1).T
    diagonal = np.diag(upper).copy()
    for start in range(0, n, BLOCK):
        columns = slice(start, min(start + BLOCK, n))
        upper[:, columns] /= -diagonal[columns]
    np.fill_diagonal(upper, 0)
    return upper


def largest(weights: NDArray[np.float32], n_a_row: int) -> Csr:
    """The entries furthest from 0, by row: `n_a_row` a row on average.

    The least weight that is kept is found on every k-th entry where there are many; k shares no
    factor with n, so that all rows and columns are among them.
    """
    n = len(weights)
    least: np.float32 = np.float32(0)
    if n_a_row < n:
        step = 1 + n * n // MOST_SAMPLED
        while math.gcd(step, n) > 1:
            step += 1
        sample = np.abs(weights.T.reshape(-1)[::step])
        place = int(len(sample) * (1 - n_a_row / n))
        least = np.partition(sample, place)[place]
    rows, columns, values = [], [], []
    for start in range(0, n, BLOCK):
        block = np.ascontiguousarray(weights[start : start + BLOCK])
        row, column = np.nonzero((np.abs(block) >= least) & (block != 0))
        rows.append(start + row)
        columns.append(column.astype(np.int32))
        values.append(block[row, column])
    counts = np.bincount(np.concatenate(rows), minlength=n)
    indptr = np.concatenate(([0], np.cumsum(counts)))
    return Csr(indptr, np.concatenate(columns), np.concatenate(values))
