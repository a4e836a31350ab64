"""Predictions in bulk from learned arrays."""

from typing import Any, NamedTuple

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from processing.kernels.arrays import Array, Biases, Csr, Whole
from processing.kernels.heap import push

CHUNK_PAIRS = 1024
N_BINS = 64
NO_COUNTS = np.empty(0, np.int32)


class LinearArrays(NamedTuple):
    """Learned arrays of a model of the form mean + b_u + b_i + p_u·q_i.

    `mean` float64 (); `user_biases` (n_users,), `movie_biases` (n_movies,), `user_factors`
    (n_users, n_factors) and `movie_factors` (n_movies, n_factors) are float32 from the fast engine
    and float64 from the others, and zero where nothing was known in fitting.
    """

    mean: Any
    user_biases: NDArray[Any]
    movie_biases: NDArray[Any]
    user_factors: NDArray[Any]
    movie_factors: NDArray[Any]


class Wanted(NamedTuple):
    """Pairs to predict: `xs` and `ys`, int32 (n,), and `scores`, float64 (n,), written in place.

    x is the side whose similarities are known, y the other; an x of -1 has no neighbours. `order`,
    int64: in which order to take the pairs; by x is fastest. `found`, int32 (n,): how many
    neighbours each of them has, written in place; or empty, where nobody asks.
    """

    order: NDArray[np.int64]
    xs: NDArray[np.int32]
    ys: NDArray[np.int32]
    scores: NDArray[np.float64]
    found: NDArray[np.int32] = NO_COUNTS


@njit(cache=True, parallel=True)
def linear_scores(arrays: LinearArrays, users: Array, movies: Array, out: Array) -> None:
    """Write mean + b_u + b_i + p_u·q_i of each (user, movie) into `out` (float64).

    `arrays.mean` is a float here. A user or movie of -1 is unknown: what it would add is left out.
    """
    mean, user_biases, movie_biases, user_factors, movie_factors = arrays
    for n in prange(len(users)):
        u, i = users[n], movies[n]
        score = mean
        if u >= 0:
            score += user_biases[u]
        if i >= 0:
            score += movie_biases[i]
        if u >= 0 and i >= 0:
            for f in range(user_factors.shape[1]):
                score += user_factors[u, f] * movie_factors[i, f]
        out[n] = score


class _Scratch(NamedTuple):
    """Of `_keep_best`: `bins`, `at_level` as long as its values; `counts`, 0 before and after; and
    the `heap` of the last bin, (k,).
    """

    bins: NDArray[np.uint8]
    counts: NDArray[np.int32]
    at_level: NDArray[np.int32]
    heap: tuple[Array, Array, Array]


