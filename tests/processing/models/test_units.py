"""Models of the engine `fast` learn the same tastes on any scale."""

import numpy as np
import pytest

from processing.models.knn_baseline import KNNBaseline
from processing.models.registry import MODELS
from tests.builders import ratings_of, tasteful_rows
from tests.contracts import pairs
from tests.units import SCALES, told_in

KINDS = [(kind, {}) for kind in MODELS]
KINDS += [("knn_baseline", {"similarity": name}) for name in ("cosine", "pearson_baseline")]
KINDS += [("baseline", {"method": "sgd"}), ("bayes", {"ordinal": False, "n_samples": 20})]


@pytest.fixture(scope="module")
def ratings():
    return ratings_of(tasteful_rows(5), titled=[10_000])


def scores_of(kind, settings, ratings):
    model = MODELS[kind](MODELS[kind].Settings(**settings))
    days = np.full(ratings.n_users * ratings.n_movies, 100, np.int32)
    return model.fit(ratings, 3).predict(*pairs(ratings), days)


@pytest.mark.parametrize(("kind", "settings"), KINDS)
def test_fast_when_tastes_are_told_in_another_unit_then_learned_alike(kind, settings, ratings):
    expected = scores_of(kind, settings, ratings)
    for scale in SCALES:
        found = scores_of(kind, settings, told_in(scale, ratings))
        shares = (found.astype(float) - scale.low) / (scale.high - scale.low)
        np.testing.assert_allclose(shares, (expected - 1) / 4, atol=1e-5)


def test_units_when_ratings_are_from_1_to_5_then_nothing_is_copied(ratings):
    assert ratings.in_units() is ratings


def test_units_when_the_scale_is_another_then_both_sides_are_told_anew_and_kept(ratings):
    for scale in SCALES:
        other = told_in(scale, ratings)
        units = other.in_units()
        np.testing.assert_allclose(units.by_user.values, ratings.by_user.values, atol=1e-6)
        np.testing.assert_allclose(units.by_movie.values, ratings.by_movie.values, atol=1e-6)
        assert other.in_units() is units
        np.testing.assert_allclose(
            scale.in_stars(scale.units_of(other.by_user.values)),
            other.by_user.values,
            rtol=1e-6,
            atol=1e-6 * scale.unit,
        )


def test_exact_when_the_scale_is_another_then_settings_are_in_stars_as_surprise_has_them(ratings):
    other = told_in(SCALES[0], ratings)
    model = MODELS["svd"](MODELS["svd"].Settings(n_epochs=2), "exact").fit(other, 3)
    assert model.unit == 1.0
    assert KNNBaseline(KNNBaseline.Settings()).fit(other, 3).unit == 1.0
