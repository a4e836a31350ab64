"""Stochastic gradient descent in float32 for timeSVD++: biases and tastes that move with time.

The scheme is that of `sgd_fast.svdpp_epoch`: in each round a fixed number of tasks begin with
copies of what belongs to movies and to days of the calendar, and what they changed is merged in a
fixed order. What is computed does not depend on the number of threads.
"""

from typing import NamedTuple

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from processing.kernels.arrays import (
    Array,
    Real,
    TimeArrays,
    TimeBiases,
    TimeFactors,
    Timeline,
    Whole,
)
from processing.kernels.sgd_fast import CURVATURE, FASTMATH, N_TASKS, merged_share
from processing.kernels.similarities import fetch
from processing.kernels.time_biases import deviation

_AHEAD = 6  # how many ratings ahead what belongs to a movie is fetched from memory
_LINE = 16  # float32 of a cache line


class TimeSteps(NamedTuple):
    """Float32. `rate` and `reg` of factors, `drift_reg` of their drift, `bias_rate` of biases, and
    `user_regs` (3,) of b_u, alpha_u and b_{u,day}.

    A bias that n ratings share is shrunk by 1 / (1 + bias_rate reg / n) with each: what is
    minimised is the sum of squared errors + reg bias^2, as in `time_biases`. For the others that
    factor is at hand: `movies` (n_movies,), `movie_bins` (n_movies, n_bins), `calendar` (n_days,).
    """

    rate: np.float32
    reg: np.float32
    drift_reg: np.float32
    bias_rate: np.float32
    user_regs: NDArray[np.float32]
    movies: NDArray[np.float32]
    movie_bins: NDArray[np.float32]
    calendar: NDArray[np.float32]


class TimeCopies(NamedTuple):
    """The tasks' own copies, float32, written over by each round: values, and visits of each.

    `factors`: (N_TASKS, 2, n_movies, f), q and y. `movies`: (N_TASKS, 3, n_movies), b_i, its
    visits and those of y_i. `movie_bins`: (N_TASKS, 2, n_movies, n_bins). `calendar`: (N_TASKS, 2,
    n_days).
    """

    factors: NDArray[np.float32]
    movies: NDArray[np.float32]
    movie_bins: NDArray[np.float32]
    calendar: NDArray[np.float32]


