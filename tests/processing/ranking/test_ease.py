"""EASE: against its closed form in numpy, and which weights are kept."""

import numpy as np
import pytest

from processing.data.rows import Scale
from processing.errors import ModelError
from processing.ranking import ease
from processing.ranking.ease import Ease, EaseSettings, largest, solve
from processing.ranking.grades import Grading
from processing.ranking.gram import Grams
from tests.builders import random_rows, ratings_of, tasteful_rows


def _grades(ratings):
    """Users × movies, from 0 to 1."""
    out = np.zeros((ratings.n_users, ratings.n_movies))
    scale, csr = ratings.scale, ratings.by_user
    out[csr.rows(), csr.indices] = (csr.values - scale.low) / (scale.high - scale.low)
    return out


def _closed_form(x, reg, dropout):
    """B, as Steck's equation 8 has it, with what dropout adds to the diagonal."""
    gram = x.T @ x
    p = np.linalg.inv(
        gram + reg * np.eye(len(gram)) + dropout / (1 - dropout) * np.diag(np.diag(gram))
    )
    b = -p / np.diag(p)
    np.fill_diagonal(b, 0)
    return b


def _dense_weights(model):
    by_rated = model.arrays_.by_rated
    out = np.zeros((by_rated.n_rows, by_rated.n_rows), np.float32)
    out[by_rated.rows(), by_rated.indices] = by_rated.values
    return out


HALVES = Scale(low=0.5, high=5.0, step=0.5)


