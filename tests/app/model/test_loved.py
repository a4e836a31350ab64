"""Damped means: against the two variances written out, and where there is nothing to learn."""

import numpy as np
import pytest

from app.model.loved import loved_by_everyone

LEVELS = np.array([1.0, 2.0, 3.0, 4.0, 5.0])


def loved(*histograms, global_mean=3.5):
    counts = np.array(histograms, np.int32)
    votes = counts.sum(axis=1)
    means = np.where(votes > 0, counts @ LEVELS / np.maximum(votes, 1), np.nan)
    return loved_by_everyone(counts, LEVELS, means, global_mean)


def test_damping_when_worked_out_by_hand_then_within_by_between():
    found = loved([0, 0, 0, 2, 2], [2, 2, 0, 0, 0], [0, 0, 4, 0, 0], [0] * 5)
    n, groups = 12, 3
    within = (1 + 1 + 0) / (n - groups)  # squares about 4.5, 1.5 and 3
    between = (4 * (1.5**2 + 1.5**2) - (groups - 1) * within) / (n - 3 * 4**2 / n)
    k = within / between
    assert found.damping == pytest.approx(k)
    expected = [(4 * mean + k * 3.5) / (4 + k) for mean in (4.5, 1.5, 3)]
    np.testing.assert_allclose(found.means[:3], expected)
    assert np.isnan(found.means[3])


def test_damping_when_ratings_are_drawn_then_near_the_variances_that_they_were_drawn_with():
    rng = np.random.default_rng(5)
    means = rng.normal(50, 3, 400)
    levels = np.arange(101.0)
    histograms = np.zeros((400, 101), np.int32)
    for movie, mean in enumerate(means):
        drawn = rng.normal(mean, 12, rng.integers(1, 400)).round().clip(0, 100).astype(int)
        np.add.at(histograms[movie], drawn, 1)
    shown = histograms @ levels / histograms.sum(axis=1)
    found = loved_by_everyone(histograms, levels, shown, 50.0)
    assert found.damping == pytest.approx(12**2 / 3**2, rel=0.2)


def test_order_when_a_movie_has_one_vote_then_below_one_that_hundreds_love():
    found = loved([0, 0, 0, 0, 1], [0, 0, 10, 90, 400], [100, 200, 50, 30, 20], [5, 3, 9, 9, 4])
    assert found.means[1] > found.means[0] > 3.5


def test_damping_when_all_movies_are_alike_then_none_and_the_global_mean():
    found = loved([1, 0, 0, 0, 1], [1, 0, 0, 0, 1], [0] * 5, global_mean=3.0)
    assert found.damping is None
    assert found.means[:2].tolist() == [3.0, 3.0]


@pytest.mark.parametrize("histograms", [([0, 0, 0, 0, 1],), ([0, 0, 3, 0, 0],), ([0] * 5,)])
def test_damping_when_there_is_one_movie_or_none_then_none(histograms):
    assert loved(*histograms).damping is None


def test_damping_when_nobodys_ratings_of_a_movie_differ_then_none_is_needed():
    found = loved([0, 0, 0, 0, 2], [2, 0, 0, 0, 0])
    assert found.damping == 0
    assert found.means.tolist() == [5.0, 1.0]
