"""Sums that say how ratings deviate from the baseline: by user, by movie and by time."""

import numpy as np
from numba import njit, prange

from processing.kernels.arrays import Array, Csr, Whole


@njit(cache=True)
def tally(
    deviations: Csr, first_day: Whole, span: Whole, users: Array, movies: Array, spans: Array
) -> None:
    """Add up deviations of ratings, by user, in place.

    `users`: float64 (n_users, 2) and `movies` (n_movies, 2), number and sum of squared deviations.
    `spans`: float32 (n_movies, n_spans, 2), number and sum of deviations of a movie's ratings in
    each `span` days from `first_day` on; none are counted where there are no spans.
    """
    indptr, indices, values, days = deviations
    for u in range(len(indptr) - 1):
        for p in range(indptr[u], indptr[u + 1]):
            i, deviation = indices[p], values[p]
            square = np.float64(deviation) * np.float64(deviation)
            users[u, 0] += 1
            users[u, 1] += square
            movies[i, 0] += 1
            movies[i, 1] += square
            if spans.shape[1] > 0:
                k = (days[p] - first_day) // span
                spans[i, k, 0] += 1
                spans[i, k, 1] += deviation


@njit(cache=True, parallel=True)
def same_day(deviations: Csr, users: Array, days: Array, counts: Array, sums: Array) -> None:
    """Write how many ratings each of `users` has on its day of `days`, and their deviations' sum.

    `counts`: int32, `sums`: float32, both (n,).
    """
    indptr, values, given = deviations.indptr, deviations.values, deviations.days
    for n in prange(len(users)):
        count, total, day = np.int32(0), np.float32(0), days[n]
        for p in range(indptr[users[n]], indptr[users[n] + 1]):
            if given[p] == day:
                count += 1
                total += values[p]
        counts[n], sums[n] = count, total
