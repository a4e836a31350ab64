"""Gradient descent and least squares against their slow twins."""

import numpy as np
import pytest

from processing.kernels import sgd_fast
from processing.kernels.arrays import Csr, Parameters, Steps
from processing.kernels.baselines import baseline_als
from processing.kernels.sgd_exact import svd_exact, svdpp_exact
from processing.kernels.vectors import padded_rows
from processing.models import numba_engine
from processing.models.matrix import RatingMatrix, transposed
from tests import reference

N_USERS, N_MOVIES, N_FACTORS = 23, 17, 3
RATES = np.array([0.01, 0.02, 0.03, 0.015, 0.025])
REGS = np.array([0.05, 0.02, 0.04, 0.03, 0.06])


def steps(n, dtype=np.float64):
    return Steps(RATES[:n].astype(dtype), REGS[:n].astype(dtype))


def matrix(seed, ascending=True):
    """Random ratings; user 0 has none, user 1 one, movie 2 none."""
    rng = np.random.default_rng(seed)
    rows = [
        (u, i, float(rng.integers(1, 6)))
        for u in range(1, N_USERS)
        for i in rng.permutation(N_MOVIES)
        if i != 2 and (i == 5 if u == 1 else rng.random() < 0.4)
    ]
    if ascending:
        rows.sort()
    users, movies, values = (np.array(column) for column in zip(*rows, strict=True))
    indptr = np.searchsorted(users, np.arange(N_USERS + 1)).astype(np.int64)
    by_user = Csr(indptr, movies.astype(np.int32), values)
    mean = float(values.mean())
    return RatingMatrix(by_user=by_user, by_movie=transposed(by_user, N_MOVIES), mean=mean), rows


def repeated(rows):
    """The same ratings and, of half of the users, some movies two or three times."""
    rows = rows + [(u, i, 6 - r) for u, i, r in rows if u % 2 and i % 3 == 0]
    rows = sorted(rows + [(u, i, 3.0) for u, i, _ in rows if u % 4 == 1 and i % 9 == 0])
    users, movies, values = (np.array(column) for column in zip(*rows, strict=True))
    indptr = np.searchsorted(users, np.arange(N_USERS + 1)).astype(np.int64)
    return Csr(indptr, movies.astype(np.int32), values), rows


def start(seed, n_arrays, dtype=np.float64):
    rng = np.random.default_rng(seed)
    sizes = (N_USERS, N_MOVIES, N_MOVIES)[:n_arrays]
    factors = [rng.normal(0, 0.3, (n, N_FACTORS)).astype(dtype) for n in sizes]
    return Parameters(np.zeros(N_USERS, dtype), np.zeros(N_MOVIES, dtype), *factors)


def learned(parameters):
    return [array for array in parameters if array is not None]


@pytest.mark.parametrize("seed", range(3))
def test_baseline_als_when_computed_then_equals_the_twin(seed):
    ratings, rows = matrix(seed)
    found = baseline_als(ratings.by_user, ratings.by_movie, ratings.mean, 4, 15.0, 10.0)
    expected = reference.baseline_als(rows, N_USERS, N_MOVIES, ratings.mean, 4, 15.0, 10.0)
    np.testing.assert_allclose(found[0], expected[0], atol=1e-12)
    np.testing.assert_allclose(found[1], expected[1], atol=1e-12)


@pytest.mark.parametrize("ascending", [True, False])
def test_svd_exact_when_run_then_equals_the_twin(ascending):
    ratings, rows = matrix(4, ascending)
    found, expected = start(1, 2), start(1, 2)
    svd_exact(ratings.by_user, ratings.mean, 3, steps(4), found)
    for _ in range(3):
        reference.svd_updates(rows, ratings.mean, RATES, REGS, *expected[:4])
    for ours, theirs in zip(learned(found), learned(expected), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-12)


@pytest.mark.parametrize("ascending", [True, False])
def test_svdpp_exact_when_run_then_equals_the_twin_that_visits_every_y(ascending):
    ratings, rows = matrix(5, ascending)
    found, expected = start(2, 3), start(2, 3)
    svdpp_exact(ratings.by_user, ratings.mean, 3, steps(5), found)
    for _ in range(3):
        reference.svdpp_updates(rows, ratings.mean, RATES, REGS, *expected)
    for ours, theirs in zip(learned(found), learned(expected), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-12)


