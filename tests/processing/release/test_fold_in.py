"""Folding in: the arithmetic against Bayesian regression written out, and what a release keeps."""

import json

import msgspec
import numpy as np
import pytest

from processing.errors import ReleaseFormatError
from processing.release import FoldIn, FoldingModel
from processing.release.encoding import to_json

MEAN, N_MOVIES, N_FACTORS = 3.6, 30, 4


@pytest.fixture(scope="module")
def fold_in():
    rng = np.random.default_rng(1)
    root = rng.normal(size=(1 + N_FACTORS, 1 + N_FACTORS)) * 0.4
    return FoldIn(
        mean=rng.normal(size=1 + N_FACTORS) * 0.2,
        covariance=root @ root.T + 0.05 * np.eye(1 + N_FACTORS),
        noise_variance=0.7,
        ask=(3, 0, 7),
    )


@pytest.fixture(scope="module")
def movies():
    rng = np.random.default_rng(2)
    biases = rng.normal(size=N_MOVIES).astype(np.float32) * np.float32(0.3)
    return biases, rng.normal(size=(N_MOVIES, N_FACTORS)).astype(np.float32)


@pytest.fixture(scope="module")
def folding(fold_in, movies):
    return FoldingModel(fold_in, MEAN, *movies)


@pytest.fixture(scope="module")
def visitor(folding):
    return folding.fold(np.array([4, 9, 2, 21]), np.array([5.0, 3.0, 1.0, 4.0], np.float32))


def _conditioned(fold_in, movies, rated, ratings):
    """Scores and deviations of all movies, by conditioning the joint normal of all ratings."""
    biases, factors = (array.astype(np.float64) for array in movies)
    x = np.hstack((np.ones((N_MOVIES, 1)), factors))
    expected = MEAN + biases + x @ fold_in.mean
    joint = x @ fold_in.covariance @ x.T
    given = joint[np.ix_(rated, rated)] + fold_in.noise_variance * np.eye(len(rated))
    across = joint[:, rated]
    scores = expected + across @ np.linalg.solve(given, ratings - expected[rated])
    left = np.diag(joint) - np.sum(across * np.linalg.solve(given, across.T).T, axis=1)
    return scores, np.sqrt(left + fold_in.noise_variance)


def test_scores_when_some_movies_are_rated_then_those_of_the_joint_normal(
    fold_in, movies, folding, visitor
):
    every = np.arange(N_MOVIES)
    scores, deviations = _conditioned(fold_in, movies, [4, 9, 2, 21], np.array([5.0, 3, 1, 4]))
    np.testing.assert_allclose(folding.scores(visitor), scores, rtol=1e-9)
    np.testing.assert_allclose(folding.score(visitor, every[5:9]), scores[5:9], rtol=1e-9)
    np.testing.assert_allclose(folding.deviations(visitor, every), deviations, rtol=1e-9)


def test_parts_when_summed_on_the_average_then_the_scores(folding, visitor):
    movies = np.array([0, 4, 29])
    parts = folding.parts(visitor, movies)
    assert parts.shape == (3, 4)
    np.testing.assert_allclose(
        folding.average[movies] + parts.sum(axis=1), folding.score(visitor, movies)
    )
    assert np.abs(parts).min() > 1e-6


def test_scores_when_nothing_is_rated_then_the_average_persons(fold_in, movies, folding):
    nobody = folding.fold(np.empty(0, np.int64), np.empty(0, np.float32))
    biases, factors = (array.astype(np.float64) for array in movies)
    expected = MEAN + biases + fold_in.mean[0] + factors @ fold_in.mean[1:]
    np.testing.assert_allclose(folding.scores(nobody), expected, rtol=1e-9)
    np.testing.assert_allclose(nobody.covariance, fold_in.covariance, rtol=1e-9)
    assert folding.parts(nobody, np.arange(3)).shape == (3, 0)


def test_deviations_when_one_more_rating_is_given_then_none_is_wider_and_the_rated_ones_less(
    folding,
):
    every, rated = np.arange(N_MOVIES), np.array([4, 9, 2, 21, 14])
    before = None
    for n in range(len(rated) + 1):
        visitor = folding.fold(rated[:n], np.full(n, 4, np.float32))
        now = folding.deviations(visitor, every)
        if before is not None:
            assert (now <= before + 1e-12).all()
            assert now[rated[n - 1]] < before[rated[n - 1]] - 1e-3
        before = now
    assert (before > folding.fold_in.noise_variance**0.5).all()


def test_fold_in_when_written_as_json_and_read_then_the_same(fold_in):
    data = to_json(fold_in, "fold_in.json")
    again = FoldIn.read(data, N_FACTORS, N_MOVIES, "fold_in.json")
    np.testing.assert_array_equal(again.mean, fold_in.mean)
    np.testing.assert_array_equal(again.covariance, fold_in.covariance)
    assert (again.noise_variance, again.ask) == (0.7, (3, 0, 7))


REFUSED = {
    "no object": (lambda d: [d], "Expected `object`, got `array`"),
    "key missing": (lambda d: {k: d[k] for k in d if k != "noise_variance"}, "noise_variance"),
    "key unknown": (lambda d: d | {"extra": 1}, "unknown field `extra`"),
    "text for numbers": (lambda d: d | {"mean": ["a"]}, r"array of float64 - at `\$\.mean`"),
    "ragged": (lambda d: d | {"covariance": [[1.0], [1.0, 2.0]]}, r"at `\$\.covariance`"),
    "ask is no list": (lambda d: d | {"ask": None}, r"got `null` - at `\$\.ask`"),
    "other factors": (lambda d: d | {"mean": d["mean"][1:]}, r"shapes \(4,\) and \(5, 5\)"),
    "lopsided": (
        lambda d: d | {"covariance": (np.eye(5) + np.eye(5, k=1) * 0.1).tolist()},
        "not symmetric",
    ),
    "negative": (lambda d: d | {"covariance": (-np.eye(5)).tolist()}, "not positive definite"),
    "no noise": (lambda d: d | {"noise_variance": 0}, "expected more than 0"),
    "not a number": (lambda d: d | {"noise_variance": float("nan")}, "JSON is malformed"),
    "unknown movie": (lambda d: d | {"ask": [N_MOVIES]}, "not in 0 to 29"),
    "negative movie": (lambda d: d | {"ask": [-1]}, "not in 0 to 29"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_fold_in_when_it_does_not_fit_then_refused_by_the_files_name(case, fold_in):
    spoil, words = REFUSED[case]
    data = json.dumps(spoil(json.loads(to_json(fold_in, "fold_in.json")))).encode()
    with pytest.raises(ReleaseFormatError, match=rf"^r1/fold_in\.json: .*{words}"):
        FoldIn.read(data, N_FACTORS, N_MOVIES, "r1/fold_in.json")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"mean": np.full(1 + N_FACTORS, np.nan)}, "not finite"),
        ({"noise_variance": float("nan")}, "expected more than 0"),
    ],
)
def test_problem_when_a_number_is_not_finite_then_said(change, words, fold_in):
    assert words in msgspec.structs.replace(fold_in, **change).problem(N_FACTORS, N_MOVIES)
