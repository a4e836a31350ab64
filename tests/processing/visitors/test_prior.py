"""The prior of people: against loops written out, and against people drawn from a known one."""

import numpy as np
import pytest

from processing.data.rows import Scale
from processing.visitors.prior import (
    LEAST_NOISE,
    Movies,
    Prior,
    gather,
    improved,
    learn_prior,
    posterior,
)
from tests.builders import ratings_of

WIDE = Scale(low=-1000.0, high=1000.0, step=0.0)
TRUE = Prior(
    np.array([0.3, -0.5, 0.2]),
    np.array([[0.5, 0.2, 0.0], [0.2, 0.6, -0.2], [0.0, -0.2, 0.3]]),
    0.4,
)


def simulated(seed, n_users, n_movies, density, prior=TRUE):
    """Movies, and ratings by people drawn from a prior; their scale is wide enough for all."""
    rng = np.random.default_rng(seed)
    k = len(prior.mean)
    x = np.hstack((np.ones((n_movies, 1)), rng.normal(size=(n_movies, k - 1))))
    movies = Movies(3.5 + rng.normal(0, 0.4, n_movies), x)
    people = rng.multivariate_normal(prior.mean, prior.covariance, n_users)
    noise = rng.normal(0, prior.noise_variance**0.5, (n_users, n_movies))
    stars = movies.average + people @ x.T + noise
    seen = rng.random(stars.shape) < density
    rows = [(u, i, stars[u, i]) for u, i in zip(*np.nonzero(seen), strict=True)]
    return ratings_of(rows, titled=range(n_movies), scale=WIDE), movies


def _of_each(ratings, users, movies):
    """X and y of each person."""
    csr = ratings.by_user
    for user in users:
        own = slice(csr.indptr[user], csr.indptr[user + 1])
        rated = csr.indices[own]
        yield movies.loadings[rated], csr.values[own].astype(float) - movies.average[rated]


def _improved_slowly(prior, ratings, users, movies):
    """One iteration, person by person and rating by rating."""
    precision = np.linalg.inv(prior.covariance)
    found = []
    for x, y in _of_each(ratings, users, movies):
        v = np.linalg.inv(precision + sum(np.outer(r, r) for r in x) / prior.noise_variance)
        pull = sum(r * t for r, t in zip(x, y, strict=True)) / prior.noise_variance
        found.append((v, v @ (precision @ prior.mean + pull), x, y))
    mean = sum(w for _, w, _, _ in found) / len(found)
    covariance = sum(v + np.outer(w - mean, w - mean) for v, w, _, _ in found) / len(found)
    errors = [
        (t - r @ w) ** 2 + r @ v @ r for v, w, x, y in found for r, t in zip(x, y, strict=True)
    ]
    return Prior(mean, covariance, np.mean(errors))


def _log_likelihood(prior, ratings, users, movies):
    """Of all ratings: each person's are one draw of a normal distribution."""
    total = 0.0
    for x, y in _of_each(ratings, users, movies):
        spread = x @ prior.covariance @ x.T + prior.noise_variance * np.eye(len(x))
        off = y - x @ prior.mean
        total -= (np.linalg.slogdet(2 * np.pi * spread)[1] + off @ np.linalg.solve(spread, off)) / 2
    return total


def test_improved_when_once_then_as_person_by_person():
    ratings, movies = simulated(1, 12, 15, 0.5)
    users = np.array([0, 3, 4, 9])
    start = Prior(np.zeros(3), np.diag([1.0, 2.0, 0.5]), 0.9)
    slow = _improved_slowly(start, ratings, users, movies)
    fast = improved(start, gather(ratings, users, movies))
    for one, other in zip(fast, slow, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-7, atol=1e-8)


def test_improved_when_again_and_again_then_ratings_never_get_less_likely():
    ratings, movies = simulated(2, 30, 20, 0.3)
    users = np.arange(30)
    facts = gather(ratings, users, movies)
    prior = Prior(np.zeros(3), 4 * np.eye(3), 3.0)
    before = _log_likelihood(prior, ratings, users, movies)
    first = before
    for _ in range(25):
        prior = improved(prior, facts)
        now = _log_likelihood(prior, ratings, users, movies)
        assert now >= before - 1e-6
        before = now
    assert before > first + 50


def test_learn_prior_when_people_are_drawn_from_one_then_it_is_found():
    ratings, movies = simulated(3, 3000, 60, 0.3)
    found = learn_prior(gather(ratings, np.arange(3000), movies), movies.loadings)
    np.testing.assert_allclose(found.mean, TRUE.mean, atol=0.05)
    np.testing.assert_allclose(found.covariance, TRUE.covariance, atol=0.05)
    assert found.noise_variance == pytest.approx(TRUE.noise_variance, rel=0.02)


def test_learn_prior_when_factors_are_zero_or_none_then_only_biases_are_learned():
    one = Prior(TRUE.mean[:1], TRUE.covariance[:1, :1], 0.4)
    ratings, movies = simulated(4, 800, 30, 0.4, one)
    zero = Movies(movies.average, np.hstack((movies.loadings, np.zeros((30, 1)))))
    for given in (movies, zero):
        found = learn_prior(gather(ratings, np.arange(800), given), given.loadings)
        assert found.mean[0] == pytest.approx(TRUE.mean[0], abs=0.07)
        assert found.covariance[0, 0] == pytest.approx(TRUE.covariance[0, 0], rel=0.15)
        assert found.noise_variance == pytest.approx(0.4, rel=0.03)
        assert np.linalg.eigvalsh(found.covariance)[0] > 0


def test_learn_prior_when_every_rating_is_met_exactly_then_some_noise_is_left():
    ratings = ratings_of([(1, 1, 4), (1, 2, 4), (2, 1, 4)])
    movies = Movies(np.full(2, 4.0), np.ones((2, 1)))
    found = learn_prior(gather(ratings, np.arange(2), movies), movies.loadings)
    assert found.noise_variance == LEAST_NOISE
    assert found.covariance[0, 0] > 0


def test_posterior_when_the_prior_is_narrow_then_people_are_near_its_mean():
    ratings, movies = simulated(5, 20, 15, 0.5)
    facts = gather(ratings, np.arange(20), movies)
    weights, covariances = posterior(Prior(TRUE.mean, 1e-8 * np.eye(3), 0.4), facts)
    np.testing.assert_allclose(weights, np.tile(TRUE.mean, (20, 1)), atol=1e-5)
    np.testing.assert_allclose(covariances, np.tile(1e-8 * np.eye(3), (20, 1, 1)), atol=1e-12)
