"""The ranking models, each by the contract, and what is special about it."""

from typing import ClassVar

import numpy as np
import pytest

from processing.errors import ConfigError
from processing.kernels.arrays import Csr
from processing.ranking.ease import Ease
from processing.ranking.grades import Grading
from processing.ranking.gram import Grams
from processing.ranking.ials import ImplicitALS, ImplicitALSSettings
from processing.ranking.popularity import Popularity, PopularitySettings, recent_counts
from processing.ranking.registry import BASELINES, RANKINGS, RankingSpec, load_ranking
from tests.builders import ratings_of, tasteful_rows
from tests.contracts_ranking import RankingContract


class TestEase(RankingContract):
    model_class = Ease


class TestEaseOfFewWeights(RankingContract):
    model_class = Ease
    settings: ClassVar[dict] = {"reg": 20.0, "n_weights": 15}


class TestImplicitALS(RankingContract):
    model_class = ImplicitALS
    settings: ClassVar[dict] = {"n_factors": 6, "n_epochs": 3}


class TestPopularity(RankingContract):
    model_class = Popularity


class TestPopularityOfLate(RankingContract):
    model_class = Popularity
    settings: ClassVar[dict] = {"days": 90}


def test_rankings_when_listed_then_each_has_the_contract_here():
    tested = {each.model_class for each in RankingContract.__subclasses__()}
    assert {*RANKINGS.values()} <= tested
    assert {kind: model.kind for kind, model in RANKINGS.items()} == {k: k for k in RANKINGS}


def test_ranking_when_named_by_kind_then_made_and_read_back(tmp_path):
    ratings = ratings_of(tasteful_rows(1, 20, 10))
    for spec in BASELINES:
        assert isinstance(spec, RankingSpec)
        model = spec.blank().fit(ratings, 0)
        model.save(tmp_path / spec.name)
        loaded = load_ranking(spec.kind, tmp_path / spec.name)
        np.testing.assert_array_equal(
            loaded.scores(ratings.by_user), model.scores(ratings.by_user), strict=True
        )


@pytest.mark.parametrize("model", [Popularity, ImplicitALS])
def test_fit_when_a_model_needs_no_grams_then_none_are_summed_up(model, monkeypatch):
    def refuse(*_):
        raise AssertionError("a pass over the ratings, for nothing")

    monkeypatch.setattr(Grams, "of", refuse)
    model(model.Settings()).fit(ratings_of(tasteful_rows(1, 20, 10)), 0)


@pytest.mark.parametrize("kind", ["ease", "ials"])
def test_scores_when_tastes_are_planted_then_the_own_kind_of_movies_is_first(kind):
    ratings = ratings_of(tasteful_rows(11, density=0.3))
    settings: ClassVar[dict] = {"n_factors": 8} if kind == "ials" else {"reg": 20.0}
    model = RANKINGS[kind](RANKINGS[kind].Settings(**settings)).fit(ratings, 0)
    scores = model.scores(ratings.by_user)
    scores[ratings.by_user.rows(), ratings.by_user.indices] = np.nan
    own = np.arange(ratings.n_users)[:, None] % 2 == np.arange(ratings.n_movies) % 2
    mine, others = (
        np.nanmean(np.where(own, scores, np.nan), 1),
        np.nanmean(np.where(own, np.nan, scores), 1),
    )
    assert np.mean(mine > others) > 0.95


def _solved(targets, rated, factors, unrated, reg):
    """Factors of each row, one system at a time; `targets` and `rated` are dense."""
    out = np.zeros((len(targets), factors.shape[1]))
    for r, row in enumerate(rated):
        if row.any():
            own = factors[row]
            system = unrated * factors.T @ factors + own.T @ own
            system += reg * (row.sum() + unrated * len(factors)) * np.eye(factors.shape[1])
            out[r] = np.linalg.solve(system, own.T @ targets[r, row])
    return out


