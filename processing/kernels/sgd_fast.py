"""Stochastic gradient descent in float32 on all cores, free of conflicts and therefore repeatable.

Users are cut into groups and movies into `N_BLOCKS` ranges, both of about equal numbers of ratings.
In a *stratum* each group works on a range of its own, so that no two tasks touch the same user or
movie; after `N_BLOCKS` strata every group has met every range (Gemulla et al. 2011, "Large-scale
matrix factorization with distributed stochastic gradient descent", section 4). What is computed
does not depend on the number of threads, nor on which of them is first.
"""

from typing import NamedTuple

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from processing.kernels.arrays import Array, Csr, Parameters, Real, Steps
from processing.kernels.similarities import fetch
from processing.kernels.vectors import WIDTH, dot, step_both

N_BLOCKS = 4
N_TASKS = 2
AHEAD = 4  # how many ratings ahead the factors of a movie are fetched from memory
CURVATURE = np.float32(0.1)  # typical square of a factor: how strongly a rating draws at another
FASTMATH = {"reassoc", "contract", "arcp", "nsz"}  # all but "no NaN" and "no infinity"


class Copies(NamedTuple):
    """The tasks' own copies of what belongs to movies: float32, written over by each round.

    `qi`, `yj`: (N_TASKS, n_movies, f). `movies`: (N_TASKS, 3, n_movies): b_i, how often it and q_i
    were visited, and how often y_i was.
    """

    qi: NDArray[np.float32]
    yj: NDArray[np.float32]
    movies: NDArray[np.float32]


class Strata(NamedTuple):
    """Which users and movies a task of SVD works on: int64.

    `groups`: (N_BLOCKS + 1,), first users of the groups. `cuts`: as of `cut_rows`.
    """

    groups: NDArray[np.int64]
    cuts: NDArray[np.int64]


class Squares(NamedTuple):
    """Sums of squared errors so far: float32, (n_users,) and (n_movies,), or empty."""

    users: NDArray[np.float32]
    movies: NDArray[np.float32]


@njit(cache=True, parallel=True)
def cut_rows(ratings: Csr, bounds: Array, cuts: Array) -> None:
    """Write where each row enters each range of columns.

    `bounds`: int64 (N_BLOCKS + 1,), first columns of the ranges. `cuts`: int64 (n_rows,
    N_BLOCKS + 1); the entries of row u in range m are `cuts[u, m]` to `cuts[u, m + 1]`.
    """
    indptr, indices = ratings.indptr, ratings.indices
    for row in prange(len(indptr) - 1):
        p = indptr[row]
        for m in range(N_BLOCKS):
            cuts[row, m] = p
            while p < indptr[row + 1] and indices[p] < bounds[m + 1]:
                p += 1
        cuts[row, N_BLOCKS] = p


