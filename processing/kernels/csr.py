"""Sorting and searching in compressed sparse rows.

Where a kernel gets `first` and `last` it works on rows first..last-1 only and writes nothing that
belongs to other rows: several threads may each take a part, and the result is the same as of one.
"""

import numpy as np
from numba import njit

from processing.kernels.arrays import Array, Columns, Csr, Real, Whole

OUTSIDE, UNSORTED, NOT_FINITE, OFF_SCALE = 1, 2, 3, 4


@njit(cache=True)
def counting_order(keys: Array, n_keys: Whole) -> tuple[Array, Array]:
    """Stable order of `keys` (int, 0..n_keys-1) and the row pointer of the sorted keys.

    Returns `indptr` (int64, n_keys + 1) and `order` (int64): `keys[order]` ascends and equal keys
    keep their order. O(n), where a comparison sort of 100 million keys takes ten times as long.
    """
    indptr = np.zeros(n_keys + 1, np.int64)
    for key in keys:
        indptr[key + 1] += 1
    for k in range(n_keys):
        indptr[k + 1] += indptr[k]
    place = indptr[:-1].copy()
    order = np.empty(len(keys), np.int64)
    for position in range(len(keys)):
        key = keys[position]
        order[place[key]] = position
        place[key] += 1
    return indptr, order


@njit(cache=True, nogil=True)
def mark_ids(ids: Array, low: Whole, seen: Array) -> None:
    """Set `seen[id - low]` (bool) for every id."""
    for k in range(len(ids)):
        seen[ids[k] - low] = True


@njit(cache=True, nogil=True)
def look_up(ids: Array, low: Whole, table: Array, out: Array) -> None:
    """Write `table[id - low]` of every id into `out` (int32), which may be `ids` itself."""
    for k in range(len(ids)):
        out[k] = table[ids[k] - low]


@njit(cache=True, nogil=True)
def count_keys(keys: Array, counts: Array) -> None:
    """Add to `counts` (int64) how often each key occurs."""
    for k in range(len(keys)):
        counts[keys[k]] += 1


@njit(cache=True, nogil=True)
def scatter(keys: Array, columns: Columns, places: Array, out: Array) -> None:
    """Write entry k of the columns to row `places[keys[k]]` of `out`, and move that place on.

    `columns`: `Columns`, their values as the int32 of the same bits. `places`: int64, one per key.
    `out`: int32 (n, 3), so that an entry is in one line of the cache, not in three.
    """
    for k in range(len(keys)):
        place = places[keys[k]]
        places[keys[k]] = place + 1
        out[place, 0] = columns.indices[k]
        out[place, 1] = columns.values[k]
        out[place, 2] = columns.days[k]


@njit(cache=True, nogil=True)
def set_apart(entries: Array, out: Columns) -> None:
    """Write the entries of `scatter` into columns of the same kinds."""
    for k in range(len(entries)):
        out.indices[k] = entries[k, 0]
        out.values[k] = entries[k, 1]
        out.days[k] = entries[k, 2]


@njit(cache=True, nogil=True)
def scatter_rows(matrix: Csr, first: Whole, last: Whole, places: Array, out: Csr) -> None:
    """Write the entries of rows by column: column j's from `places[j]` on, with their row number.

    `places` (int64, one per column) moves on with each entry. Rows ascend in every column of `out`,
    a `Csr` whose pointer is not read.
    """
    for row in range(first, last):
        for k in range(matrix.indptr[row], matrix.indptr[row + 1]):
            column = matrix.indices[k]
            place = places[column]
            places[column] = place + 1
            out.indices[place] = row
            out.values[place] = matrix.values[k]
            out.days[place] = matrix.days[k]


