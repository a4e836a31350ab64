"""The best few of many, in a fixed order."""

import numpy as np
from numba import njit, prange


@njit(cache=True)
def insert_best(ids, values, companions, n_kept, index, value, companion):
    """Insert an index into a short list if it is among its best; returns the list's new length.

    `ids`, `values` and `companions` are kept sorted by higher value, then lower index.
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
        companions[place] = companions[place - 1]
        place -= 1
    ids[place] = index
    values[place] = value
    companions[place] = companion
    return min(n_kept + 1, size)


@njit(cache=True, parallel=True)
def best_unseen(scores, columns, indptr, indices, rows, out):
    """Write, for each row, the columns with the best scores that it does not have yet.

    `scores`: float32 (n_rows, n_columns) for the rows `rows` and the columns `columns` (ascending).
    `indptr`, `indices`: CSR of what each row has. `out`: int32 (n_rows, n), best first, ties by
    column, places beyond the last untouched.
    """
    for r in prange(len(rows)):
        values = np.empty(out.shape[1], np.float32)
        companions = np.empty(out.shape[1], np.int32)
        n_kept = 0
        seen, end = indptr[rows[r]], indptr[rows[r] + 1]
        for c in range(len(columns)):
            while seen < end and indices[seen] < columns[c]:
                seen += 1
            if seen == end or indices[seen] != columns[c]:
                n_kept = insert_best(
                    out[r], values, companions, n_kept, columns[c], scores[r, c], 0
                )
