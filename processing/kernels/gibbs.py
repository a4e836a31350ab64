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

from processing.kernels.normal import cdf, density, truncated_normal

FASTMATH = {"reassoc", "contract", "arcp", "nsz"}
OWN_USER, IMPLIED_MOVIE, OWN_MOVIE, IMPLIED_USER, DAY = range(5)
N_BLOCKS = 5  # of coefficients: p, y, q, z, day
CHUNK_PAIRS = 1024


class Observed(NamedTuple):
    """The ratings, by user, and by whom each movie was rated.

    `indptr`, `movies` (CSR by user), `day_places` (n_ratings,) int32: place among the days, all 0
    where days do not count (`dated`); `movie_indptr`, `users`: CSR by movie. `user_roots`,
    `movie_roots`: float64, n^(-1/2), 0 where there are no ratings.
    """

    indptr: NDArray[np.int64]
    movies: NDArray[np.int32]
    day_places: NDArray[np.int32]
    dated: bool
    movie_indptr: NDArray[np.int64]
    users: NDArray[np.int32]
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


@njit(cache=True, parallel=True, fastmath=FASTMATH)
def sweep(seeds, observed, chain, latent):
    """Draw everything of every chain once: targets, then coefficients and their priors, then noise.

    `seeds`: int64 (n_chains,). Ratings that are levels (`latent.levels` is not empty) have noise 1.
    """
    for c in prange(len(seeds)):
        np.random.seed(seeds[c])
        ordinal = len(latent.levels) > 0
        if ordinal:
            _targets(chain.errors[c], latent.levels, latent.cuts[c], latent.targets[c])
        for f in range(chain.p.shape[1]):
            _column(observed, chain, c, f)
            _prior(chain.p[c, f], chain, c, f, OWN_USER)
            _prior(chain.q[c, f], chain, c, f, OWN_MOVIE)
            _prior(chain.y[c, f], chain, c, f, IMPLIED_MOVIE)
            _prior(chain.z[c, f], chain, c, f, IMPLIED_USER)
            if observed.dated:
                _prior(chain.day[c, f], chain, c, f, DAY)
        if not ordinal:
            _noise(chain, c)


@njit(cache=True, fastmath=FASTMATH)
def _column(observed, chain, c, f):
    """Draw column f of users, movies and days; column 0 is the biases', whose coefficient is 1."""
    errors, noise = chain.errors[c], chain.noise[c]
    user, movie, day = chain.user[c, f], chain.movie[c, f], chain.day[c, f]
    one, many = (np.float32(1), np.float32(0)) if f == 0 else (np.float32(0), np.float32(1))
    of_users, of_movies = many * user.astype(np.float32), many * movie.astype(np.float32)
    of_days = one + many * day.astype(np.float32)

    squares, products = np.zeros(len(user)), np.zeros(len(user))
    moved, moved_movies = np.zeros(len(user)), np.zeros(len(movie))
    _user_sums(observed, errors, of_movies, of_days, squares, products)
    _draw_own(chain, c, f, OWN_USER, chain.p[c, f], squares, products, noise, moved)
    _draw_implied(
        (chain, c, f, IMPLIED_MOVIE, chain.y[c, f], noise),
        (observed.movie_indptr, observed.users, observed.user_roots),
        (squares, products, moved),
    )
    user += moved
    of_users += many * moved.astype(np.float32)

    squares, products = np.zeros(len(movie)), np.zeros(len(movie))
    steps = moved.astype(np.float32)
    _movie_sums(observed, errors, steps, of_users, of_movies, of_days, squares, products)
    _draw_own(chain, c, f, OWN_MOVIE, chain.q[c, f], squares, products, noise, moved_movies)
    _draw_implied(
        (chain, c, f, IMPLIED_USER, chain.z[c, f], noise),
        (observed.indptr, observed.movies, observed.movie_roots),
        (squares, products, moved_movies),
    )
    movie += moved_movies
    of_movies += many * moved_movies.astype(np.float32)

    squares, products = np.zeros(len(day)), np.zeros(len(day))
    steps = moved_movies.astype(np.float32)
    _day_sums(observed, errors, steps, one, of_users, of_movies, of_days, squares, products)
    if observed.dated:
        moved_days = np.zeros(len(day))
        _draw_own(chain, c, f, DAY, day, squares, products, noise, moved_days)
        _move_days(observed, errors, moved_days.astype(np.float32), one + of_users, of_movies)


@njit(cache=True, fastmath=FASTMATH)
def _user_sums(observed, errors, of_movies, of_days, squares, products):
    """Write Σ h² and Σ h e over each user's ratings, h being what a movie and a day make of U."""
    indptr, movies, days = observed.indptr, observed.movies, observed.day_places
    for u in range(len(squares)):
        square, product = np.float32(0), np.float32(0)
        for p in range(indptr[u], indptr[u + 1]):
            h = of_movies[movies[p]] + of_days[days[p]]
            square += h * h
            product += h * errors[p]
        squares[u], products[u] = square, product


@njit(cache=True, fastmath=FASTMATH)
def _movie_sums(observed, errors, steps, of_users, of_movies, of_days, squares, products):
    """Let the errors follow the users' `steps`, and write Σ h² and Σ h e over movies' ratings."""
    indptr, movies, days = observed.indptr, observed.movies, observed.day_places
    for u in range(len(steps)):
        step, of_user = steps[u], of_users[u]
        for p in range(indptr[u], indptr[u + 1]):
            i, of_day = movies[p], of_days[days[p]]
            error = errors[p] - (of_movies[i] + of_day) * step
            errors[p] = error
            h = of_user + of_day
            squares[i] += h * h
            products[i] += h * error


