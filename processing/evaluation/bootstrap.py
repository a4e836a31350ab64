"""How sure an error is: the paired bootstrap over users.

Method:  Draw as many users as there are, with replacement; compute every model's RMSE over all test
         ratings of the users drawn, each as often as drawn; repeat `N_RESAMPLES` times. An interval
         is from the 2.5th to the 97.5th percentile. It is paired: every model is measured on the
         same users, so a difference of two models is known far better than either error.
Source:  Efron and Tibshirani (1993), "An Introduction to the Bootstrap", chapter 8 (data that are
         not independent are drawn in the groups that are) and section 13.3 (percentile intervals).
Differs: more than `N_CLUSTERS` users are first put at random into that many clusters of equal
         size, and clusters are drawn.
"""

import numpy as np
from numpy.typing import NDArray

from processing.evaluation.metrics import squared_errors
from processing.evaluation.predictions import SplitPredictions

N_RESAMPLES = 1000
N_CLUSTERS = 20_000
PERCENTILES = (2.5, 97.5)


def resampled_rmse(splits: list[SplitPredictions], seed: int) -> dict[str, NDArray[np.float64]]:
    """The RMSE of each model in each resample, float64 (N_RESAMPLES,) by model.

    Over several splits it is the mean of the splits' RMSE, as in the table, of the same users
    drawn; a split of which no row was drawn does not count.
    """
    rng = np.random.default_rng(seed)
    clusters, n = _clusters([split.users for split in splits], rng)
    names = list(splits[0].scores)
    sums = np.empty((n, len(splits), len(names) + 1))
    for s, (split, of_row) in enumerate(zip(splits, clusters, strict=True)):
        sums[:, s, -1] = np.bincount(of_row, minlength=n)
        for m, name in enumerate(names):
            squared = squared_errors(split.scores[name], split.ratings)
            sums[:, s, m] = np.bincount(of_row, weights=squared, minlength=n)
    totals = np.empty((N_RESAMPLES, len(splits), len(names) + 1))
    for r in range(N_RESAMPLES):
        times = np.bincount(rng.integers(n, size=n), minlength=n).astype(np.float64)
        totals[r] = (times @ sums.reshape(n, -1)).reshape(totals.shape[1:])
    counts = totals[..., -1:]
    squares = np.divide(
        totals[..., :-1], counts, out=np.zeros_like(totals[..., :-1]), where=counts > 0
    )
    rmse = np.sqrt(squares).sum(axis=1) / np.count_nonzero(counts, axis=1)
    return {name: rmse[:, m] for m, name in enumerate(names)}


def resampled_means(values: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    """The mean of one value per user in each resample of the users, float64 (N_RESAMPLES,).

    Users are put into clusters as for the RMSE.
    """
    rng = np.random.default_rng(seed)
    n = min(len(values), N_CLUSTERS)
    of_row = rng.permutation(len(values)) % n
    sums, sizes = np.bincount(of_row, values, n), np.bincount(of_row, minlength=n)
    means = np.empty(N_RESAMPLES)
    for r in range(N_RESAMPLES):
        drawn = rng.integers(n, size=n)
        means[r] = sums[drawn].sum() / sizes[drawn].sum()
    return means


def interval(values: NDArray[np.float64]) -> tuple[float, float]:
    """The 95 % percentile interval of a figure's resamples: its lower and upper end."""
    low, high = np.percentile(values, PERCENTILES).tolist()
    return low, high


def _clusters(
    users: list[NDArray[np.int32]], rng: np.random.Generator
) -> tuple[list[NDArray[np.int64]], int]:
    """The cluster of each row, split by split, and how many clusters there are."""
    known = np.unique(np.concatenate(users))
    n = min(len(known), N_CLUSTERS)
    place = rng.permutation(len(known)) % n
    return [place[np.searchsorted(known, of_split)] for of_split in users], n
