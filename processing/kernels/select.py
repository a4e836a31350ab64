"""The best few of many, in a fixed order."""

import numpy as np
from numba import njit, prange

from processing.kernels.arrays import Array, Csr, Real, Whole
from processing.kernels.csr import find


@njit()
def insert_best(ids: Array, values: Array, n_kept: Whole, index: Whole, value: Real) -> Whole:
    """Insert an index into a short list if it is among its best; returns the list's new length.

    `ids` and `values` are kept sorted by higher value, then lower index. To come in costs the
    length of the list, which is little as long as most of those offered are turned away at the
    first comparison; where many come in, a `heap` is quicker.
    """
    size = len(ids)
    if n_kept == size and value <= values[size - 1]:
        if value < values[size - 1] or index > ids[size - 1]:
            return n_kept
    place = min(n_kept, size - 1)
    while place > 0 and (
        values[place - 1] < value or (values[place - 1] == value and ids[place - 1] > index)
    ):
        ids[place] = ids[place - 1]
        values[place] = values[place - 1]
        place -= 1
    ids[place] = index
    values[place] = value
    return min(n_kept + 1, size)


@njit(cache=True, parallel=True)
def best_unseen(scores: Array, columns: Array, ratings: Csr, rows: Array, out: Array) -> None:
    """Write, for each row, the columns with the best scores that it does not have yet.

    `scores`: float32 (n_rows, n_columns) for the rows `rows` and the columns `columns` (ascending).
    `ratings`: what each row has. `out`: int32 (n_rows, n), best first, ties by column, places
    beyond the last untouched.
    """
    indptr, indices = ratings.indptr, ratings.indices
    for r in prange(len(rows)):
        values = np.empty(out.shape[1], np.float32)
        n_kept = 0
        seen, end = indptr[rows[r]], indptr[rows[r] + 1]
        for c in range(len(columns)):
            while seen < end and indices[seen] < columns[c]:
                seen += 1
            if seen == end or indices[seen] != columns[c]:
                n_kept = insert_best(out[r], values, n_kept, columns[c], scores[r, c])


@njit(cache=True, parallel=True)
def first_unseen(order: Array, ratings: Csr, rows: Array, out: Array) -> None:
    """Write, for each row, the first columns of `order` that it does not have yet.

    `ratings`: what each row has, ascending. `out`: int32 (n_rows, n), places beyond the last
    untouched.
    """
    indptr, indices = ratings.indptr, ratings.indices
    for r in prange(len(rows)):
        start, end = indptr[rows[r]], indptr[rows[r] + 1]
        n_kept = 0
        for column in order:
            if n_kept == out.shape[1]:
                break
            if find(indices, start, end, column) < 0:
                out[r, n_kept] = column
                n_kept += 1
