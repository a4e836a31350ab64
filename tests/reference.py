"""Slow twins: the kernels' meaning in plain Python, written to be read."""

import math

import numpy as np


def similarity(row_a, row_b, measure, min_support=1, shrinkage=100.0):
    """Similarity of two rows with NaN where there is no entry, and their entries in common.

    `measure`: msd, cosine, pearson, or pearson_baseline (of deviations from the baseline).
    """
    both = [(x, y) for x, y in zip(row_a, row_b, strict=True) if not np.isnan(x + y)]
    n = len(both)
    if n < min_support or n == 0:
        return 0.0, n
    if measure == "msd":
        return 1 / (sum((x - y) ** 2 for x, y in both) / n + 1), n
    if measure == "pearson":
        mean_a, mean_b = sum(x for x, _ in both) / n, sum(y for _, y in both) / n
        both = [(x - mean_a, y - mean_b) for x, y in both]
    scale = math.sqrt(sum(x * x for x, _ in both) * sum(y * y for _, y in both))
    if scale < 1e-12:
        return 0.0, n
    shrunk = (n - 1) / (n - 1 + shrinkage) if n > 1 and measure == "pearson_baseline" else n > 1
    if measure == "cosine":
        shrunk = 1
    return shrunk * sum(x * y for x, y in both) / scale, n


def nearest_rows(matrix, k, shrinkage, measure="pearson_baseline"):
    """Most similar rows of a dense matrix with NaN where there is no entry.

    Returns, per row, a list of (index, similarity in float32, support), best first.
    """
    found = []
    for a, row_a in enumerate(matrix):
        near = []
        for b, row_b in enumerate(matrix):
            value, n = similarity(row_a, row_b, measure, shrinkage=shrinkage)
            if a != b and value > 1e-9:
                near.append((b, np.float32(value), n))
        near.sort(key=lambda item: (-item[1], item[0]))
        found.append(near[:k])
    return found


def neighbour_ratings(neighbours, matrix, row, column, n_shown):
    """What the nearest of `neighbours[row]` that have the column gave it."""
    given = [matrix[b][column] for b in neighbours[row] if b >= 0]
    return [value for value in given if not np.isnan(value)][:n_shown]


def best_unseen(scores, columns, seen, n):
    """Columns with the best scores that are not in `seen`, ties by column."""
    ranked = sorted(zip(columns, scores, strict=True), key=lambda item: (-item[1], item[0]))
    return [column for column, _ in ranked if column not in seen][:n]


def knn_baseline(mean, x_biases, y_biases, sims, raters, x, y, k, min_k):
    """KNNBaseline as its equation says; `raters`: list of (other x, rating) of y."""
    baseline = mean + x_biases[x] + y_biases[y]
    nearest = sorted(raters, key=lambda item: -sims[x][item[0]])[:k]
    used = [(sims[x][other], other, r) for other, r in nearest if sims[x][other] > 0]
    if len(used) < min_k or not used:
        return baseline
    total = sum(s * (r - (mean + x_biases[other] + y_biases[y])) for s, other, r in used)
    return baseline + total / sum(s for s, _, _ in used)


def build_ratings(rows):
    """{(user id, movie id): (rating, day)} of (user, movie, rating, day) rows: the latest wins."""
    latest = {}
    for user, movie, rating, day in rows:
        if (user, movie) not in latest or day >= latest[user, movie][1]:
            latest[user, movie] = (rating, day)
    return latest


def baseline_als(entries, n_users, n_movies, mean, n_epochs, reg_u, reg_i):
    """Biases by alternating least squares; `entries`: (user, movie, rating) triples."""
    bu, bi = [0.0] * n_users, [0.0] * n_movies
    for _ in range(n_epochs):
        for i in range(n_movies):
            left = [r - mean - bu[u] for u, j, r in entries if j == i]
            bi[i] = sum(left) / (reg_i + len(left))
        for u in range(n_users):
            left = [r - mean - bi[i] for v, i, r in entries if v == u]
            bu[u] = sum(left) / (reg_u + len(left))
    return bu, bi


def svd_updates(entries, mean, rates, regs, bu, bi, pu, qi):
    """One update of SVD with each of `entries`, in their order, in place."""
    for u, i, r in entries:
        err = r - (mean + bu[u] + bi[i] + pu[u] @ qi[i])
        p, q = pu[u].copy(), qi[i].copy()
        bu[u] += rates[0] * (err - regs[0] * bu[u])
        bi[i] += rates[1] * (err - regs[1] * bi[i])
        pu[u] += rates[2] * (err * q - regs[2] * p)
        qi[i] += rates[3] * (err * p - regs[3] * q)


def svdpp_updates(entries, mean, rates, regs, bu, bi, pu, qi, yj):
    """One update of SVD++ with each of `entries`, in their order: every y of the user each time."""
    for u, i, r in entries:
        rated = [j for v, j, _ in entries if v == u]
        root = math.sqrt(len(rated))
        z = sum(yj[j] for j in rated) / root
        err = r - (mean + bu[u] + bi[i] + (pu[u] + z) @ qi[i])
        p, q = pu[u].copy(), qi[i].copy()
        bu[u] += rates[0] * (err - regs[0] * bu[u])
        bi[i] += rates[1] * (err - regs[1] * bi[i])
        pu[u] += rates[2] * (err * q - regs[2] * p)
        qi[i] += rates[3] * (err * (p + z) - regs[3] * q)
        for j in rated:
            yj[j] += rates[4] * (err * q / root - regs[4] * yj[j])


def merged(start, ends, strengths):
    """Where a parameter ends when tasks that began at `start` came to `ends`.

    `strengths`: how far each went, as the exponent of what is left of the way.
    """
    ways = [1 - math.exp(-strength) for strength in strengths]
    if sum(ways) < 1e-6:
        return start + sum(end - start for end in ends)
    share = (1 - math.exp(-sum(strengths))) / sum(ways)
    return start + share * sum(end - start for end in ends)


def neighbour_sums(near, matrix, biases, column, k):
    """Number, Σ s and Σ s (r - bias) of the first k of `near` that have the column.

    `near`: list of (row, similarity), best first; `matrix`: dense, NaN unrated.
    """
    used = [(s, b) for b, s in near if not math.isnan(matrix[b][column])][:k]
    total = sum(float(s) for s, _ in used)
    return len(used), total, sum(float(s) * (matrix[b][column] - biases[b]) for s, b in used)
