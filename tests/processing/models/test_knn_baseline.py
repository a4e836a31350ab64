"""The fast engine's KNNBaseline where a side is too large for all similarities."""

from typing import ClassVar

import numpy as np
import pytest

from processing.data.rows import Scale
from processing.models import neighbour_search, neighbours
from processing.models.knn_baseline import DAMPING, KNNBaseline, Nearest
from processing.models.matrix import transposed
from processing.models.neighbours import SHRUNK_CORRELATION, baseline_of
from tests import reference
from tests.builders import dense, ratings_of, tasteful_rows
from tests.contracts import ModelContract, pairs


@pytest.fixture(autouse=True, scope="module")
def _nothing_fits_whole():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(neighbours, "DENSE_LIMIT", 0)
        patch.setattr(neighbours, "EXACT_PAIRS", 0)
        yield


class TestNearestUsers(ModelContract):
    model_class = KNNBaseline
    settings: ClassVar[dict] = {"similarity": "pearson_baseline"}


class TestNearestMovies(ModelContract):
    model_class = KNNBaseline
    settings: ClassVar[dict] = {"user_based": False, "similarity": "msd", "k": 7, "min_k": 2}


@pytest.mark.parametrize(("k", "min_k"), [(3, 1), (5, 4)])
@pytest.mark.parametrize("user_based", [True, False])
def test_predict_when_only_the_nearest_are_known_then_as_the_twin(user_based, k, min_k):
    ratings = ratings_of(tasteful_rows(4, n_users=30, n_movies=20))
    settings = {"user_based": user_based, "similarity": "pearson_baseline", "k": k, "min_k": min_k}
    model = KNNBaseline(KNNBaseline.Settings(**settings)).fit(ratings, 0)
    assert isinstance(model.arrays_, Nearest)
    near, sims = model.arrays_.near, model.arrays_.sims
    mean, *biases = baseline_of(ratings)
    table = dense(ratings)
    if not user_based:
        biases, table = biases[::-1], table.T
    users, movies = pairs(ratings)
    shuffled = np.random.default_rng(0).permutation(len(users))[:200]
    users, movies = users[shuffled], movies[shuffled]
    xs, ys = (users, movies) if user_based else (movies, users)
    expected = []
    for x, y in zip(xs, ys, strict=True):
        lists = [(b, s) for b, s in zip(near[x], sims[x], strict=True) if b >= 0]
        n, total, above = reference.neighbour_sums(lists, table, biases[0], y, k)
        term = (above - total * (mean + biases[1][y])) / (total + DAMPING) if n >= min_k else 0
        expected.append(mean + biases[0][x] + biases[1][y] + term)
    found = model.predict(users, movies)
    np.testing.assert_allclose(found, np.clip(expected, 1, 5), rtol=1e-5)


def test_save_when_there_are_half_stars_then_they_come_back(tmp_path):
    rows = [(u, i, r - 0.5, d) for u, i, r, d in tasteful_rows(4, n_users=30, n_movies=20)]
    ratings = ratings_of(rows, scale=Scale(low=0.5, high=5.0, step=0.5))
    model = KNNBaseline(KNNBaseline.Settings()).fit(ratings, 0)
    model.save(tmp_path)
    loaded = KNNBaseline.load(tmp_path)
    np.testing.assert_array_equal(loaded.arrays_.values, ratings.by_user.values)


def test_candidates_when_tastes_are_two_then_of_the_same_taste():
    ratings = ratings_of(tasteful_rows(4, n_users=200, n_movies=60))
    by_user, by_movie = (
        neighbours.measured_side(ratings, of_users, SHRUNK_CORRELATION)
        for of_users in (True, False)
    )
    found, order = neighbour_search.find_candidates(by_user, by_movie, 10)
    assert found.shape == (ratings.n_users, 11)
    assert sorted(order) == list(range(ratings.n_users))
    same = found[:, 1:] % 2 == np.arange(ratings.n_users)[:, None] % 2
    assert same.mean() > 0.95


def test_candidates_when_found_again_then_the_same():
    ratings = ratings_of(tasteful_rows(4, n_users=200, n_movies=60))
    side = ratings.by_user
    side = side._replace(values=side.values - np.float32(3))
    other = transposed(side, ratings.n_movies)
    once, again = (neighbour_search.find_candidates(side, other, 10) for _ in range(2))
    np.testing.assert_array_equal(once[0], again[0])
    np.testing.assert_array_equal(once[1], again[1])


def test_taste_vectors_when_compared_with_the_whole_decomposition_then_equal():
    ratings = ratings_of(tasteful_rows(4, n_users=50, n_movies=20))
    side = ratings.by_user
    side = side._replace(values=side.values - np.float32(3))
    found = neighbour_search.taste_vectors(side, transposed(side, ratings.n_movies), 3)
    left, strengths, _ = np.linalg.svd(np.nan_to_num(dense(ratings, side.values)))
    expected = left[:, :3] * strengths[:3]
    np.testing.assert_allclose(np.abs(found), np.abs(expected), atol=0.02 * strengths[0])
