"""Gibbs sampling of a factorisation machine over user, movie, day and who rated what.

The score of a rating by user u of movie i on day t is

    s = b_u + b_i + b_t + Σ_f U_uf M_if + D_tf (U_uf + M_if),   where
    U_u = p_u + |I_u|^(-1/2) Σ_{j in I_u} y_j   and   M_i = q_i + |I_i|^(-1/2) Σ_{v in I_i} z_v,

b_u and b_i being made of the same two parts. Coefficients are drawn one after the other from their
conditional normal distributions (Rendle 2012, "Factorization machines with libFM", section 4.3),
columns f outermost. A coefficient y_j touches all ratings of all users who rated j; since it does
so only through U_u, the sums S_u = Σ h² and T_u = Σ h e over a user's ratings are all it needs.
"""

from typing import NamedTuple

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from processing.kernels.arrays import Array, Csr, Real, Whole
from processing.kernels.normal import cdf, density, truncated_normal

FASTMATH = {"reassoc", "contract", "arcp", "nsz"}  # all but "no NaN" and "no infinity"
OWN_USER, IMPLIED_MOVIE, OWN_MOVIE, IMPLIED_USER, DAY = range(5)
N_BLOCKS = 5  # of coefficients: p, y, q, z, day
UNSIGNED = np.uint32  # an index of this kind is not looked at for counting from the end


class Observed(NamedTuple):
    """What the chains are told of the ratings, beside who rated what.

    `day_places`: int32 (n_ratings,), by user: place among the days, all 0 where days do not count
    (`dated`). `user_roots`, `movie_roots`: float64, n^(-1/2), 0 where there are no ratings.
    """

    day_places: NDArray[np.int32]
    dated: bool
    user_roots: NDArray[np.float64]
    movie_roots: NDArray[np.float64]


class Latent(NamedTuple):
    """What stands behind ratings that are levels (ordered probit); empty where they are numbers.

    `levels`: int8 (n_ratings,), each rating's level. `cuts`: float64 (n_chains, n_levels + 1), the
    first and last infinite: a rating has level k where its target lies between cuts k and k + 1.
    `targets`: float32 (n_chains, n_ratings), the score plus standard normal noise.
    """

    levels: NDArray[np.int8]
    cuts: NDArray[np.float64]
    targets: NDArray[np.float32]


class Chain(NamedTuple):
    """The state of the chains, one per entry of the first axis; columns are the biases, then f.

    float64: `p`, `z` (n_chains, n_columns, n_users); `q`, `y` (…, n_movies); `day` (…, n_days);
    `user` and `movie`, the sums U and M, likewise; `means`, `precisions` (n_chains, N_BLOCKS,
    n_columns) of the coefficients; `noise` (n_chains,) precision of the ratings. float32
    (n_chains, n_ratings): `errors`, what the score leaves of the targets.
    """

    p: NDArray[np.float64]
    y: NDArray[np.float64]
    q: NDArray[np.float64]
    z: NDArray[np.float64]
    day: NDArray[np.float64]
    user: NDArray[np.float64]
    movie: NDArray[np.float64]
    means: NDArray[np.float64]
    precisions: NDArray[np.float64]
    noise: NDArray[np.float64]
    errors: NDArray[np.float32]


class ScoreColumn(NamedTuple):
    """Column f of users, movies and days, float32, as it stands in a score of them all.

    What a movie and a day make of U is `movies` + `days`, what a user and a day make of M is
    `users` + `days`, and what a user and a movie make of D is `one` + `users` + `movies`. Among the
    biases, f = 0, these are 1: there `one` is 1, `users` and `movies` are 0.
    """

    one: np.float32
    users: NDArray[np.float32]
    movies: NDArray[np.float32]
    days: NDArray[np.float32]


class Pulls(NamedTuple):
    """Of each user (movie, day): Σ h² and Σ h e over their ratings, and how far they have moved."""

    squares: NDArray[np.float64]
    products: NDArray[np.float64]
    moved: NDArray[np.float64]


class NormalPrior(NamedTuple):
    """Mean and precision of coefficients, and the precision of the ratings around their scores."""

    mean: Real
    precision: Real
    noise: Real


