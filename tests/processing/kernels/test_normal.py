"""The normal distribution against SciPy's."""

import numpy as np
import pytest
from numba import njit
from scipy import stats
from scipy.special import ndtri

from processing.kernels.normal import cdf, density, quantile, truncated_normal


@njit
def _cdf(x):
    return cdf(x)


@njit
def _density(x):
    return density(x)


@pytest.mark.parametrize("x", [-np.inf, -37.0, -8.0, -1.3, 0.0, 0.4, 6.0, np.inf])
def test_cdf_and_density_when_asked_then_scipys(x):
    assert _cdf(x) == pytest.approx(stats.norm.cdf(x), rel=1e-12)
    assert _density(x) == pytest.approx(stats.norm.pdf(x), rel=1e-12)


def test_quantile_when_asked_then_scipys():
    shares = np.concatenate((np.geomspace(1e-300, 0.5, 400), 1 - np.geomspace(1e-15, 0.5, 200)))
    found = [quantile(share) for share in shares]
    np.testing.assert_allclose(found, ndtri(shares), rtol=2e-9, atol=1e-9)


def test_quantile_when_share_is_nothing_or_all_then_infinite():
    assert quantile(0.0) == -np.inf
    assert quantile(1.0) == np.inf


@pytest.mark.parametrize(
    ("mean", "low", "high"),
    [(0.3, -1.0, 2.0), (0.0, -np.inf, -3.0), (1.0, 5.0, np.inf), (-2.0, 6.0, 6.5), (0.0, -30, -29)],
)
def test_truncated_normal_when_drawn_then_scipys_quantile(mean, low, high):
    shares = np.linspace(0.01, 0.99, 25)
    found = [truncated_normal(mean, low, high, share) for share in shares]
    if low > mean:
        shares = 1 - shares
    expected = stats.truncnorm.ppf(shares, low - mean, high - mean, loc=mean)
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    assert low <= min(found)
    assert max(found) <= high
