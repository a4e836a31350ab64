"""Loops of the simulator: who rates a movie, when, how, and the lines of text that say so.

Every random number is a hash of the seed and of what it is for, so that a rating does not depend on
the order in which ratings are made.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from processing.kernels.arrays import Array, Real, Whole
from processing.kernels.hashing import mix, uniform

_LINE_END, _COMMA, _ZERO = ord("\n"), ord(","), ord("0")
LONGEST_LINE = 40  # 19 digits of a user id, the stars, the date, two commas, the line's end


class Viewers(NamedTuple):
    """Arrays with one entry per user.

    `tastes`: float32 (n_users, n_factors). `biases`, `trends`: float32, latent units. `joined`,
    `spans`: int32, first day of membership (days since the first day of all) and days from the
    first session to the last. `sessions`: int32, how many.
    """

    tastes: NDArray[np.float32]
    biases: NDArray[np.float32]
    trends: NDArray[np.float32]
    joined: NDArray[np.int32]
    spans: NDArray[np.int32]
    sessions: NDArray[np.int32]


class Film(NamedTuple):
    """One movie: `taste` float32 (n_factors,), the others numbers; `key` seeds its hashes."""

    taste: NDArray[np.float32]
    bias: float
    swing: float
    phase: float
    released: int
    key: np.uint64


class AliasTable(NamedTuple):
    """Walker's table: column k stands for k with probability shares[k], else for aliases[k]."""

    shares: NDArray[np.float64]
    aliases: NDArray[np.int32]


@njit(cache=True)
def fill_alias_table(weights: Array, table: AliasTable) -> None:
    """Write the table that draws k with a probability in proportion to weights[k]."""
    shares, aliases = table.shares, table.aliases
    n = len(weights)
    total = weights.sum()
    small, large = np.empty(n, np.int64), np.empty(n, np.int64)
    n_small = n_large = 0
    for k in range(n):
        shares[k] = weights[k] * n / total
        aliases[k] = k
        if shares[k] < 1.0:
            small[n_small] = k
            n_small += 1
        else:
            large[n_large] = k
            n_large += 1
    while n_small and n_large:
        n_small -= 1
        low, high = small[n_small], large[n_large - 1]
        aliases[low] = high
        shares[high] -= 1.0 - shares[low]
        if shares[high] < 1.0:
            n_large -= 1
            small[n_small] = high
            n_small += 1


@njit(cache=True)
def taste_match(tastes: Array, taste: Array, user: Whole) -> Real:
    """p_u . q_i"""
    total = 0.0
    for f in range(len(taste)):
        total += tastes[user, f] * taste[f]
    return total


@njit(cache=True)
def appeal(match: Real) -> Real:
    """How much likelier a user is to have seen a movie to their taste: 0 to 1, a half at 0."""
    return 0.5 * (1.0 + match / (1.0 + abs(match)))


@njit(cache=True)
def draw_users(
    table: AliasTable, tastes: Array, film: Film, taken: Array, mark: Whole, out: Array
) -> None:
    """Fill `out` with users drawn by activity times appeal, none twice.

    A draw that hits a user again (`taken[user] == mark`) is thrown away: fast as long as most users
    are left out.
    """
    shares, aliases = table
    n_users = len(shares)
    number, n_filled = 0, 0
    while n_filled < len(out):
        user = int(uniform(film.key, number) * n_users)
        if uniform(film.key, number + 1) >= shares[user]:
            user = aliases[user]
        accept = uniform(film.key, number + 2)
        number += 3
        if taken[user] != mark and accept < appeal(taste_match(tastes, film.taste, user)):
            taken[user] = mark
            out[n_filled] = user
            n_filled += 1


@njit(cache=True)
def draw_keys(
    weights: Array, tastes: Array, film: Film, taken: Array, mark: Whole, out: Array
) -> None:
    """Write keys whose n smallest belong to n users drawn as `draw_users` draws them.

    -log(U) / weight (Efraimidis and Spirakis, 2006); infinite for users that are taken already.
    """
    for user in range(len(weights)):
        weight = weights[user] * appeal(taste_match(tastes, film.taste, user))
        out[user] = -math.log(1.0 - uniform(film.key, user)) / weight
        if taken[user] == mark:
            out[user] = np.inf