@njit(cache=True, parallel=True, fastmath=FASTMATH)
def sweep(
    seeds: Array, by_user: Csr, by_movie: Csr, observed: Observed, chain: Chain, latent: Latent
) -> None:
    """Draw everything of every chain once: targets, then coefficients and their priors, then noise.

    `seeds`: int64 (n_chains,). Ratings that are levels (`latent.levels` is not empty) have noise 1.
    """
    for c in prange(len(seeds)):
        np.random.seed(seeds[c])
        ordinal = len(latent.levels) > 0
        if ordinal:
            _targets(chain.errors[c], latent.levels, latent.cuts[c], latent.targets[c])
        for f in range(chain.p.shape[1]):
            _column(by_user, by_movie, observed, chain, c, f)
            _draw_prior(chain.p[c, f], chain, c, f, OWN_USER)
            _draw_prior(chain.q[c, f], chain, c, f, OWN_MOVIE)
            _draw_prior(chain.y[c, f], chain, c, f, IMPLIED_MOVIE)
            _draw_prior(chain.z[c, f], chain, c, f, IMPLIED_USER)
            if observed.dated:
                _draw_prior(chain.day[c, f], chain, c, f, DAY)
        if not ordinal:
            _noise(chain, c)


@njit(cache=True)
def _pulls(n: Whole) -> Pulls:
    return Pulls(np.zeros(n), np.zeros(n), np.zeros(n))


@njit(cache=True)
def _prior_of(chain: Chain, c: Whole, f: Whole, block: Whole) -> NormalPrior:
    return NormalPrior(chain.means[c, block, f], chain.precisions[c, block, f], chain.noise[c])


@njit(cache=True, fastmath=FASTMATH)
def _column(
    by_user: Csr, by_movie: Csr, observed: Observed, chain: Chain, c: Whole, f: Whole
) -> None:
    """Draw column f of users, movies and days; column 0 is the biases', whose coefficient is 1."""
    errors, places = chain.errors[c], observed.day_places
    user, movie, day = chain.user[c, f], chain.movie[c, f], chain.day[c, f]
    one, many = (np.float32(1), np.float32(0)) if f == 0 else (np.float32(0), np.float32(1))
    of_users, of_movies = many * user.astype(np.float32), many * movie.astype(np.float32)
    column = ScoreColumn(one, of_users, of_movies, one + many * day.astype(np.float32))

    pulls = _pulls(len(user))
    _user_sums(by_user, places, errors, column, pulls)
    _draw_own(chain.p[c, f], _prior_of(chain, c, f, OWN_USER), pulls)
    implied = _prior_of(chain, c, f, IMPLIED_MOVIE)
    _draw_implied(chain.y[c, f], implied, by_movie, observed.user_roots, pulls)
    user += pulls.moved
    steps = pulls.moved.astype(np.float32)
    of_users += many * steps

    pulls = _pulls(len(movie))
    _movie_sums(by_user, places, errors, steps, column, pulls)
    _draw_own(chain.q[c, f], _prior_of(chain, c, f, OWN_MOVIE), pulls)
    implied = _prior_of(chain, c, f, IMPLIED_USER)
    _draw_implied(chain.z[c, f], implied, by_user, observed.movie_roots, pulls)
    movie += pulls.moved
    steps = pulls.moved.astype(np.float32)
    of_movies += many * steps

    pulls = _pulls(len(day))
    _day_sums(by_user, places, errors, steps, column, pulls)
    if observed.dated:
        _draw_own(day, _prior_of(chain, c, f, DAY), pulls)
        _move_days(by_user, places, errors, pulls.moved.astype(np.float32), column)


@njit(cache=True, inline="always")
def _of_row(u: Whole, by_user: Csr, days: Array, errors: Array) -> tuple[Array, Array, Array]:
    """Movies, days and errors of a user's ratings."""
    start, end = by_user.indptr[u], by_user.indptr[u + 1]
    return by_user.indices[start:end], days[start:end], errors[start:end]


@njit(cache=True, fastmath=FASTMATH)
def _user_sums(by_user: Csr, days: Array, errors: Array, column: ScoreColumn, pulls: Pulls) -> None:
    """Write Σ h² and Σ h e over each user's ratings, h being what a movie and a day make of U."""
    of_movies, of_days = column.movies, column.days
    squares, products, _ = pulls
    for u in range(len(squares)):
        square, product = np.float32(0), np.float32(0)
        own, when, errs = _of_row(u, by_user, days, errors)
        for p in range(len(own)):
            h = of_movies[UNSIGNED(own[p])] + of_days[UNSIGNED(when[p])]
            square += h * h
            product += h * errs[p]
        squares[u], products[u] = square, product


