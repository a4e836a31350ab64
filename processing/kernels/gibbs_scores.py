"""Scores of pairs by samples of a factorisation machine, which `gibbs` draws."""

from typing import Any

from numba import njit, prange

from processing.kernels.arrays import Array
from processing.kernels.gibbs import FASTMATH
from processing.kernels.normal import cdf

CHUNK_PAIRS = 1024


@njit(cache=True, parallel=True, fastmath=FASTMATH)
def add_scores(samples: Any, users: Array, movies: Array, day_places: Array, out: Array) -> None:
    """Add to `out` (float64) the expected rating of each pair, summed over samples.

    `samples`: `processing.models.bayes.BayesArrays`.
    """
    user, movie, day = samples.user, samples.movie, samples.day
    cuts, steps = samples.cuts, samples.steps
    n_columns = user.shape[2]
    for chunk in prange((len(users) + CHUNK_PAIRS - 1) // CHUNK_PAIRS):
        for s in range(len(user)):
            for n in range(chunk * CHUNK_PAIRS, min(len(users), (chunk + 1) * CHUNK_PAIRS)):
                u, i, t = user[s, users[n]], movie[s, movies[n]], day[s, day_places[n]]
                score = u[0] + i[0] + t[0]
                for f in range(1, n_columns):
                    score += u[f] * i[f] + t[f] * (u[f] + i[f])
                if len(steps) == 0:
                    out[n] += score
                for k in range(len(steps)):
                    out[n] += steps[k] * cdf(score - cuts[s, k])