@njit(cache=True, parallel=True, fastmath=FASTMATH)
def timesvdpp_epoch(
    groups: Array,
    timeline: Timeline,
    steps: TimeSteps,
    biases: TimeBiases,
    factors: TimeFactors,
    copies: TimeCopies,
) -> None:
    """Update biases, factors, their drift and implicit factors once with every rating, in place.

    `groups`: int64 (n_rounds * N_TASKS + 1,), first users of the tasks' groups, round after round.
    All else is float32. With e the
    error of a rating and z = |I_u|^(-1/2) Σ y_j, the factors move by

        p_u     += rate (e q_i - reg p_u)
        alpha_u += rate (e dev q_i - drift_reg alpha_u)
        q_i     += rate (e (p_u + dev alpha_u + z) - reg q_i)
        y_j     += rate (e |I_u|^(-1/2) q_i - reg y_j)                  for every j of the user

    The last of these is done in closed form after the user's last rating.
    """
    ratings, places, own_indptr, days, devs, bins = timeline
    indptr, indices, values, _ = ratings
    mean, calendar = biases.mean, biases.calendar
    bu, drifts = biases.users, biases.drifts
    bi, bib = biases.movies, biases.movie_bins
    bud = biases.user_days
    pu, au = factors.users, factors.drifts
    qi, yj = factors.movies, factors.implicit
    own_factors, own_movies = copies.factors, copies.movies
    own_bins, own_calendar = copies.movie_bins, copies.calendar
    rate, bias_rate, one = steps.rate, steps.bias_rate, np.float32(1)
    keep, keep_drift = one - rate * steps.reg, one - rate * steps.drift_reg
    keep_i, keep_bin, keep_day = steps.movies, steps.movie_bins, steps.calendar
    reg_b, reg_a, reg_d = bias_rate * steps.user_regs
    n_bins = bib.shape[1]
    n_factors, longest = pu.shape[1], np.max(own_indptr[1:] - own_indptr[:-1])
    for first in range(0, len(groups) - 1, N_TASKS):
        for task in prange(N_TASKS):
            q, y = own_factors[task, 0], own_factors[task, 1]
            b_i, seen, weight = own_movies[task, 0], own_movies[task, 1], own_movies[task, 2]
            b_bin, seen_bin = own_bins[task, 0], own_bins[task, 1]
            b_day, seen_day = own_calendar[task, 0], own_calendar[task, 1]
            q[:], y[:], b_i[:], b_bin[:], b_day[:] = qi, yj, bi, bib, calendar
            seen[:], weight[:], seen_bin[:], seen_day[:] = 0, 0, 0, 0
            p_u, a_u = np.empty(n_factors, np.float32), np.empty(n_factors, np.float32)
            z, g = np.empty(n_factors, np.float32), np.empty(n_factors, np.float32)
            keep_own = np.empty(longest, np.float32)
            for u in range(groups[first + task], groups[first + task + 1]):
                start, end, days_from = indptr[u], indptr[u + 1], own_indptr[u]
                n_days = own_indptr[u + 1] - days_from
                if start == end:
                    continue
                n = np.float32(end - start)
                over_root = one / np.sqrt(n)
                keep_b, keep_a = one / (one + reg_b / n), one / (one + reg_a / n)
                z[:], g[:], keep_own[:n_days] = 0, 0, 0
                for position in range(start, end):
                    if position + _AHEAD < end:
                        _fetch_row(y, np.int64(indices[position + _AHEAD]))
                    keep_own[np.int64(places[position])] += one
                    j = indices[position]
                    for f in range(n_factors):
                        z[f] += y[j, f]
                for k in range(n_days):
                    keep_own[k] = one / (one + reg_d / keep_own[k])
                for f in range(n_factors):
                    z[f] *= over_root
                    p_u[f], a_u[f] = pu[u, f], au[u, f]
                b_u, drift = bu[u], drifts[u]
                for position in range(start, end):
                    if position + _AHEAD < end:
                        i = np.int64(indices[position + _AHEAD])
                        m = bins[days[days_from + np.int64(places[position + _AHEAD])]]
                        for of_movies in (b_i, seen, keep_i):
                            fetch(of_movies, i)
                        for of_bins in (b_bin, seen_bin, keep_bin):
                            fetch(of_bins, i * n_bins + m)
                        _fetch_row(q, i)
                    i, place = indices[position], np.int64(places[position])
                    k = days_from + place
                    day, dev = days[k], devs[k]
                    m = bins[day]
                    dot = np.float32(0)
                    for f in range(n_factors):
                        dot += (p_u[f] + dev * a_u[f] + z[f]) * q[i, f]
                    known = mean + b_u + drift * dev + bud[k] + b_i[i] + b_bin[i, m] + b_day[day]
                    err = values[position] - (known + dot)
                    step = bias_rate * err
                    b_u = keep_b * (b_u + step)
                    drift = keep_a * (drift + step * dev)
                    bud[k] = keep_own[place] * (bud[k] + step)
                    b_i[i] = keep_i[i] * (b_i[i] + step)
                    b_bin[i, m] = keep_bin[i, m] * (b_bin[i, m] + step)
                    b_day[day] = keep_day[day] * (b_day[day] + step)
                    seen[i] += one
                    seen_bin[i, m] += one
                    seen_day[day] += one
                    step = rate * err
                    step_a = step * dev
                    for f in range(n_factors):
                        p_f, a_f, z_f, q_f = p_u[f], a_u[f], z[f], q[i, f]
                        p_u[f] = keep * p_f + step * q_f
                        a_u[f] = keep_drift * a_f + step_a * q_f
                        z[f] = keep * z_f + step * q_f
                        g[f] = keep * g[f] + step * q_f
                        q[i, f] = keep * q_f + step * (p_f + dev * a_f + z_f)
                bu[u], drifts[u] = b_u, drift
                for f in range(n_factors):
                    pu[u, f], au[u, f] = p_u[f], a_u[f]
                    g[f] *= over_root
                decay = keep**n
                for position in range(start, end):
                    if position + _AHEAD < end:
                        _fetch_row(y, np.int64(indices[position + _AHEAD]))
                    j = indices[position]
                    weight[j] += n
                    for f in range(n_factors):
                        y[j, f] = decay * y[j, f] + g[f]
        _merge(copies, steps, biases, factors)


