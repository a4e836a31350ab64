"""Predictions in bulk from learned arrays."""

import numpy as np
from numba import njit, prange

from processing.kernels.heap import push

CHUNK_PAIRS = 1024
N_BINS = 64


@njit(cache=True, parallel=True)
def linear_scores(mean, user_biases, movie_biases, user_factors, movie_factors, users, movies, out):
    """Write mean + b_u + b_i + p_u·q_i of each (user, movie) into `out` (float64)."""
    for n in prange(len(users)):
        u, i = users[n], movies[n]
        score = mean + user_biases[u] + movie_biases[i]
        for f in range(user_factors.shape[1]):
            score += user_factors[u, f] * movie_factors[i, f]
        out[n] = score


@njit(cache=True, parallel=True)
def add_neighbours(mean, x_biases, y_biases, sims, unit, indptr, indices, values, pairs, k, min_k):
    """Add what the neighbours say to the baseline estimates `pairs.scores`, as KNNBaseline does.

    x is the side whose similarities are known, y the other. `sims`: (n_x, n_x) similarities in
    `unit`s, so that `unit` stands for 1: float64, float32 or int16. `indptr`, `indices`, `values`:
    CSR by y of the fitted ratings, in Surprise's order. `pairs`: (order, xs, ys, scores), where
    `order` says in which order to take the pairs (by x is fastest) and an x of -1 has no
    neighbours. Of the x' that rated y the k most similar count (ties: the one seen first), and of
    those the ones with positive similarity: the k most similar of the positive ones.
    """
    order, xs, ys, scores = pairs
    longest = np.max(indptr[1:] - indptr[:-1])
    for chunk in prange((len(order) + CHUNK_PAIRS - 1) // CHUNK_PAIRS):
        near = np.empty(longest + 1, sims.dtype)
        places = np.empty(longest + 1, np.int64)
        counts = np.zeros(N_BINS, np.int64)
        heap = np.empty(k, sims.dtype), np.empty(k, np.int64), np.empty(k, indices.dtype)
        for n in order[chunk * CHUNK_PAIRS : (chunk + 1) * CHUNK_PAIRS]:
            if xs[n] < 0:
                continue
            row, start, end = sims[xs[n]], indptr[ys[n]], indptr[ys[n] + 1]
            size = 0
            for p in range(start, end):
                similarity = row[indices[p]]
                near[size] = similarity
                places[size] = p
                size += similarity > 0
            if min(size, k) < min_k or size == 0:
                continue
            if size > k:
                size = _keep_best(near, places, size, k, counts, heap)
            total, total_deviations = 0.0, 0.0
            base = mean + y_biases[ys[n]]
            for m in range(size):
                p = places[m]
                similarity = np.float64(near[m])
                total += similarity
                total_deviations += similarity * (values[p] - (base + x_biases[indices[p]]))
            scores[n] += total_deviations / total


@njit(cache=True)
def _keep_best(values, keys, size, k, counts, heap):
    """Move the k best of `size` positive values, with their keys, to the front; returns k.

    Values are counted by bins of equal width: those above the bin in which the k-th lies are all
    kept, and of that bin's the best, ties by lower key.
    """
    best = values[0]
    for m in range(1, size):
        best = max(best, values[m])
    scale = (len(counts) - 1) / np.float64(best)
    for m in range(size):
        counts[np.uint64(values[m] * scale)] += 1
    level, count = len(counts) - 1, 0
    while count + counts[level] <= k:
        count += counts[level]
        level -= 1
    counts[:] = 0
    n_wanted, n_kept, n_found = k - count, 0, 0
    for m in range(size):
        place = np.int64(values[m] * scale)
        if place > level:
            values[n_kept], keys[n_kept] = values[m], keys[m]
            n_kept += 1
        elif place == level and n_wanted > 0:
            n_found = push(
                heap[0][:n_wanted],
                heap[1][:n_wanted],
                heap[2][:n_wanted],
                n_found,
                values[m],
                keys[m],
                0,
            )
    for m in range(n_found):
        values[n_kept + m], keys[n_kept + m] = heap[0][m], heap[1][m]
    return k
