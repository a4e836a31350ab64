import numpy as np
import pytest

from processing.kernels.arrays import Biases
from processing.kernels.predict import LinearArrays, Wanted, add_neighbours, linear_scores
from tests import reference
from tests.builders import random_rows, ratings_of
from tests.contracts import pairs


def test_linear_scores_when_computed_by_hand_then_equal():
    out = np.empty(2)
    arrays = LinearArrays(
        mean=3.0,
        user_biases=np.array([0.5, -0.5]),
        movie_biases=np.array([0.25]),
        user_factors=np.array([[1.0, 2.0], [0.0, 1.0]]),
        movie_factors=np.array([[0.5, -1.0]]),
    )
    linear_scores(arrays, np.array([0, 1], np.int32), np.array([0, 0], np.int32), out)
    assert out.tolist() == [3 + 0.5 + 0.25 + 0.5 - 2, 3 - 0.5 + 0.25 - 1]


def test_linear_scores_when_unknown_then_what_is_known_is_left():
    arrays = LinearArrays(3.0, np.array([0.5]), np.array([0.25]), np.ones((1, 2)), np.ones((1, 2)))
    out = np.empty(3)
    users, movies = np.array([-1, 0, -1], np.int32), np.array([0, -1, -1], np.int32)
    linear_scores(arrays, users, movies, out)
    assert out.tolist() == [3.25, 3.5, 3.0]


@pytest.mark.parametrize(
    ("dtype", "in_triangle"),
    [(np.float64, False), (np.float64, True), (np.float32, True), (np.int16, False)],
)
@pytest.mark.parametrize(("k", "min_k"), [(1, 1), (2, 3), (3, 2), (100, 1)])
def test_add_neighbours_when_similarities_tie_then_as_the_twin(k, min_k, dtype, in_triangle):
    ratings = ratings_of(random_rows(3, 20, 12, 0.5))
    rng = np.random.default_rng(0)
    sims = (rng.integers(-2, 3, (20, 20)) / 2).astype(dtype)  # many ties, zeros and negatives
    x_biases, y_biases = rng.normal(0, 1, 20), rng.normal(0, 1, 12)
    if in_triangle:
        sims = np.tril(sims, -1) + np.tril(sims, -1).T + np.eye(20, dtype=dtype)
    given = sims[np.tril_indices(20, -1)].reshape(1, -1) if in_triangle else sims
    users, movies = pairs(ratings)
    csr = ratings.by_movie
    out = 3.0 + x_biases[users] + y_biases[movies]
    order = rng.permutation(len(users))
    found = np.full(len(users), -1, np.int32)
    wanted, biases = Wanted(order, users, movies, out, found), Biases(3.0, x_biases, y_biases)
    add_neighbours(biases, given, csr, wanted, k, min_k)
    raters = [
        list(zip(csr.indices[a:b], csr.values[a:b], strict=True))
        for a, b in zip(csr.indptr[:-1], csr.indptr[1:], strict=True)
    ]
    expected = [
        reference.knn_baseline(3.0, x_biases, y_biases, sims, raters[y], x, y, k, min_k)
        for x, y in zip(users, movies, strict=True)
    ]
    np.testing.assert_allclose(out, expected, rtol=1e-12)
    positive = [
        sum(sims[x][other] > 0 for other, _ in raters[y])
        for x, y in zip(users, movies, strict=True)
    ]
    np.testing.assert_array_equal(found, np.minimum(positive, k))
