"""Bayesian factorisation: the contract, and what it finds."""

from typing import ClassVar

import numpy as np
import pytest

from processing.data.rows import Scale
from processing.errors import ModelError
from processing.evaluation.metrics import errors
from processing.models.bayes import Bayes
from processing.models.svd import SVD
from tests.builders import ratings_of, tasteful_rows
from tests.contracts import ModelContract

SMALL: dict = {"n_factors": 3, "n_samples": 40, "n_burn_in": 20}


class TestBayes(ModelContract):
    model_class = Bayes
    settings: ClassVar[dict] = SMALL


class TestBayesNumbers(ModelContract):
    model_class = Bayes
    settings: ClassVar[dict] = SMALL | {"ordinal": False}


class TestBayesPlain(ModelContract):
    model_class = Bayes
    settings: ClassVar[dict] = SMALL | {"implicit": False, "dated": False}


def held_out(ratings, seed):
    return np.random.default_rng(seed).random(ratings.n_ratings) < 0.2


def rmse(model, ratings, mask, days=True):
    csr = ratings.by_user
    shown = csr.days[mask] if days else None
    scores = model.predict(csr.rows()[mask], csr.indices[mask], shown)
    return errors(scores, csr.values[mask]).rmse


def test_fit_when_there_is_taste_then_held_out_ratings_are_nearer_than_with_svd():
    ratings = ratings_of(tasteful_rows(3, 200, 80, 0.2))
    test = held_out(ratings, 1)
    part = ratings.part(~test)
    svd = SVD(SVD.Settings(n_factors=3, n_epochs=40)).fit(part, 0)
    assert rmse(Bayes(Bayes.Settings(**SMALL)).fit(part, 0), ratings, test) < rmse(
        svd, ratings, test
    )


def test_fit_when_days_matter_then_knowing_the_day_helps():
    rng = np.random.default_rng(2)
    rows = [
        (u, i, int(np.clip(round(3 + (1.2 if day % 2 else -1.2) + rng.normal(0, 0.5)), 1, 5)), day)
        for u in range(60)
        for i in range(40)
        if rng.random() < 0.4
        for day in [int(rng.integers(0, 12))]
    ]
    ratings = ratings_of(rows)
    test = held_out(ratings, 4)
    model = Bayes(Bayes.Settings(**SMALL)).fit(ratings.part(~test), 0)
    assert rmse(model, ratings, test) < 0.7 * rmse(model, ratings, test, days=False)


def test_fit_when_there_are_more_levels_than_allowed_then_ratings_are_numbers():
    rows = [(u, i, 1 + 0.25 * ((3 * u + i) % 17)) for u in range(12) for i in range(9)]
    ratings = ratings_of(rows, scale=Scale(low=1.0, high=5.0, step=0.25))
    model = Bayes(Bayes.Settings(**SMALL, max_levels=16)).fit(ratings, 0)
    assert model.arrays_.cuts.shape[1] == 0
    assert Bayes(Bayes.Settings(**SMALL)).fit(ratings, 0).arrays_.cuts.shape[1] == 16


def test_fit_when_all_ratings_are_one_then_that_is_predicted():
    ratings = ratings_of([(u, i, 4) for u in range(6) for i in range(5) if (u + i) % 3])
    scores = (
        Bayes(Bayes.Settings(**SMALL))
        .fit(ratings, 0)
        .predict(np.zeros(5, np.int32), np.arange(5, dtype=np.int32))
    )
    np.testing.assert_allclose(scores, 4, atol=0.5)


def test_fit_when_the_engine_is_not_fast_then_refused():
    ratings = ratings_of([(1, 1, 3), (1, 2, 4)])
    with pytest.raises(ModelError, match="Surprise has no such model"):
        Bayes(Bayes.Settings(), "exact").fit(ratings, 0)
