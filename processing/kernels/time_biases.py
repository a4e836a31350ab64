"""Biases that move with time, by alternating closed forms.

Every user's biases are solved exactly while those of movies and calendar stand still; on the way
sums are taken, of which the biases of movies or of the calendar follow. Each of `N_SUMS` tasks has
sums of its own, added up in a fixed order: what is computed does not depend on the number of
threads.
"""

from typing import NamedTuple

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from processing.kernels.arrays import Array, Csr, Real, TimeBiases, Timeline, Whole

N_SUMS = 8


class Sums(NamedTuple):
    """The tasks' sums of what biases leave of the ratings; float64.

    `movies`: (N_SUMS, n_movies, n_bins). `calendar`: (N_SUMS, n_days).
    """

    movies: NDArray[np.float64]
    calendar: NDArray[np.float64]


@njit(cache=True, parallel=True)
def count_days(ratings: Csr, counts: Array) -> None:
    """Write how many different days each row has into `counts` (int64)."""
    indptr, days = ratings.indptr, ratings.days
    for row in prange(len(indptr) - 1):
        own = np.sort(days[indptr[row] : indptr[row + 1]])
        n = 0
        for k in range(len(own)):
            n += k == 0 or own[k] != own[k - 1]
        counts[row] = n


@njit(cache=True, parallel=True)
def list_days(
    ratings: Csr, first_day: Whole, own_indptr: Array, own_days: Array, places: Array
) -> None:
    """Write each row's different days, ascending, and each entry's place among its row's.

    Row u's days go to `own_days[own_indptr[u]:own_indptr[u + 1]]`, counted from `first_day`.
    """
    indptr, days = ratings.indptr, ratings.days
    for row in prange(len(indptr) - 1):
        start, end, first = indptr[row], indptr[row + 1], own_indptr[row]
        own = np.sort(days[start:end])
        n = 0
        for k in range(len(own)):
            if k == 0 or own[k] != own[k - 1]:
                own[n] = own[k]
                own_days[first + n] = own[k] - first_day
                n += 1
        for position in range(start, end):
            places[position] = np.searchsorted(own[:n], days[position])


@njit()
def deviation(day: Real, middle: Real, n_days: Whole) -> Real:
    """sign(t - t_u) |t - t_u|^0.4 in shares of all days: from -1 to 1 (Koren 2009, eq. 5)."""
    away = (day - middle) / n_days
    return np.sign(away) * np.abs(away) ** 0.4


@njit(cache=True, parallel=True)
def fill_deviations(timeline: Timeline, n_days: Whole, middles: Array) -> None:
    """Write each user's mean day of rating and, into `timeline.devs`, the deviation of each day."""
    indptr, places = timeline.ratings.indptr, timeline.places
    own_indptr, own_days = timeline.indptr, timeline.days
    devs = timeline.devs
    for u in prange(len(indptr) - 1):
        first, total = own_indptr[u], 0.0
        for position in range(indptr[u], indptr[u + 1]):
            total += own_days[first + np.int64(places[position])]
        middles[u] = total / max(1, indptr[u + 1] - indptr[u])
        for k in range(first, own_indptr[u + 1]):
            devs[k] = deviation(own_days[k], np.float64(middles[u]), n_days)


