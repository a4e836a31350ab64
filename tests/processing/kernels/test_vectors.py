"""Steps over whole vectors against numpy."""

import numpy as np
import pytest
from numba import njit
from numpy.testing import assert_allclose, assert_array_equal

from processing.kernels.vectors import LINE, WIDTH, dot, padded_rows, step_both

N_ROWS = 3


@njit
def dot_of(one, two, size):
    return dot(one, size, two, 2 * size, size)


@njit
def step_of(one, two, size, keeps, steps):
    step_both(one, size, two, 2 * size, size, keeps, steps)


@pytest.mark.parametrize("n", [0, 1, WIDTH, WIDTH + 1, 5 * WIDTH])
def test_rows_when_padded_then_with_zeros_and_in_line_with_the_cache(n):
    rows = np.random.default_rng(n).normal(size=(N_ROWS, n)).astype(np.float32)
    found = padded_rows(rows)
    assert found.shape == (N_ROWS, -(-n // WIDTH) * WIDTH)
    assert not n or found.ctypes.data % LINE == 0
    assert_array_equal(found[:, :n], rows)
    assert not found[:, n:].any()


@pytest.mark.parametrize("n", [0, 1, WIDTH, WIDTH + 1, 5 * WIDTH, 7 * WIDTH])
def test_rows_when_multiplied_and_stepped_then_as_by_numpy(n):
    rng = np.random.default_rng(n)
    one, two = (padded_rows(rng.normal(size=(N_ROWS, n)).astype(np.float32)) for _ in range(2))
    a, b = one[1].copy(), two[2].copy()
    assert_allclose(dot_of(one, two, one.shape[1]), a @ b, rtol=1e-5, atol=1e-5)
    keeps, steps = np.float32([0.9, 0.8]), np.float32([0.3, -0.2])
    others = one[[0, 2]].copy(), two[:2].copy()
    step_of(one, two, one.shape[1], tuple(keeps), tuple(steps))
    assert_allclose(one[1], keeps[0] * a + steps[0] * b, rtol=1e-5, atol=1e-6)
    assert_allclose(two[2], keeps[1] * b + steps[1] * a, rtol=1e-5, atol=1e-6)
    assert_array_equal(one[[0, 2]], others[0])
    assert_array_equal(two[:2], others[1])
