import numpy as np
import pytest

from processing.ensemble.features import NAMES
from processing.ensemble.stacking import Ensemble, EnsembleSettings
from processing.errors import ConfigError
from tests.builders import STARS

MEMBERS = ("one", "two")


def _rows(n, seed=0):
    """Two noisy views of a truth, and a feature that says which to believe."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(3, 0.8, n)
    which = rng.random(n) < 0.5
    noise = rng.normal(0, [[0.9], [0.2]], (2, n))
    scores = np.column_stack(
        [truth + np.where(which, noise[0], noise[1]), truth + np.where(which, noise[1], noise[0])]
    )
    made = np.full((n, len(NAMES)), np.nan, np.float32)
    made[:, 0] = which
    return scores.astype(np.float32), made, truth.clip(1, 5).astype(np.float32)


def _rmse(scores, ratings):
    return np.sqrt(np.mean((scores - ratings) ** 2))


@pytest.fixture(scope="module")
def ensemble():
    return Ensemble(EnsembleSettings(), MEMBERS, STARS).fit(*_rows(6_000), 0)


def test_predict_when_a_feature_says_whom_to_believe_then_far_better_than_members(ensemble):
    scores, made, ratings = _rows(3_000, seed=1)
    best = min(_rmse(scores[:, m], ratings) for m in range(2))
    assert _rmse(ensemble.predict(scores, made), ratings) < 0.6 * best


def test_predict_when_scores_are_far_off_then_clipped_to_the_scale(ensemble):
    made = np.full((2, len(NAMES)), np.nan, np.float32)
    found = ensemble.predict(np.array([[99, 99], [-99, -99]], np.float32), made)
    assert found.tolist() == [5, 1]


def test_fit_when_repeated_then_the_same_bits(ensemble):
    again = Ensemble(EnsembleSettings(), MEMBERS, STARS).fit(*_rows(6_000), 0)
    scores, made, _ = _rows(500, seed=2)
    np.testing.assert_array_equal(again.predict(scores, made), ensemble.predict(scores, made))


def test_save_when_loaded_then_predicts_the_same_bits(ensemble, tmp_path):
    ensemble.save(tmp_path)
    scores, made, _ = _rows(500, seed=2)
    loaded = Ensemble.load(tmp_path)
    np.testing.assert_array_equal(loaded.predict(scores, made), ensemble.predict(scores, made))


def test_fit_when_done_then_keeps_only_trees_that_helped(ensemble):
    assert 1 <= ensemble.booster_.num_boosted_rounds() < EnsembleSettings().n_estimators


@pytest.mark.parametrize("name", ["n_estimators", "max_depth", "learning_rate", "patience"])
def test_settings_when_zero_then_refused(name):
    with pytest.raises(ConfigError, match=name):
        EnsembleSettings(**{name: 0})
