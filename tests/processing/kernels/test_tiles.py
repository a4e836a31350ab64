"""Products by tiles, and systems solved by them, against numpy."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from processing.kernels.tiles import add_products, solve
from processing.kernels.vectors import WIDTH


@pytest.mark.parametrize("n_blocks", [1, 2, 5])
@pytest.mark.parametrize("begin_block", [0, 1])
def test_products_when_added_then_of_the_rows_named_and_on_and_above_the_diagonal(
    n_blocks, begin_block
):
    n, begin = n_blocks * WIDTH, begin_block * WIDTH
    rng = np.random.default_rng(n)
    rows = rng.normal(size=(9, n)).astype(np.float32)
    out = rng.normal(size=(n, n)).astype(np.float32)
    before = out.copy()
    add_products(out, rows, 2, 7, begin, -0.5)
    expected = before - 0.5 * rows[2:7].T @ rows[2:7]
    above = np.triu_indices(n - begin)
    assert_allclose(out[begin:, begin:][above], expected[begin:, begin:][above], atol=1e-5)
    assert_array_equal(out[:begin], before[:begin])
    assert_array_equal(out[:, :begin], before[:, :begin])


@pytest.mark.parametrize("n_blocks", [1, 2, 5])
def test_system_when_solved_then_as_by_numpy_and_only_its_upper_triangle_counts(n_blocks):
    n = n_blocks * WIDTH
    rng = np.random.default_rng(n)
    rows = rng.normal(size=(2 * n, n))
    whole = rows.T @ rows + np.eye(n)
    right = rng.normal(size=n).astype(np.float32)
    expected = np.linalg.solve(whole, right)
    system = np.triu(whole).astype(np.float32) + np.tril(np.full((n, n), 1e3, np.float32), -1)
    solve(system, right)
    assert_allclose(right, expected, rtol=1e-3, atol=1e-4)
    upper = np.triu(system)
    assert_allclose(upper.T @ upper, whole, rtol=1e-3, atol=1e-3)
