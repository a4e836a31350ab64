"""Which movies to ask a new visitor about, for the list: whose grades tell most of all others'.

Method:  The visitor's grades x of all movies, 0 where not rated, vary as those of the people known,
         with covariance C. To learn x_j takes from the variances of all grades

             Σ_i C_ij² / C_jj

         The movie where that is most is asked about, C loses what it explains, and so on: a pivoted
         Cholesky decomposition, as long as the asking list.
Source:  greedy A-optimal design (Pukelsheim 1993, "Optimal Design of Experiments", chapter 6) in a
         Gaussian process over movies, as in Krause, Singh and Guestrin (2008), "Near-optimal sensor
         placements in Gaussian processes".
Differs: among the `MOST_KNOWN` most rated movies alone, since others are hardly known.
"""

import numpy as np
from numpy.typing import NDArray

from processing.ranking.gram import Grams
from processing.visitors.questions import MOST_ASKED, NEARLY

MOST_KNOWN = 1500
LEAST_VARIANCE = 1e-9


def choose_for_ranking(
    grams: Grams, movie_counts: NDArray[np.int64], n_users: int
) -> tuple[int, ...]:
    """Up to `MOST_ASKED` indices of rated movies, the most telling first, ties by movie.

    `grams`: of the ratings, whose `movie_counts`, int64 (n_movies,), are of `n_users` people.
    """
    counts = movie_counts[grams.movies]
    known = np.sort(np.argsort(-counts, kind="stable")[: min(MOST_KNOWN, np.count_nonzero(counts))])
    covariance = _covariance(grams, known, n_users)
    left = np.ones(len(known), bool)
    chosen: list[int] = []
    for _ in range(min(MOST_ASKED, len(known))):
        variances = np.diag(covariance)
        able = left & (variances > LEAST_VARIANCE)
        if not able.any():
            break
        gains = np.sum(covariance**2, axis=0) / np.maximum(variances, LEAST_VARIANCE)
        gains[~able] = -1.0
        best = int(np.argmax(gains >= NEARLY * gains.max()))
        chosen.append(int(grams.movies[known[best]]))
        left[best] = False
        column = covariance[:, best].copy()
        covariance -= np.outer(column, column / column[best])
    return tuple(chosen)


def _covariance(grams: Grams, known: NDArray[np.int64], n_users: int) -> NDArray[np.float64]:
    """Covariance of the grades, from 0 to 1, of some movies, by place in the Gram matrix."""
    products = np.tril(grams.lower[np.ix_(known, known)]).astype(np.float64)
    products += np.tril(products, -1).T
    means = grams.totals[known] / n_users
    covariance: NDArray[np.float64] = products / n_users - np.outer(means, means)
    return covariance / grams.grading.most**2