@njit(cache=True, nogil=True)
def sort_rows(matrix: Csr, first: Whole, last: Whole) -> Whole:
    """Sort the entries of each row by index, in place; equal indices keep their order.

    Returns how many entries have the same index as the one before them.
    """
    indptr, indices, values, days = matrix
    twice = 0
    for row in range(first, last):
        start, end = indptr[row], indptr[row + 1]
        ascending = True
        for k in range(start + 1, end):
            ascending &= indices[k - 1] <= indices[k]
        if not ascending:
            order = np.argsort(indices[start:end], kind="mergesort")
            indices[start:end] = indices[start:end][order]
            values[start:end] = values[start:end][order]
            days[start:end] = days[start:end][order]
        for k in range(start + 1, end):
            twice += indices[k - 1] == indices[k]
    return twice


@njit(cache=True, nogil=True)
def drop_repeats(matrix: Csr) -> Array:
    """Keep one entry of each index in a row, in place; returns the new `indptr` (int64).

    `indices` ascend within each row. Of entries with the same index the latest day wins, and of
    equal days the later entry. What stands behind the last kept entry is left over.
    """
    indptr, indices, values, days = matrix
    kept = np.zeros_like(indptr)
    n = 0
    for row in range(len(indptr) - 1):
        for k in range(indptr[row], indptr[row + 1]):
            if n > kept[row] and indices[n - 1] == indices[k]:
                if days[k] < days[n - 1]:
                    continue
                n -= 1
            indices[n] = indices[k]
            values[n] = values[k]
            days[n] = days[k]
            n += 1
        kept[row + 1] = n
    return kept


@njit(cache=True, nogil=True)
def count_picked(indptr: Array, first: Whole, last: Whole, mask: Array, counts: Array) -> None:
    """Write into `counts` (int64) how many entries of each row `mask` (bool) picks."""
    for row in range(first, last):
        n = 0
        for k in range(indptr[row], indptr[row + 1]):
            n += mask[k]
        counts[row] = n


@njit(cache=True, nogil=True)
def pick(matrix: Csr, first: Whole, last: Whole, mask: Array, out: Csr) -> None:
    """Copy the entries that `mask` picks, row by row, to where the pointer of `out` says."""
    for row in range(first, last):
        place = out.indptr[row]
        for k in range(matrix.indptr[row], matrix.indptr[row + 1]):
            if mask[k]:
                out.indices[place] = matrix.indices[k]
                out.values[place] = matrix.values[k]
                out.days[place] = matrix.days[k]
                place += 1


@njit(cache=True, nogil=True)
def first_flaw(
    matrix: Csr, first: Whole, last: Whole, n_columns: Whole, low: Real, high: Real
) -> Whole:
    """What is wrong with the rows, 0 where nothing is: one of the codes above.

    An index must lie in 0..n_columns-1 and ascend within its row, a value must be finite and
    between `low` and `high` (float32).
    """
    indptr, indices, values = matrix.indptr, matrix.indices, matrix.values
    for row in range(first, last):
        before = -1
        for k in range(indptr[row], indptr[row + 1]):
            if indices[k] < 0 or indices[k] >= n_columns:
                return OUTSIDE
            if indices[k] <= before:
                return UNSORTED
            before = indices[k]
            if not np.isfinite(values[k]):
                return NOT_FINITE
            if values[k] < low or values[k] > high:
                return OFF_SCALE
    return 0


@njit(cache=True)
def find(indices: Array, low: Whole, high: Whole, wanted: Whole) -> Whole:
    """Place of `wanted` in the ascending `indices[low:high]`, -1 where it is not there."""
    end = high
    while low < high:
        middle = (low + high) // 2
        if indices[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low if low < end and indices[low] == wanted else -1


@njit(cache=True)
def locate(matrix: Csr, rows: Array, columns: Array, out: Array) -> None:
    """Write the position of each (row, column) into `out` (int64), -1 where it is not stored.

    One binary search for each.
    """
    indptr, indices = matrix.indptr, matrix.indices
    for n in range(len(rows)):
        out[n] = find(indices, indptr[rows[n]], indptr[rows[n] + 1], columns[n])
