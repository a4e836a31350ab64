"""Sums that say how ratings deviate from the baseline: by user, by movie and by time."""

import numpy as np
from numba import njit, prange


@njit(cache=True)
def tally(indptr, indices, days, deviations, first_day, span, users, movies, spans):
    """Add up deviations of ratings in CSR by user, in place.

    `users`: float64 (n_users, 2) and `movies` (n_movies, 2), number and sum of squared deviations.
    `spans`: float32 (n_movies, n_spans, 2), number and sum of deviations of a movie's ratings in
    each `span` days from `first_day` on; none are counted where there are no spans.
    """
    for u in range(len(indptr) - 1):
        for p in range(indptr[u], indptr[u + 1]):
            i, deviation = indices[p], deviations[p]
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
def same_day(indptr, days, deviations, users, asked, counts, sums):
    """Write how many ratings each user has on the day asked for, and the sum of deviations."""
    for n in prange(len(users)):
        count, total, day = np.int32(0), np.float32(0), asked[n]
        for p in range(indptr[users[n]], indptr[users[n] + 1]):
            if days[p] == day:
                count += 1
                total += deviations[p]
        counts[n], sums[n] = count, total
