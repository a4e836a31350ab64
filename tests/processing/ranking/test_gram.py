"""Grades and their Gram matrices: exact, whichever way they came about."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processing.data.rows import Scale
from processing.ranking import gram as module
from processing.ranking.grades import MOST_LEVELS, Grading
from processing.ranking.gram import Grams
from tests.builders import random_rows, ratings_of

HALVES = Scale(low=0.5, high=5.0, step=0.5)
TENS = Scale(low=1.0, high=10.0, step=1.0)
CONTINUOUS = Scale(low=-10.0, high=10.0, step=0.0)
SCALES = {"halves": HALVES, "tens": TENS, "continuous": CONTINUOUS}


def _stars(scale, rng):
    if scale.step == 0:
        return float(rng.uniform(scale.low, scale.high))
    return float(rng.choice(scale.levels()))


def _ratings(seed, scale, n_users=14, n_movies=11):
    rows = random_rows(seed, n_users, n_movies, 0.4, lambda u, m, rng: _stars(scale, rng))
    return ratings_of([*rows, (7, 1, scale.high, 0)], titled=[9999], scale=scale)


def _dense_grades(ratings):
    """Users × movies, by the sentence that says what a grade is."""
    scale, out = ratings.scale, np.zeros((ratings.n_users, ratings.n_movies), np.int64)
    most = round((scale.high - scale.low) / scale.step) if scale.step else 20
    csr = ratings.by_user
    for user, movie, stars in zip(csr.rows(), csr.indices, csr.values.tolist(), strict=True):
        out[user, movie] = round((stars - scale.low) / (scale.high - scale.low) * most)
    return out


def _same(one, other):
    np.testing.assert_array_equal(one.movies, other.movies)
    np.testing.assert_array_equal(one.lower, other.lower, strict=True)
    np.testing.assert_array_equal(one.totals, other.totals, strict=True)
    np.testing.assert_array_equal(one.diagonal, other.diagonal, strict=True)
    assert one.grading == other.grading


@pytest.mark.parametrize("scale", SCALES.values(), ids=SCALES)
@pytest.mark.parametrize("block", [4, 4_000])
def test_gram_when_summed_up_then_the_product_of_dense_grades(scale, block, monkeypatch):
    monkeypatch.setattr(module, "BLOCK_USERS", block)
    for seed in range(5):
        ratings = _ratings(seed, scale)
        grams, grades = Grams.of(ratings), _dense_grades(ratings)
        assert grams.lower.dtype == np.int32
        np.testing.assert_array_equal(grams.movies, np.arange(ratings.n_movies))
        np.testing.assert_array_equal(np.tril(grams.lower), np.tril(grades.T @ grades))
        np.testing.assert_array_equal(grams.lower, np.tril(grams.lower))
        np.testing.assert_array_equal(grams.totals, grades.sum(axis=0))
        np.testing.assert_array_equal(grams.diagonal, (grades**2).sum(axis=0))


def test_gram_when_cut_then_of_the_most_rated_ties_by_index():
    rows = [(u, m, 1 + (u + m) % 5) for m, n in enumerate([2, 4, 3, 3, 1]) for u in range(n)]
    ratings = ratings_of(rows)
    grams, grades = Grams.of(ratings, 2), _dense_grades(ratings)[:, [1, 2]]
    assert grams.movies.tolist() == [1, 2]
    np.testing.assert_array_equal(grams.lower, np.tril(grades.T @ grades))
    np.testing.assert_array_equal(grams.totals, grades.sum(axis=0))


@pytest.mark.parametrize("most", [4, 20_000])
@pytest.mark.parametrize("scale", SCALES.values(), ids=SCALES)
@given(seed=st.integers(0, 2**32 - 1), share=st.sampled_from([0.0, 0.3, 1.0]))
@settings(max_examples=15, deadline=None)
def test_gram_when_a_part_is_taken_away_and_added_then_as_fresh_to_the_last_bit(
    scale, most, seed, share
):
    ratings = _ratings(seed, scale)
    rng = np.random.default_rng(seed)
    mask = rng.random(ratings.n_ratings) < share
    mask |= ratings.by_user.rows() == 1  # of this user nothing is left
    held, part = ratings.part(mask), ratings.part(~mask)
    whole = Grams.of(ratings, most)
    less = Grams.of(ratings, most)
    less.take_away(ratings, held)
    grades = _dense_grades(part)[:, whole.movies]
    np.testing.assert_array_equal(less.lower, np.tril(grades.T @ grades))
    np.testing.assert_array_equal(less.totals, grades.sum(axis=0))
    if most > ratings.n_movies:
        _same(less, Grams.of(part, most))
    less.add(ratings, held)
    _same(less, whole)
    _same(Grams.of_all(ratings, Grams.of(ratings).lower), Grams.of(ratings))


def test_grades_when_products_are_summed_over_five_million_users_then_within_32_bits():
    assert 5_000_000 * MOST_LEVELS**2 < np.iinfo(np.int32).max


@pytest.mark.parametrize(
    ("scale", "most", "stars", "grades"),
    [
        (Scale(low=1, high=5, step=1), 4, [1, 2, 5], [0, 1, 4]),
        (HALVES, 9, [0.5, 1.0, 4.5, 5.0], [0, 1, 8, 9]),
        (TENS, 9, [1, 2, 10], [0, 1, 9]),
        (CONTINUOUS, 20, [-10, -9.6, -9.4, 10], [0, 0, 1, 20]),
        (Scale(low=0, high=100, step=1), 20, [0, 2, 3, 100], [0, 0, 1, 20]),
    ],
)
def test_grades_when_of_a_scale_then_a_whole_number_for_each_level(scale, most, stars, grades):
    grading = Grading.of(scale)
    assert grading.most == most
    found = grading.grades(np.array(stars, np.float32))
    assert found.dtype == np.int8
    assert found.tolist() == grades