@njit(cache=True, fastmath=FASTMATH)
def _day_sums(observed, errors, steps, one, of_users, of_movies, of_days, squares, products):
    """Let the errors follow the movies' `steps`, and write Σ h² and Σ h e over days' ratings."""
    indptr, movies, days = observed.indptr, observed.movies, observed.day_places
    for u in range(len(of_users)):
        of_user = of_users[u]
        day, square, product = np.int32(0), np.float32(0), np.float32(0)
        for p in range(indptr[u], indptr[u + 1]):
            i, t = movies[p], days[p]
            error = errors[p] - (of_user + of_days[t]) * steps[i]
            errors[p] = error
            h = one + of_user + of_movies[i]
            if t != day:
                squares[day] += square
                products[day] += product
                day, square, product = t, np.float32(0), np.float32(0)
            square += h * h
            product += h * error
        squares[day] += square
        products[day] += product


@njit(cache=True, fastmath=FASTMATH)
def _move_days(observed, errors, steps, of_users, of_movies):
    """Let the errors follow the days' `steps`."""
    indptr, movies, days = observed.indptr, observed.movies, observed.day_places
    for u in range(len(of_users)):
        of_user = of_users[u]
        for p in range(indptr[u], indptr[u + 1]):
            errors[p] -= (of_user + of_movies[movies[p]]) * steps[days[p]]


@njit(cache=True)
def _draw_own(chain, c, f, block, values, squares, products, noise, moved):
    """Draw coefficients of which each touches ratings of its own; say how far each has moved.

    `squares`, `products`: Σ h² and Σ h e over the ratings of each; the products follow the draw.
    """
    mean, precision = chain.means[c, block, f], chain.precisions[c, block, f]
    for n in range(len(values)):
        sharpness = precision + noise * squares[n]
        centre = precision * mean + noise * (products[n] + squares[n] * values[n])
        drawn = (centre + np.sqrt(sharpness) * np.random.standard_normal()) / sharpness
        moved[n] = drawn - values[n]
        products[n] -= squares[n] * moved[n]
        values[n] = drawn


@njit(cache=True, fastmath=FASTMATH)
def _draw_implied(coefficients, who, sums):
    """Draw coefficients that reach the ratings of everyone (everything) in their row of `who`.

    `who`: (indptr, indices, roots): coefficient n is in the score of the ratings of each x in its
    row, times roots[x]. `sums`: (squares, products, moved) of the x.
    """
    chain, c, f, block, values, noise = coefficients
    indptr, indices, roots = who
    squares, products, moved = sums
    mean, precision = chain.means[c, block, f], chain.precisions[c, block, f]
    weighted, pulls, steps = roots * roots * squares, roots * products, np.zeros(len(roots))
    for n in range(len(values)):
        square, product = 0.0, 0.0
        for p in range(indptr[n], indptr[n + 1]):
            x = indices[p]
            square += weighted[x]
            product += pulls[x]
        sharpness = precision + noise * square
        centre = precision * mean + noise * (product + square * values[n])
        drawn = (centre + np.sqrt(sharpness) * np.random.standard_normal()) / sharpness
        step = drawn - values[n]
        values[n] = drawn
        for p in range(indptr[n], indptr[n + 1]):
            x = indices[p]
            pulls[x] -= weighted[x] * step
            steps[x] += step
    for x in range(len(roots)):
        moved[x] += roots[x] * steps[x]


@njit(cache=True)
def _prior(values, chain, c, f, block):
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
def _noise(chain, c):
    """Draw the precision of the ratings around their scores; shape and rate of the prior are ½."""
    total = 0.0
    for error in chain.errors[c]:
        total += np.float64(error) * np.float64(error)
    n = len(chain.errors[c])
    chain.noise[c] = np.random.gamma(0.5 * (1.0 + n), 2.0 / (1.0 + total))


@njit(cache=True)
def _targets(errors, levels, cuts, targets):
    """Draw the latent target of each rating: its score plus normal noise, between its cuts."""
    for p in range(len(errors)):
        score = np.float64(targets[p]) - np.float64(errors[p])
        level = levels[p]
        drawn = truncated_normal(score, cuts[level], cuts[level + 1], np.random.random())
        targets[p] = drawn
        errors[p] = drawn - score


@njit(cache=True, parallel=True)
def cut_slopes(errors, latent, cuts, slopes, curvatures, likelihoods):
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


@njit(cache=True, parallel=True, fastmath=FASTMATH)
def add_scores(users, movies, day_places, user, movie, day, cuts, steps, out):
    """Add to `out` (float64) the expected rating of each pair, summed over samples.

    `user` (n_samples, n_users, n_columns), `movie`, `day` likewise, float32, column 0 the biases.
    `cuts`: float64 (n_samples, n_levels - 1), the finite ones, and
    `steps` (n_levels - 1,), what a rating gains at each; none where scores are ratings.
    """
    n_columns = user.shape[2]
    for chunk in prange((len(users) + CHUNK_PAIRS - 1) // CHUNK_PAIRS):
        for s in range(len(user)):
            for n in range(chunk * CHUNK_PAIRS, min(len(users), (chunk + 1) * CHUNK_PAIRS)):
                u, i, t = users[n], movies[n], day_places[n]
                score = user[s, u, 0] + movie[s, i, 0] + day[s, t, 0]
                for f in range(1, n_columns):
                    a, b = user[s, u, f], movie[s, i, f]
                    score += a * b + day[s, t, f] * (a + b)
                if len(steps) == 0:
                    out[n] += score
                for k in range(len(steps)):
                    out[n] += steps[k] * cdf(score - cuts[s, k])