@njit(cache=True, parallel=True, fastmath=FASTMATH)
def svd_epoch(
    strata: Strata, ratings: Csr, mean: Real, steps: Steps, parameters: Parameters, squares: Squares
) -> None:
    """Update biases and factors of SVD once with every rating, in place.

    All is float32; factors as `padded_rows` gives them. The update of a rating is that of
    `sgd_exact.svd_exact`; only their order differs. Where `squares` are not empty, a row whose
    errors' squares add up to s takes steps of 1 / √(1 + s) as its bias, and of 1 / √(1 + s / f) as
    its factors: Chin et al. (2015), "A learning-rate schedule for stochastic gradient methods to
    matrix factorization", with 1 for the squared length of the other side's factors.
    """
    groups, cuts = strata.groups, strata.cuts
    indices, values = ratings.indices, ratings.values
    bu, bi = parameters.bu, parameters.bi
    pu, qi = parameters.pu, parameters.qi
    of_users, of_movies = squares.users, squares.movies
    falling, one = len(of_users) > 0, np.float32(1)
    size, last = pu.shape[1], len(indices) - 1
    share = one / np.float32(max(size, 1))
    rate_u, rate_i, rate_p, rate_q = steps.rates
    reg_u, reg_i, reg_p, reg_q = steps.regs
    for stratum in range(N_BLOCKS):
        for group in prange(N_BLOCKS):
            block = (group + stratum) % N_BLOCKS
            for u in range(groups[group], groups[group + 1]):
                start, end = cuts[u, block], cuts[u, block + 1]
                at_u, b_u = u * size, bu[u]
                for position in range(start, end):
                    i = np.int64(indices[position])
                    ahead = np.int64(indices[min(position + AHEAD, last)]) * size
                    for f in range(0, size, WIDTH):
                        fetch(qi, ahead + f)
                    at_i, b_i = i * size, bi[i]
                    err = values[position] - (mean + b_u + b_i + dot(pu, at_u, qi, at_i, size))
                    step_u, step_i, step_p, step_q = rate_u, rate_i, rate_p, rate_q
                    if falling:
                        s_u, s_i = of_users[u], of_movies[i]
                        step_u, step_p = (
                            rate_u / np.sqrt(one + s_u),
                            rate_p / np.sqrt(one + share * s_u),
                        )
                        step_i, step_q = (
                            rate_i / np.sqrt(one + s_i),
                            rate_q / np.sqrt(one + share * s_i),
                        )
                        of_users[u], of_movies[i] = s_u + err * err, s_i + err * err
                    b_u += step_u * (err - reg_u * b_u)
                    bi[i] = b_i + step_i * (err - reg_i * b_i)
                    keeps = one - step_p * reg_p, one - step_q * reg_q
                    step_both(pu, at_u, qi, at_i, size, keeps, (step_p * err, step_q * err))
                bu[u] = b_u


@njit(cache=True, parallel=True, fastmath=FASTMATH)
def svdpp_epoch(
    groups: Array, ratings: Csr, mean: Real, steps: Steps, parameters: Parameters, copies: Copies
) -> None:
    """Update biases, factors and implicit factors of SVD++ once with every rating, in place.

    `groups`: int64 (n_rounds * N_TASKS + 1,), first users of the tasks' groups, round after round.
    All else is float32.

    Each user reads and moves y_j of all their movies, which no blocks can keep apart. So in each
    round the tasks begin with copies of what belongs to movies, go through their users one by one
    as `sgd_exact.svdpp_exact` does, and what they changed is merged in a fixed order: see
    `merged_share`.

    A movie that a user rated m times has its y_j m times in the sum z, and m steps in each update:
    z moves by Σ m² / n steps, which is 1 where nothing is rated twice.
    """
    indptr, indices, values, _ = ratings
    rates, regs = steps
    bu, bi = parameters.bu, parameters.bi
    pu, qi = parameters.pu, parameters.qi
    yj = parameters.yj
    own_q, own_y = copies.qi, copies.yj
    own = copies.movies
    n_factors = pu.shape[1]
    keep_p, keep_q = np.float32(1) - rates[2] * regs[2], np.float32(1) - rates[3] * regs[3]
    keep_y = np.float32(1) - rates[4] * regs[4]
    for first in range(0, len(groups) - 1, N_TASKS):
        for task in prange(N_TASKS):
            q, y = own_q[task], own_y[task]
            b_i, seen, weight = own[task, 0], own[task, 1], own[task, 2]
            q[:], y[:], b_i[:], seen[:], weight[:] = qi, yj, bi, 0, 0
            p_u = np.empty(n_factors, np.float32)
            z = np.empty(n_factors, np.float32)
            g = np.empty(n_factors, np.float32)
            for u in range(groups[first + task], groups[first + task + 1]):
                start, end = indptr[u], indptr[u + 1]
                if start == end:
                    continue
                n = np.float32(end - start)
                over_root = np.float32(1) / np.sqrt(n)
                z[:], g[:] = 0, 0
                run, before, squares = np.float32(0), -1, np.float32(0)
                for position in range(start, end):
                    j = indices[position]
                    run = run + np.float32(1) if j == before else np.float32(1)
                    before = j
                    squares += np.float32(2) * run - np.float32(1)
                    for f in range(n_factors):
                        z[f] += y[j, f]
                repeated = squares / n
                keep_z = np.float32(1) - repeated * (rates[4] * regs[4])
                for f in range(n_factors):
                    z[f] *= over_root
                    p_u[f] = pu[u, f]
                b_u = bu[u]
                for position in range(start, end):
                    i = indices[position]
                    dot = np.float32(0)
                    for f in range(n_factors):
                        dot += (p_u[f] + z[f]) * q[i, f]
                    err = values[position] - (mean + b_u + b_i[i] + dot)
                    b_u += rates[0] * (err - regs[0] * b_u)
                    b_i[i] += rates[1] * (err - regs[1] * b_i[i])
                    seen[i] += 1
                    step_p, step_q, step_y = rates[2] * err, rates[3] * err, rates[4] * err
                    step_z = repeated * step_y
                    for f in range(n_factors):
                        p_f, q_f, z_f = p_u[f], q[i, f], z[f]
                        p_u[f] = keep_p * p_f + step_p * q_f
                        z[f] = keep_z * z_f + step_z * q_f
                        g[f] = keep_y * g[f] + step_y * q_f
                        q[i, f] = keep_q * q_f + step_q * (p_f + z_f)
                bu[u] = b_u
                for f in range(n_factors):
                    pu[u, f] = p_u[f]
                    g[f] *= over_root
                decay = keep_y**n
                for position in range(start, end):
                    j = indices[position]
                    weight[j] += n
                    for f in range(n_factors):
                        y[j, f] = decay * y[j, f] + g[f]
        _merge(copies, rates, parameters)


