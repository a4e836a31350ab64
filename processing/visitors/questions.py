"""Which movies to ask a new visitor about: known by many, and telling about all others.

Method:  The visitor is w ~ N(m, V), at first with V = C. A rating of movie j would take from the
         variances of all scores, weighted by how often each movie is rated,

             |V x_j|²_W / (s² + x_jᵀ V x_j),   W = Σ_i p_i x_i x_iᵀ,

         but only if the visitor knows the movie, and that is as likely as it is for a person known.
         The movie with the highest product of both is asked about; V shrinks by what its rating
         would take, times how likely there is one; and so on: what a movie tells already, another
         like it need not tell again.
Source:  the gain is that of a greedy A-optimal design (Pukelsheim 1993, "Optimal Design of
         Experiments", chapter 6); popularity times information is from Rashid et al. (2002),
         "Getting to know you: learning new user preferences in recommender systems". Golbandi,
         Koren and Lempel (2011), "Adaptive bootstrapping of recommender systems using decision
         trees", let each question depend on the answers before; a fixed list works offline too.
"""

import numpy as np
from numpy.typing import NDArray

from processing.visitors.prior import Prior

MOST_ASKED = 120
NEARLY = 1 - 1e-9  # of the highest value: as good as it, but for rounding


def choose_movies(
    loadings: NDArray[np.float64],
    prior: Prior,
    movie_counts: NDArray[np.int64],
    n_users: int,
) -> tuple[int, ...]:
    """Up to `MOST_ASKED` indices of rated movies, the most telling first, ties by movie id.

    `loadings`: x of each movie, float64 (n_movies, k). `movie_counts`: int64 (n_movies,), how many
    of the `n_users` people rated it.
    """
    x, covariance = loadings, prior.covariance
    weights = (x * (movie_counts / movie_counts.sum())[:, None]).T @ x
    chances = movie_counts / n_users
    left = movie_counts > 0
    chosen: list[int] = []
    for _ in range(min(MOST_ASKED, int(left.sum()))):
        reach = x @ covariance
        variances = prior.noise_variance + np.sum(reach * x, axis=1)
        gains = np.sum((reach @ weights) * reach, axis=1) / variances
        values = np.where(left, chances * gains, -1.0)
        best = int(np.argmax(values >= NEARLY * values.max()))
        chosen.append(best)
        left[best] = False
        learned = np.outer(reach[best], reach[best]) / variances[best]
        covariance = covariance - chances[best] * learned
    return tuple(chosen)
