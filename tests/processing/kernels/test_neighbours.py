import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processing.kernels.neighbours import nearest_rows, neighbour_ratings, strongest_reasons
from tests import reference
from tests.builders import dense, random_rows, ratings_of


def _nearest(ratings, values, k, shrinkage, n_tasks=3):
    by_user, by_movie = ratings.by_user, ratings.by_movie
    matrix = dense(ratings, values)
    transposed = matrix[by_movie.indices, by_movie.rows()].astype(np.float32)
    ids = np.full((ratings.n_users, k), -1, np.int32)
    sims = np.zeros((ratings.n_users, k), np.float32)
    supports = np.zeros((ratings.n_users, k), np.int32)
    nearest_rows(
        by_user.indptr,
        by_user.indices,
        values,
        by_movie.indptr,
        by_movie.indices,
        transposed,
        shrinkage,
        n_tasks,
        ids,
        sims,
        supports,
    )
    return ids, sims, supports


@pytest.mark.parametrize("k", [1, 5, 60])
def test_nearest_rows_when_compared_with_the_twin_then_equal(k):
    ratings = ratings_of(random_rows(1))
    values = (ratings.by_user.values - 3.01).astype(np.float32)
    ids, sims, supports = _nearest(ratings, values, k, 100.0)
    expected = reference.nearest_rows(dense(ratings, values), k, 100.0)
    for row, near in enumerate(expected):
        n = len(near)
        assert ids[row, :n].tolist() == [b for b, _, _ in near]
        np.testing.assert_allclose(sims[row, :n], [s for _, s, _ in near], rtol=1e-5)
        assert supports[row, :n].tolist() == [count for _, _, count in near]
        assert (ids[row, n:] == -1).all()


@pytest.mark.parametrize("n_tasks", [1, 2, 8])
def test_nearest_rows_when_dealt_to_other_tasks_then_the_same_bits(n_tasks):
    ratings = ratings_of(random_rows(2))
    values = (ratings.by_user.values - 3.01).astype(np.float32)
    for found, wanted in zip(
        _nearest(ratings, values, 7, 10.0, n_tasks), _nearest(ratings, values, 7, 10.0), strict=True
    ):
        np.testing.assert_array_equal(found, wanted)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=20, deadline=None)
def test_neighbour_ratings_when_compared_with_the_twin_then_equal(seed):
    ratings = ratings_of([*random_rows(seed, 12, 9, 0.4), (7, 1, 3, 0)])
    rng = np.random.default_rng(seed)
    neighbours = rng.integers(-1, ratings.n_users, (ratings.n_users, 6)).astype(np.int32)
    neighbours = -np.sort(-neighbours, axis=1)  # -1 only at the end
    users, movies = np.indices((ratings.n_users, ratings.n_movies)).reshape(2, -1).astype(np.int32)
    out = np.empty((len(users), 3), np.float32)
    csr = ratings.by_user
    neighbour_ratings(neighbours, csr.indptr, csr.indices, csr.values, users, movies, out)
    for row, column, found in zip(users, movies, out, strict=True):
        expected = reference.neighbour_ratings(neighbours, dense(ratings), row, column, 3)
        assert found[: len(expected)].tolist() == expected
        assert np.isnan(found[len(expected) :]).all()


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=20, deadline=None)
def test_strongest_reasons_when_compared_with_the_twin_then_equal(seed):
    ratings = ratings_of([*random_rows(seed, 10, 8, 0.5), (7, 1, 3, 0)])
    rng = np.random.default_rng(seed)
    deviations = rng.normal(0, 1, ratings.n_ratings).astype(np.float32)
    near = np.full((ratings.n_movies, 4), -1, np.int32)
    sims = np.zeros((ratings.n_movies, 4), np.float32)
    for movie in range(ratings.n_movies):
        others = rng.permutation([m for m in range(ratings.n_movies) if m != movie])
        n = min(rng.integers(0, 5), len(others))
        near[movie, :n] = others[:n]
        sims[movie, :n] = -np.sort(-rng.random(n))
    lists = [
        [(j, s) for j, s in zip(near[m], sims[m], strict=True) if j >= 0]
        for m in range(ratings.n_movies)
    ]
    users, movies = np.indices((ratings.n_users, ratings.n_movies)).reshape(2, -1).astype(np.int32)
    ids = np.full((len(users), 2), -1, np.int32)
    shares = np.zeros((len(users), 2), np.float32)
    csr = ratings.by_user
    strongest_reasons(near, sims, csr.indptr, csr.indices, deviations, users, movies, ids, shares)
    matrix = dense(ratings, deviations)
    for n, (row, column) in enumerate(zip(users, movies, strict=True)):
        expected = reference.strongest_reasons(lists, matrix, row, column, 2)
        assert ids[n].tolist() == [j for j, _ in expected] + [-1] * (2 - len(expected))
        np.testing.assert_allclose(shares[n][: len(expected)], [s for _, s in expected], rtol=1e-5)
