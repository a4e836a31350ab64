"""Similar rows of a ratings matrix, and what they say about one entry."""

import numpy as np
from numba import njit, prange

from processing.kernels.csr import find
from processing.kernels.select import insert_best


@njit(cache=True, parallel=True)
def nearest_rows(
    indptr, indices, values, t_indptr, t_indices, t_values, shrinkage, n_tasks, ids, sims, supports
):
    """Write each row's most similar rows into `ids`, `sims`, `supports` (n_rows, k).

    `values` are deviations from a baseline (float32, CSR); `t_*` is the transpose. The similarity
    of rows a and b over the n columns that both have is

        (n - 1) / (n - 1 + shrinkage) * Σ x_a x_b / sqrt(Σ x_a² Σ x_b²)

    (Koren 2010, "Factor in the neighbors", eq. 2 and 3, as in Surprise's pearson_baseline). Only
    positive similarities are kept, best first, ties by index; unused places keep what was in them.
    Exact: costs the sum over columns of their squared length. Rows are dealt to `n_tasks` parallel
    tasks and share nothing, so that the result does not depend on the number of threads.
    """
    n_rows = len(indptr) - 1
    for task in prange(n_tasks):
        support = np.zeros(n_rows, np.int32)
        product = np.zeros(n_rows, np.float64)
        square_a = np.zeros(n_rows, np.float64)
        square_b = np.zeros(n_rows, np.float64)
        touched = np.empty(n_rows, np.int32)
        for a in range(task, n_rows, n_tasks):
            n_touched = 0
            for p in range(indptr[a], indptr[a + 1]):
                x_a = np.float64(values[p])
                for q in range(t_indptr[indices[p]], t_indptr[indices[p] + 1]):
                    b = t_indices[q]
                    x_b = np.float64(t_values[q])
                    if support[b] == 0:
                        touched[n_touched] = b
                        n_touched += 1
                    support[b] += 1
                    product[b] += x_a * x_b
                    square_a[b] += x_a * x_a
                    square_b[b] += x_b * x_b
            n_kept = 0
            for t in range(n_touched):
                b = touched[t]
                scale = np.sqrt(square_a[b] * square_b[b])
                if b != a and product[b] > 0.0 and scale > 0.0 and support[b] > 1:
                    shrunk = (support[b] - 1.0) / (support[b] - 1.0 + shrinkage)
                    similarity = np.float32(shrunk * product[b] / scale)
                    n_kept = insert_best(
                        ids[a], sims[a], supports[a], n_kept, b, similarity, support[b]
                    )
                support[b] = 0
                product[b] = 0.0
                square_a[b] = 0.0
                square_b[b] = 0.0


@njit(cache=True, parallel=True)
def neighbour_ratings(neighbours, indptr, indices, values, rows, columns, out):
    """Write, for each (row, column), what the row's nearest rows gave that column.

    `neighbours`: int32 (n_rows, k), best first, -1 beyond the last. `indptr`, `indices`, `values`:
    CSR of the rows. `out`: float32 (n_pairs, m), the ratings of the first m neighbours that have
    the column, NaN beyond the last.
    """
    for n in prange(len(rows)):
        found = 0
        for k in range(neighbours.shape[1]):
            row = neighbours[rows[n], k]
            if row < 0 or found == out.shape[1]:
                break
            place = find(indices, indptr[row], indptr[row + 1], columns[n])
            if place >= 0:
                out[n, found] = values[place]
                found += 1
        for k in range(found, out.shape[1]):
            out[n, k] = np.nan


@njit(cache=True, parallel=True)
def strongest_reasons(neighbours, sims, indptr, indices, deviations, rows, columns, ids, shares):
    """Write the rated columns that speak most for each recommended one.

    A rated column j speaks for column i with sim(i, j) * deviation(row, j), its term in the
    item-based KNNBaseline's sum; positive terms count. `neighbours`, `sims`: (n_columns, k) of the
    columns, -1 beyond the last. `indptr`, `indices`, `deviations`: CSR by row. `ids` (int32) and
    `shares` (float32), both (n_pairs, m): the strongest first, each with its share of all positive
    terms; -1 and 0 beyond the last.
    """
    size = ids.shape[1]
    for n in prange(len(rows)):
        start, end = indptr[rows[n]], indptr[rows[n] + 1]
        terms = np.zeros(size, np.float32)
        supports = np.zeros(size, np.int32)
        total = 0.0
        n_kept = 0
        for k in range(neighbours.shape[1]):
            j = neighbours[columns[n], k]
            if j < 0:
                break
            place = find(indices, start, end, j)
            if place >= 0 and deviations[place] > 0.0:
                term = np.float32(sims[columns[n], k] * deviations[place])
                total += term
                n_kept = insert_best(ids[n], terms, supports, n_kept, j, term, 0)
        for k in range(size):
            if k < n_kept:
                shares[n, k] = terms[k] / total
            else:
                ids[n, k] = -1
                shares[n, k] = 0.0
