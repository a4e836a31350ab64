"""The engine that fits the models with our own kernels, exactly as Surprise does or faster.

*exact*: float64, Surprise's order of updates and its random numbers; what is learned equals what
Surprise learns, but for rounding. *fast*: float32, all cores, another order of updates and other
random numbers; what is learned is as good.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from processing.kernels import sgd_fast
from processing.kernels.arrays import Parameters, Steps
from processing.kernels.baselines import baseline_als
from processing.kernels.sgd_exact import svd_exact, svdpp_exact
from processing.kernels.vectors import padded_rows
from processing.models.matrix import RatingMatrix
from processing.tools.progress import progress

NO_SQUARES = np.empty(0, np.float32)
ROUND_RATINGS = 8  # per movie and task, between two merges: copying and merging cost a tenth


@dataclass(frozen=True, kw_only=True)
class SgdOptions:
    """How factors are learned.

    `rates` and `regs`: learning rate and regularisation of bu, bi, pu, qi and, for SVD++, yj.
    `falling`: of SVD, fast, the rates fall as `SVDSettings` says.
    """

    n_factors: int
    n_epochs: int
    init_mean: float
    init_std_dev: float
    rates: tuple[float, ...]
    regs: tuple[float, ...]
    falling: bool = False


def fit_baseline_als(matrix: RatingMatrix, n_epochs: int, reg_u: float, reg_i: float) -> Parameters:
    """Biases by alternating least squares, no factors; in either mode the same."""
    bu, bi = baseline_als(matrix.by_user, matrix.by_movie, matrix.mean, n_epochs, reg_u, reg_i)
    return Parameters(bu, bi, np.zeros((len(bu), 0)), np.zeros((len(bi), 0)))


def fit_svd(
    matrix: RatingMatrix,
    mean: float,
    options: SgdOptions,
    random_state: np.random.RandomState,
    exact: bool,
) -> Parameters:
    """Biases and factors around `mean`; with no factors, BaselineOnly by gradient descent."""
    learned = _begin(matrix, options, random_state, 2, exact)
    steps = _steps(options, exact)
    if exact:
        svd_exact(matrix.by_user, mean, options.n_epochs, steps, learned)
        return learned
    groups = even_groups(matrix.by_user.indptr, sgd_fast.N_BLOCKS)
    strata = sgd_fast.Strata(groups, _cuts(matrix))
    sides = (learned.bu, learned.bi) if options.falling else (NO_SQUARES, NO_SQUARES)
    squares = sgd_fast.Squares(*(np.zeros_like(side) for side in sides))
    learned = learned._replace(pu=padded_rows(learned.pu), qi=padded_rows(learned.qi))
    n_epochs, what = options.n_epochs, "SVD" if options.n_factors else "biases"
    for epoch in progress(range(n_epochs), what, "epoch"):
        left = np.float32((n_epochs - epoch) / n_epochs if options.falling else 1)
        now = steps._replace(rates=left * steps.rates)
        sgd_fast.svd_epoch(strata, matrix.by_user, np.float32(mean), now, learned, squares)
    pu, qi = (np.ascontiguousarray(rows[:, : options.n_factors]) for rows in learned[2:4])
    return learned._replace(pu=pu, qi=qi)


def fit_svdpp(
    matrix: RatingMatrix, options: SgdOptions, random_state: np.random.RandomState, exact: bool
) -> Parameters:
    """Biases, factors and implicit factors."""
    learned = _begin(matrix, options, random_state, 3, exact)
    steps = _steps(options, exact)
    if exact:
        svdpp_exact(matrix.by_user, matrix.mean, options.n_epochs, steps, learned)
        return learned
    n_movies = matrix.by_movie.n_rows
    n_rounds = -(-len(matrix.by_user.values) // (sgd_fast.N_TASKS * ROUND_RATINGS * n_movies))
    groups = even_groups(matrix.by_user.indptr, n_rounds * sgd_fast.N_TASKS)
    shape = (sgd_fast.N_TASKS, n_movies, options.n_factors)
    copies = sgd_fast.Copies(
        qi=np.empty(shape, np.float32),
        yj=np.empty(shape, np.float32),
        movies=np.empty((sgd_fast.N_TASKS, 3, n_movies), np.float32),
    )
    mean = np.float32(matrix.mean)
    for _ in progress(range(options.n_epochs), "SVD++", "epoch"):
        sgd_fast.svdpp_epoch(groups, matrix.by_user, mean, steps, learned, copies)
    return learned


def _begin(
    matrix: RatingMatrix,
    options: SgdOptions,
    random_state: np.random.RandomState,
    n_factor_arrays: int,
    exact: bool,
) -> Parameters:
    """Biases of zero and random factors: users', movies', and implicit ones, drawn in that order.

    A row without ratings has factors of zero, which no update changes.
    """
    sides = (matrix.by_user, matrix.by_movie, matrix.by_movie)[:n_factor_arrays]
    factors: list[NDArray[Any]] = []
    for side in sides:
        size = (side.n_rows, options.n_factors)
        if exact:
            factors.append(random_state.normal(options.init_mean, options.init_std_dev, size))
            continue
        rng = np.random.default_rng(random_state.randint(2**32, dtype=np.uint64))
        drawn = rng.standard_normal(size, np.float32)
        drawn *= np.float32(options.init_std_dev)
        drawn += np.float32(options.init_mean)
        drawn[side.counts == 0] = 0
        factors.append(drawn)
    dtype = np.float64 if exact else np.float32
    bu, bi = np.zeros(matrix.by_user.n_rows, dtype), np.zeros(matrix.by_movie.n_rows, dtype)
    return Parameters(bu, bi, *factors)


def _steps(options: SgdOptions, exact: bool) -> Steps:
    dtype = np.float64 if exact else np.float32
    return Steps(np.array(options.rates, dtype), np.array(options.regs, dtype))


def _cuts(matrix: RatingMatrix) -> NDArray[np.int64]:
    bounds = even_groups(matrix.by_movie.indptr, sgd_fast.N_BLOCKS)
    cuts = np.empty((matrix.by_user.n_rows, sgd_fast.N_BLOCKS + 1), np.int64)
    sgd_fast.cut_rows(matrix.by_user, bounds, cuts)
    return cuts


def even_groups(indptr: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """First rows of `n` ranges of about equally many ratings, and the end: int64 (n + 1,)."""
    firsts = np.searchsorted(indptr, np.linspace(0, indptr[-1], n + 1)).astype(np.int64)
    firsts[0], firsts[-1] = 0, len(indptr) - 1
    return firsts
