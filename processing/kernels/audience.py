"""Counts of who rated what, and when, in one pass over the ratings by movie."""

from typing import NamedTuple

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from processing.kernels.arrays import Array, Csr, Real, Whole
from processing.kernels.csr import find

_SEARCH_COST = 32  # of finding a column in a row, in steps through it


class GroupCounts(NamedTuple):
    """By movie and group, (n_movies, n_groups): how many ratings, int32; their sum, float64; and
    how many of them love the movie, int32.
    """

    n: NDArray[np.int32]
    totals: NDArray[np.float64]
    loved: NDArray[np.int32]


class CellLists(NamedTuple):
    """Cells by row: row `rows[i]` has the ascending `columns[starts[i]:starts[i + 1]]`."""

    rows: NDArray[np.int32]
    starts: NDArray[np.int64]
    columns: NDArray[np.int32]


@njit(cache=True, parallel=True)
def count_groups(
    by_movie: Csr, keys: Array, first: Whole, groups: Array, like: Real, out: GroupCounts
) -> None:
    """Count the ratings of each movie by group, sum them, and count those of `like` and more.

    `keys`: int32, a day or a user of each rating; its group is `groups[key - first]`, int8.
    """
    indptr, values = by_movie.indptr, by_movie.values
    n, totals = out.n, out.totals
    loved = out.loved
    for movie in prange(len(indptr) - 1):
        n[movie], totals[movie], loved[movie] = 0, 0.0, 0
        for p in range(indptr[movie], indptr[movie + 1]):
            group = groups[keys[p] - first]
            n[movie, group] += 1
            totals[movie, group] += values[p]
            loved[movie, group] += values[p] >= like


@njit(cache=True, parallel=True)
def count_lovers(by_movie: Csr, similar: Array, like: Real, n: Array, loved: Array) -> None:
    """Count who loves a similar movie and rated this one, and who of them love this one too.

    `similar`: int32 (n_movies, k), -1 beyond the last. `n`, `loved`: int32 (n_movies, k), written
    in place.
    """
    indptr, users, values, _ = by_movie
    for movie in prange(len(similar)):
        for place in range(similar.shape[1]):
            other = similar[movie, place]
            both, love = 0, 0
            if other >= 0:
                p, p_end = indptr[movie], indptr[movie + 1]
                q, q_end = indptr[other], indptr[other + 1]
                while p < p_end and q < q_end:
                    if users[p] < users[q]:
                        p += 1
                    elif users[p] > users[q]:
                        q += 1
                    else:
                        if values[q] >= like:
                            both += 1
                            love += values[p] >= like
                        p += 1
                        q += 1
            n[movie, place], loved[movie, place] = both, love


@njit(cache=True, parallel=True)
def neighbour_totals(
    neighbours: Array, ratings: Csr, cells: CellLists, n: Array, totals: Array
) -> None:
    """Count how many of the rows most similar to a row have rated each cell, and sum theirs.

    `neighbours`: int32 (n_rows, k), -1 beyond the last. `n`: int32, and `totals`: float64, one
    entry per cell, written in place.
    """
    indptr, indices, values, _ = ratings
    rows, starts, columns = cells
    for i in prange(len(rows)):
        start, end = starts[i], starts[i + 1]
        n[start:end], totals[start:end] = 0, 0.0
        for place in range(neighbours.shape[1]):
            other = neighbours[rows[i], place]
            if other < 0:
                break
            low, high = indptr[other], indptr[other + 1]
            if (end - start) * _SEARCH_COST < high - low:  # few cells: search; else walk both
                for a in range(start, end):
                    p = find(indices, low, high, columns[a])
                    if p >= 0:
                        n[a] += 1
                        totals[a] += values[p]
                continue
            a = start
            for p in range(low, high):
                while a < end and columns[a] < indices[p]:
                    a += 1
                if a == end:
                    break
                if columns[a] == indices[p]:
                    n[a] += 1
                    totals[a] += values[p]
