"""From latent scores to stars: gain and cuts that give the Netflix Prize's shares of stars."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

STAR_COUNTS = (4_617_990, 10_132_080, 28_811_247, 33_750_958, 23_168_232)  # Netflix Prize, 1 to 5
FINDABLE = 0.5  # share of the ratings' variance that comes from the latent score


def fit_scale(scores: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
    """Gain and cuts that give the Netflix Prize's shares of stars and `FINDABLE` signal."""
    weights, edges = np.histogram(scores, bins=1000)
    middles = (edges[1:] + edges[:-1]) / 2
    weights = weights / weights.sum()
    stars = np.arange(1, 6)
    shares = np.array(STAR_COUNTS) / sum(STAR_COUNTS)
    variance = (shares * stars**2).sum() - (shares * stars).sum() ** 2
    low, high = 0.01, 100.0
    for _ in range(60):
        gain = np.sqrt(low * high)
        cuts = _fit_cuts(gain * middles, weights, np.cumsum(shares)[:-1])
        above = ndtr(gain * middles[:, None] - cuts)
        means = 1 + above.sum(axis=1)
        found = weights @ means**2 - (weights @ means) ** 2
        low, high = (gain, high) if found < FINDABLE * variance else (low, gain)
    return float(gain), cuts


def _fit_cuts(
    scores: NDArray[np.float64], weights: NDArray[np.float64], below: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Cuts such that score plus noise lies below them with the probabilities `below`."""
    low = np.full(len(below), scores.min() - 10.0)
    high = np.full(len(below), scores.max() + 10.0)
    for _ in range(60):
        middle = (low + high) / 2
        short = weights @ ndtr(middle - scores[:, None]) < below
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return np.asarray((low + high) / 2)


def expected_stars(
    scores: NDArray[np.float64], gain: float, cuts: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Mean rating at each latent score, in stars."""
    return np.asarray(1.0 + ndtr(gain * scores[:, None] - cuts).sum(axis=1))
