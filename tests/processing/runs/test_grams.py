"""Gram matrices of a run: those that follow from one are what a pass of their own gives."""

import numpy as np
import pytest

from processing.kernels.arrays import Csr
from processing.ranking.gram import Grams
from processing.runs import grams as module
from processing.runs.grams import all_grams, known_grams, part_grams, read_csr, write_csr
from tests.builders import dataset_of, ratings_of, tasteful_rows
from tests.evaluations import run_of
from tests.small_profile import PROFILE


@pytest.fixture
def run(tmp_path):
    ratings = ratings_of(tasteful_rows(3, 40, 25), titled=[999])
    return run_of(tmp_path / "run", dataset_of(ratings), PROFILE)


def _masks(ratings):
    """What is known, without user 1, and a part of it, without movie 0."""
    rng, csr = np.random.default_rng(0), ratings.by_user
    known = (rng.random(ratings.n_ratings) < 0.8) & (csr.rows() != 1)
    return known, known & (rng.random(ratings.n_ratings) < 0.7) & (csr.indices != 0)


def _same(found, expected):
    np.testing.assert_array_equal(found.movies, expected.movies, strict=True)
    np.testing.assert_array_equal(found.lower, expected.lower, strict=True)
    np.testing.assert_array_equal(found.totals, expected.totals, strict=True)
    assert found.grading == expected.grading


@pytest.mark.parametrize("most", [10, 20_000])
def test_grams_when_they_follow_from_the_known_then_as_fresh_to_the_last_bit(
    run, most, monkeypatch
):
    monkeypatch.setattr(module, "MOST_MOVIES", most)
    known, fit_on = _masks(run.ratings)
    grams = known_grams(run, "last", known)
    assert (grams.stage is None) == (most == 10)
    _same(part_grams(run, fit_on, grams), Grams.of(run.ratings.part(fit_on)))
    _same(part_grams(run, known, grams), Grams.of(run.ratings.part(known)))
    _same(all_grams(run, grams), Grams.of(run.ratings))


def test_grams_when_the_stage_is_done_then_not_summed_up_again(run, monkeypatch):
    known, fit_on = _masks(run.ratings)
    known_grams(run, "last", known)

    def refuse(*_):
        raise AssertionError("a pass over the ratings, for what is known")

    expected = Grams.of(run.ratings.part(fit_on))
    monkeypatch.setattr(Grams, "of", refuse)
    grams = known_grams(run, "last", known)
    _same(part_grams(run, fit_on, grams), expected)
    assert grams.stage.path == run.directory / "last" / "grams"


def test_grams_when_a_part_is_made_then_those_that_are_kept_stay(run):
    known, fit_on = _masks(run.ratings)
    grams = known_grams(run, "last", known)
    before = np.load(grams.stage.path / "lower.npy")
    part_grams(run, fit_on, grams)
    all_grams(run, grams)
    np.testing.assert_array_equal(np.load(grams.stage.path / "lower.npy"), before)


def test_matrix_when_kept_then_read_back(tmp_path):
    matrix = Csr(
        np.array([0, 2, 2, 3]), np.array([0, 4, 1], np.int32), np.array([1, 2, 3], np.float32)
    )
    write_csr(tmp_path, matrix)
    for one, other in zip(read_csr(tmp_path), matrix, strict=True):
        np.testing.assert_array_equal(one, other, strict=True)
