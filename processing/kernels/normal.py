"""The normal distribution, for kernels."""

import math

import numpy as np
from numba import njit

from processing.kernels.arrays import Real

ROOT_HALF = math.sqrt(0.5)
ROOT_TWO_PI = math.sqrt(2 * math.pi)

TAIL = 0.02425
A = (
    -3.969683028665376e01,
    2.209460984245205e02,
    -2.759285104469687e02,
    1.383577518672690e02,
    -3.066479806614716e01,
    2.506628277459239e00,
)
B = (
    -5.447609879822406e01,
    1.615858368580409e02,
    -1.556989798598866e02,
    6.680131188771972e01,
    -1.328068155288572e01,
)
C = (
    -7.784894002430293e-03,
    -3.223964580411365e-01,
    -2.400758277161838e00,
    -2.549732539343734e00,
    4.374664141464968e00,
    2.938163982698783e00,
)
D = (7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e00, 3.754408661907416e00)


@njit(cache=True, inline="always")
def density(x: Real) -> Real:
    """The standard normal density; 0 at infinity."""
    return math.exp(-0.5 * x * x) / ROOT_TWO_PI


@njit(cache=True, inline="always")
def cdf(x: Real) -> Real:
    """The standard normal distribution function, accurate in the lower tail too."""
    return 0.5 * math.erfc(-x * ROOT_HALF)


@njit(cache=True)
def quantile(share: Real) -> Real:
    """The inverse of `cdf`, to a relative error of 1.2e-9: Acklam's rational functions."""
    if share <= 0.0:
        return -np.inf
    if share >= 1.0:
        return np.inf
    if share < TAIL:
        return _tail(math.sqrt(-2.0 * math.log(share)))
    if share > 1.0 - TAIL:
        return -_tail(math.sqrt(-2.0 * math.log(1.0 - share)))
    x = share - 0.5
    r = x * x
    above = ((((A[0] * r + A[1]) * r + A[2]) * r + A[3]) * r + A[4]) * r + A[5]
    below = ((((B[0] * r + B[1]) * r + B[2]) * r + B[3]) * r + B[4]) * r + 1.0
    return x * above / below


@njit(cache=True)
def _tail(r: Real) -> Real:
    above = ((((C[0] * r + C[1]) * r + C[2]) * r + C[3]) * r + C[4]) * r + C[5]
    return above / ((((D[0] * r + D[1]) * r + D[2]) * r + D[3]) * r + 1.0)


@njit(cache=True)
def truncated_normal(mean: Real, low: Real, high: Real, uniform: Real) -> Real:
    """The normal variable around `mean` with variance 1 that lies between `low` and `high`.

    `uniform` in [0, 1) says which; by inversion, from the side on which the interval lies.
    """
    a, b = low - mean, high - mean
    if a > 0:
        return mean - _between(-b, -a, uniform)
    return mean + _between(a, b, uniform)


@njit(cache=True)
def _between(a: Real, b: Real, uniform: Real) -> Real:
    lower, upper = cdf(a), cdf(b)
    x = quantile(lower + uniform * (upper - lower))
    return min(max(x, a), b)
