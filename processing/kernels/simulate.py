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
BEND = 1.5  # interest at which appeal is a half
N_TRIES = 8  # of sessions, before a rating falls into the last one tried
RISE = 4.0  # how many times as fast a wave rises as it falls
LONGEST_LINE = 40  # 19 digits of a user id, the stars, the date, two commas, the line's end


class Viewers(NamedTuple):
    """Arrays with one entry per user.

    `tastes`: float32 (n_users, n_factors), what decides the stars. `interests`: float32
    (n_users, n_interests), what decides who watches what. `biases`, `trends`: float32, latent
    units. `joined`, `spans`: int32, first day of membership (days since the first day of all) and
    days from the first session to the last. `sessions`: int32, how many.
    """

    tastes: NDArray[np.float32]
    interests: NDArray[np.float32]
    biases: NDArray[np.float32]
    trends: NDArray[np.float32]
    joined: NDArray[np.int32]
    spans: NDArray[np.int32]
    sessions: NDArray[np.int32]


class Wave(NamedTuple):
    """How watching comes and goes: days since the first day of all, days, and a share of the peak.

    From `peak` on it halves every `half_life` days, and rises to it four times as fast; at least
    `lasting` of it is always there.
    """

    peak: int
    half_life: float
    lasting: float


class Film(NamedTuple):
    """One movie: `taste` float32 (n_factors,), `interest` float32 (n_interests,), and numbers.

    `released`: days since the first day of all, at least 0. `key` seeds its hashes.
    """

    taste: NDArray[np.float32]
    interest: NDArray[np.float32]
    bias: float
    swing: float
    phase: float
    released: int
    wave: Wave
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


@njit()
def taste_match(tastes: Array, taste: Array, user: Whole) -> Real:
    """p_u . q_i"""
    total = 0.0
    for f in range(len(taste)):
        total += tastes[user, f] * taste[f]
    return total


@njit()
def appeal(interest: Real) -> Real:
    """How likely a user is to watch a movie that comes their way: 0 to 1.

    Grows as exp(interest) as long as that is small, and levels off at 1.
    """
    return 1.0 / (1.0 + math.exp(BEND - interest))


@njit(cache=True)
def weigh_users(weights: Array, interests: Array, film: Film, users: Array, out: Array) -> None:
    """Write weight times appeal of each of `users`, in proportion to which they are drawn."""
    for k in range(len(users)):
        user = users[k]
        out[k] = weights[user] * appeal(taste_match(interests, film.interest, user))


@njit(cache=True)
def draw_users(
    table: AliasTable, interests: Array, film: Film, taken: Array, mark: Whole, out: Array
) -> None:
    """Fill `out` with users drawn by activity times appeal, none twice.

    A draw that hits a user again (`taken[user] == mark`) is thrown away: fast as long as most users
    are left out.
    """
    shares, aliases = table
    n_users = len(shares)
    number, n_filled = 0, 0
    while n_filled < len(out):
        place = uniform(film.key, number) * n_users
        user = int(place)
        if place - user >= shares[user]:
            user = aliases[user]
        number += 2
        if taken[user] == mark:
            continue
        if uniform(film.key, number - 1) < appeal(taste_match(interests, film.interest, user)):
            taken[user] = mark
            out[n_filled] = user
            n_filled += 1


@njit(cache=True)
def draw_keys(
    weights: Array, interests: Array, film: Film, taken: Array, mark: Whole, out: Array
) -> None:
    """Write keys whose n smallest belong to n users drawn as `draw_users` draws them.

    -log(U) / weight (Efraimidis and Spirakis, 2006); infinite for users that are taken already.
    """
    for user in range(len(weights)):
        weight = weights[user] * appeal(taste_match(interests, film.interest, user))
        out[user] = -math.log(1.0 - uniform(film.key, user)) / weight
        if taken[user] == mark:
            out[user] = np.inf


@njit(cache=True)
def wave_height(wave: Wave, day: Whole) -> Real:
    """How much a movie is watched on a day, as a share of its peak."""
    away = day - wave.peak if day >= wave.peak else RISE * (wave.peak - day)
    return wave.lasting + (1.0 - wave.lasting) * 0.5 ** (away / wave.half_life)


@njit(cache=True)
def draw_days(
    viewers: Viewers, film: Film, users: Array, last_day: Whole, key: Whole, out: Array
) -> None:
    """Write the day of each rating: one of the user's sessions, early ones more often.

    Sessions are tried until one is accepted, with the movie's wave on its day as the probability,
    or `N_TRIES` have been. A user whose sessions all lie before the movie's release comes back once
    after it.
    """
    for k in range(len(users)):
        user = users[k]
        own = mix(film.key ^ mix(key + np.uint64(user)))
        joined, span, count = viewers.joined[user], viewers.spans[user], viewers.sessions[user]
        first = 0
        if film.released > joined:
            first = ((film.released - joined) * count + span - 1) // span if span > 0 else count
        day = joined
        for number in range(N_TRIES):
            chance = uniform(own, 2 * number)
            if first >= count:
                day = film.released + int(chance * (last_day - film.released + 1))
            else:
                session = first + int((count - first) * chance * math.sqrt(chance))
                day = joined
                if session > 0:
                    jitter = uniform(mix(key ^ np.uint64(user)), session)
                    day += int(span * (session + jitter) / count)
                day = max(day, film.released)
            if uniform(own, 2 * number + 1) < wave_height(film.wave, day):
                break
        out[k] = day


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
def draw_stars(scores: Array, cuts: Array, users: Array, key: Whole, out: Array) -> Real:
    """Write ratings, 1 + #{cuts below score + standard normal noise}.

    Returns the sum of the variances that the ratings have once the scores are known.
    """
    total = 0.0
    for k in range(len(scores)):
        chance = uniform(mix(key + np.uint64(users[k])), 0)
        stars, mean, square = 1, 1.0, 1.0
        for j in range(len(cuts)):
            above = 0.5 * math.erfc((cuts[j] - scores[k]) * math.sqrt(0.5))
            mean += above
            square += (2 * j + 3) * above
            if chance < above:
                stars += 1
        total += square - mean * mean
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
