"""What similar rows of a ratings matrix say about its entries.

`Cells` are taken in their order; they are quick where those of a row are together. A rating of NaN
is none: `value == value` asks whether there is one, by the only number that does not equal itself,
which is quicker than a call of `isnan` and holds under any optimisation.
"""

from typing import NamedTuple

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from processing.kernels.arrays import Array, Cells, Csr, Neighbours, Whole
from processing.kernels.csr import find

_CHUNK = 8192  # pairs of a task
_SEARCH_COST = 32  # of finding a column in a row, in steps through it


class Opinions(NamedTuple):
    """What neighbours that have a rating say of each cell.

    The first m of them show it: `shown`, float32 (n, m), NaN beyond the last. The first k are
    summed: `sums`, float64 (n, 3), gets their number, Σ s and Σ s (r - bias of the neighbour).
    Either may have no columns: then it is left out.
    """

    k: int
    sums: NDArray[np.float64]
    shown: NDArray[np.float32]


@njit(cache=True)
def _chunks(n: Whole) -> Whole:
    return (n + _CHUNK - 1) // _CHUNK


@njit(cache=True)
def _put(ratings: Csr, row: Whole, given: Array) -> None:
    indptr, indices, values, _ = ratings
    for p in range(indptr[row], indptr[row + 1]):
        given[indices[p]] = values[p]


@njit(cache=True)
def _take_back(ratings: Csr, row: Whole, given: Array) -> None:
    indptr, indices = ratings.indptr, ratings.indices
    for p in range(indptr[row], indptr[row + 1]):
        given[indices[p]] = np.nan


@njit(cache=True, parallel=True)
def opinions_of_columns(
    neighbours: Neighbours, ratings: Csr, biases: Array, cells: Cells, out: Opinions
) -> Whole:
    """Say what each cell's row gave to the columns most similar to the cell's column.

    `neighbours`, `biases`: of the columns. Returns how many of the cells are rated themselves.
    """
    near, sims = neighbours.ids, neighbours.similarities
    rows, columns = cells
    sums, shown = out.sums, out.shown
    k = out.k
    n_rated = 0
    n_shown, summed = shown.shape[1], sums.shape[1] > 0
    n_wanted = max(n_shown, k if summed else 0)
    for chunk in prange(_chunks(len(rows))):
        given = np.full(len(near), np.nan, np.float32)
        row = -1
        for n in range(chunk * _CHUNK, min(len(rows), (chunk + 1) * _CHUNK)):
            if rows[n] != row:
                if row >= 0:
                    _take_back(ratings, row, given)
                row = rows[n]
                _put(ratings, row, given)
            n_rated += given[columns[n]] == given[columns[n]]
            found, total, total_deviations = 0, 0.0, 0.0
            for place in range(near.shape[1]):
                other = near[columns[n], place]
                if other < 0 or found == n_wanted:
                    break
                value = given[other]
                if value == value:
                    if found < n_shown:
                        shown[n, found] = value
                    if summed and found < k:
                        similarity = np.float64(sims[columns[n], place])
                        total += similarity
                        total_deviations += similarity * (value - biases[other])
                    found += 1
            for m in range(found, n_shown):
                shown[n, m] = np.nan
            if summed:
                sums[n, 0], sums[n, 1], sums[n, 2] = min(found, k), total, total_deviations
    return n_rated


@njit(cache=True, parallel=True)
def opinions_of_rows(
    neighbours: Neighbours,
    ratings: Csr,
    biases: Array,
    n_columns: Whole,
    cells: Cells,
    out: Opinions,
) -> None:
    """Say what the rows most similar to each cell's row gave to the cell's column.

    `neighbours`, `biases`: of the rows. The ratings of a similar row are gone through once for all
    cells of a row that are together, or searched for each of them where they are few.
    """
    near, sims = neighbours.ids, neighbours.similarities
    indptr, indices, values, _ = ratings
    rows, columns = cells
    sums, shown = out.sums, out.shown
    k = out.k
    n_shown, summed = shown.shape[1], sums.shape[1] > 0
    n_wanted = max(n_shown, k if summed else 0)
    for chunk in prange(_chunks(len(rows))):
        cell_of = np.full(n_columns, -1, np.int64)  # the row's latest cell in each column
        found = np.zeros(_CHUNK, np.int64)
        first, last = chunk * _CHUNK, min(len(rows), (chunk + 1) * _CHUNK)
        start = first
        while start < last:
            row, end, n_open = rows[start], start, 0
            while end < last and rows[end] == row:
                n_open += cell_of[columns[end]] < start
                cell_of[columns[end]] = end
                found[end - first] = 0
                shown[end] = np.nan
                sums[end] = 0
                end += 1
            for place in range(near.shape[1]):
                other = near[row, place]
                if other < 0 or n_open == 0:
                    break
                low, high = indptr[other], indptr[other + 1]
                searched = (end - start) * _SEARCH_COST < high - low
                for step in range(end - start if searched else high - low):
                    p = low + step
                    if searched:
                        p = find(indices, low, high, columns[start + step])
                        if p < 0 or cell_of[columns[start + step]] != start + step:
                            continue
                    n = cell_of[indices[p]]
                    if n < start or found[n - first] == n_wanted:
                        continue
                    if found[n - first] < n_shown:
                        shown[n, found[n - first]] = values[p]
                    if summed and found[n - first] < k:
                        similarity = np.float64(sims[row, place])
                        sums[n, 0] += 1
                        sums[n, 1] += similarity
                        sums[n, 2] += similarity * (values[p] - biases[other])
                    found[n - first] += 1
                    n_open -= found[n - first] == n_wanted
            for n in range(start, end):  # a cell that is there twice
                if cell_of[columns[n]] != n:
                    shown[n] = shown[cell_of[columns[n]]]
                    sums[n] = sums[cell_of[columns[n]]]
            start = end
