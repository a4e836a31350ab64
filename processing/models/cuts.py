"""The cuts of an ordered probit: where they begin, and how they are drawn."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from processing.kernels.gibbs import Latent, cut_slopes


def start_cuts(levels: NDArray[np.int8], n_levels: int) -> NDArray[np.float64]:
    """Cuts that give scores of 0 the levels' shares: (n_levels + 1,), the ends infinite."""
    shares = np.cumsum(np.bincount(levels, minlength=n_levels)) / len(levels)
    return np.concatenate(([-np.inf], ndtri(shares[:-1]), [np.inf]))


def move_cuts(errors: NDArray[np.float32], latent: Latent, rng: np.random.Generator) -> None:
    """Draw the cuts of each chain given its scores, the latent targets being integrated out.

    A Metropolis-Hastings step in place: a step of Newton's method from where the cuts are, with the
    noise of the curvature there, is accepted so that the posterior under a flat prior stays what it
    is. With many ratings nearly all are.
    """
    old = latent.cuts.copy()
    likelihoods, centres, curvatures = _newton(errors, latent, old)
    new = old.copy()
    for c in range(len(old)):
        deviates = rng.standard_normal(old.shape[1] - 2)
        new[c, 1:-1] = centres[c] + np.linalg.solve(np.linalg.cholesky(curvatures[c]).T, deviates)
    accept = np.log(rng.random(len(old)))
    in_order = (np.diff(new[:, 1:-1], axis=1) > 0).all(axis=1)
    new[~in_order] = old[~in_order]
    likelihoods_new, centres_new, curvatures_new = _newton(errors, latent, new)
    for c in map(int, np.flatnonzero(in_order)):
        there = _log_density(new[c, 1:-1], centres[c], curvatures[c])
        back = _log_density(old[c, 1:-1], centres_new[c], curvatures_new[c])
        if accept[c] < likelihoods_new[c] - likelihoods[c] + back - there:
            latent.cuts[c] = new[c]


def _newton(
    errors: NDArray[np.float32], latent: Latent, cuts: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Log-likelihood, the end of a Newton step, and the negated curvature, of each chain."""
    n_chains: int = len(cuts)
    n_cuts: int = cuts.shape[1]
    slopes, likelihoods = np.empty((n_chains, n_cuts)), np.empty(n_chains)
    bands = np.empty((n_chains, n_cuts, 2))
    cut_slopes(errors, latent, cuts, slopes, bands, likelihoods)
    inner = slice(1, n_cuts - 1)
    curvatures = np.stack(
        [
            -np.diag(bands[c, inner, 0])
            - np.diag(bands[c, 1 : n_cuts - 2, 1], 1)
            - np.diag(bands[c, 1 : n_cuts - 2, 1], -1)
            for c in range(n_chains)
        ]
    )
    steps = np.linalg.solve(curvatures, slopes[:, inner, None])[..., 0]
    return likelihoods, cuts[:, inner] + steps, curvatures


def _log_density(
    x: NDArray[np.float64], centre: NDArray[np.float64], curvature: NDArray[np.float64]
) -> float:
    """Logarithm of the normal density, but for a constant."""
    off = x - centre
    return float(0.5 * np.linalg.slogdet(curvature)[1] - 0.5 * off @ curvature @ off)
