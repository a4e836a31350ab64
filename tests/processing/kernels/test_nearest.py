import numpy as np
import pytest

from processing.kernels.arrays import Neighbours
from processing.kernels.nearest import nearest_candidates, nearest_rows, times_dense
from processing.models import neighbours
from processing.models.matrix import transposed
from processing.models.neighbours import (
    MEASURES,
    SHRUNK_CORRELATION,
    Measure,
    all_similarities,
    baseline_of,
    nearest,
    unpacked,
)
from tests import reference
from tests.builders import dense, random_rows, ratings_of

ROWS = [*random_rows(1), (9_999, 1, 3)]


def _lists(n, k):
    shape = (n, k)
    return Neighbours(
        np.full(shape, 7, np.int32), np.zeros(shape, np.float32), np.zeros(shape, np.int32)
    )


def _check(found, expected, rtol=1e-5):
    ids, sims, supports = found
    for row, near in enumerate(expected):
        n = len(near[: ids.shape[1]])
        np.testing.assert_allclose(sims[row, :n], [s for _, s, _ in near[:n]], rtol=rtol)
        support = {b: count for b, _, count in near}
        value = {b: s for b, s, _ in near}
        for place in range(n):
            b = ids[row, place]
            assert sims[row, place] == pytest.approx(value[b], rel=rtol)
            assert supports[row, place] == support[b]
        assert len(set(ids[row, :n])) == n
        assert (ids[row, n:] == -1).all()
        assert (sims[row, n:] == 0).all()
        assert (supports[row, n:] == 0).all()


def _run(kernel, side, other, name, k, *more):
    found = _lists(side.n_rows, k)
    formula = Measure(name=name).formula()
    if kernel is nearest_rows:
        rows = np.arange(side.n_rows)[::-1].copy()
        nearest_rows(rows, side, other, formula, found)
        found = Neighbours(*(array[::-1] for array in found))
    else:
        nearest_candidates(side, other.n_rows, *more, formula, found)
    return found


@pytest.mark.parametrize("name", MEASURES)
@pytest.mark.parametrize("k", [1, 5, 60])
def test_nearest_rows_when_compared_with_the_twin_then_equal(k, name):
    ratings = ratings_of(ROWS, titled=[10_000])
    side = ratings.by_user
    side = side._replace(values=(side.values - 3.01).astype(np.float64))
    found = _run(nearest_rows, side, transposed(side, ratings.n_movies), name, k)
    expected = reference.nearest_rows(dense(ratings, side.values), 60, 100.0, name)
    _check(found, expected)


@pytest.mark.parametrize("name", MEASURES)
def test_nearest_candidates_when_all_rows_are_candidates_then_as_the_twin(name):
    ratings = ratings_of(ROWS, titled=[10_000])
    side = ratings.by_user
    side = side._replace(values=(side.values - 3).astype(np.float32))  # some deviations are 0
    n = side.n_rows
    candidates = np.tile(np.arange(-1, n, dtype=np.int32), (n, 1))
    order = np.random.default_rng(0).permutation(n)
    other = transposed(side, ratings.n_movies)
    found = _run(nearest_candidates, side, other, name, 6, order, candidates)
    _check(found, reference.nearest_rows(dense(ratings, side.values), n, 100.0, name), rtol=1e-4)


def test_nearest_candidates_when_some_are_candidates_then_only_these():
    ratings = ratings_of(ROWS)
    side = ratings.by_user
    n = side.n_rows
    candidates = np.stack([(np.arange(n) + step) % n for step in (1, 2, 3)], 1).astype(np.int32)
    other = transposed(side, ratings.n_movies)
    ids, _, _ = _run(nearest_candidates, side, other, "msd", 2, np.arange(n), candidates)
    assert all(set(ids[row]) - {-1} <= set(candidates[row]) for row in range(n))


@pytest.mark.parametrize("user_based", [True, False])
@pytest.mark.parametrize("exact_pairs", [0, 10**9])
@pytest.mark.parametrize("dense_limit", [0, 10**9])
def test_nearest_when_found_in_each_way_then_as_the_twin(
    dense_limit, exact_pairs, user_based, monkeypatch
):
    monkeypatch.setattr(neighbours, "DENSE_LIMIT", dense_limit)
    monkeypatch.setattr(neighbours, "EXACT_PAIRS", exact_pairs)
    ratings = ratings_of(ROWS, titled=[10_000])
    near = nearest(ratings, user_based)
    mean, user_biases, movie_biases = baseline_of(ratings)
    table = dense(ratings) - mean - user_biases[:, None] - movie_biases
    table = table if user_based else table.T
    expected = reference.nearest_rows(table, len(table), 100.0)
    _check(near, expected, 1e-4)


@pytest.mark.parametrize("user_based", [True, False])
def test_all_similarities_when_kept_short_then_rounded(user_based, monkeypatch):
    ratings, again = ratings_of(ROWS), ratings_of(ROWS)
    triangle = all_similarities(ratings, user_based, SHRUNK_CORRELATION).sims
    assert triangle.dtype == np.float32
    monkeypatch.setattr(neighbours, "FLOAT_LIMIT", 0)
    short = all_similarities(again, user_based, SHRUNK_CORRELATION)
    assert short.sims.dtype == np.int16
    np.testing.assert_array_equal(short.sims, np.rint(triangle.astype(float) * 32_767))
    table = unpacked(short) / 32_767
    near = nearest(again, user_based)
    for row in range(len(table)):
        ids = near.ids[row][near.ids[row] >= 0]
        others = np.flatnonzero((table[row] > 0) & (np.arange(len(table)) != row))
        best = sorted(others, key=lambda b: (-table[row, b], b))
        assert ids.tolist() == best[: near.ids.shape[1]]


def test_nearest_when_asked_again_then_remembered():
    ratings = ratings_of(ROWS)
    assert nearest(ratings, True) is nearest(ratings, True)
    assert nearest(ratings, True) is not nearest(ratings, True, Measure(name="msd"))


def test_times_dense_when_compared_with_numpy_then_equal():
    ratings = ratings_of(ROWS, titled=[10_000])
    side = ratings.by_user
    other = np.random.default_rng(0).normal(0, 1, (ratings.n_movies, 5)).astype(np.float32)
    out = np.empty((ratings.n_users, 5), np.float32)
    times_dense(side, other, out)
    np.testing.assert_allclose(out, np.nan_to_num(dense(ratings)) @ other, rtol=1e-4, atol=1e-5)
