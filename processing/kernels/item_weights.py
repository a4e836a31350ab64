"""Learned weights between movies: each movie's row is a regression of its own."""

from typing import NamedTuple

import numpy as np
from numba import njit, prange

from processing.kernels.arrays import Array, Csr, Real, Whole
from processing.kernels.hashing import mix, uniform

FASTMATH = {"reassoc", "contract", "arcp", "nsz"}  # all but "no NaN" and "no infinity"


class Descent(NamedTuple):
    """How weights are learned: epochs, learning rate of the first, its share in each next one,
    regularisation of weights and of offsets (float32), and the seed of the order of updates.
    """

    n_epochs: int
    rate: np.float32
    decay: np.float32
    reg: np.float32
    reg_offset: np.float32
    seed: int


@njit(cache=True, parallel=True)
def fit_rows(
    movies: Array, by_user: Csr, by_movie: Csr, descent: Descent, offsets: Array, weights: Array
) -> None:
    """Learn the rows of some movies by stochastic gradient descent.

    `movies`: int32, which. `by_user` and `by_movie`: float32, by how much each rating deviates from
    the baseline, in the two orders. Writes float32 `offsets` (n_movies,) and `weights` (n_movies,
    n_movies, 2): w and c.

    With x_j = (deviation of the user's rating of j, 1) for every other movie j that user u rated,
    n of them, the target is  offset_i + n^(-1/2) Σ_j x_j·weights[i, j].
    """
    indptr, indices, deviations, _ = by_user
    movie_indptr, raters, targets, _ = by_movie
    n_epochs, first_rate, decay, reg, reg_offset, seed = descent
    for place in prange(len(movies)):
        i = movies[place]
        row, offset, rate = np.zeros((weights.shape[1], 2), np.float32), np.float32(0), first_rate
        start, end = movie_indptr[i], movie_indptr[i + 1]
        order = np.arange(start, end)
        for epoch in range(n_epochs):
            _shuffle(order, mix(np.uint64(seed) + np.uint64(i) * np.uint64(n_epochs + epoch + 1)))
            for p in order:
                u = raters[p]
                a, b = indptr[u], indptr[u + 1]
                if b - a < 2:
                    offset += rate * (targets[p] - offset - reg_offset * offset)
                    continue
                root = np.float32(1) / np.sqrt(np.float32(b - a - 1))
                said = _sum(row, indices[a:b], deviations[a:b])
                err = targets[p] - offset - root * said
                offset += rate * (err - reg_offset * offset)
                _move(row, indices[a:b], deviations[a:b], rate * err * root, rate * reg)
                row[i] = 0  # cheaper than leaving the movie itself out of the sums
            rate *= decay
        offsets[i] = offset
        weights[i] = row


@njit(cache=True, parallel=True)
def add_weighted(by_user: Csr, weights: Array, users: Array, movies: Array, scores: Array) -> None:
    """Add to `scores` (float64) what the movies that each user rated say of the pair's movie.

    `by_user`: as of `fit_rows`. A pair's movie says nothing of itself, where the user rated it.
    """
    indptr, indices, deviations, _ = by_user
    for n in prange(len(users)):
        u, i = users[n], movies[n]
        a, b = indptr[u], indptr[u + 1]
        n_others = b - a - _count(indices[a:b], i)
        if n_others > 0:
            root = np.float32(1) / np.sqrt(np.float32(n_others))
            scores[n] += root * _sum(weights[i], indices[a:b], deviations[a:b])


@njit(cache=True)
def _count(indices: Array, i: Whole) -> Whole:
    count = 0
    for j in indices:
        count += j == i
    return count


@njit(cache=True, fastmath=FASTMATH)
def _sum(row: Array, indices: Array, deviations: Array) -> Real:
    total = np.float32(0)
    for p in range(len(indices)):
        j = indices[p]
        total += deviations[p] * row[j, 0] + row[j, 1]
    return total


@njit(cache=True, fastmath=FASTMATH)
def _move(row: Array, indices: Array, deviations: Array, step: Real, shrink: Real) -> None:
    keep = np.float32(1) - shrink
    for p in range(len(indices)):
        j = indices[p]
        row[j, 0] = keep * row[j, 0] + step * deviations[p]
        row[j, 1] = keep * row[j, 1] + step


@njit(cache=True)
def _shuffle(order: Array, key: Whole) -> None:
    """Put `order` into a random order that `key` decides (Fisher and Yates)."""
    for n in range(len(order) - 1, 0, -1):
        other = int(uniform(key, np.uint64(n)) * (n + 1))
        order[n], order[other] = order[other], order[n]
