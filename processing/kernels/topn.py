"""The best of each user's list of movies."""

import numpy as np
from numba import njit, prange

from processing.kernels.arrays import Array
from processing.kernels.select import insert_best


@njit(cache=True, parallel=True)
def best_places(indptr: Array, scores: Array, out: Array) -> None:
    """Write, for each row, the places of its best scores.

    Row r has the scores `scores[indptr[r]:indptr[r + 1]]` (float32). `out`: int64 (n_rows, k),
    places in `scores`, best first, ties by lower place; entries beyond the last are untouched.
    """
    for r in prange(len(indptr) - 1):
        values = np.empty(out.shape[1], np.float32)
        n_kept = 0
        for p in range(indptr[r], indptr[r + 1]):
            n_kept = insert_best(out[r], values, n_kept, p, scores[p])


@njit(cache=True, parallel=True)
def order_rows(indptr: Array, scores: Array, out: Array) -> None:
    """Write how many scores of its row come before each, the highest first, ties by lower place.

    Rows as of `best_places`. `out`: int64, as long as `scores` (float32, none of them NaN).
    """
    for r in prange(len(indptr) - 1):
        start, end = indptr[r], indptr[r + 1]
        order = np.argsort(-scores[start:end], kind="mergesort")
        for place in range(end - start):
            out[start + order[place]] = place
