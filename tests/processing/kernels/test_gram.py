"""Sums of products of whole grades, against dense matrices."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from processing.kernels.arrays import Csr
from processing.kernels.gram import add_products, add_products_of_part


def _csr(matrix, there):
    """Rows of a matrix, with the entries that are `there`, be they 0."""
    rows, columns = np.nonzero(there)
    indptr = np.concatenate(([0], np.cumsum(np.bincount(rows, minlength=len(matrix)))))
    return Csr(indptr, columns.astype(np.int32), matrix[rows, columns].astype(np.int8))


def _made(seed, n_users, n_movies):
    rng = np.random.default_rng(seed)
    there = rng.random((n_users, n_movies)) < rng.choice([0.0, 0.2, 0.7, 1.0])
    return rng, there, np.where(there, rng.integers(0, 21, there.shape), 0)


sizes = st.tuples(st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(1, 14))


@given(sizes)
@settings(max_examples=40, deadline=None)
def test_products_when_compared_with_a_dense_product_then_equal(size):
    rng, there, grades = _made(*size)
    n = grades.shape[1]
    out = rng.integers(-9, 9, (n, n)).astype(np.int32)
    expected = out + np.tril(grades.T @ grades)
    by_movie, by_user = _csr(grades.T, there.T), _csr(grades, there)
    places = by_movie.indptr[:-1].copy()
    for last in (1, len(grades) // 2, len(grades)):
        for movies in np.array_split(rng.permutation(n), 3):
            add_products(movies, by_movie, by_user, places, last, out)
    np.testing.assert_array_equal(out, expected)


@given(sizes, st.sampled_from([0.0, 0.3, 1.0]), st.sampled_from([1, -1]))
@settings(max_examples=60, deadline=None)
def test_products_of_a_part_when_added_or_taken_away_then_as_by_two_dense_products(
    size, share, sign
):
    rng, there, grades = _made(*size)
    n = grades.shape[1]
    part = there & (rng.random(there.shape) < share)
    rest = np.where(part, 0, grades)
    out = np.zeros((n, n), np.int32)
    of_part, by_movie = _csr(sign * grades, part), _csr(sign * grades.T, part.T)
    add_products_of_part(rng.permutation(n), by_movie, of_part, _csr(grades, there), out)
    both = np.tril(out) + np.triu(out, 1).T
    np.testing.assert_array_equal(both, sign * np.tril(grades.T @ grades - rest.T @ rest))