@njit(cache=True, fastmath=FASTMATH)
def _movie_sums(
    by_user: Csr, days: Array, errors: Array, steps: Array, column: ScoreColumn, pulls: Pulls
) -> None:
    """Let the errors follow the users' `steps`, and write Σ h² and Σ h e over movies' ratings."""
    _, of_users, of_movies, of_days = column
    sums = np.zeros((len(of_movies), 2))
    for u in range(len(steps)):
        step, of_user = steps[u], of_users[u]
        own, when, errs = _of_row(u, by_user, days, errors)
        for p in range(len(own)):
            i, of_day = UNSIGNED(own[p]), of_days[UNSIGNED(when[p])]
            error = errs[p] - (of_movies[i] + of_day) * step
            errs[p] = error
            h = of_user + of_day
            sums[i, 0] += h * h
            sums[i, 1] += h * error
    for k in range(len(sums)):
        pulls.squares[k], pulls.products[k] = sums[k, 0], sums[k, 1]


@njit(cache=True, fastmath=FASTMATH)
def _day_sums(
    by_user: Csr, days: Array, errors: Array, steps: Array, column: ScoreColumn, pulls: Pulls
) -> None:
    """Let the errors follow the movies' `steps`, and write Σ h² and Σ h e over days' ratings.

    Most ratings of a user are of the day of the one before: a day's sums are kept at hand as long
    as it lasts.
    """
    one, of_users, of_movies, of_days = column
    squares, products, _ = pulls
    moves = np.stack((steps, of_movies), axis=1)
    for u in range(len(of_users)):
        of_user = of_users[u]
        own, when, errs = _of_row(u, by_user, days, errors)
        day, square, product = UNSIGNED(0), np.float32(0), np.float32(0)
        for p in range(len(own)):
            i, t = UNSIGNED(own[p]), UNSIGNED(when[p])
            error = errs[p] - (of_user + of_days[t]) * moves[i, 0]
            errs[p] = error
            h = one + of_user + moves[i, 1]
            if t != day:
                squares[day] += square
                products[day] += product
                day, square, product = t, np.float32(0), np.float32(0)
            square += h * h
            product += h * error
        squares[day] += square
        products[day] += product


@njit(cache=True, fastmath=FASTMATH)
def _move_days(by_user: Csr, days: Array, errors: Array, steps: Array, column: ScoreColumn) -> None:
    """Let the errors follow the days' `steps`."""
    of_users, of_movies = column.one + column.users, column.movies
    for u in range(len(of_users)):
        of_user = of_users[u]
        own, when, errs = _of_row(u, by_user, days, errors)
        for p in range(len(own)):
            errs[p] -= (of_user + of_movies[UNSIGNED(own[p])]) * steps[UNSIGNED(when[p])]


@njit(cache=True)
def _draw_own(values: Array, prior: NormalPrior, pulls: Pulls) -> None:
    """Draw coefficients of which each touches ratings of its own; the pulls follow the draw."""
    mean, precision, noise = prior
    squares, products, moved = pulls
    for n in range(len(values)):
        sharpness = precision + noise * squares[n]
        centre = precision * mean + noise * (products[n] + squares[n] * values[n])
        drawn = (centre + np.sqrt(sharpness) * np.random.standard_normal()) / sharpness
        moved[n] = drawn - values[n]
        products[n] -= squares[n] * moved[n]
        values[n] = drawn