@njit(cache=True, parallel=True)
def add_neighbours(
    biases: Biases, sims: Array, ratings: Csr, wanted: Wanted, k: Whole, min_k: Whole
) -> None:
    """Add what the neighbours say to the baseline estimates `wanted.scores`, as KNNBaseline does.

    `biases`: rows are x. `sims`: (n_x, n_x) similarities in any unit, of which only ratios count:
    float64, float32 or int16; or, in units of 1, their triangle as the one row of a matrix, where
    that of x and x' < x is at x (x - 1) / 2 + x'. `ratings`: by y, in Surprise's order. Of the x'
    that rated y the k most similar count (ties: the one seen first), and of those the ones with
    positive similarity: the k most similar of the positive ones.

    Positive ones are put at the front without a branch: each is written to the next free place,
    which moves on only if it was one to keep. That place is unsigned, so that numba leaves out its
    check for negative indices.
    """
    mean, x_biases, y_biases = biases
    indptr, indices, values, _ = ratings
    order, scores, found = wanted.order, wanted.scores, wanted.found
    xs, ys = wanted.xs, wanted.ys
    longest = np.max(indptr[1:] - indptr[:-1]) + 1
    n_x = len(x_biases)
    in_triangle = n_x > 1 and len(sims) == 1
    for chunk in prange((len(order) + CHUNK_PAIRS - 1) // CHUNK_PAIRS):
        row = np.empty(n_x if in_triangle else sims.shape[1], sims.dtype)
        near, places = np.empty(longest, sims.dtype), np.empty(longest, np.int32)
        heap = np.empty(k, sims.dtype), np.empty(k, np.int32), np.empty(k, np.int32)
        bins, at_level = np.empty(longest, np.uint8), np.empty(longest, np.int32)
        scratch = _Scratch(bins, np.zeros(N_BINS, np.int32), at_level, heap)
        x = -1
        for n in order[chunk * CHUNK_PAIRS : (chunk + 1) * CHUNK_PAIRS]:
            if xs[n] < 0:
                continue
            if xs[n] != x:  # read in one go, and then at random: a row is far away in memory
                x = xs[n]
                if in_triangle:
                    _read_row(sims[0], x, row)
                else:
                    row[:] = sims[x]
            start, end = indptr[ys[n]], indptr[ys[n] + 1]
            others, given = indices[start:end], values[start:end]
            size = 0
            for p in range(len(others)):
                similarity = row[others[p]]
                near[np.uint32(size)], places[np.uint32(size)] = similarity, p
                size += similarity > 0
            n_used = min(size, k)
            if len(found) > 0:
                found[n] = n_used
            if n_used < min_k or n_used == 0:
                continue
            if size > k:
                _keep_best(near, places, size, k, scratch)
                size = k
            total, total_deviations = 0.0, 0.0
            base = mean + y_biases[ys[n]]
            for m in range(size):
                p = places[m]
                weight = np.float64(near[m])
                total += weight
                total_deviations += weight * (given[p] - (base + x_biases[others[p]]))
            scores[n] += total_deviations / total


@njit(cache=True)
def _read_row(triangle: Array, x: Whole, row: Array) -> None:
    """Read the similarities of x to all rows out of their triangle; with itself it has 1."""
    first = np.int64(x) * (np.int64(x) - 1) // 2
    row[:x] = triangle[first : first + x]
    row[x] = 1
    place = first + 2 * np.int64(x)  # of the row after x
    for other in range(x + 1, len(row)):
        row[other] = triangle[place]
        place += other


@njit(cache=True)
def _keep_best(values: Array, keys: Array, size: Whole, k: Whole, scratch: _Scratch) -> None:
    """Move the k best of `size` positive values, with their keys, to the front.

    Values are counted by bins of equal width: those above the bin in which the k-th lies are all
    kept, and of that bin's the best, ties by lower key. The loops over all values do not branch,
    which a heap of all of them would do at each: only the last bin's go through one, and nobody
    needs the k in order.
    """
    bins, counts, at_level, heap = scratch
    best = values[0]
    for m in range(1, size):
        best = max(best, values[m])
    scale = np.float32((N_BINS - 1) / np.float64(best))
    for m in range(size):
        bins[m] = np.uint8(np.int32(np.float32(values[m]) * scale)) & np.uint8(N_BINS - 1)
    for m in range(size):
        counts[bins[m]] += 1
    level, n_above = N_BINS - 1, 0
    while n_above + counts[level] <= k:
        n_above += counts[level]
        level -= 1
    counts[:] = 0
    n_at_level, n_wanted, n_found = 0, k - n_above, 0
    for m in range(size):
        at_level[np.uint32(n_at_level)] = m
        n_at_level += bins[m] == level
    found, found_keys, rest = heap[0][:n_wanted], heap[1][:n_wanted], heap[2][:n_wanted]
    for place in range(n_at_level if n_wanted > 0 else 0):
        value, key = values[at_level[place]], keys[at_level[place]]
        if n_found < n_wanted or value > found[0]:
            n_found = push(found, found_keys, rest, n_found, value, key, 0)
    n_kept = 0
    for m in range(size):
        values[np.uint32(n_kept)], keys[np.uint32(n_kept)] = values[m], keys[m]
        n_kept += bins[m] > level
    for m in range(n_found):
        values[n_kept + m], keys[n_kept + m] = found[m], found_keys[m]
