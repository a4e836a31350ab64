"""Slow twins: the kernels' meaning in plain Python, written to be read."""

import math

import numpy as np


def nearest_rows(matrix, k, shrinkage):
    """Most similar rows of a dense matrix with NaN where there is no entry.

    Returns, per row, a list of (index, similarity in float32, support), best first.
    """
    found = []
    for a, row_a in enumerate(matrix):
        near = []
        for b, row_b in enumerate(matrix):
            both = [(x, y) for x, y in zip(row_a, row_b, strict=True) if not np.isnan(x + y)]
            product = sum(x * y for x, y in both)
            scale = math.sqrt(sum(x * x for x, _ in both) * sum(y * y for _, y in both))
            if a == b or len(both) < 2 or product <= 0 or scale == 0:
                continue
            n = len(both) - 1
            similarity = np.float32(n / (n + shrinkage) * product / scale)
            near.append((b, similarity, len(both)))
        near.sort(key=lambda item: (-item[1], item[0]))
        found.append(near[:k])
    return found


def neighbour_ratings(neighbours, matrix, row, column, n_shown):
    """What the nearest of `neighbours[row]` that have the column gave it."""
    given = [matrix[b][column] for b in neighbours[row] if b >= 0]
    return [value for value in given if not np.isnan(value)][:n_shown]


def strongest_reasons(neighbours, deviations, row, column, n):
    """Rated columns by similarity times deviation, with shares of all positive terms.

    `neighbours[column]`: list of (other column, similarity). `deviations`: dense, NaN unrated.
    """
    terms = [
        (other, similarity * deviations[row][other])
        for other, similarity in neighbours[column]
        if deviations[row][other] > 0
    ]
    total = sum(term for _, term in terms)
    terms.sort(key=lambda item: (-item[1], item[0]))
    return [(other, term / total) for other, term in terms[:n]]


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
