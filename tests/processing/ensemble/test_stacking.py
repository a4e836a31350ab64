import numpy as np
import pytest

from processing.ensemble.features import CONTRIBUTIONS, NAMES
from processing.ensemble.stacking import Ensemble, EnsembleSettings
from processing.errors import ConfigError
from tests.builders import STARS

MEMBERS = {"one": "taste", "two": "similar_movies"}


def _rows(n, seed=0):
    """Two noisy views of a truth, and a feature that says which to believe."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(3, 0.8, n)
    which = rng.random(n) < 0.5
    noise = rng.normal(0, [[0.9], [0.2]], (2, n))
    scores = np.column_stack(
        [truth + np.where(which, noise[0], noise[1]), truth + np.where(which, noise[1], noise[0])]
    )
    given = np.full((n, len(NAMES)), np.nan, np.float32)
    given[:, :2] = 0
    given[:, 2] = which
    return scores.astype(np.float32), given, truth.clip(1, 5).astype(np.float32)


def _rmse(scores, ratings):
    return np.sqrt(np.mean((scores - ratings) ** 2))


@pytest.fixture(scope="module")
def ensemble():
    return Ensemble(EnsembleSettings(), MEMBERS, STARS).fit(*_rows(6_000), 0)


def test_predict_when_a_feature_says_whom_to_believe_then_far_better_than_members(ensemble):
    scores, given, ratings = _rows(3_000, seed=1)
    best = min(_rmse(scores[:, m], ratings) for m in range(2))
    assert _rmse(ensemble.predict(scores, given), ratings) < 0.6 * best


def test_predict_when_scores_are_far_off_then_clipped_to_the_scale(ensemble):
    given = np.full((2, len(NAMES)), np.nan, np.float32)
    given[:, :2] = 0
    found = ensemble.predict(np.array([[99, 99], [-99, -99]], np.float32), given)
    assert found.tolist() == [5, 1]


def test_fit_when_repeated_then_the_same_bits(ensemble):
    again = Ensemble(EnsembleSettings(), MEMBERS, STARS).fit(*_rows(6_000), 0)
    scores, given, _ = _rows(500, seed=2)
    np.testing.assert_array_equal(again.predict(scores, given), ensemble.predict(scores, given))


def test_save_when_loaded_then_predicts_the_same_bits(ensemble, tmp_path):
    ensemble.save(tmp_path)
    scores, given, _ = _rows(500, seed=2)
    loaded = Ensemble.load(tmp_path)
    np.testing.assert_array_equal(loaded.predict(scores, given), ensemble.predict(scores, given))


def test_contributions_when_added_to_the_start_then_the_scores(ensemble):
    scores, given, _ = _rows(2_000, seed=3)
    scores[:3] = 9.0
    given[:, 0] = np.random.default_rng(1).normal(0, 0.3, len(given))
    predicted = ensemble.predict(scores, given)
    assert (predicted[:3] == 5).all()
    for approximate in (False, True):
        found = ensemble.contributions(scores, given, approximate)
        assert found.shape == (2_000, len(CONTRIBUTIONS))
        np.testing.assert_allclose(ensemble.start_ + found.sum(axis=1), predicted, atol=1e-4)
        assert (found[:3, -1] < -0.5).all()


def test_contributions_when_a_group_has_no_column_that_says_anything_then_zero(ensemble):
    scores, given, _ = _rows(500, seed=3)
    found = dict(zip(CONTRIBUTIONS, ensemble.contributions(scores, given).T, strict=True))
    assert (found["similar_users"] == 0).all()
    assert np.abs(found["taste"]).mean() > 0.1
    assert np.abs(found["similar_movies"]).mean() > 0.1
    assert np.abs(found["evidence"]).mean() > 0.02


def test_contributions_when_exact_then_shapley_values_of_a_stump():
    """One split on one column: its value less the mean over the rows that were learned from."""
    rng = np.random.default_rng(0)
    n = 4_000
    given = np.zeros((n, len(NAMES)), np.float32)
    given[:, 3] = rng.random(n) < 0.25
    ratings = (3 + given[:, 3]).astype(np.float32)
    settings = EnsembleSettings(
        n_estimators=1,
        max_depth=1,
        learning_rate=1.0,
        reg_lambda=0.0,
        subsample=1.0,
        colsample_bytree=1.0,
    )
    one = Ensemble(settings, {"flat": "taste"}, STARS)
    one.fit(np.full((n, 1), 3, np.float32), given, ratings, 0)
    ends = given[np.argsort(given[:, 3])[[0, -1]]]
    found = one.contributions(np.full((2, 1), 3, np.float32), ends)
    share = float(given[:, 3].mean())
    evidence = found[:, CONTRIBUTIONS.index("evidence")]
    np.testing.assert_allclose(evidence, [-share, 1 - share], atol=0.02)


def test_importance_when_asked_then_the_mean_size_of_what_columns_add(ensemble):
    found = ensemble.importance(*_rows(500, seed=4)[:2])
    assert list(found) == list(ensemble.columns)
    assert found["one"] > 0.1
    assert found["log_user_support"] > found["similar_user_1"] == 0


def test_blend_when_averages_explain_the_members_then_ridge_regression_by_hand():
    rng = np.random.default_rng(5)
    given = np.zeros((900, len(NAMES)), np.float32)
    given[:, :2] = rng.normal(0, 0.4, (900, 2))
    scores = (3.4 + given[:, :2].sum(axis=1, keepdims=True) + rng.normal(0, 0.3, (900, 2))).astype(
        np.float32
    )
    ratings = np.clip(scores.mean(axis=1) + rng.normal(0, 0.3, 900), 1, 5).astype(np.float32)
    fitted = Ensemble(EnsembleSettings(ridge=50.0), MEMBERS, STARS).fit(scores, given, ratings, 0)
    mean = ratings.mean(dtype=np.float64)
    x = np.column_stack((given[:, :2], scores - mean - given[:, :2].sum(axis=1, keepdims=True)))
    x -= x.mean(axis=0)
    weights = np.linalg.solve(x.T @ x + 50 * np.eye(4), x.T @ (ratings - mean))
    np.testing.assert_allclose(fitted.weights_, weights, atol=1e-4)
    np.testing.assert_allclose(
        fitted.blend(scores, given), (mean + x @ weights).clip(1, 5), atol=1e-4
    )


def test_rounds_when_fitted_then_errors_of_every_tree(ensemble):
    learn, stop = np.array(ensemble.rounds_).T
    assert len(learn) >= ensemble.booster_.num_boosted_rounds()
    assert learn[-1] < learn[0]
    assert stop.argmin() + 1 == ensemble.booster_.num_boosted_rounds()


def test_fit_when_done_then_keeps_only_trees_that_helped(ensemble):
    assert 1 <= ensemble.booster_.num_boosted_rounds() < EnsembleSettings().n_estimators


@pytest.mark.parametrize("name", ["n_estimators", "max_depth", "learning_rate", "patience"])
def test_settings_when_zero_then_refused(name):
    with pytest.raises(ConfigError, match=name):
        EnsembleSettings(**{name: 0})