@njit(cache=True, inline="always")
def _fetch_row(rows: Array, row: Whole) -> None:
    """Ask for a row of a matrix to be brought into the cache."""
    width = rows.shape[1]
    for f in range(0, width, _LINE):
        fetch(rows, row * width + f)


@njit(cache=True, parallel=True, fastmath=FASTMATH)
def _merge(copies: TimeCopies, steps: TimeSteps, biases: TimeBiases, factors: TimeFactors) -> None:
    """Move what the tasks had copies of by a share of the sum of what they changed."""
    of_factors, of_movies, of_bins, of_days = copies
    rate, bias_rate = steps.rate, steps.bias_rate
    bi, bib = biases.movies, biases.movie_bins
    calendar = biases.calendar
    qi, yj = factors.movies, factors.implicit
    for i in prange(len(bi)):
        bi[i] = _merged(bi[i], bias_rate, of_movies[:, 0, i], of_movies[:, 1, i])
        for m in range(bib.shape[1]):
            bib[i, m] = _merged(bib[i, m], bias_rate, of_bins[:, 0, i, m], of_bins[:, 1, i, m])
        share_q = merged_share(rate * CURVATURE, of_movies[:, 1, i])
        share_y = merged_share(rate * CURVATURE, of_movies[:, 2, i])
        for f in range(qi.shape[1]):
            q, y = qi[i, f], yj[i, f]
            change_q, change_y = np.float32(0), np.float32(0)
            for task in range(N_TASKS):
                change_q += of_factors[task, 0, i, f] - q
                change_y += of_factors[task, 1, i, f] - y
            qi[i, f] = q + share_q * change_q
            yj[i, f] = y + share_y * change_y
    for d in range(len(calendar)):
        calendar[d] = _merged(calendar[d], bias_rate, of_days[:, 0, d], of_days[:, 1, d])


@njit(cache=True)
def _merged(start: Real, rate: Real, ends: Array, visits: Array) -> Real:
    """Where a bias ends; `merged_share`'s exponentials only where more than one task moved it."""
    n_moved, change = 0, np.float32(0)
    for task in range(len(ends)):
        n_moved += visits[task] > 0
        change += ends[task] - start
    return start + change * (merged_share(rate, visits) if n_moved > 1 else np.float32(1))


@njit(cache=True, parallel=True)
def time_scores(
    arrays: TimeArrays, users: Array, movies: Array, days: Array, undated: Whole, out: Array
) -> None:
    """Write the score of each (user, movie, day) into `out` (float64).

    `days`: int64, counted from the first day of the fitted ratings; `undated` stands for no day,
    and then every term of time is left out. Other days take the biases of the calendar's nearest,
    but b_{u,day} only of the very day.
    """
    a = arrays
    n_days = len(a.calendar)
    for n in prange(len(users)):
        u, i = users[n], movies[n]
        score = np.float64(a.mean[0]) + a.user_biases[u]
        of_movie, dev = np.float64(a.movie_biases[i]), 0.0
        if days[n] != undated:
            day = min(max(days[n], 0), n_days - 1)
            dev = deviation(day, np.float64(a.user_middles[u]), n_days)
            score += a.user_drifts[u] * dev + a.calendar[day]
            of_movie += a.movie_bins[i, a.bins[day]]
            start, end = a.own_indptr[u], a.own_indptr[u + 1]
            place = start + np.searchsorted(a.own_days[start:end], days[n])
            if place < end and a.own_days[place] == days[n]:
                score += a.user_day_biases[place]
        score += (1 + a.user_scales[u]) * of_movie
        for f in range(a.movie_factors.shape[1]):
            score += (a.user_factors[u, f] + dev * a.factor_drifts[u, f]) * a.movie_factors[i, f]
        out[n] = score