def test_svdpp_exact_when_movies_are_rated_repeatedly_then_equals_the_twin():
    by_user, rows = repeated(matrix(9)[1])
    found, expected = start(5, 3), start(5, 3)
    svdpp_exact(by_user, 3.0, 2, steps(5), found)
    for _ in range(2):
        reference.svdpp_updates(rows, 3.0, RATES, REGS, *expected)
    for ours, theirs in zip(learned(found), learned(expected), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-12)


def test_svdpp_epoch_when_movies_are_rated_repeatedly_then_near_the_twin():
    by_user, rows = repeated(matrix(9)[1])
    by_user = by_user._replace(values=by_user.values.astype(np.float32))
    groups = np.array([0, N_USERS, N_USERS])  # all users are the first task's
    found, expected = start(5, 3, np.float32), start(5, 3)
    begun = start(5, 3)
    shape = (sgd_fast.N_TASKS, N_MOVIES, N_FACTORS)
    copies = sgd_fast.Copies(
        *(np.empty(shape, np.float32) for _ in range(2)),
        np.empty((sgd_fast.N_TASKS, 3, N_MOVIES), np.float32),
    )
    sgd_fast.svdpp_epoch(groups, by_user, np.float32(3), steps(5, np.float32), found, copies)
    reference.svdpp_updates(rows, 3.0, RATES, REGS, *expected)
    for ours, theirs, before in zip(*map(learned, (found, expected, begun)), strict=True):
        moved = np.abs(theirs - before).max()
        assert np.abs(ours - theirs).max() < 0.03 * moved  # without minding repeats 0.06


def test_cut_rows_when_cut_then_ranges_hold_their_movies_and_lose_none():
    ratings, _ = matrix(6)
    cuts = numba_engine._cuts(ratings)
    indptr, indices, *_ = ratings.by_user
    bounds = numba_engine.even_groups(ratings.by_movie.indptr, sgd_fast.N_BLOCKS)
    np.testing.assert_array_equal(cuts[:, 0], indptr[:-1])
    np.testing.assert_array_equal(cuts[:, -1], indptr[1:])
    for row in cuts:
        for m in range(sgd_fast.N_BLOCKS):
            part = indices[row[m] : row[m + 1]]
            assert ((part >= bounds[m]) & (part < bounds[m + 1])).all()


def falling_updates(rows, mean, parameters, squares, width):
    """SVD with steps that fall by the root of squared errors, one rating after the other."""
    bu, bi, pu, qi = parameters[:4]
    for u, i, r in rows:
        err = r - (mean + bu[u] + bi[i] + pu[u] @ qi[i])
        parts = [
            rate / np.sqrt(1 + squares[place % 2][(u, i)[place % 2]] / (1 if place < 2 else width))
            for place, rate in enumerate(RATES[:4])
        ]
        squares[0][u] += err**2
        squares[1][i] += err**2
        bu[u] += parts[0] * (err - REGS[0] * bu[u])
        bi[i] += parts[1] * (err - REGS[1] * bi[i])
        before = pu[u].copy()
        pu[u] += parts[2] * (err * qi[i] - REGS[2] * pu[u])
        qi[i] += parts[3] * (err * before - REGS[3] * qi[i])