@pytest.mark.parametrize(("reg", "dropout"), [(2.0, 0.0), (5.0, 0.33), (50.0, 0.8)])
@pytest.mark.parametrize("scale", [None, HALVES])
def test_weights_when_all_are_kept_then_those_of_the_closed_form(reg, dropout, scale, monkeypatch):
    monkeypatch.setattr(ease, "BLOCK", 7)  # of 25 movies
    rows = random_rows(3, 50, 24, 0.4)
    ratings = ratings_of(rows, titled=[9999], **({"scale": scale} if scale else {}))
    settings = EaseSettings(reg=reg, dropout=dropout, n_weights=ratings.n_movies)
    model = Ease(settings).fit(ratings, 0)
    x = _grades(ratings)
    b = _closed_form(x, reg, dropout)
    np.testing.assert_allclose(_dense_weights(model), b, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(model.scores(ratings.by_user), x @ b, rtol=1e-4, atol=1e-5)
    terms = model.terms(ratings.by_user.take([4]), np.array([7, 2], np.int32))
    rated = np.flatnonzero(_rated(ratings)[4])
    expected = x[4, rated, None] * b[rated][:, [7, 2]]
    np.testing.assert_allclose(terms[:, 1:], expected.T, rtol=1e-4, atol=1e-6)
    assert model.cut() is None


def _rated(ratings):
    out = np.zeros((ratings.n_users, ratings.n_movies), bool)
    out[ratings.by_user.rows(), ratings.by_user.indices] = True
    return out


@pytest.mark.parametrize("n_weights", [1, 6, 19])
def test_weights_when_some_are_kept_then_the_largest_of_all(n_weights):
    ratings = ratings_of(random_rows(4, 60, 20, 0.5))
    model = Ease(EaseSettings(reg=5.0, n_weights=n_weights)).fit(ratings, 0)
    b = solve(Grams.of(ratings), model.settings)
    kept = _dense_weights(model)
    assert np.count_nonzero(kept) == n_weights * 20
    np.testing.assert_array_equal(kept[kept != 0], b[kept != 0])
    assert np.abs(kept[kept != 0]).min() >= np.abs(b[kept == 0]).max()
    assert (np.diff(model.arrays_.movies)[np.diff(model.arrays_.by_rated.rows()) == 0] > 0).all()


@pytest.mark.parametrize("n", [100, 101, 126])
def test_weights_when_found_on_a_sample_then_about_as_many(n, monkeypatch):
    monkeypatch.setattr(ease, "MOST_SAMPLED", 1000)
    monkeypatch.setattr(ease, "BLOCK", 32)
    weights = np.random.default_rng(n).normal(size=(n, n)).astype(np.float32).T
    np.fill_diagonal(weights, 0)
    kept = largest(weights, 20)
    assert 17 * n < len(kept.values) < 23 * n
    assert np.abs(kept.values).min() >= np.sort(np.abs(weights), axis=None)[-23 * n]
    np.testing.assert_array_equal(kept.values, weights[kept.rows(), kept.indices])


def test_weights_when_entries_are_nothing_then_not_kept():
    kept = largest(np.zeros((4, 4), np.float32), 2)
    assert kept.indptr.tolist() == [0] * 5


def test_fit_when_there_is_room_for_the_most_rated_alone_then_says_so(monkeypatch):
    ratings = ratings_of(tasteful_rows(5))
    model = Ease(EaseSettings(reg=5.0)).fit(ratings, 0, Grams.of(ratings, 25))
    assert model.cut() == "EASE knows the 25 most rated of 60 movies"
    known = np.sort(np.argsort(-ratings.movie_counts, kind="stable")[:25])
    b = np.zeros((60, 60))
    b[np.ix_(known, known)] = _closed_form(_grades(ratings)[:, known], 5.0, 0.33)
    np.testing.assert_allclose(_dense_weights(model), b, rtol=1e-3, atol=1e-6)


def test_fit_when_there_are_many_movies_then_solves_for_the_most_rated_alone(monkeypatch):
    monkeypatch.setattr(ease, "MOST_SOLVED", 25)
    ratings = ratings_of(tasteful_rows(5))
    model = Ease(EaseSettings(reg=5.0)).fit(ratings, 0)
    assert model.cut() == "EASE knows the 25 most rated of 60 movies"
    of_few = Ease(EaseSettings(reg=5.0)).fit(ratings, 0, Grams.of(ratings, 25))
    np.testing.assert_array_equal(_dense_weights(model), _dense_weights(of_few))


def test_fit_when_the_matrix_has_no_inverse_then_says_what_to_do():
    lower = np.full((3, 3), 90, np.int32)
    lower[np.arange(3), np.arange(3)] = 1  # no sums of squares and products are like this
    grams = Grams(np.arange(3, dtype=np.int32), lower, np.ones(3), Grading(1, 5, 4))
    with pytest.raises(ModelError, match=r"of 3 movies .* with reg 0\.1\. Use a larger reg"):
        solve(grams, EaseSettings(reg=0.1))


def test_fit_when_two_movies_are_rated_alike_then_still_solved():
    rows = [(u, m, 1 + u % 5) for u in range(40) for m in range(3)]
    ratings = ratings_of(rows)
    model = Ease(EaseSettings(reg=1.0, dropout=0.0)).fit(ratings, 0)
    np.testing.assert_allclose(
        _dense_weights(model), _closed_form(_grades(ratings), 1.0, 0.0), rtol=1e-3
    )


@pytest.mark.parametrize("scale", [None, HALVES])
def test_weights_when_only_watching_counts_then_those_of_ones(scale):
    rows = random_rows(3, 50, 24, 0.4)
    ratings = ratings_of(rows, **({"scale": scale} if scale else {}))
    settings = EaseSettings(reg=5.0, dropout=0.0, n_weights=ratings.n_movies, watched=True)
    model = Ease(settings).fit(ratings, 0, Grams.of(ratings))
    ones = _rated(ratings).astype(np.float64)
    b = _closed_form(ones, 5.0, 0.0)
    np.testing.assert_allclose(_dense_weights(model), b, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(model.scores(ratings.by_user), ones @ b, rtol=1e-4, atol=1e-5)


def test_too_large_when_only_watching_counts_then_beyond_so_many_ratings():
    ratings = ratings_of(random_rows(3, 50, 24, 0.4))
    few = EaseSettings(watched=True, most_ratings=ratings.n_ratings - 1)
    assert "are more than" in Ease.too_large(few, ratings)
    assert Ease.too_large(EaseSettings(watched=True), ratings) is None
    assert Ease.too_large(EaseSettings(most_ratings=1), ratings) is None


def test_too_large_when_only_watching_counts_then_beyond_so_many_movies():
    ratings = ratings_of(tasteful_rows(5))
    n = ratings.n_movies
    assert Ease.too_large(EaseSettings(watched=True, most_movies=n), ratings) is None
    reason = Ease.too_large(EaseSettings(watched=True, most_movies=n - 1), ratings)
    assert f"{n} movies are more than {n - 1}" in reason
