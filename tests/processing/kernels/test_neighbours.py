import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processing.kernels.arrays import Cells, Neighbours
from processing.kernels.neighbours import Opinions, opinions_of_columns, opinions_of_rows
from tests import reference
from tests.builders import dense, random_rows, ratings_of


def _lists(rng, n, k):
    """Random lists of neighbours, of any length, best first."""
    near = np.full((n, k), -1, np.int32)
    sims = np.zeros((n, k), np.float32)
    for row in range(n):
        others = rng.permutation([other for other in range(n) if other != row])
        length = min(rng.integers(0, k + 1), len(others))
        near[row, :length] = others[:length]
        sims[row, :length] = -np.sort(-rng.random(length) - 0.01)
    return Neighbours(near, sims, np.zeros_like(near))


@pytest.mark.parametrize(("k", "n_shown"), [(2, 3), (4, 0), (0, 2), (1, 1)])
@pytest.mark.parametrize("of_rows", [True, False])
@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=10, deadline=None)
def test_opinions_when_compared_with_the_twin_then_equal(of_rows, k, n_shown, seed):
    ratings = ratings_of([*random_rows(seed, 12, 9, 0.4), (7, 1, 3, 0)])
    rng = np.random.default_rng(seed)
    neighbours = _lists(rng, ratings.n_users if of_rows else ratings.n_movies, 6)
    near, sims, _ = neighbours
    biases = rng.normal(0, 1, len(near))
    users, movies = np.indices((ratings.n_users, ratings.n_movies)).reshape(2, -1).astype(np.int32)
    some = rng.integers(0, len(users), 150)  # some of them twice
    some = some if rng.random() < 0.5 else np.sort(some)
    users, movies = users[some], movies[some]
    sums = np.full((len(users), 3 if k else 0), 99.0)
    shown = np.full((len(users), n_shown), 99, np.float32)
    arrays, cells = (neighbours, ratings.by_user, biases), Cells(users, movies)
    if of_rows:
        opinions_of_rows(*arrays, ratings.n_movies, cells, Opinions(k, sums, shown))
    else:
        n_rated = opinions_of_columns(*arrays, cells, Opinions(k, sums, shown))
        assert n_rated == (ratings.locate(users, movies) >= 0).sum()
    matrix = dense(ratings) if of_rows else dense(ratings).T
    asked = zip(users, movies, strict=True) if of_rows else zip(movies, users, strict=True)
    for n, (row, column) in enumerate(asked):
        lists = [(b, s) for b, s in zip(near[row], sims[row], strict=True) if b >= 0]
        expected = reference.neighbour_ratings(near, matrix, row, column, n_shown)
        assert shown[n, : len(expected)].tolist() == expected
        assert np.isnan(shown[n, len(expected) :]).all()
        if k:
            expected = reference.neighbour_sums(lists, matrix, biases, column, k)
            np.testing.assert_allclose(sums[n], expected, rtol=1e-12, atol=1e-12)


def test_opinions_of_rows_when_cells_are_few_then_as_when_they_are_many():
    ratings = ratings_of(random_rows(5, 20, 400, 0.5))
    rng = np.random.default_rng(0)
    neighbours = _lists(rng, ratings.n_users, 9)
    biases = rng.normal(0, 1, ratings.n_users)
    users, movies = np.indices((ratings.n_users, ratings.n_movies)).reshape(2, -1).astype(np.int32)
    arrays = (neighbours, ratings.by_user, biases, ratings.n_movies)
    sums, shown = np.empty((len(users), 3)), np.empty((len(users), 2), np.float32)
    opinions_of_rows(*arrays, Cells(users, movies), Opinions(4, sums, shown))
    some = np.arange(3, len(users), 211)  # two of a user
    some = np.sort(np.concatenate((some, some[::5])))  # and some of them twice
    few_sums, few_shown = np.empty((len(some), 3)), np.empty((len(some), 2), np.float32)
    opinions_of_rows(*arrays, Cells(users[some], movies[some]), Opinions(4, few_sums, few_shown))
    np.testing.assert_array_equal(few_sums, sums[some])
    np.testing.assert_array_equal(few_shown, shown[some])
