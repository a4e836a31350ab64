"""The conditional logit: at its optimum, and what it finds that was planted."""

import itertools

import numpy as np
import pytest
from scipy.optimize import minimize

from processing.ranking.logit import REG, Logit, fit_logit


def planted(seed, weights, n_people=300, n_noise=0, most_likes=3):
    """Ten to thirty candidates a person, who likes one to `most_likes`, drawn by the model."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(10, 30, n_people)
    indptr = np.concatenate(([0], np.cumsum(sizes)))
    scales, n = np.array([0.5, 30.0, 1.0, 2.0]), len(weights) + n_noise
    columns = rng.normal(size=(indptr[-1], n)) * np.resize(scales, n) + np.arange(n)
    margins = columns[:, : len(weights)] @ (weights / np.resize(scales, n)[: len(weights)])
    liked = np.zeros(indptr[-1], bool)
    for start, end in itertools.pairwise(indptr):
        drawn = margins[start:end] + rng.gumbel(size=end - start)
        liked[start + np.argsort(-drawn)[: rng.integers(1, most_likes + 1)]] = True
    return columns.astype(np.float32), indptr, liked


def _loss(weights, logit, columns, indptr, liked):
    """What is minimised, person by person."""
    total = REG * weights @ weights
    z = (columns.astype(np.float64) - logit.means) / logit.deviations
    for start, end in itertools.pairwise(indptr):
        margins = z[start:end] @ weights
        logs = margins - np.log(np.exp(margins - margins.max()).sum()) - margins.max()
        total -= logs[liked[start:end]].mean()
    return total


@pytest.mark.parametrize("seed", range(3))
def test_logit_when_compared_with_a_search_without_slopes_then_the_same_optimum(seed):
    columns, indptr, liked = planted(seed, np.array([1.0, -0.5, 0.0]), 40)
    logit = fit_logit(columns, indptr, liked)
    told = (logit, columns, indptr, liked)
    found = minimize(
        _loss, np.zeros(3), told, method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-10}
    )
    assert _loss(logit.weights, *told) <= found.fun + 1e-6
    np.testing.assert_allclose(logit.weights, found.x, atol=2e-3)


def test_logit_when_weights_are_moved_then_nothing_falls():
    columns, indptr, liked = planted(9, np.array([1.0, -0.5]), 60, n_noise=2)
    logit = fit_logit(columns, indptr, liked)
    told = (logit, columns, indptr, liked)
    for step in np.vstack((np.eye(4), -np.eye(4))) * 1e-4:
        rise = _loss(logit.weights + step, *told) - _loss(logit.weights, *told)
        assert rise / 1e-4 > -0.01


def test_logit_when_weights_are_planted_then_found():
    weights = np.array([1.2, -0.7, 0.4, 0.0])
    logit = fit_logit(*planted(1, weights, 2500, most_likes=1))
    np.testing.assert_allclose(logit.weights, weights, atol=0.1)


def test_logit_when_a_column_never_varies_then_it_weighs_nothing():
    columns, indptr, liked = planted(2, np.array([1.0]))
    columns = np.column_stack((columns, np.full(len(columns), np.float32(0.1))))
    logit = fit_logit(columns, indptr, liked)
    assert logit.deviations[1] == 1
    assert logit.weights[1] == 0
    assert np.isfinite(logit.margins(columns)).all()


def test_logit_when_margins_are_large_then_finite():
    rng = np.random.default_rng(3)
    columns = rng.normal(size=(200, 1)).astype(np.float32)
    indptr = np.arange(0, 201, 20)
    liked = columns[:, 0] == np.repeat(np.maximum.reduceat(columns[:, 0], indptr[:-1]), 20)
    logit = fit_logit(columns, indptr, liked)
    assert np.isfinite(logit.weights).all()
    assert logit.weights[0] > 1


def test_margins_when_made_then_weights_times_standardised_columns():
    logit = Logit(np.array([1.0, -2.0]), np.array([2.0, 4.0]), np.array([0.5, 3.0]))
    margins = logit.margins(np.array([[3.0, 2.0], [1.0, -2.0]], np.float32))
    assert margins.dtype == np.float32
    assert margins.tolist() == [0.5 * 1 + 3 * 1, 0]
