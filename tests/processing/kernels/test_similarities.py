import numpy as np
import pytest
import surprise.similarities

from processing.kernels.arrays import Biases
from processing.models import neighbours
from processing.models.matrix import RatingMatrix, compact
from processing.models.neighbours import Measure, packed, similarities, triangle_of, unpacked
from processing.models.surprise_engine import trainset
from tests import reference
from tests.builders import dense, random_rows, ratings_of

MEASURES = ["msd", "cosine", "pearson", "pearson_baseline"]
ROWS = [*random_rows(3, 40, 30, 0.3), (9_999, 1, 3), (9_998, 4, 5), (9_998, 7, 5)]


def _biases(matrix):
    rng = np.random.default_rng(0)
    return rng.normal(0, 0.3, matrix.by_user.n_rows), rng.normal(0, 0.3, matrix.by_movie.n_rows)


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("min_support", [1, 4])
@pytest.mark.parametrize("name", MEASURES)
@pytest.mark.parametrize("user_based", [True, False])
def test_similarities_when_surprise_computes_them_then_equal(user_based, name, min_support, exact):
    ratings = ratings_of(ROWS)
    matrix, _ = compact(ratings)
    theirs = trainset(matrix, ratings.scale)
    biases, sides, by_y = _biases(matrix), (matrix.by_user, matrix.by_movie), theirs.ir
    if not user_based:
        biases, sides, by_y = biases[::-1], sides[::-1], theirs.ur
    baseline = (matrix.mean, *biases, 100) if name == "pearson_baseline" else ()
    function = getattr(surprise.similarities, name)
    expected = function(sides[0].n_rows, by_y, min_support, *baseline)
    measure = Measure(name=name, min_support=min_support)
    found = similarities(*sides, measure, Biases(matrix.mean, *biases), exact=exact)
    assert found.dtype == (np.float64 if exact else np.float32)
    np.testing.assert_allclose(found, expected, atol=1e-15 if exact else 1e-6)


@pytest.mark.parametrize("name", MEASURES)
def test_similarities_when_compared_with_the_twin_then_equal(name):
    ratings = ratings_of(ROWS, titled=[10_000])  # and a movie without ratings
    matrix = RatingMatrix.of(ratings)
    zeros = np.zeros(ratings.n_users), np.zeros(ratings.n_movies)
    sides, biases = (matrix.by_movie, matrix.by_user), Biases(3.01, *zeros[::-1])
    found = similarities(*sides, Measure(name=name), biases, exact=True)
    table = dense(ratings).T - (3.01 if name == "pearson_baseline" else 0)
    for a in range(0, len(table), 3):
        for b in range(len(table)):
            expected, _ = reference.similarity(table[a], table[b], name)
            assert found[a, b] == pytest.approx(1 if a == b else expected, abs=1e-12)


@pytest.mark.parametrize("rows", [[(1, 1, 3)], [(1, 1, 3), (1, 2, 4)], [(1, 1, 3), (2, 2, 3)]])
@pytest.mark.parametrize("name", MEASURES)
def test_similarities_when_there_is_next_to_nothing_then_nothing_in_common(name, rows):
    ratings = ratings_of(rows)
    matrix = RatingMatrix.of(ratings)
    zeros = np.zeros(ratings.n_users), np.zeros(ratings.n_movies)
    sides, biases = (matrix.by_user, matrix.by_movie), Biases(3.0, *zeros)
    found = similarities(*sides, Measure(name=name), biases, exact=False)
    np.testing.assert_array_equal(found, np.eye(ratings.n_users))


def test_similarities_when_there_are_many_common_ratings_then_float32_sums_are_near(monkeypatch):
    n = 60_000
    rng = np.random.default_rng(1)
    first = rng.integers(1, 6, n)
    second = np.clip(first + rng.integers(-1, 2, n), 1, 5)
    rows = [(u, 1, r) for u, r in enumerate(first)] + [(u, 2, r) for u, r in enumerate(second)]
    matrix = RatingMatrix.of(ratings_of(rows))
    arguments = (matrix.by_movie, matrix.by_user, Measure(name="pearson_baseline"))
    biases = Biases(matrix.mean, np.zeros(2), rng.normal(0, 0.3, n))
    few, exact = (similarities(*arguments, biases, exact=exact) for exact in (False, True))
    np.testing.assert_allclose(few, exact, atol=5e-3)
    monkeypatch.setattr(neighbours, "MOST_ENTRIES", n)
    np.testing.assert_allclose(similarities(*arguments, biases, exact=False), exact, rtol=1e-5)


def test_packed_when_unpacked_then_the_same():
    square = np.random.default_rng(0).integers(-99, 99, (7, 7)).astype(np.int16)
    square = np.tril(square, -1) + np.tril(square, -1).T
    np.fill_diagonal(square, neighbours.SHORT_UNIT)
    np.testing.assert_array_equal(unpacked(triangle_of(packed(square), np.arange(7))), square)


def test_unpacked_when_rows_were_ranked_then_in_their_own_order():
    order = np.array([2, 0, 1])
    found = unpacked(triangle_of(np.array([0.1, 0.2, 0.3]), order))  # ranks (1, 0), (2, 0), (2, 1)
    np.testing.assert_array_equal(found, [[1, 0.3, 0.1], [0.3, 1, 0.2], [0.1, 0.2, 1]])


@pytest.mark.parametrize("name", MEASURES)
def test_similarities_when_rows_are_long_then_every_few_of_the_shorter_ones_entries_count(
    name, monkeypatch
):
    monkeypatch.setattr(neighbours, "MOST_ENTRIES", 5)
    ratings = ratings_of(ROWS)
    matrix = RatingMatrix.of(ratings)
    zeros = np.zeros(ratings.n_users), np.zeros(ratings.n_movies)
    sides, biases = (matrix.by_movie, matrix.by_user), Biases(3.01, *zeros[::-1])
    found = similarities(*sides, Measure(name=name), biases, exact=False)
    table = dense(ratings).T - (3.01 if name == "pearson_baseline" else 0)
    order = np.argsort(-sides[0].counts, kind="stable")
    n_thinned = 0
    for rank, a in enumerate(order):
        rated = np.flatnonzero(~np.isnan(table[a]))
        step = -(-len(rated) // 5) if len(rated) > 5 else 1
        few = np.full_like(table[a], np.nan)
        few[rated[::step]] = table[a][rated[::step]]
        n_thinned += step > 1
        for b in order[:rank]:
            expected, n = reference.similarity(few, table[b], name)
            if name == "pearson_baseline" and n > 1:
                many = n * step - 1
                expected *= (n - 1 + 100) / (n - 1) * many / (many + 100)
            assert found[a, b] == pytest.approx(expected, abs=1e-5)
    assert n_thinned > 10
