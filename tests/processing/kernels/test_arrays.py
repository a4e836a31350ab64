"""Rows of a sparse matrix, taken and turned."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import dense, random_rows, ratings_of


def _dense(csr, n_columns):
    out = np.full((csr.n_rows, n_columns), np.nan)
    out[csr.rows(), csr.indices] = csr.values
    return out


def _made(seed):
    ratings = ratings_of([*random_rows(seed, 8, 9), (7, 1, 3, 0)], titled=[500])
    return ratings.part(ratings.by_user.rows() != 2)


@given(st.integers(0, 2**32 - 1), st.lists(st.integers(0, 5), max_size=9))
@settings(max_examples=40, deadline=None)
def test_rows_when_taken_then_those_in_the_order_given(seed, rows):
    ratings = _made(seed)
    rows = [row for row in rows if row < ratings.n_users]
    taken = ratings.by_user.take(np.array(rows, np.int32))
    assert taken.n_rows == len(rows)
    np.testing.assert_array_equal(_dense(taken, ratings.n_movies), dense(ratings)[rows])


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_entries_when_some_are_marked_then_those_alone(seed):
    ratings = _made(seed)
    kept = ratings.by_user.values >= 4
    given = dense(ratings)
    found = _dense(ratings.by_user.where(kept), ratings.n_movies)
    np.testing.assert_array_equal(found, np.where(given >= 4, given, np.nan))


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_matrix_when_transposed_then_by_movie(seed):
    ratings = _made(seed)
    turned = ratings.by_user.transposed(ratings.n_movies)
    for name in ("indptr", "indices", "values"):
        one, other = getattr(turned, name), getattr(ratings.by_movie, name)
        np.testing.assert_array_equal(one, other)
    assert turned.indices.dtype == np.int32
    back = turned.transposed(ratings.n_users)
    np.testing.assert_array_equal(_dense(back, ratings.n_movies), dense(ratings))
