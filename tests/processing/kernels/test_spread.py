"""Lists kept from floods, against the order that the site keeps movie by movie."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processing.kernels.arrays import Csr
from processing.kernels.spread import spread_rows
from processing.release.spread import MOST_NEAR, WINDOW, spread


def near_of(pairs, n_movies):
    """Near movies of each, both ways, ascending."""
    both = sorted({*pairs, *((b, a) for a, b in pairs)})
    rows, columns = np.array(both, np.int64).reshape(-1, 2).T
    indptr = np.concatenate(([0], np.cumsum(np.bincount(rows, minlength=n_movies))))
    return Csr(indptr, columns.astype(np.int32), np.ones(len(columns), np.float32))


def spread_slowly(best, near):
    """Each row as the site has it; -1 beyond the last."""
    out = np.full_like(best, -1)
    for row, movies in zip(out, best, strict=True):
        own = movies[movies >= 0]
        row[: len(own)] = spread(own, lambda j: near.indices[near.indptr[j] : near.indptr[j + 1]])
    return out


@pytest.mark.parametrize("n_groups", [1, 2, 5, 30])
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 45))
@settings(max_examples=25, deadline=None)
def test_rows_when_compared_with_the_sites_order_then_equal(n_groups, seed, n):
    rng = np.random.default_rng(seed)
    groups = rng.integers(0, n_groups, 50)
    pairs = [
        (a, b)
        for a in range(50)
        for b in range(a)
        if (groups[a] == groups[b] and rng.random() < 0.9) or rng.random() < 0.02
    ]
    near = near_of(pairs, 50)
    best = np.full((6, n), -1, np.int32)
    for row, size in zip(best, [n, 0, *rng.integers(0, n + 1, 4)], strict=True):
        row[:size] = rng.permutation(50)[:size]
    out = np.full_like(best, 99)
    spread_rows(best, near, MOST_NEAR, WINDOW, out)
    np.testing.assert_array_equal(out, spread_slowly(best, near))


def test_rows_when_the_first_five_are_of_a_kind_then_two_of_them_wait_for_the_next_ten():
    near = near_of([(a, b) for a in range(5) for b in range(a)], 20)
    best = np.arange(20, dtype=np.int32)[None]
    out = np.empty_like(best)
    spread_rows(best, near, MOST_NEAR, WINDOW, out)
    assert out[0].tolist() == [0, 1, 2, 5, 6, 7, 8, 9, 10, 11, 3, 4, *range(12, 20)]


def test_rows_when_all_are_of_a_kind_then_left_as_they_are():
    near = near_of([(a, b) for a in range(15) for b in range(a)], 15)
    best = np.arange(15, dtype=np.int32)[None]
    out = np.empty_like(best)
    spread_rows(best, near, MOST_NEAR, WINDOW, out)
    assert out.tolist() == best.tolist()