@pytest.mark.parametrize("falling", [False, True])
def test_svd_epoch_when_run_then_equals_the_twin_in_the_order_of_strata(falling):
    ratings, rows = matrix(7)
    groups = numba_engine.even_groups(ratings.by_user.indptr, sgd_fast.N_BLOCKS)
    bounds = numba_engine.even_groups(ratings.by_movie.indptr, sgd_fast.N_BLOCKS)
    found, expected = start(3, 2, np.float32), start(3, 2)
    mean = np.float32(ratings.mean)
    by_user = ratings.by_user._replace(values=ratings.by_user.values.astype(np.float32))
    whole = found._replace(pu=padded_rows(found.pu), qi=padded_rows(found.qi))
    strata = sgd_fast.Strata(groups, numba_engine._cuts(ratings))
    sizes = (N_USERS, N_MOVIES) if falling else (0, 0)
    squares = sgd_fast.Squares(*(np.zeros(n, np.float32) for n in sizes))
    sgd_fast.svd_epoch(strata, by_user, mean, steps(4, np.float32), whole, squares)
    assert not whole.pu[:, N_FACTORS:].any()
    found = whole._replace(pu=whole.pu[:, :N_FACTORS], qi=whole.qi[:, :N_FACTORS])
    parts = [
        [
            (u, i, r)
            for u, i, r in rows
            if groups[g] <= u < groups[g + 1] and bounds[m] <= i < bounds[m + 1]
        ]
        for s in range(sgd_fast.N_BLOCKS)
        for g in range(sgd_fast.N_BLOCKS)
        for m in [(g + s) % sgd_fast.N_BLOCKS]
    ]
    assert sum(map(len, parts)) == len(rows)
    sums = np.zeros(N_USERS), np.zeros(N_MOVIES)
    for part in parts:
        if falling:
            falling_updates(part, ratings.mean, expected, sums, whole.pu.shape[1])
        else:
            reference.svd_updates(part, ratings.mean, RATES, REGS, *expected[:4])
    for ours, theirs in zip(learned(found), learned(expected), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=2e-6)


def test_svdpp_epoch_when_run_then_equals_the_twin_of_tasks_and_merges():
    ratings, rows = matrix(8)
    n_tasks = sgd_fast.N_TASKS
    groups = numba_engine.even_groups(ratings.by_user.indptr, 3 * n_tasks)
    found, expected = start(4, 3, np.float32), start(4, 3)
    copies = sgd_fast.Copies(
        np.empty((n_tasks, N_MOVIES, N_FACTORS), np.float32),
        np.empty((n_tasks, N_MOVIES, N_FACTORS), np.float32),
        np.empty((n_tasks, 3, N_MOVIES), np.float32),
    )
    by_user = ratings.by_user._replace(values=ratings.by_user.values.astype(np.float32))
    mean = np.float32(ratings.mean)
    sgd_fast.svdpp_epoch(groups, by_user, mean, steps(5, np.float32), found, copies)
    bu, bi, pu, qi, yj = expected
    curvature = float(sgd_fast.CURVATURE)
    for first in range(0, len(groups) - 1, n_tasks):
        parts = [
            [row for row in rows if groups[first + t] <= row[0] < groups[first + t + 1]]
            for t in range(n_tasks)
        ]
        own = [(bi.copy(), qi.copy(), yj.copy()) for _ in parts]
        for part, (b, q, y) in zip(parts, own, strict=True):
            reference.svdpp_updates(part, ratings.mean, RATES, REGS, bu, b, pu, q, y)
        for i in range(N_MOVIES):
            seen = [sum(row[1] == i for row in part) for part in parts]
            visits = [
                sum(sum(other[0] == row[0] for other in part) for row in part if row[1] == i)
                for part in parts
            ]
            bi[i] = reference.merged(bi[i], [o[0][i] for o in own], [RATES[1] * n for n in seen])
            strengths = [RATES[3] * curvature * n for n in seen]
            qi[i] = reference.merged(qi[i].copy(), [o[1][i] for o in own], strengths)
            strengths = [RATES[4] * curvature * n for n in visits]
            yj[i] = reference.merged(yj[i].copy(), [o[2][i] for o in own], strengths)
    for ours, theirs in zip(learned(found), learned(expected), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=5e-6)


def test_fast_fit_when_the_number_of_threads_changes_then_the_same_bits():
    import numba

    ratings, _ = matrix(9)
    ratings = RatingMatrix(
        by_user=ratings.by_user._replace(values=ratings.by_user.values.astype(np.float32)),
        by_movie=ratings.by_movie,
        mean=ratings.mean,
    )
    options = numba_engine.SgdOptions(
        n_factors=N_FACTORS,
        n_epochs=3,
        init_mean=0.0,
        init_std_dev=0.1,
        rates=tuple(RATES),
        regs=tuple(REGS),
    )
    found = []
    for threads in (numba.get_num_threads(), 1):
        before = numba.get_num_threads()
        numba.set_num_threads(threads)
        try:
            rng = np.random.RandomState(3)
            found.append(numba_engine.fit_svdpp(ratings, options, rng, exact=False))
        finally:
            numba.set_num_threads(before)
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)
