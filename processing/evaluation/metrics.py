"""How far predictions are from ratings, pooled over all of them."""

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
