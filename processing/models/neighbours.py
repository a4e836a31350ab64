"""Similar users and similar movies: all similarities of a side, or each row's strongest.

A side of up to `DENSE_LIMIT` rows gets all similarities. On a larger one each row keeps its nearest
rows: found by comparing all rows where that takes at most `EXACT_PAIRS` steps in all, and
`MOST_PER_RATING` for each rating, and else among candidates (see `neighbour_search`). So a user of
a hundred thousand ratings does not make each of their movies be compared with all the others. What
is computed from a set of ratings is remembered with it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from processing.data.ratings import Ratings
from processing.kernels import nearest as nearest_kernels
from processing.kernels import similarities as kernels
from processing.kernels.arrays import Biases, Csr, Formula, Neighbours, Triangle
from processing.models.matrix import RatingMatrix
from processing.models.neighbour_search import find_candidates
from processing.models.numba_engine import fit_baseline_als

T = TypeVar("T")

MEASURES = {
    "msd": kernels.MSD,
    "cosine": kernels.COSINE,
    "pearson": kernels.PEARSON,
    "pearson_baseline": kernels.PEARSON_BASELINE,
}
BASELINE = (10, 15.0, 10.0)  # Surprise's n_epochs, reg_u, reg_i
N_TASKS = 64
NO_SUPPORTS = np.empty(0, np.int32)
SHORT_UNIT = 32767  # what stands for a similarity of 1 in an int16
FLOAT_LIMIT = 8_000  # rows: of more the similarities are kept as int16
DENSE_LIMIT = 22_000  # rows: their similarities fill 1 GB
MOST_ENTRIES = 10_000  # of a row that are compared; so many tell what a hundred thousand do
EXACT_PAIRS = 30_000_000_000
MOST_PER_RATING = 5_000
N_SIMILAR_USERS = 100
N_SIMILAR_MOVIES = 300


@dataclass(frozen=True, kw_only=True)
class Measure:
    """How similarity is measured, with Surprise's names; `shrinkage` is pearson_baseline's."""

    name: str
    min_support: int = 1
    shrinkage: float = 100.0

    def formula(self) -> Formula:
        """The same for the kernels."""
        return Formula(MEASURES[self.name], self.min_support, self.shrinkage, MOST_ENTRIES)


SHRUNK_CORRELATION = Measure(name="pearson_baseline")


def fits_whole(n_rows: int) -> bool:
    """Whether a side of this many rows gets all similarities."""
    return n_rows <= DENSE_LIMIT


def baseline_of(ratings: Ratings) -> Biases:
    """Surprise's default baseline of the ratings, by alternating least squares; rows are users."""

    def make() -> Biases:
        learned = fit_baseline_als(RatingMatrix.of(ratings), *BASELINE)
        return Biases(ratings.mean, learned.bu, learned.bi)

    return _remembered(ratings, "baseline", make)


def all_similarities(ratings: Ratings, user_based: bool, measure: Measure) -> Triangle:
    """Similarities of all users (movies), by falling number of ratings, without supports.

    float32, or int16 of more than `FLOAT_LIMIT`.
    """

    def make() -> Triangle:
        x_side = measured_side(ratings, user_based, measure)
        y_indptr = (ratings.by_movie if user_based else ratings.by_user).indptr
        supported = measure == SHRUNK_CORRELATION
        dtype = np.float32 if x_side.n_rows <= FLOAT_LIMIT else np.int16
        triangle = _triangle(x_side, y_indptr, measure, dtype, supported=supported)
        if supported:
            near = _empty(x_side.n_rows, user_based)
            nearest_kernels.nearest_of_triangle(triangle, near)
            ratings.derived["nearest", user_based, measure] = near
        return triangle._replace(supports=NO_SUPPORTS)

    return _remembered(ratings, ("similarities", user_based, measure), make)


def nearest(
    ratings: Ratings, user_based: bool, measure: Measure = SHRUNK_CORRELATION
) -> Neighbours:
    """The `N_SIMILAR_USERS` (`N_SIMILAR_MOVIES`) most similar users (movies) of each.

    Only positive similarities; ties by index.
    """

    def make() -> Neighbours:
        n = ratings.n_users if user_based else ratings.n_movies
        if fits_whole(n) and measure == SHRUNK_CORRELATION:
            all_similarities(ratings, user_based, measure)
            return ratings.derived["nearest", user_based, measure]  # type: ignore[no-any-return]
        x_side = measured_side(ratings, user_based, measure)
        y_counts = (ratings.by_movie if user_based else ratings.by_user).counts
        near, formula = _empty(n, user_based), measure.formula()
        n_steps = int(np.sum(y_counts**2)) + n * n
        if n_steps <= min(EXACT_PAIRS, MOST_PER_RATING * max(ratings.n_ratings, n)):
            y_side = measured_side(ratings, not user_based, measure)
            nearest_kernels.nearest_rows(np.arange(n), x_side, y_side, formula, near)
            return near
        by_taste = measured_side(ratings, user_based, SHRUNK_CORRELATION)
        transpose = measured_side(ratings, not user_based, SHRUNK_CORRELATION)
        found, order = find_candidates(by_taste, transpose, near.ids.shape[1])
        nearest_kernels.nearest_candidates(x_side, len(y_counts), order, found, formula, near)
        return near

    return _remembered(ratings, ("nearest", user_based, measure), make)