@njit(cache=True, parallel=True)
def solve_users(
    groups: Array,
    timeline: Timeline,
    regs: Array,
    biases: TimeBiases,
    sums: Sums,
    for_movies: bool,
) -> None:
    """Solve b_u, alpha_u and b_{u,day} of every user, in place, and sum up what they leave.

    `groups`: int64 (N_SUMS + 1,), first users of the tasks. `regs`: float64 (3,), of the three
    biases. Minimised is, over a user's ratings,

        sum (left - b_u - alpha_u dev - b_{u,day})^2 + regs . (b_u^2, alpha_u^2, sum b_{u,day}^2)

    Put b_{u,day} = (sum of the day's left - n (b_u + alpha_u dev)) / (n + regs[2]), and two
    equations remain, in which a day with n ratings weighs n regs[2] / (n + regs[2]).

    Written are Σ (rating - mean - all but the calendar's bias), `sums.calendar`, and, if
    `for_movies`, Σ (rating - mean - all but the movie's), `sums.movies`.
    """
    ratings, places, own_indptr, days, devs, bins = timeline
    indptr, indices, values, _ = ratings
    mean, calendar = biases.mean, biases.calendar
    movies, movie_bins = biases.movies, biases.movie_bins
    users, drifts = biases.users, biases.drifts
    user_days = biases.user_days
    of_movies, of_calendar = sums.movies, sums.calendar
    longest = np.max(own_indptr[1:] - own_indptr[:-1])
    for task in prange(len(groups) - 1):
        n_at, left = np.empty(longest), np.empty(longest)
        movie_sums, day_sums = of_movies[task], of_calendar[task]
        day_sums[:] = 0
        if for_movies:
            movie_sums[:] = 0
        for u in range(groups[task], groups[task + 1]):
            start, end, first = indptr[u], indptr[u + 1], own_indptr[u]
            n_days = own_indptr[u + 1] - first
            if n_days == 0:
                continue
            n_at[:n_days], left[:n_days] = 0, 0
            for p in range(start, end):
                place, i = np.int64(places[p]), indices[p]
                n_at[place] += 1
                left[place] += values[p] - movies[i] - movie_bins[i, bins[days[first + place]]]
            bb, bd, dd, by, dy = regs[0], 0.0, regs[1], 0.0, 0.0
            for k in range(n_days):
                left[k] -= n_at[k] * (mean + calendar[days[first + k]])
                weight, dev = regs[2] / (n_at[k] + regs[2]), np.float64(devs[first + k])
                bb += weight * n_at[k]
                bd += weight * n_at[k] * dev
                dd += weight * n_at[k] * dev * dev
                by += weight * left[k]
                dy += weight * left[k] * dev
            det = bb * dd - bd * bd
            b, a = (dd * by - bd * dy) / det, (bb * dy - bd * by) / det
            users[u], drifts[u] = b, a
            for k in range(n_days):
                day = days[first + k]
                known = b + a * devs[first + k]
                own = (left[k] - n_at[k] * known) / (n_at[k] + regs[2])
                user_days[first + k] = own
                known += own
                day_sums[day] += left[k] + n_at[k] * (calendar[day] - known)
                left[k] = mean + calendar[day] + known
            if for_movies:
                for p in range(start, end):
                    place = np.int64(places[p])
                    movie_sums[indices[p], bins[days[first + place]]] += values[p] - left[place]


@njit(cache=True, parallel=True)
def solve_movies(sums: Array, counts: Array, regs: Array, biases: TimeBiases) -> None:
    """Solve b_i and b_{i,bin} of every movie, in place.

    `sums`: (N_SUMS, n_movies, n_bins), as of `solve_users`. `counts`: ratings, (n_movies, n_bins).
    `regs`: float64 (2,), of b_i and b_{i,bin}. As there, b_{i,bin} is put in and one equation
    remains.
    """
    movies, movie_bins = biases.movies, biases.movie_bins
    n_tasks, n_movies, n_bins = sums.shape
    for i in prange(n_movies):
        total, weights = 0.0, regs[0]
        for k in range(n_bins):
            weight, left = regs[1] / (counts[i, k] + regs[1]), 0.0
            for task in range(n_tasks):
                left += sums[task, i, k]
            movie_bins[i, k] = left
            total += weight * left
            weights += weight * counts[i, k]
        movies[i] = total / weights
        for k in range(n_bins):
            left = movie_bins[i, k] - counts[i, k] * movies[i]
            movie_bins[i, k] = left / (counts[i, k] + regs[1])


@njit(cache=True, parallel=True)
def solve_scales(timeline: Timeline, reg: Real, biases: TimeBiases, scales: Array) -> None:
    """Solve how strongly each user follows the movies' biases, and settle b_u to it, in place.

    With x a rating's b_i + b_{i,bin} less their mean over the user's ratings, and e what the biases
    leave of it, scale_u = Σ e x / (reg + Σ x^2); b_u falls by scale_u times that mean. `scales`:
    float64 (n_users,).
    """
    ratings, places, own_indptr, days, devs, bins = timeline
    indptr, indices, values, _ = ratings
    mean, calendar = biases.mean, biases.calendar
    movies, movie_bins = biases.movies, biases.movie_bins
    users, drifts = biases.users, biases.drifts
    user_days = biases.user_days
    for u in prange(len(indptr) - 1):
        start, end = indptr[u], indptr[u + 1]
        total, square, left, product = 0.0, 0.0, 0.0, 0.0
        for p in range(start, end):
            k = own_indptr[u] + np.int64(places[p])
            day, i = days[k], indices[p]
            x = movies[i] + movie_bins[i, bins[day]]
            e = values[p] - (mean + calendar[day] + users[u] + drifts[u] * devs[k])
            e -= np.float64(user_days[k]) + x
            total += x
            square += x * x
            left += e
            product += e * x
        middle = total / max(1, end - start)
        scales[u] = (product - middle * left) / (reg + square - middle * total)
        users[u] -= scales[u] * middle


@njit(cache=True)
def count_bins(timeline: Timeline, of_movies: Array, of_calendar: Array) -> None:
    """Add up ratings by movie and bin (n_movies, n_bins) and by day (n_days,); float32."""
    ratings, places, own_indptr, days, _, bins = timeline
    indptr, indices = ratings.indptr, ratings.indices
    for u in range(len(indptr) - 1):
        for p in range(indptr[u], indptr[u + 1]):
            day = days[own_indptr[u] + np.int64(places[p])]
            of_movies[indices[p], bins[day]] += 1
            of_calendar[day] += 1
