"""How far predictions are from ratings, pooled over all of them or by group."""

import numpy as np
from numpy.typing import NDArray


def errors(scores: NDArray[np.float32], ratings: NDArray[np.float32]) -> dict[str, float | None]:
    """RMSE and MAE in stars, and MAPE in percent of the rating.

    MAPE is None where a rating is 0, for which it is not defined.
    """
    actual = ratings.astype(np.float64)
    error = scores.astype(np.float64) - actual
    defined = bool((actual != 0).all())
    return {
        "rmse": float(np.sqrt(np.mean(error**2))),
        "mae": float(np.mean(np.abs(error))),
        "mape": float(100 * np.mean(np.abs(error / actual))) if defined else None,
    }


def squared_errors(
    scores: NDArray[np.float32], ratings: NDArray[np.float32]
) -> NDArray[np.float64]:
    """The squared error of each row, in stars squared."""
    return (scores.astype(np.float64) - ratings) ** 2


def errors_by_group(
    groups: NDArray[np.int64],
    n_groups: int,
    scores: NDArray[np.float32],
    ratings: NDArray[np.float32],
) -> dict[str, list[float | None]]:
    """What `errors` says of the rows of each group, in lists of `n_groups`.

    `groups` holds each row's group. None in a group without rows, and for MAPE where one of the
    group's ratings is 0.
    """

    def mean_of(values: NDArray[np.float64]) -> list[float | None]:
        totals = np.bincount(groups, weights=values, minlength=n_groups)
        return [
            float(total / n) if n and np.isfinite(total) else None
            for total, n in zip(totals, counts, strict=True)
        ]

    counts = np.bincount(groups, minlength=n_groups)
    error = np.abs(scores.astype(np.float64) - ratings)
    relative = np.full(len(ratings), np.inf)
    np.divide(100 * error, np.abs(ratings), out=relative, where=ratings != 0)
    squared = mean_of(error**2)
    return {
        "rmse": [None if value is None else value**0.5 for value in squared],
        "mae": mean_of(error),
        "mape": mean_of(relative),
    }
