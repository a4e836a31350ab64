"""Keeping lists from being flooded by movies that are near to each other."""

import numpy as np
from numba import njit, prange

from processing.kernels.arrays import Array, Csr, Whole
from processing.kernels.csr import find


@njit(cache=True)
def _crowd(near: Csr, movie: Whole, window: Array, n_placed: Whole) -> Whole:
    """How many of the movies placed in a window are near to a movie."""
    start, end = near.indptr[movie], near.indptr[movie + 1]
    n = 0
    for k in range(n_placed):
        n += find(near.indices, start, end, window[k]) >= 0
    return n


@njit(cache=True, parallel=True)
def spread_rows(best: Array, near: Csr, most_near: Whole, width: Whole, out: Array) -> None:
    """Write each row of `best` in the order of `processing.release.spread`, its slow twin.

    `best`: int32 (n_rows, n), movies best first, -1 beyond the last; `out` likewise. `near`: the
    movies near to each, ascending.
    """
    for r in prange(len(best)):
        n = 0
        while n < best.shape[1] and best[r, n] >= 0:
            n += 1
        left = best[r, :n].copy()
        n_left, at = n, 0
        while n_left > 0:
            room = min(width, n_left)
            window = out[r, at : at + room]
            put_off, n_placed, n_off = np.empty(n_left, np.int32), 0, 0
            for k in range(n_left):
                full = n_placed == room
                if full or _crowd(near, left[k], window, n_placed) >= most_near:
                    put_off[n_off] = left[k]
                    n_off += 1
                else:
                    window[n_placed] = left[k]
                    n_placed += 1
            n_taken = room - n_placed
            for k in range(n_taken):
                window[n_placed + k] = put_off[k]
            left[: n_off - n_taken] = put_off[n_taken:n_off]
            n_left = n_off - n_taken
            at += room
        for k in range(n, best.shape[1]):
            out[r, k] = -1