def test_ials_when_compared_with_its_equations_then_equal():
    ratings = ratings_of(tasteful_rows(2, 30, 20), titled=[9999])
    settings = ImplicitALSSettings(n_factors=5, n_epochs=3, unrated=0.2, reg=0.05, floor=0.3)
    model = ImplicitALS(settings).fit(ratings, 7)
    rated = np.zeros((ratings.n_users, ratings.n_movies), bool)
    rated[ratings.by_user.rows(), ratings.by_user.indices] = True
    targets = np.zeros(rated.shape)
    targets[rated] = 0.3 + 0.7 * (ratings.by_user.values - 1) / 4
    begin = np.random.default_rng(7).standard_normal((ratings.n_movies, 5)) * 0.1 / np.sqrt(5)
    movies = begin.astype(np.float32).astype(np.float64)
    for _ in range(3):
        people = _solved(targets, rated, movies, 0.2, 0.05)
        movies = _solved(targets.T, rated.T, people, 0.2, 0.05)
    people = _solved(targets, rated, movies, 0.2, 0.05)
    np.testing.assert_allclose(
        model.scores(ratings.by_user), people @ movies.T, rtol=1e-3, atol=2e-4
    )


def test_ials_when_ratings_are_more_than_it_is_worth_then_says_so():
    ratings = ratings_of(tasteful_rows(1, 20, 10))
    reason = ImplicitALS.too_large(ImplicitALSSettings(most_ratings=10), ratings)
    assert f"{ratings.n_ratings:,} ratings are more than 10," in reason
    exactly = ImplicitALSSettings(most_ratings=ratings.n_ratings)
    assert ImplicitALS.too_large(exactly, ratings) is None


@pytest.mark.parametrize(
    ("kind", "settings", "said"),
    [
        ("ials", {"floor": 1.5}, "floor"),
        ("ials", {"floor": -0.1}, "floor"),
        ("ials", {"unrated": 0}, "unrated"),
        ("ials", {"reg": 0}, "reg"),
        ("ials", {"n_factors": 0}, "n_factors"),
        ("ease", {"reg": 0}, "reg"),
        ("ease", {"dropout": 1.0}, "dropout"),
        ("ease", {"n_weights": 0}, "n_weights"),
        ("popularity", {"days": -1}, "days"),
    ],
)
def test_settings_when_out_of_range_then_refused_by_name(kind, settings, said):
    with pytest.raises(ConfigError, match=said):
        RANKINGS[kind].Settings(**settings)


DAYS = [(1, 1, 5, 100), (2, 1, 3, 11), (3, 1, 4, 10), (1, 2, 2, 91), (2, 2, 1, 1), (3, 3, 1, 90)]


@pytest.mark.parametrize(
    ("days", "expected"), [(0, [3, 2, 1]), (1, [1, 0, 0]), (10, [1, 1, 0]), (90, [2, 1, 1])]
)
def test_popularity_when_of_some_days_then_counts_those_up_to_the_last(days, expected):
    ratings = ratings_of(DAYS)
    model = Popularity(PopularitySettings(days=days)).fit(ratings, 0)
    assert model.arrays_.counts.tolist() == expected
    assert recent_counts(ratings, days).tolist() == expected
    assert model.scores(ratings.by_user).tolist() == [expected] * 3


def test_popularity_when_ratings_have_no_days_then_each_counts():
    ratings = ratings_of([row[:3] for row in DAYS])
    model = Popularity(PopularitySettings(days=1)).fit(ratings, 0)
    assert model.arrays_.counts.tolist() == [3, 2, 1]


def test_popularity_when_scores_are_changed_then_the_model_is_not():
    ratings = ratings_of(DAYS)
    model = Popularity(PopularitySettings()).fit(ratings, 0)
    model.scores(ratings.by_user)[:] = -1
    assert model.scores(ratings.by_user).tolist() == [[3, 2, 1]] * 3


def test_shares_when_graded_then_between_nothing_and_one():
    grading = Grading(1.0, 5.0, 4)
    stars = Csr(np.array([0, 3]), np.arange(3, dtype=np.int32), np.array([1, 4, 5], np.float32))
    shares = grading.shares(stars).values
    assert shares.dtype == np.float32
    assert shares.tolist() == [0, 0.75, 1]
