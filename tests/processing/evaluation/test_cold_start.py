"""What is predicted for a user or movie that nothing is known of, by every kind of model."""

import re
from pathlib import Path

import numpy as np
import pytest

from processing.ensemble.features import Features
from processing.ensemble.stacking import Ensemble, EnsembleSettings
from processing.models.registry import MODELS
from tests.builders import ratings_of, tasteful_rows

NEW = (0, 1)  # the users, and the movies, of which no rating is known
SMALL = {"bayes": {"n_factors": 3, "n_samples": 30, "n_burn_in": 10}}
DAY = 200
DOCS = Path(__file__).parents[3] / "docs" / "evaluation.md"


@pytest.fixture(scope="module")
def ratings():
    return ratings_of(tasteful_rows(5))


@pytest.fixture(scope="module")
def known(ratings):
    users, movies = ratings.by_user.rows(), ratings.by_user.indices
    return ratings.part(~np.isin(users, NEW) & ~np.isin(movies, NEW))


def _grid(known, predict, days):
    """The scores of all pairs, users × movies."""
    users, movies = np.indices((known.n_users, known.n_movies)).reshape(2, -1).astype(np.int32)
    scores = predict(users, movies, None if days is None else np.full(len(users), days, np.int32))
    return scores.reshape(known.n_users, known.n_movies)


def _assert_cold_starts(scores):
    """New users differ by movie only, new movies by user only, and all is on the scale."""
    one, other = NEW
    assert np.isfinite(scores).all()
    assert scores.min() >= 1
    assert scores.max() <= 5
    np.testing.assert_array_equal(scores[one], scores[other])
    np.testing.assert_array_equal(scores[:, one], scores[:, other])
    assert scores[one, 2:].std() > 0.05
    assert scores[2:, one].std() > 0.05


@pytest.fixture(scope="module", params=sorted(MODELS))
def model(request, known):
    model_class = MODELS[request.param]
    return model_class(model_class.Settings(**SMALL.get(request.param, {}))).fit(known, 0)


@pytest.mark.parametrize("day", [None, DAY])
def test_models_when_one_side_is_new_then_scored_by_the_other(model, known, day):
    _assert_cold_starts(_grid(known, model.predict, day))


def test_models_when_both_are_new_then_the_mean(model, known):
    scores = _grid(known, model.predict, None)
    np.testing.assert_allclose(scores[np.ix_(NEW, NEW)], known.mean, rtol=1e-5)


@pytest.fixture(scope="module")
def ensemble_scores(known):
    """Scores by an ensemble of which some stack rows were of new users, new movies, and both."""
    specs = {"baseline": "movie", "svd": "taste"}
    csr = known.by_user
    stack = np.random.default_rng(0).random(known.n_ratings) < 0.3
    stack |= (csr.rows() % 4 == 0) | (csr.indices % 4 == 0)

    def asked(part, users, movies, days):
        fitted = [MODELS[kind](MODELS[kind].Settings()).fit(part, 0) for kind in specs]
        scores = np.column_stack([model.predict(users, movies, days) for model in fitted])
        return scores, Features().fit(part).make(users, movies, days)

    rows = csr.rows()[stack], csr.indices[stack], csr.days[stack]
    ensemble = Ensemble(EnsembleSettings(), specs, known.scale)
    ensemble.fit(*asked(known.part(~stack), *rows), csr.values[stack], 0)

    def predict(users, movies, days):
        free = known.locate(users, movies) < 0
        found = asked(known, users[free], movies[free], days[free])
        scores = np.full(len(users), 3, np.float32)  # of known pairs none is asked for
        scores[free] = ensemble.predict(*found)
        return scores

    return _grid(known, predict, DAY)


def test_ensemble_when_one_side_is_new_then_scored_by_the_other(ensemble_scores):
    _assert_cold_starts(ensemble_scores)


def test_ensemble_when_both_are_new_then_near_the_mean(ensemble_scores, known):
    assert ensemble_scores[0, 0] == pytest.approx(known.mean, abs=0.5)


@pytest.mark.parametrize("kind", [*sorted(MODELS), "ensemble"])
def test_docs_when_read_then_say_what_a_cold_start_gets(kind):
    section = DOCS.read_text(encoding="utf-8").split("## Cold start")[1].split("\n## ")[0]
    assert re.search(rf"^\|.*`{kind}`.*\|.*\|.*\|.*\|$", section, re.MULTILINE)