@njit(cache=True, parallel=True, fastmath=FASTMATH)
def _merge(copies: Copies, rates: Array, parameters: Parameters) -> None:
    """Move what belongs to movies by a share of the sum of what the tasks changed."""
    own_q, own_y, own = copies
    bi, qi = parameters.bi, parameters.qi
    yj = parameters.yj
    for i in prange(len(bi)):
        share_b = merged_share(rates[1], own[:, 1, i])
        share_q = merged_share(rates[3] * CURVATURE, own[:, 1, i])
        share_y = merged_share(rates[4] * CURVATURE, own[:, 2, i])
        b, change = bi[i], np.float32(0)
        for task in range(N_TASKS):
            change += own[task, 0, i] - b
        bi[i] = b + share_b * change
        for f in range(qi.shape[1]):
            q, y = qi[i, f], yj[i, f]
            change_q, change_y = np.float32(0), np.float32(0)
            for task in range(N_TASKS):
                change_q += own_q[task, i, f] - q
                change_y += own_y[task, i, f] - y
            qi[i, f] = q + share_q * change_q
            yj[i, f] = y + share_y * change_y


@njit(cache=True)
def merged_share(strength: Real, visits: Array) -> Real:
    """The share of the tasks' summed changes that one task doing all their work would have made.

    A parameter that each visit draws to a place with some strength goes 1 - exp(-strength visits)
    of the way; of tasks that all began in the same place, the sum overshoots what they would have
    done one after the other. 1 where only one task has moved at all, 1 / N_TASKS where each has
    arrived. `visits`: (N_TASKS,).
    """
    alone, together = np.float32(0), np.float32(0)
    for n in visits:
        alone += np.float32(1) - np.exp(-strength * n)
        together += strength * n
    if alone < np.float32(1e-6):
        return np.float32(1)
    return (np.float32(1) - np.exp(-together)) / alone


@njit(cache=True, parallel=True, fastmath=FASTMATH)
def whole_user_factors(ratings: Csr, pu: Array, yj: Array) -> None:
    """Add |I_u|^(-1/2) Σ_j y_j to each user's factors `pu`, in place."""
    indptr, indices = ratings.indptr, ratings.indices
    n_factors = pu.shape[1]
    for u in prange(len(indptr) - 1):
        start, end = indptr[u], indptr[u + 1]
        if start == end:
            continue
        root = np.sqrt(np.float64(end - start))
        for p in range(start, end):
            for f in range(n_factors):
                pu[u, f] += yj[indices[p], f] / root
