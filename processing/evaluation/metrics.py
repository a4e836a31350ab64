"""How far predictions are from ratings, pooled over all of them or by group."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Errors(NamedTuple):
    """RMSE and MAE in stars, and MAPE in percent of the rating.

    MAPE is None where a rating is 0, for which it is not defined.
    """

    rmse: float
    mae: float
    mape: float | None


def errors(scores: NDArray[np.float32], ratings: NDArray[np.float32]) -> Errors:
    """The errors of scores, (n,), of ratings, (n,)."""
    actual = ratings.astype(np.float64)
    error = scores.astype(np.float64) - actual
    defined = bool((actual != 0).all())
    return Errors(
        rmse=float(np.sqrt(np.mean(error**2))),
        mae=float(np.mean(np.abs(error))),
        mape=float(100 * np.mean(np.abs(error / actual))) if defined else None,
    )


def squared_errors(
    scores: NDArray[np.float32], ratings: NDArray[np.float32]
) -> NDArray[np.float64]:
    """The squared error of each row, in stars squared."""
    found: NDArray[np.float64] = (scores.astype(np.float64) - ratings) ** 2
    return found


def errors_by_group(
    groups: NDArray[np.int64],
    n_groups: int,
    scores: NDArray[np.float32],
    ratings: NDArray[np.float32],
) -> list[Errors | None]:
    """The errors of the rows of each group, None in a group without rows.

    `groups` holds each row's group, from 0 to `n_groups` - 1. MAPE is None where one of the group's
    ratings is 0.
    """
    counts = np.bincount(groups, minlength=n_groups)
    error = np.abs(scores.astype(np.float64) - ratings)
    relative = np.full(len(ratings), np.inf)
    np.divide(100 * error, np.abs(ratings), out=relative, where=ratings != 0)
    squares, sizes, shares = (
        np.bincount(groups, weights=values, minlength=n_groups).tolist()
        for values in (error**2, error, relative)
    )
    return [
        Errors((square / n) ** 0.5, size / n, share / n if np.isfinite(share) else None)
        if n
        else None
        for n, square, size, share in zip(counts.tolist(), squares, sizes, shares, strict=True)
    ]
