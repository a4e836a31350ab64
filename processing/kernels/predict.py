"""Predictions in bulk from learned arrays."""

import numpy as np
from numba import njit, prange


@njit(cache=True, parallel=True)
def linear_scores(mean, user_biases, movie_biases, user_factors, movie_factors, users, movies, out):
    """Write mean + b_u + b_i + p_u·q_i of each (user, movie) into `out` (float64)."""
    for n in prange(len(users)):
        u, i = users[n], movies[n]
        score = mean + user_biases[u] + movie_biases[i]
        for f in range(user_factors.shape[1]):
            score += user_factors[u, f] * movie_factors[i, f]
        out[n] = score


@njit(cache=True)
def _sift(sims, deviations, orders, size):
    """Restore the heap (least similar on top, of equals the latest) after its top changed."""
    parent = 0
    while True:
        child = 2 * parent + 1
        if child >= size:
            return
        if child + 1 < size and _weaker(sims, orders, child + 1, child):
            child += 1
        if not _weaker(sims, orders, child, parent):
            return
        sims[parent], sims[child] = sims[child], sims[parent]
        deviations[parent], deviations[child] = deviations[child], deviations[parent]
        orders[parent], orders[child] = orders[child], orders[parent]
        parent = child


@njit(cache=True)
def _weaker(sims, orders, a, b):
    return sims[a] < sims[b] or (sims[a] == sims[b] and orders[a] > orders[b])


@njit(cache=True, parallel=True)
def knn_baseline_scores(
    mean, x_biases, y_biases, sims, place, indptr, indices, values, xs, ys, k, min_k, out
):
    """Write Surprise's KNNBaseline estimate of each pair into `out` (float64).

    x is the side whose similarities are known, y the other. `sims`: (n, n) over the x that were
    seen in fitting, `place` their row in it (-1: unseen). `indptr`, `indices`, `values`: CSR by y
    of the fitted ratings, indices in Surprise's order. Of the neighbours that rated y the k most
    similar count (ties: the one seen first), and of those the ones with positive similarity.
    """
    for n in prange(len(xs)):
        x, y = xs[n], ys[n]
        baseline = mean + x_biases[x] + y_biases[y]
        out[n] = baseline
        row = place[x]
        start, end = indptr[y], indptr[y + 1]
        if row < 0 or start == end:
            continue
        heap_sims = np.empty(k, np.float64)
        heap_deviations = np.empty(k, np.float64)
        heap_orders = np.empty(k, np.int64)
        size = 0
        for p in range(start, end):
            similarity = sims[row, place[indices[p]]]
            deviation = values[p] - (mean + x_biases[indices[p]] + y_biases[y])
            if size < k:
                child = size
                size += 1
                heap_sims[child], heap_deviations[child] = similarity, deviation
                heap_orders[child] = p
                while child > 0 and _weaker(heap_sims, heap_orders, child, (child - 1) // 2):
                    parent = (child - 1) // 2
                    heap_sims[parent], heap_sims[child] = heap_sims[child], heap_sims[parent]
                    heap_deviations[parent], heap_deviations[child] = (
                        heap_deviations[child],
                        heap_deviations[parent],
                    )
                    heap_orders[parent], heap_orders[child] = (
                        heap_orders[child],
                        heap_orders[parent],
                    )
                    child = parent
            elif similarity > heap_sims[0]:
                heap_sims[0], heap_deviations[0], heap_orders[0] = similarity, deviation, p
                _sift(heap_sims, heap_deviations, heap_orders, size)
        total_sims = 0.0
        total_deviations = 0.0
        n_used = 0
        for h in range(size):
            if heap_sims[h] > 0.0:
                total_sims += heap_sims[h]
                total_deviations += heap_sims[h] * heap_deviations[h]
                n_used += 1
        if n_used >= min_k and total_sims > 0.0:
            out[n] = baseline + total_deviations / total_sims
