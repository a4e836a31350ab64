"""Similar users and similar movies: all similarities of a side, or each row's strongest.

A side of up to `DENSE_LIMIT` rows gets all similarities. On a larger one each row keeps its nearest
rows: found by comparing all rows where that takes at most `EXACT_PAIRS` steps, and else among
candidates (see `candidates`). What is computed from a set of ratings is remembered with it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from processing.data.ratings import Ratings
from processing.kernels import nearest as nearest_kernels
from processing.kernels import similarities as kernels
from processing.kernels.arrays import Csr
from processing.models.candidates import find_candidates
from processing.models.matrix import RatingMatrix, matrix_of
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
SHORT_UNIT = 32767  # what stands for a similarity of 1 in an int16
FLOAT_LIMIT = 8_000  # rows: of more the similarities are kept as int16
DENSE_LIMIT = 22_000  # rows: their similarities fill 1 GB
EXACT_PAIRS = 30_000_000_000
N_SIMILAR_USERS = 100
N_SIMILAR_MOVIES = 300


@dataclass(frozen=True, kw_only=True)
class Measure:
    """How similarity is measured, with Surprise's names; `shrinkage` is pearson_baseline's."""

    name: str
    min_support: int = 1
    shrinkage: float = 100.0


SHRUNK_CORRELATION = Measure(name="pearson_baseline")


class Biases(NamedTuple):
    """The baseline mean + b_u + b_i; float64 (), (n_users,), (n_movies,)."""

    mean: float
    users: NDArray[np.float64]
    movies: NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Neighbours:
    """The most similar rows of each row, best first, -1 and 0 beyond the last.

    `ids` int32, `similarities` float32 and `supports` int32 (columns in common), each (n, k).
    """

    ids: NDArray[np.int32]
    similarities: NDArray[np.float32]
    supports: NDArray[np.int32]


class Triangle(NamedTuple):
    """Similarities of all pairs of rows b < a, by rank, at a (a - 1) / 2 + b.

    `sims`: float64, float32, or int16 in units of 1 / SHORT_UNIT. `order`: int64 (n,), the row of
    each rank.
    """

    sims: NDArray[Any]
    order: NDArray[np.int64]


def fits_whole(n_rows: int) -> bool:
    """Whether a side of so many rows gets all similarities."""
    return n_rows <= DENSE_LIMIT


def baseline_of(ratings: Ratings) -> Biases:
    """Surprise's default baseline of the ratings, by alternating least squares."""

    def make() -> Biases:
        matrix = matrix_of(ratings)
        learned = fit_baseline_als(matrix, *BASELINE)
        return Biases(matrix.mean, learned.bu, learned.bi)

    return _remembered(ratings, "baseline", make)


def all_similarities(ratings: Ratings, user_based: bool, measure: Measure) -> Triangle:
    """Similarities of all users (movies), by falling number of ratings.

    float32, or int16 of more than `FLOAT_LIMIT`.
    """

    def make() -> Triangle:
        x_side, y_side, values = sides(ratings, user_based, measure)
        supported = measure == SHRUNK_CORRELATION
        dtype = np.float32 if x_side.n_rows <= FLOAT_LIMIT else np.int16
        triangle, supports = _triangle(
            x_side, values, y_side.indptr, measure, dtype, supported=supported
        )
        if supported:
            near = _empty(x_side.n_rows, user_based)
            nearest_kernels.nearest_of_triangle(
                triangle.sims,
                supports,
                triangle.order,
                unit_of(triangle.sims),
                *vars(near).values(),
            )
            ratings.derived["nearest", user_based, measure] = near
        return triangle

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
        x_side, y_side, values = sides(ratings, user_based, measure)
        near = _empty(n, user_based)
        how = MEASURES[measure.name], measure.min_support, measure.shrinkage
        if np.sum(y_side.counts**2) <= EXACT_PAIRS:
            t_values = sides(ratings, not user_based, measure)[2]
            nearest_kernels.nearest_rows(
                np.arange(n),
                x_side.indptr,
                x_side.indices,
                values,
                y_side.indptr,
                y_side.indices,
                t_values,
                *how,
                *vars(near).values(),
            )
            return near
        here, there = (
            sides(ratings, side, SHRUNK_CORRELATION) for side in (user_based, not user_based)
        )
        found, order = find_candidates(
            x_side._replace(values=here[2]), y_side._replace(values=there[2]), near.ids.shape[1]
        )
        nearest_kernels.nearest_candidates(
            x_side.indptr,
            x_side.indices,
            values,
            y_side.n_rows,
            order,
            found,
            *how,
            *vars(near).values(),
        )
        return near

    return _remembered(ratings, ("nearest", user_based, measure), make)


