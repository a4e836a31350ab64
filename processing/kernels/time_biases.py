"""Biases that move with time, by alternating closed forms.

Every user's biases are solved exactly while those of movies and calendar stand still; on the way
sums are taken, of which the biases of movies or of the calendar follow. Each of `N_SUMS` tasks has
sums of its own, added up in a fixed order: what is computed does not depend on the number of
threads.

Arrays that a parallel kernel writes to are arguments of their own: what it writes to an array that
came in a tuple, numba 0.68 may drop as dead code.
"""

from typing import Any, NamedTuple

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

N_SUMS = 8


class Timeline(NamedTuple):
    """On which days users rated.

    `places`: uint16 or int32 (n_ratings,), place of each rating's day among its user's. User u's
    days are `days[indptr[u]:indptr[u + 1]]`, int32, ascending, counted from the first day of all
    ratings. `devs`: float32, their `deviation`s. `bins`: int32 (n_days,), bin of each day of the
    calendar.
    """

    places: NDArray[Any]
    indptr: NDArray[np.int64]
    days: NDArray[np.int32]
    devs: NDArray[np.float32]
    bins: NDArray[np.int32]


class Biases(NamedTuple):
    """Biases in stars; float64 here, float32 in gradient descent.

    `users`, `drifts`: (n_users,), b_u and alpha_u. `user_days`: float32, one per entry of
    `Timeline.days`. `movies`: (n_movies,). `movie_bins`: (n_movies, n_bins). `calendar`: (n_days,).
    """

    users: NDArray[Any]
    drifts: NDArray[Any]
    user_days: NDArray[np.float32]
    movies: NDArray[Any]
    movie_bins: NDArray[Any]
    calendar: NDArray[Any]


@njit(cache=True, parallel=True)
def count_days(indptr, days, counts):
    """Write how many different days each row has into `counts` (int64)."""
    for row in prange(len(indptr) - 1):
        own = np.sort(days[indptr[row] : indptr[row + 1]])
        n = 0
        for k in range(len(own)):
            n += k == 0 or own[k] != own[k - 1]
        counts[row] = n


@njit(cache=True, parallel=True)
def list_days(indptr, days, first_day, own_indptr, own_days, places):
    """Write each row's different days, ascending, and each entry's place among its row's.

    Row u's days go to `own_days[own_indptr[u]:own_indptr[u + 1]]`, counted from `first_day`.
    """
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


@njit(cache=True)
def deviation(day, middle, n_days):
    """sign(t - t_u) |t - t_u|^0.4 in shares of all days: from -1 to 1 (Koren 2009, eq. 5)."""
    away = (day - middle) / n_days
    return np.sign(away) * np.abs(away) ** 0.4


@njit(cache=True, parallel=True)
def deviations(indptr, places, own_indptr, own_days, n_days, middles, devs):
    """Write each user's mean day of rating and the deviation of each of their days, float32."""
    for u in prange(len(indptr) - 1):
        first, total = own_indptr[u], 0.0
        for position in range(indptr[u], indptr[u + 1]):
            total += own_days[first + np.int64(places[position])]
        middles[u] = total / max(1, indptr[u + 1] - indptr[u])
        for k in range(first, own_indptr[u + 1]):
            devs[k] = deviation(own_days[k], np.float64(middles[u]), n_days)


@njit(cache=True, parallel=True)
def solve_users(
    groups,
    ratings,
    timeline,
    mean,
    regs,
    users,
    drifts,
    user_days,
    movies,
    movie_bins,
    calendar,
    of_movies,
    of_calendar,
    for_movies,
):
    """Solve b_u, alpha_u and b_{u,day} of every user, in place, and sum up what they leave.

    `groups`: int64 (N_SUMS + 1,), first users of the tasks. `ratings`: CSR by user (indptr,
    indices, values). `regs`: float64 (3,), of the three biases. From `users` to `calendar`: as in
    `Biases`. Minimised is, over a user's
    ratings,

        sum (left - b_u - alpha_u dev - b_{u,day})^2 + regs . (b_u^2, alpha_u^2, sum b_{u,day}^2)

    Put b_{u,day} = (sum of the day's left - n (b_u + alpha_u dev)) / (n + regs[2]), and two
    equations remain, in which a day with n ratings weighs n regs[2] / (n + regs[2]).

    Written are Σ (rating - mean - all but the calendar's bias), `of_calendar` (N_SUMS, n_days),
    and, if `for_movies`, Σ (rating - mean - all but the movie's), `of_movies` (N_SUMS, n_movies,
    n_bins); both float64.
    """
    indptr, indices, values = ratings
    places, own_indptr, days, devs, bins = timeline
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
def solve_movies(sums, counts, regs, movies, movie_bins):
    """Solve b_i and b_{i,bin} of every movie, in place.

    `sums`: (N_SUMS, n_movies, n_bins), as of `solve_users`. `counts`: ratings, (n_movies, n_bins).
    `regs`: float64 (2,), of b_i and b_{i,bin}. As there, b_{i,bin} is put in and one equation
    remains.
    """
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
def solve_scales(
    ratings, timeline, mean, reg, users, drifts, user_days, movies, movie_bins, calendar, scales
):
    """Solve how strongly each user follows the movies' biases, and settle b_u to it, in place.

    With x a rating's b_i + b_{i,bin} less their mean over the user's ratings, and e what the biases
    leave of it, scale_u = Σ e x / (reg + Σ x^2); b_u falls by scale_u times that mean. `scales`:
    float64 (n_users,).
    """
    indptr, indices, values = ratings
    places, own_indptr, days, devs, bins = timeline
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
def count_bins(indptr, indices, timeline, of_movies, of_calendar):
    """Add up ratings by movie and bin (n_movies, n_bins) and by day (n_days,); float32."""
    places, own_indptr, days, _, bins = timeline
    for u in range(len(indptr) - 1):
        for p in range(indptr[u], indptr[u + 1]):
            day = days[own_indptr[u] + np.int64(places[p])]
            of_movies[indices[p], bins[day]] += 1
            of_calendar[day] += 1
