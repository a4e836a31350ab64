"""Which movies are loved most: means that few votes cannot decide.

Model:   damped mean of movie i = (n_i · mean_i + k · global mean) / (n_i + k)
         k = within / between: variance of the ratings of one movie by that of movies' true means
Source:  Bühlmann and Straub (1970), "Glaubwürdigkeit für Schadensätze", for the weight n / (n + k);
         Searle, Casella and McCulloch (1992), "Variance Components", sec. 3.6, for both variances
         out of an analysis of variance of unequally many ratings.
Differs: movies are drawn to the mean of all ratings, which is what people know, not to that of all
         movies.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True, eq=False)
class Loved:
    """How much each movie is loved.

    Attributes
    ----------
    damping
        k; None where movies do not differ by more than chance, and all have the global mean.
    means
        float64 (n_movies,), damped; NaN where nobody rated.
    """

    damping: float | None
    means: NDArray[np.float64]


def loved_by_everyone(
    histograms: NDArray[np.int32],
    levels: NDArray[np.float64],
    means: NDArray[np.float64],
    global_mean: float,
) -> Loved:
    """Damp means, (n_movies,), NaN where unrated, by what histograms, (n_movies, n_levels), say."""
    votes = histograms.sum(axis=1, dtype=np.int64)
    damping = _damping(histograms[votes > 0].astype(np.float64), levels)
    if damping is None:
        return Loved(damping=None, means=np.where(votes > 0, global_mean, np.nan))
    total = votes * np.where(votes > 0, means, 0) + damping * global_mean
    with np.errstate(invalid="ignore"):
        damped = total / (votes + damping)
    return Loved(damping=damping, means=np.where(votes > 0, damped, np.nan))


def _damping(counts: NDArray[np.float64], levels: NDArray[np.float64]) -> float | None:
    """k of the histograms of rated movies; 0 where nobody's ratings of one movie differ."""
    votes, n_movies = counts.sum(axis=1), len(counts)
    if n_movies < 2:
        return None
    n = votes.sum()
    means = counts @ levels / votes
    squares = float((counts * (levels[None, :] - means[:, None]) ** 2).sum())
    within = squares / (n - n_movies) if n > n_movies else 0.0
    apart = float((votes * (means - votes @ means / n) ** 2).sum())
    weight = n - (votes**2).sum() / n
    between = (apart - (n_movies - 1) * within) / weight
    return float(within / between) if between > 0 else None