def similarities(
    x_side: Csr,
    y_side: Csr,
    measure: Measure,
    mean: float,
    x_biases: NDArray[Any],
    y_biases: NDArray[Any],
    exact: bool,
) -> NDArray[Any]:
    """Similarities of all rows of `x_side`, (n_x, n_x), diagonal 1, as Surprise computes them.

    `y_side` is the transpose; mean and biases are the baseline's, read by pearson_baseline alone.
    `exact`: sums and result in float64, else in float32 (but pearson's sums, which cancel, are
    always float64). A pair with fewer than `min_support` columns in common, or where the formula
    divides by 0, has similarity 0; Surprise fails in the latter case.
    """
    dtype = np.float64 if exact else np.float32
    values = _values(x_side, measure, mean, x_biases, y_biases, dtype)
    triangle, _ = _triangle(x_side, values, y_side.indptr, measure, dtype, supported=False)
    return unpacked(triangle.sims, triangle.order)


def unit_of(sims: NDArray[Any]) -> int:
    """What stands for a similarity of 1."""
    return SHORT_UNIT if sims.dtype == np.int16 else 1


def unpacked(triangle: NDArray[Any], order: NDArray[np.int64]) -> NDArray[Any]:
    """The square matrix of a triangle; `order` is the row of each of the triangle's ranks."""
    out = np.empty((len(order), len(order)), triangle.dtype)
    kernels.unpack_triangle(triangle, order, unit_of(triangle), out)
    return out


def packed(square: NDArray[Any]) -> NDArray[Any]:
    """The triangle of a symmetric matrix: what `unpacked` undoes."""
    out = np.empty(len(square) * (len(square) - 1) // 2, square.dtype)
    kernels.pack_square(square, out)
    return out


def _triangle(
    x_side: Csr,
    values: NDArray[Any],
    y_indptr: NDArray[np.int64],
    measure: Measure,
    dtype: type[np.generic],
    supported: bool,
) -> tuple[Triangle, NDArray[np.int32]]:
    """All similarities of the rows of `x_side` with `values` in place of its own, as `dtype`.

    And how many columns each pair has in common, int32, where `supported`.
    """
    n = x_side.n_rows
    order = np.argsort(-x_side.counts, kind="stable")
    ranks = np.empty(len(values), np.min_scalar_type(n))
    ranked = np.empty(len(values), values.dtype)
    places = np.empty(len(values), np.min_scalar_type(n))
    costs = np.zeros(n, np.int64)
    kernels.rank_entries(
        x_side.indptr, x_side.indices, values, order, y_indptr, ranks, ranked, places, costs
    )
    n_pairs = n * (n - 1) // 2
    sims: NDArray[Any] = np.empty(n_pairs, dtype)
    supports = np.empty(n_pairs if supported else 0, np.int32)
    kernels.triangle_of_similarities(
        x_side.indptr,
        x_side.indices,
        values,
        places,
        order,
        y_indptr,
        ranks,
        ranked,
        _deal(costs),
        MEASURES[measure.name],
        measure.min_support,
        measure.shrinkage,
        unit_of(sims),
        sims,
        supports,
    )
    return Triangle(sims, order), supports


def sides(ratings: Ratings, user_based: bool, measure: Measure) -> tuple[Csr, Csr, NDArray[Any]]:
    """The ratings by x and by y, and by x what the measure is taken of."""
    matrix: RatingMatrix = matrix_of(ratings)
    x_side, y_side = matrix.by_user, matrix.by_movie
    mean, x_biases, y_biases = baseline_of(ratings)
    if not user_based:
        x_side, y_side, x_biases, y_biases = y_side, x_side, y_biases, x_biases
    return x_side, y_side, _values(x_side, measure, mean, x_biases, y_biases, np.float32)


def _values(
    x_side: Csr,
    measure: Measure,
    mean: float,
    x_biases: NDArray[Any],
    y_biases: NDArray[Any],
    dtype: type[np.floating[Any]],
) -> NDArray[Any]:
    """What the measure is taken of: ratings, or their deviations from the baseline."""
    if measure.name == "pearson_baseline":
        out = np.empty(len(x_side.values), dtype)
        kernels.deviations(*x_side[:3], mean, x_biases, y_biases, out)
        return out
    return x_side.values.astype(np.float64 if measure.name == "pearson" else dtype, copy=False)


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