def similarities(
    x_side: Csr, y_side: Csr, measure: Measure, biases: Biases, exact: bool
) -> NDArray[Any]:
    """Similarities of all rows of `x_side`, (n_x, n_x), diagonal 1, as Surprise computes them.

    `y_side` is the transpose; `biases`, those of `x_side`, are read by pearson_baseline alone.
    `exact`: sums and result in float64, else in float32 (but pearson's sums, which cancel, are
    always float64). A pair with fewer than `min_support` columns in common, or where the formula
    divides by 0, has similarity 0; Surprise fails in the latter case.
    """
    dtype = np.float64 if exact else np.float32
    measured = _measured(x_side, measure, biases, dtype)
    return unpacked(_triangle(measured, y_side.indptr, measure, dtype, supported=False))


def exact_triangle(x_side: Csr, y_side: Csr, measure: Measure, biases: Biases) -> Triangle:
    """What `similarities` are where exact, by falling number of entries and each pair once."""
    measured = _measured(x_side, measure, biases, np.float64)
    return _triangle(measured, y_side.indptr, measure, np.float64, supported=False)


def unit_of(sims: NDArray[Any]) -> int:
    """What stands for a similarity of 1."""
    return SHORT_UNIT if sims.dtype == np.int16 else 1


def triangle_of(sims: NDArray[Any], order: NDArray[np.int64]) -> Triangle:
    """The triangle of similarities `sims`; `order` is the row of each rank."""
    return Triangle(sims, order, unit_of(sims), NO_SUPPORTS)


def unpacked(triangle: Triangle) -> NDArray[Any]:
    """The square matrix of a triangle, in the rows' own order."""
    n = len(triangle.order)
    out = np.empty((n, n), triangle.sims.dtype)
    kernels.unpack_triangle(triangle, out)
    return out


def packed(square: NDArray[Any]) -> NDArray[Any]:
    """The triangle of a symmetric matrix, row by row: what `unpacked` undoes."""
    out = np.empty(len(square) * (len(square) - 1) // 2, square.dtype)
    kernels.pack_square(square, out)
    return out


def _triangle(
    x_side: Csr,
    y_indptr: NDArray[np.int64],
    measure: Measure,
    dtype: type[np.generic],
    supported: bool,
) -> Triangle:
    """All similarities of the rows of `x_side` as `dtype`, with supports where `supported`.

    But in float64, `MOST_ENTRIES` of a row are looked at.
    """
    n, n_entries = x_side.n_rows, len(x_side.values)
    longest = int(np.max(np.diff(y_indptr), initial=0))  # above n where entries are repeated
    small = np.min_scalar_type(max(n, longest))
    order = np.argsort(-x_side.counts, kind="stable")
    lists = Csr(y_indptr, np.empty(n_entries, small), np.empty_like(x_side.values))
    places = np.empty(n_entries, small)
    formula = measure.formula()
    if dtype == np.float64:
        formula = formula._replace(most=max(1, n_entries))
    costs = np.zeros(n, np.int64)
    kernels.rank_entries(x_side, order, places, lists, formula.most, costs)
    n_pairs = n * (n - 1) // 2
    supports = np.empty(n_pairs if supported else 0, np.int32)
    triangle = triangle_of(np.empty(n_pairs, dtype), order)._replace(supports=supports)
    kernels.triangle_of_similarities(x_side, places, lists, _deal(costs), formula, triangle)
    return triangle


def measured_side(ratings: Ratings, by_user: bool, measure: Measure) -> Csr:
    """By user (movie), what the measure is taken of: ratings in units of the scale, or deviations
    from the baseline.
    """
    if measure.name != "pearson_baseline":  # msd and cosine depend on the unit
        ratings = ratings.in_units()
    biases = baseline_of(ratings)
    if by_user:
        return _measured(ratings.by_user, measure, biases, np.float32)
    return _measured(ratings.by_movie, measure, biases.transposed(), np.float32)


def deviations_of(side: Csr, biases: Biases, dtype: type[np.floating[Any]] = np.float32) -> Csr:
    """Each rating's deviation from the baseline; `biases` are those of `side`."""
    out = np.empty(len(side.values), dtype)
    kernels.deviations(side, biases, out)
    return side._replace(values=out)


def _measured(side: Csr, measure: Measure, biases: Biases, dtype: type[np.floating[Any]]) -> Csr:
    if measure.name == "pearson_baseline":
        return deviations_of(side, biases, dtype)
    kept = np.float64 if measure.name == "pearson" else dtype
    return side._replace(values=side.values.astype(kept, copy=False))


def _deal(costs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rows for each task, dealt from the costliest on, to and fro, so that tasks take equally long.

    int64 (N_TASKS, n), -1 where a task has one row less.
    """
    order = np.argsort(-costs, kind="stable")
    dealt = np.full(-(-len(costs) // N_TASKS) * N_TASKS, -1, np.int64)
    dealt[: len(costs)] = order
    rounds = dealt.reshape(-1, N_TASKS)
    rounds[1::2] = rounds[1::2, ::-1]
    return np.ascontiguousarray(rounds.T)


def _empty(n: int, user_based: bool) -> Neighbours:
    shape = (n, min(N_SIMILAR_USERS if user_based else N_SIMILAR_MOVIES, max(1, n - 1)))
    return Neighbours(
        ids=np.empty(shape, np.int32),
        similarities=np.empty(shape, np.float32),
        supports=np.empty(shape, np.int32),
    )


def _remembered(ratings: Ratings, key: object, make: Callable[[], T]) -> T:
    if key not in ratings.derived:
        ratings.derived[key] = make()
    found: T = ratings.derived[key]
    return found