@njit(cache=True)
def draw_days(
    viewers: Viewers, film: Film, users: Array, last_day: Whole, key: Whole, out: Array
) -> None:
    """Write the day of each rating: one of the user's sessions, early ones more often.

    A user whose sessions all lie before the movie's release comes back once after it.
    """
    for k in range(len(users)):
        user = users[k]
        own = mix(film.key ^ mix(key + np.uint64(user)))
        joined, span, count = viewers.joined[user], viewers.spans[user], viewers.sessions[user]
        first = 0
        if film.released > joined:
            first = ((film.released - joined) * count + span - 1) // span if span > 0 else count
        if first >= count:
            out[k] = film.released + int(uniform(own, 0) * (last_day - film.released + 1))
            continue
        session = first + int((count - first) * uniform(own, 0) ** 1.5)
        day = joined
        if session > 0:
            jitter = uniform(mix(key ^ np.uint64(user)), session)
            day += int(span * (session + jitter) / count)
        out[k] = max(day, film.released)


@njit(cache=True)
def latent_scores(
    viewers: Viewers, film: Film, calendar: Array, users: Array, days: Array, out: Array
) -> None:
    """Write the planted truth of each rating, in latent units:

    b_u + b_i + p_u . q_i + c(t) + trend_u sign(t - t_u) |t - t_u|^0.4 +
    swing_i sin(2 pi (t + phase_i)),
    t in shares of all days, t_u the middle of the user's membership.
    """
    n_days = len(calendar)
    for k in range(len(users)):
        user, day = users[k], days[k]
        score = film.bias + viewers.biases[user] + taste_match(viewers.tastes, film.taste, user)
        away = (day - viewers.joined[user] - 0.5 * viewers.spans[user]) / n_days
        score += viewers.trends[user] * math.copysign(abs(away) ** 0.4, away)
        score += film.swing * math.sin(2.0 * math.pi * (day / n_days + film.phase))
        out[k] = score + calendar[day]


@njit(cache=True)
def moments(score: Real, cuts: Array) -> tuple[float, float]:
    """Mean and variance of the rating 1 + #{cuts below score + standard normal noise}."""
    mean, square = 1.0, 1.0
    for j in range(len(cuts)):
        above = 0.5 * math.erfc((cuts[j] - score) * math.sqrt(0.5))
        mean += above
        square += (2 * j + 3) * above
    return mean, square - mean * mean


@njit(cache=True)
def draw_stars(scores: Array, cuts: Array, users: Array, key: Whole, out: Array) -> Real:
    """Write the rating of each score and return the sum of the ratings' conditional variances."""
    total = 0.0
    for k in range(len(scores)):
        total += moments(scores[k], cuts)[1]
        chance = uniform(mix(key + np.uint64(users[k])), 0)
        stars = 1
        for j in range(len(cuts)):
            if chance < 0.5 * math.erfc((cuts[j] - scores[k]) * math.sqrt(0.5)):
                stars += 1
        out[k] = stars
    return total


@njit(cache=True)
def write_lines(
    user_ids: Array, users: Array, stars: Array, days: Array, date_texts: Array, out: Array
) -> Whole:
    """Write 'user_id,stars,date' lines as bytes and return how many bytes."""
    at = 0
    digits = np.empty(20, np.uint8)
    for k in range(len(users)):
        number = user_ids[users[k]]
        n_digits = 0
        while number > 0:
            digits[n_digits] = _ZERO + number % 10
            number //= 10
            n_digits += 1
        for j in range(n_digits - 1, -1, -1):
            out[at] = digits[j]
            at += 1
        out[at] = _COMMA
        out[at + 1] = _ZERO + stars[k]
        out[at + 2] = _COMMA
        at += 3
        for j in range(10):
            out[at] = date_texts[days[k], j]
            at += 1
        out[at] = _LINE_END
        at += 1
    return at
