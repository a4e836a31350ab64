"""What orders visitors' lists: the arithmetic against a dense matrix, and exact parts."""

import numpy as np
import pytest

from processing.release import Affinity, AffinityAbout, Weights
from processing.release.schema import index_dtype

N_MOVIES = 40
VOTES = np.arange(N_MOVIES) ** 2
ABOUT = AffinityAbout(neutral=3.0, popularity=((0, 1.0), (3, 0.25), (10, 0.0)))
RATED, STARS = np.array([4, 9, 2, 21]), np.array([5.0, 3.0, 1.0, 4.0])


EVIDENT = np.random.default_rng(5).random((N_MOVIES, N_MOVIES)) < 0.5


@pytest.fixture(scope="module")
def dense():
    rng = np.random.default_rng(4)
    values = rng.integers(-127, 128, (N_MOVIES, N_MOVIES)).astype(np.int8)
    values[rng.random(values.shape) < 0.6] = 0
    return values, rng.uniform(0, 0.01, N_MOVIES).astype(np.float32)


@pytest.fixture(scope="module")
def affinity(dense):
    values, scales = dense
    rows, columns = np.nonzero(values)
    nothing = np.zeros(N_MOVIES + 1, np.int32)
    weights = Weights(
        indptr=np.searchsorted(rows, np.arange(N_MOVIES + 1)).astype(np.int32),
        movies=columns.astype(np.uint16),
        values=values[rows, columns],
        scales=scales,
        evident=np.packbits(EVIDENT[rows, columns], bitorder="little"),
        near_indptr=nothing,
        near_movies=np.empty(0, np.uint16),
    )
    return Affinity(ABOUT, weights, (1.0, 5.0), VOTES)


def test_order_when_some_are_rated_then_that_of_the_whole_matrix(affinity, dense):
    values, scales = dense
    b = values * scales.astype(np.float64)[:, None]
    expected = ((STARS - 3) / 4) @ b[RATED] + 0.25 * np.log(1 + VOTES)
    np.testing.assert_allclose(affinity.order(RATED, STARS), expected, rtol=1e-12, atol=1e-15)


def test_order_when_nothing_is_rated_then_by_votes(affinity):
    order = affinity.order(np.empty(0, np.int64), np.empty(0))
    assert np.argsort(-order, kind="stable").tolist() == list(range(N_MOVIES))[::-1]


def test_parts_when_summed_then_the_order_less_what_votes_add(affinity):
    listed = np.array([0, 39, 17, 4])
    parts = affinity.parts(RATED, STARS, listed)
    votes = 0.25 * np.log1p(VOTES[listed])
    np.testing.assert_allclose(
        parts.sum(axis=1) + votes, affinity.order(RATED, STARS)[listed], rtol=1e-12, atol=1e-15
    )
    assert (parts[:, 1] == 0).all()  # the neutral rating


@pytest.mark.parametrize(("n", "weight"), [(0, 1.0), (2, 1.0), (3, 0.25), (9, 0.25), (50, 0.0)])
def test_popularity_weight_when_so_many_are_rated_then_of_the_last_step(n, weight):
    assert ABOUT.popularity_weight(n) == weight


def test_index_dtype_when_there_are_many_movies_then_wide_enough():
    assert [index_dtype(n).itemsize for n in (1, 2**16, 2**16 + 1)] == [2, 2, 4]


def test_evident_when_asked_then_the_bits_of_the_pairs(affinity, dense):
    listed = np.arange(N_MOVIES)[::-1].copy()
    found = affinity.evident(RATED, listed)
    expected = (EVIDENT & (dense[0] != 0))[np.ix_(RATED, listed)].T
    assert 0 < expected.sum() < expected.size
    np.testing.assert_array_equal(found, expected)
