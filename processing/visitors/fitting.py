"""What new visitors are folded into: a model's movies, a prior, and what to ask them about.

The movies' biases and factors were fitted to the very people whom the prior is learned from, and so
explain some of their chance as taste. A prior learned from that would promise too much. Therefore
the prior is learned from a sample of people, after what they taught has been taken out of the
movies.

Method:  Were movie i's θ_i = (b_i, q_i) the ridge regression on all its ratings, with
         f_u = (1, w_u without the bias) of who gave them, then for everyone but the sample S it is,
         one Newton step away,

             θ_i - (n_i M + Λ)⁻¹ Σ_{u in S} f_u (y_ui - x_i·w_u)

         with n_i the ratings of the others, M = mean of f fᵀ and Λ = s² (covariance of the θ)⁻¹.
Source:  Cook (1977), "Detection of influential observation in linear regression", eq. 5, gives the
         step for one observation.
Differs: M is that of all people, not of those who rated the movie, and the models are not quite
         ridge regressions. The docs say how much of the overstatement goes away by it.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from processing.data.ratings import Ratings
from processing.models.base import AnyModel
from processing.models.linear import LinearModel
from processing.models.registry import MODELS
from processing.profile import ModelSpec
from processing.release.fold_in import FoldIn
from processing.visitors.prior import Facts, Movies, Prior, gather, learn_prior, posterior

FOLD_IN_KINDS = ("svdpp", "als", "svd", "baseline")
MOST_SAMPLED, MOST_SHARE = 5000, 0.2  # people, and of all people


def folded_into(specs: Sequence[ModelSpec]) -> ModelSpec:
    """The model whose movies visitors are folded into: the richest linear one."""
    linear = [spec for spec in specs if issubclass(MODELS[spec.kind], LinearModel)]
    return min(linear, key=lambda spec: FOLD_IN_KINDS.index(spec.kind))


def movie_arrays(model: AnyModel) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Movie biases in stars, (n_movies,), and factors, (n_movies, n_factors), of a linear model.

    The people's factors, by which these are multiplied, are in stars.
    """
    assert isinstance(model, LinearModel)
    arrays = model.arrays_
    biases = model.unit * arrays.movie_biases
    return biases.astype(np.float32), arrays.movie_factors.astype(np.float32)


def fit_fold_in(
    ratings: Ratings,
    global_mean: float,
    movie_biases: NDArray[Any],
    movie_factors: NDArray[Any],
    seed: int,
    ask: tuple[int, ...],
) -> FoldIn:
    """Learn how people are spread, and which movies to ask a new one about.

    Parameters
    ----------
    ratings
        Those that the model was fitted on; at least one.
    global_mean, movie_biases, movie_factors
        What it learned: a number, (n_movies,) and (n_movies, n_factors).
    seed
        Decides whom the prior is learned from.
    ask
        Is kept with the rest: which movies to ask about, in order.
    """
    ones, scale = np.ones((len(movie_biases), 1)), ratings.scale
    movies = Movies(
        average=scale.units_of(global_mean + movie_biases.astype(np.float64)),
        loadings=np.hstack((ones, movie_factors)).astype(np.float64),
    )
    prior = fit_prior(ratings.in_units(), movies, sample(ratings, seed))
    return FoldIn(
        mean=scale.unit * prior.mean,
        covariance=scale.unit**2 * prior.covariance,
        noise_variance=scale.unit**2 * prior.noise_variance,
        ask=ask,
    )


def sample(ratings: Ratings, seed: int) -> NDArray[np.int64]:
    """Some of the people who rated anything, ascending."""
    some = np.flatnonzero(ratings.by_user.counts)
    n = min(MOST_SAMPLED, max(1, int(MOST_SHARE * len(some))))
    return np.sort(np.random.default_rng(seed).permutation(some)[:n])


def fit_prior(ratings: Ratings, movies: Movies, users: NDArray[np.int64]) -> Prior:
    """Learn from some `users` how people are spread, as if they had not taught the movies."""
    facts = gather(ratings, users, movies)
    seen = learn_prior(facts, movies.loadings)
    others = without(ratings, movies, users, facts, seen)
    return learn_prior(gather(ratings, users, others), others.loadings)


def without(
    ratings: Ratings, movies: Movies, users: NDArray[np.int64], facts: Facts, prior: Prior
) -> Movies:
    """What the movies would be, had some `users` not rated any.

    `facts` are those of the users' ratings, `prior` what these say of people.
    """
    weights, covariances = posterior(prior, facts)
    known = np.column_stack((np.ones(len(users)), weights[:, 1:]))
    moments = known.T @ known / len(users)
    moments[1:, 1:] += covariances[:, 1:, 1:].mean(axis=0)
    pulls, counts = _pulls(ratings, movies, users, weights, known)
    learned = np.column_stack((movies.average, movies.loadings[:, 1:]))
    rated = ratings.movie_counts > 0
    off = learned[rated] - learned[rated].mean(axis=0)
    variances, axes = np.linalg.eigh(off.T @ off / (len(off) * prior.noise_variance))
    root = axes * np.sqrt(variances.clip(min=0))
    sizes, turn = np.linalg.eigh(root.T @ moments @ root)
    whiten = root @ turn
    left = (ratings.movie_counts - counts)[:, None]
    steps = (pulls @ whiten / (left * sizes + 1)) @ whiten.T
    loadings = movies.loadings.copy()
    loadings[:, 1:] -= steps[:, 1:]
    return Movies(movies.average - steps[:, 0], loadings)


def _pulls(
    ratings: Ratings,
    movies: Movies,
    users: NDArray[np.int64],
    weights: NDArray[np.float64],
    known: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Σ f e of each movie over the ratings of `users`, float64 (n_movies, k), and their number."""
    csr = ratings.by_user
    pulls, counts = np.zeros_like(movies.loadings), np.zeros(ratings.n_movies, np.int64)
    for row, user in enumerate(users):
        own = csr.indices[csr.indptr[user] : csr.indptr[user + 1]]
        given = csr.values[csr.indptr[user] : csr.indptr[user + 1]]
        errors = given - movies.average[own] - movies.loadings[own] @ weights[row]
        pulls[own] += np.outer(errors, known[row])
        counts[own] += 1
    return pulls, counts
