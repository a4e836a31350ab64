"""Learned weights between movies: the contract, and what they find."""

import numpy as np
import pytest

from processing.errors import ModelError
from processing.evaluation.metrics import errors
from processing.models.baseline import BaselineOnly
from processing.models.item_weights import ItemWeights
from tests.builders import ratings_of, tasteful_rows
from tests.contracts import ModelContract


class TestItemWeights(ModelContract):
    model_class = ItemWeights


def rmse(model, ratings, mask):
    csr = ratings.by_user
    scores = model.predict(csr.rows()[mask], csr.indices[mask])
    return errors(scores, csr.values[mask]).rmse


def test_fit_when_movies_go_together_then_held_out_ratings_are_nearer_than_the_baseline():
    ratings = ratings_of(tasteful_rows(3, 200, 60, 0.3))
    test = np.random.default_rng(1).random(ratings.n_ratings) < 0.2
    part = ratings.part(~test)
    baseline = BaselineOnly(BaselineOnly.Settings()).fit(part, 0)
    learned = ItemWeights(ItemWeights.Settings()).fit(part, 0)
    assert rmse(learned, ratings, test) < 0.95 * rmse(baseline, ratings, test)


def test_fit_when_two_movies_are_twins_then_they_weigh_each_other_most():
    """Movies 0 and 1 are always rated alike; the others at random."""
    rng = np.random.default_rng(4)
    rows = []
    for user in range(300):
        taste = int(rng.integers(1, 6))
        rows += [(user, 0, taste), (user, 1, taste)]
        rows += [(user, movie, int(rng.integers(1, 6))) for movie in range(2, 8)]
    ratings = ratings_of(rows)
    weights = ItemWeights(ItemWeights.Settings(n_epochs=30)).fit(ratings, 0).arrays_.weights
    assert weights[0, :, 0].argmax() == 1
    assert weights[1, :, 0].argmax() == 0


def test_fit_when_the_engine_is_not_fast_then_refused():
    ratings = ratings_of([(1, 1, 3), (1, 2, 4)])
    with pytest.raises(ModelError, match="Surprise has no such model"):
        ItemWeights(ItemWeights.Settings(), "surprise").fit(ratings, 0)
