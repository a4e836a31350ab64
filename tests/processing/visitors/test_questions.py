"""Which movies a visitor is asked about: against trying each, and what they are good for."""

import numpy as np
import pytest

from processing.visitors.prior import Prior
from processing.visitors.questions import MOST_ASKED, choose_movies


def _prior(seed, k):
    root = np.random.default_rng(seed).normal(size=(k, k))
    return Prior(np.zeros(k), root @ root.T / k + 0.1 * np.eye(k), 0.6)


def _movies(seed, n, k):
    rng = np.random.default_rng(seed)
    x = np.hstack((np.ones((n, 1)), rng.normal(size=(n, k - 1))))
    return x, rng.integers(0, 400, n)


def _chosen_slowly(x, prior, counts, n_users):
    """Try every movie: by how much would the variances of all scores fall in sum?"""
    shares, v, asked = counts / counts.sum(), prior.covariance, []
    while len(asked) < min(MOST_ASKED, np.count_nonzero(counts)):
        best, most = None, -1.0
        for j in range(len(x)):
            if counts[j] == 0 or j in asked:
                continue
            after = np.linalg.inv(np.linalg.inv(v) + np.outer(x[j], x[j]) / prior.noise_variance)
            falls = sum(p * (r @ v @ r - r @ after @ r) for p, r in zip(shares, x, strict=True))
            value = falls * counts[j] / n_users
            if value > most:
                best, most, left = j, value, after
        asked.append(best)
        chance = counts[best] / n_users
        v = (1 - chance) * v + chance * left
    return tuple(asked)


@pytest.mark.parametrize(("n", "k"), [(25, 4), (40, 1)])
def test_movies_when_chosen_then_as_by_trying_each(n, k):
    x, counts = _movies(7, n, k)
    prior = _prior(8, k)
    fast = choose_movies(x, prior, counts, 400)
    assert fast == _chosen_slowly(x, prior, counts, 400)
    assert set(fast) == set(np.flatnonzero(counts))


def test_movies_when_there_are_no_factors_then_the_most_rated_ties_by_movie_id():
    counts = np.array([5, 0, 9, 9, 1, 5])
    assert choose_movies(np.ones((6, 1)), _prior(1, 1), counts, 10) == (2, 3, 0, 5, 4)


def test_movies_when_two_are_alike_then_the_second_waits():
    x = np.array([[1.0, 2.0, 0.0], [1.0, 2.0, 0.0], [1.0, 0.0, 2.0]])
    prior = Prior(np.zeros(3), np.eye(3), 0.2)
    assert choose_movies(x, prior, np.array([90, 89, 80]), 100) == (0, 2, 1)


def test_movies_when_one_says_nothing_or_nobody_knows_it_then_late():
    x = np.array([[1.0, 0.0], [1.0, 3.0], [1.0, 0.1]])
    prior = Prior(np.zeros(2), np.diag([0.01, 1.0]), 0.5)
    assert choose_movies(x, prior, np.array([60, 50, 55]), 100)[0] == 1
    assert choose_movies(x, prior, np.array([60, 0, 55]), 100) == (2, 0)


def test_movies_when_there_are_many_then_so_many_that_differ():
    x, counts = _movies(3, 500, 6)
    chosen = choose_movies(x, _prior(2, 6), counts + 1, 401)
    assert len(chosen) == len(set(chosen)) == MOST_ASKED
