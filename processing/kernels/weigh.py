"""Sums of sparse weights over what users rated: scores of all movies, and single terms."""

from typing import NamedTuple

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from processing.kernels.arrays import Array, Cells, Csr
from processing.kernels.select import insert_best

TERM_BLOCK = 4096  # cells that one task writes


class Terms(NamedTuple):
    """The largest terms of each score: which movies, int32 (n, m), and their shares, float32.

    The largest first, -1 and 0 beyond the last.
    """

    ids: NDArray[np.int32]
    shares: NDArray[np.float32]


@njit(cache=True, parallel=True)
def add_rows(rated: Csr, weights: Csr, out: Array) -> None:
    """Add to out[u] the rows of `weights` of what user u rated, times the grades.

    `rated`: grades by user. `weights`: by rated movie. `out`: float32 (n_users, n_movies).
    """
    indptr, indices, values = rated.indptr, rated.indices, rated.values
    starts, columns, factors = weights.indptr, weights.indices, weights.values
    for u in prange(len(out)):
        row = out[u]
        for p in range(indptr[u], indptr[u + 1]):
            grade = values[p]
            if grade == 0.0:
                continue
            j = indices[p]
            for q in range(starts[j], starts[j + 1]):
                row[columns[q]] += grade * factors[q]


@njit(cache=True)
def write_terms(rated: Csr, user: int, by_target: Csr, target: int, out: Array) -> None:
    """Write what each movie that a user rated adds to the score of `target`; ids ascend."""
    q, end = by_target.indptr[target], by_target.indptr[target + 1]
    start = rated.indptr[user]
    for p in range(start, rated.indptr[user + 1]):
        while q < end and by_target.indices[q] < rated.indices[p]:
            q += 1
        found = q < end and by_target.indices[q] == rated.indices[p]
        out[p - start] = rated.values[p] * by_target.values[q] if found else 0.0


@njit(cache=True, parallel=True)
def strongest_terms(
    rated: Csr, liked: Array, by_target: Csr, evident: Array, cells: Cells, best: Terms
) -> None:
    """Write which liked movies add most to each score, each with its share of all positive terms.

    It is quickest where a user's cells stand together. `rated`: grades by user; `liked`: bool, for
    each of its entries. `by_target`: weights by scored movie; `evident`: bool, for each of them
    whether it may be named. `best` is written in place.
    """
    rows, columns = cells.rows, cells.columns
    ids, shares = best.ids, best.shares
    size, n_movies = ids.shape[1], len(by_target.indptr) - 1
    n_blocks = (len(rows) + TERM_BLOCK - 1) // TERM_BLOCK
    for block in prange(n_blocks):
        grades = np.zeros(n_movies, np.float32)
        likes = np.zeros(n_movies, np.bool_)
        user = -1
        for n in range(block * TERM_BLOCK, min((block + 1) * TERM_BLOCK, len(rows))):
            if rows[n] != user:
                if user >= 0:
                    grades[rated.indices[rated.indptr[user] : rated.indptr[user + 1]]] = 0.0
                user = rows[n]
                for p in range(rated.indptr[user], rated.indptr[user + 1]):
                    grades[rated.indices[p]] = rated.values[p]
                    likes[rated.indices[p]] = liked[p]
            kept = np.zeros(size, np.float32)
            total, n_kept = 0.0, 0
            for q in range(by_target.indptr[columns[n]], by_target.indptr[columns[n] + 1]):
                j = by_target.indices[q]
                term = grades[j] * by_target.values[q]
                if term > 0.0:
                    total += term
                    if likes[j] and evident[q]:
                        n_kept = insert_best(ids[n], kept, n_kept, j, term)
            for m in range(size):
                if m < n_kept:
                    shares[n, m] = kept[m] / total
                else:
                    ids[n, m] = -1
                    shares[n, m] = 0.0
