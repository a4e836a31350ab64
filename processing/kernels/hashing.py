"""Random numbers that are a hash of what they are for: the same in whatever order they are drawn.

SplitMix64 (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators").
"""

import numpy as np
from numba import njit

from processing.kernels.arrays import Real, Whole

STEP = np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio: spreads consecutive numbers


@njit(cache=True)
def mix(x: Whole) -> np.uint64:
    """The finaliser of SplitMix64: a bijection of uint64 that looks random."""
    y = np.uint64(x)
    y = (y ^ (y >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    y = (y ^ (y >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return y ^ (y >> np.uint64(31))


@njit()
def uniform(key: Whole, number: Whole) -> Real:
    """The `number`th of the numbers in [0, 1) that belong to `key`."""
    return np.float64(mix(key + STEP * np.uint64(number)) >> np.uint64(11)) * 2.0**-53
