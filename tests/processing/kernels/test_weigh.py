"""Sums of sparse weights, against dense products and terms picked one by one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processing.kernels.arrays import Cells, Csr
from processing.kernels.weigh import Terms, add_rows, strongest_terms, write_terms


def _sparse(rng, shape, values, density=0.4):
    matrix = np.where(rng.random(shape) < density, values, 0).astype(np.float32)
    there = (matrix != 0) | (rng.random(shape) < 0.1)  # zeros may be stored too
    rows, columns = np.nonzero(there)
    indptr = np.concatenate(([0], np.cumsum(np.bincount(rows, minlength=shape[0]))))
    return matrix, Csr(indptr, columns.astype(np.int32), matrix[rows, columns])


def _made(seed, n_users=7, n_movies=11):
    """Grades in quarters and weights in eighths: their sums are exact in float32."""
    rng = np.random.default_rng(seed)
    grades, rated = _sparse(rng, (n_users, n_movies), rng.integers(0, 5, (n_users, n_movies)) / 4)
    weights, by_rated = _sparse(
        rng, (n_movies, n_movies), rng.integers(-4, 5, (n_movies, n_movies)) / 8
    )
    return rng, grades, rated, weights, by_rated


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_rows_when_added_then_as_the_dense_product(seed):
    rng, grades, rated, weights, by_rated = _made(seed)
    out = rng.integers(0, 5, grades.shape).astype(np.float32)
    expected = out + grades @ weights
    add_rows(rated, by_rated, out)
    np.testing.assert_array_equal(out, expected)


@given(st.integers(0, 2**32 - 1), st.integers(0, 6), st.integers(0, 10))
@settings(max_examples=40, deadline=None)
def test_terms_when_written_then_grade_times_weight_of_each_rated_movie(seed, user, target):
    _, _, rated, weights, by_rated = _made(seed)
    own = slice(rated.indptr[user], rated.indptr[user + 1])
    out = np.full(own.stop - own.start, np.nan)
    write_terms(rated, user, by_rated.transposed(11), target, out)
    np.testing.assert_array_equal(out, rated.values[own] * weights[rated.indices[own], target])


def _strongest(terms, movies, able, m):
    """The movies, if able, of the largest positive terms, with shares of all of these."""
    total = sum(term for term in terms if term > 0)
    named = [
        (-term, movie)
        for term, movie, may in zip(terms, movies, able, strict=True)
        if may and term > 0
    ]
    best = sorted(named)[:m]
    ids = [movie for _, movie in best] + [-1] * (m - len(best))
    return ids, [-term / total for term, _ in best] + [0.0] * (m - len(best))


@given(st.integers(0, 2**32 - 1), st.integers(1, 4))
@settings(max_examples=40, deadline=None)
def test_strongest_terms_when_compared_with_the_twin_then_equal(seed, m):
    rng, _, rated, weights, by_rated = _made(seed)
    liked = rng.random(len(rated.values)) < 0.6
    rows, columns = (
        part.ravel().astype(np.int32) for part in np.meshgrid(range(7), range(11), indexing="ij")
    )
    ids = np.full((len(rows), m), 77, np.int32)
    shares = np.full((len(rows), m), np.nan, np.float32)
    by_target = by_rated.transposed(11)
    evident = rng.random(len(by_target.values)) < 0.7
    may = np.zeros((11, 11), bool)
    may[by_target.rows(), by_target.indices] = evident
    strongest_terms(rated, liked, by_target, evident, Cells(rows, columns), Terms(ids, shares))
    for n, (user, target) in enumerate(zip(rows, columns, strict=True)):
        own = slice(rated.indptr[user], rated.indptr[user + 1])
        movies = rated.indices[own]
        terms = rated.values[own] * weights[movies, target]
        able = liked[own] & may[target, movies]
        expected = _strongest(terms.tolist(), movies.tolist(), able.tolist(), m)
        assert ids[n].tolist() == expected[0]
        assert shares[n].tolist() == pytest.approx(expected[1], rel=1e-6)
