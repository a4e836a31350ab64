"""Each row's most similar rows: out of all similarities, one row after another, or of candidates.

All write `Neighbours`: the rows with the highest positive similarity.
"""

import numpy as np
from numba import njit, prange

from processing.kernels.arrays import Array, Csr, Formula, Neighbours, Triangle, Whole
from processing.kernels.heap import push, sort_heap
from processing.kernels.similarities import MSD, PEARSON, Entries, add_row, similarity_of

_STRIP = 16  # float32 of a cache line
_CHUNK = 64  # rows of a task
_TINY = np.float32(1e-30)  # stands for 0 where 0 means that there is nothing
FASTMATH = {"reassoc", "contract", "nsz"}  # sums in any order; NaN and infinity stay what they are


@njit(cache=True)
def _finish(ids: Array, sims: Array, supports: Array, size: Whole) -> None:
    """Sort a row's heap and fill what is left of its list."""
    sort_heap(sims, ids, supports, size)
    ids[size:] = -1
    sims[size:] = 0
    supports[size:] = 0


@njit(cache=True, parallel=True)
def nearest_of_triangle(triangle: Triangle, out: Neighbours) -> None:
    """Write the lists of all rows from the similarities of all pairs.

    Rows are taken in strips: of each pair (a, b) with b in the strip, one line of the cache is read
    and every number in it used.
    """
    triangle_sims, order, unit, common = triangle
    ids, sims = out.ids, out.similarities
    supports = out.supports
    n = len(order)
    for strip in prange((n + _STRIP - 1) // _STRIP):
        first, last = strip * _STRIP, min(n, (strip + 1) * _STRIP)
        sizes = np.zeros(_STRIP, np.int64)
        for a in range(first, n):  # each pair (a, b) of the strip's b: a cache line
            for b in range(first, min(a, last)):
                place = a * (a - 1) // 2 + b
                if triangle_sims[place] > 0:
                    row, value = order[b], np.float32(triangle_sims[place] / unit)
                    sizes[b - first] = push(
                        sims[row],
                        ids[row],
                        supports[row],
                        sizes[b - first],
                        value,
                        order[a],
                        common[place],
                    )
        for a in range(first, last):
            row = order[a]
            for b in range(a):
                place = a * (a - 1) // 2 + b
                if triangle_sims[place] > 0:
                    value = np.float32(triangle_sims[place] / unit)
                    sizes[a - first] = push(
                        sims[row],
                        ids[row],
                        supports[row],
                        sizes[a - first],
                        value,
                        order[b],
                        common[place],
                    )
            _finish(ids[row], sims[row], supports[row], sizes[a - first])


@njit(cache=True, parallel=True)
def nearest_rows(
    rows: Array, matrix: Csr, transpose: Csr, formula: Formula, out: Neighbours
) -> None:
    """Write the lists of `rows` (in their order) by comparing each with all others.

    `matrix`: values as of `triangle_of_similarities`. Costs the sum over columns of their squared
    length; memory for one row at a time. Rows share nothing, so that the result does not depend on
    the number of threads.
    """
    indptr, indices, values, _ = matrix
    ids, sims = out.ids, out.similarities
    supports = out.supports
    n_rows = len(indptr) - 1
    width = 8 if formula.measure == PEARSON else 4
    lengths = transpose.indptr[1:] - transpose.indptr[:-1]
    for chunk in prange((len(rows) + _CHUNK - 1) // _CHUNK):
        sums = np.zeros(width * n_rows, values.dtype)
        for n in range(chunk * _CHUNK, min(len(rows), (chunk + 1) * _CHUNK)):
            row = rows[n]
            start, end = indptr[row], indptr[row + 1]
            entries = Entries(indices[start:end], values[start:end], lengths[indices[start:end]])
            add_row(entries, transpose, formula.measure, 1, sums)
            size = 0
            for b in range(n_rows):
                if sums[width * b] > 0 and b != row:
                    pair = sums[width * b : width * (b + 1)]
                    value = np.float32(similarity_of(pair, formula))
                    if value > 0:
                        size = push(sims[n], ids[n], supports[n], size, value, b, np.int32(pair[0]))
            sums[:] = 0
            _finish(ids[n], sims[n], supports[n], size)


@njit(cache=True, fastmath=FASTMATH)
def _compare(mine: Array, indices: Array, values: Array, measure: Whole, sums: Array) -> None:
    """Write into `sums` what a row has in common with `mine`, as `add_row` has it.

    `mine`: float32 by column, 0 where there is nothing. Indices are looked up unsigned, so that
    numba leaves out its check for negative ones, and the loop has no branch: it runs on vectors.
    """
    n, ab, aa, bb = np.int32(0), np.float32(0), np.float32(0), np.float32(0)
    for p in range(len(indices)):
        a = mine[np.uint32(indices[p])]
        b = np.float32(values[p]) if a != 0 else np.float32(0)
        n += a != 0
        ab += a * b
        aa += a * a
        bb += b * b
    sums[0], sums[1], sums[2], sums[3] = n, ab, aa, bb
    if measure == MSD:
        sums[1] = max(sums[2] + sums[3] - 2 * sums[1], 0.0)
    elif measure == PEARSON:
        sums[4], sums[5] = 0.0, 0.0
        for p in range(len(indices)):
            a = mine[np.uint32(indices[p])]
            sums[4] += a
            sums[5] += values[p] if a != 0 else 0.0


@njit(cache=True, parallel=True)
def nearest_candidates(
    matrix: Csr,
    n_columns: Whole,
    order: Array,
    candidates: Array,
    formula: Formula,
    out: Neighbours,
) -> None:
    """Write the lists of all rows by comparing each with its candidates, in float32.

    `candidates`: int32 (n_rows, m), none twice in a row; -1 and the row itself are passed over.
    `order`: in which order to take the rows; those with the same candidates should be near each
    other, so that these are still in the cache.
    """
    indptr, indices, values, _ = matrix
    ids, sims = out.ids, out.similarities
    supports = out.supports
    for chunk in prange((len(order) + _CHUNK - 1) // _CHUNK):
        mine = np.zeros(n_columns, np.float32)
        sums = np.zeros(6, np.float64)
        for row in order[chunk * _CHUNK : (chunk + 1) * _CHUNK]:
            for p in range(indptr[row], indptr[row + 1]):
                a = np.float32(values[p])
                mine[indices[p]] = a if a != 0 else _TINY
            size = 0
            for b in candidates[row]:
                if b < 0 or b == row:
                    continue
                start, end = indptr[b], indptr[b + 1]
                _compare(mine, indices[start:end], values[start:end], formula.measure, sums)
                value = np.float32(similarity_of(sums, formula))
                if value > 0:
                    size = push(
                        sims[row], ids[row], supports[row], size, value, b, np.int32(sums[0])
                    )
            for p in range(indptr[row], indptr[row + 1]):
                mine[indices[p]] = 0
            _finish(ids[row], sims[row], supports[row], size)


@njit(cache=True, parallel=True, fastmath=FASTMATH)
def times_dense(matrix: Csr, dense: Array, out: Array) -> None:
    """Write the product of a sparse and a dense matrix, float32 (n_rows, n)."""
    indptr, indices, values, _ = matrix
    for row in prange(len(indptr) - 1):
        out[row] = 0
        for p in range(indptr[row], indptr[row + 1]):
            value = values[p]
            for f in range(dense.shape[1]):
                out[row, f] += value * dense[indices[p], f]
