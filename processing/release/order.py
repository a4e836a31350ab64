"""What orders a list: the predicted stars, less a margin that is wide where few have rated."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Float = TypeVar("Float", np.float32, np.float64)


def ordering_scores(
    scores: NDArray[Float], movie_counts: NDArray[np.int64], deviation: float, z: float
) -> NDArray[Float]:
    """Return scores, (n,), less `z` standard errors of a mean of the movie's ratings, in stars.

    order = score - z σ / √(n_i + 1), a lower bound: a movie that few have rated must promise more
    to come before one that many have. `deviation` is σ, the standard deviation of all ratings;
    `movie_counts`, (n,), are the n_i of the scored movies. A `z` of 0 orders by the score itself.
    """
    margin = z * deviation / np.sqrt(movie_counts + 1.0)
    ordered: NDArray[Float] = (scores - margin).astype(scores.dtype)
    return ordered
