"""How people's biases and factors are spread: the prior, learned by expectation-maximisation.

Model:   y = r - mean - b_i = x_i·w + e,  x_i = (1, q_i),  e ~ N(0, s²),  w ~ N(m, C); the movies' b
         and q stay, m, C and s² are those that make the ratings of some people most likely
Learned: E  V_u = (C⁻¹ + X_uᵀX_u / s²)⁻¹,  w_u = V_u (C⁻¹ m + X_uᵀ y_u / s²)
         M  m = mean of w_u,  C = mean of V_u + (w_u - m)(w_u - m)ᵀ
            s² = (Σ_u |y_u - X_u w_u|² + tr(X_uᵀX_u V_u)) / ratings
Source:  Dempster, Laird and Rubin (1977), "Maximum likelihood from incomplete data via the EM
         algorithm"; Bishop (2006), "Pattern Recognition and Machine Learning", section 9.3.4.
Differs: there one person's w has one scale; here many people share a mean and a full covariance.
         C gets a tiny ridge and s² a floor, so that neither vanishes where a model has no factors
         or a few ratings are met exactly.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from processing.data.ratings import Ratings

N_ITERATIONS = 20
ENOUGH = 1e-5  # the share by which s² may still change
RIDGE = 1e-9  # of the mean variance
LEAST_NOISE = 1e-4


class Prior(NamedTuple):
    """m, C and s²: float64 (k,) and (k, k), and a number."""

    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]
    noise_variance: float


@dataclass(frozen=True, kw_only=True)
class Facts:
    """All that the ratings of some people say about the prior.

    `products`: XᵀX, float64 (n_users, k, k). `sums`: Xᵀy, float64 (n_users, k). `square`: the sum
    of all y². `n_ratings`: how many there are.
    """

    products: NDArray[np.float64]
    sums: NDArray[np.float64]
    square: float
    n_ratings: int


class Movies(NamedTuple):
    """What is known of the movies: mean + b, float64 (n_movies,), and x, float64 (n_movies, k)."""

    average: NDArray[np.float64]
    loadings: NDArray[np.float64]


def gather(ratings: Ratings, users: NDArray[np.int64], movies: Movies) -> Facts:
    """Sum up the ratings of some people."""
    csr, k = ratings.by_user, movies.loadings.shape[1]
    products, sums, square = np.empty((len(users), k, k)), np.empty((len(users), k)), 0.0
    for row, user in enumerate(users):
        own = slice(csr.indptr[user], csr.indptr[user + 1])
        x = movies.loadings[csr.indices[own]]
        y = csr.values[own] - movies.average[csr.indices[own]]
        products[row], sums[row] = x.T @ x, x.T @ y
        square += float(y @ y)
    n_ratings = int(csr.counts[users].sum())
    return Facts(products=products, sums=sums, square=square, n_ratings=n_ratings)


def learn_prior(facts: Facts, loadings: NDArray[np.float64]) -> Prior:
    """Go from a broad prior to the most likely one, as far as `N_ITERATIONS` lead."""
    prior = _broad(facts, loadings)
    for _ in range(N_ITERATIONS):
        before = prior.noise_variance
        prior = improved(prior, facts)
        if abs(prior.noise_variance - before) < ENOUGH * before:
            break
    return prior


def improved(prior: Prior, facts: Facts) -> Prior:
    """One iteration: under its outcome the ratings are at least as likely as under `prior`."""
    weights, covariances = posterior(prior, facts)
    mean = weights.mean(axis=0)
    spread = weights - mean
    covariance = covariances.mean(axis=0) + spread.T @ spread / len(spread)
    fitted = np.einsum("ukl,ul->uk", facts.products, weights)
    errors = facts.square + float(np.sum(weights * (fitted - 2 * facts.sums)))
    unsure = float(np.sum(facts.products * covariances))
    noise_variance = max((errors + unsure) / facts.n_ratings, LEAST_NOISE)
    return Prior(mean, _sound(covariance), noise_variance)


def posterior(prior: Prior, facts: Facts) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """w and V of each person, float64 (n_users, k) and (n_users, k, k)."""
    precision = np.linalg.inv(prior.covariance)
    precisions = precision + facts.products / prior.noise_variance
    covariances = np.asarray(np.linalg.inv(precisions), np.float64)
    pulls = precision @ prior.mean + facts.sums / prior.noise_variance
    weights: NDArray[np.float64] = np.einsum("ukl,ul->uk", covariances, pulls)
    return weights, covariances


def _sound(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Symmetric to the last bit, and positive definite."""
    ridge = RIDGE * np.trace(covariance) / len(covariance)
    found: NDArray[np.float64] = (covariance + covariance.T) / 2 + ridge * np.eye(len(covariance))
    return found


def _broad(facts: Facts, loadings: NDArray[np.float64]) -> Prior:
    """Where to begin: bias, taste and noise each vary as much as the ratings do."""
    variance = max(facts.square / facts.n_ratings, LEAST_NOISE)
    length = float(np.mean(np.sum(loadings[:, 1:] ** 2, axis=1)))
    variances = np.full(loadings.shape[1], variance / length if length > 0 else variance)
    variances[0] = variance
    return Prior(np.zeros(len(variances)), np.diag(variances), variance)