@njit(cache=True, fastmath=FASTMATH)
def _draw_implied(values: Array, prior: NormalPrior, who: Csr, roots: Array, pulls: Pulls) -> None:
    """Draw coefficients that reach the ratings of everyone (everything) in their row of `who`.

    Coefficient n is in the score of the ratings of each x in its row, times roots[x]. `pulls` are
    of the x, which move further. What is asked of an x lies side by side in float32, so that of
    half a million users a processor's cache holds all.
    """
    mean, precision, noise = prior
    indptr, indices = who.indptr, who.indices
    squares, products, moved = pulls
    asked = np.zeros((len(roots), 4), np.float32)  # Σ h², Σ h e and the step, of each x; no fourth
    for k in range(len(roots)):
        asked[k, 0] = roots[k] * roots[k] * squares[k]
        asked[k, 1] = roots[k] * products[k]
    for n in range(len(values)):
        square, product = 0.0, 0.0
        row = indices[indptr[n] : indptr[n + 1]]
        for p in range(len(row)):
            x = UNSIGNED(row[p])
            square += asked[x, 0]
            product += asked[x, 1]
        sharpness = precision + noise * square
        centre = precision * mean + noise * (product + square * values[n])
        drawn = (centre + np.sqrt(sharpness) * np.random.standard_normal()) / sharpness
        step = np.float32(drawn - values[n])
        values[n] += step
        for p in range(len(row)):
            x = UNSIGNED(row[p])
            asked[x, 1] -= asked[x, 0] * step
            asked[x, 2] += step
    for k in range(len(roots)):
        moved[k] += roots[k] * asked[k, 2]


@njit(cache=True)
def _draw_prior(values: Array, chain: Chain, c: Whole, f: Whole, block: Whole) -> None:
    """Draw mean and precision of a column of coefficients from their normal-gamma posterior.

    All hyperparameters of the prior are 1, its mean 0, as in libFM (Rendle 2012, section 4.3).
    """
    n = len(values)
    total = 0.0
    mean = chain.means[c, block, f]
    for value in values:
        total += (value - mean) * (value - mean)
    shape, rate = 0.5 * (n + 2.0), 0.5 * (total + mean * mean + 1.0)
    precision = np.random.gamma(shape, 1.0 / rate)
    chain.precisions[c, block, f] = precision
    sharpness = (n + 1.0) * precision
    centre = values.sum() / (n + 1.0)
    chain.means[c, block, f] = centre + np.random.standard_normal() / np.sqrt(sharpness)


@njit(cache=True)
def _noise(chain: Chain, c: Whole) -> None:
    """Draw the precision of the ratings around their scores; shape and rate of the prior are ½."""
    total = 0.0
    for error in chain.errors[c]:
        total += np.float64(error) * np.float64(error)
    n = len(chain.errors[c])
    chain.noise[c] = np.random.gamma(0.5 * (1.0 + n), 2.0 / (1.0 + total))


@njit(cache=True)
def _targets(errors: Array, levels: Array, cuts: Array, targets: Array) -> None:
    """Draw the latent target of each rating: its score plus normal noise, between its cuts."""
    for p in range(len(errors)):
        score = np.float64(targets[p]) - np.float64(errors[p])
        level = levels[p]
        drawn = truncated_normal(score, cuts[level], cuts[level + 1], np.random.random())
        targets[p] = drawn
        errors[p] = drawn - score


@njit(cache=True, parallel=True)
def cut_slopes(
    errors: Array,
    latent: Latent,
    cuts: Array,
    slopes: Array,
    curvatures: Array,
    likelihoods: Array,
) -> None:
    """Write the log-likelihood of the ratings, and its first and second derivatives by the cuts.

    `errors`: float32 (n_chains, n_ratings) of `latent.targets`. `cuts`: as in `Latent`. `slopes`
    (n_chains, n_levels + 1), `curvatures` (n_chains, n_levels + 1, 2: by the same cut, by this one
    and the next), `likelihoods` (n_chains,).
    """
    for c in prange(len(cuts)):
        total = 0.0
        slopes[c], curvatures[c] = 0.0, 0.0
        for p in range(len(latent.levels)):
            score = np.float64(latent.targets[c, p]) - np.float64(errors[c, p])
            level = latent.levels[p]
            low, high = cuts[c, level] - score, cuts[c, level + 1] - score
            share = max(cdf(high) - cdf(low) if low < 0 else cdf(-low) - cdf(-high), 1e-300)
            at_low, at_high = density(low), density(high)
            total += np.log(share)
            a, b = at_low / share, at_high / share
            slopes[c, level] -= a
            slopes[c, level + 1] += b
            if at_low > 0:
                curvatures[c, level, 0] += a * low - a * a
            if at_high > 0:
                curvatures[c, level + 1, 0] -= b * high + b * b
            curvatures[c, level, 1] += a * b
        likelihoods[c] = total
