"""What orders a list: the predicted stars, less a margin that is wide where few have rated."""

import numpy as np
from numpy.typing import NDArray


def ordering_scores(
    scores: NDArray[np.float32], movie_counts: NDArray[np.int64], deviation: float, z: float
) -> NDArray[np.float32]:
    """Scores less `z` standard errors of a mean of the movie's ratings.

    order = score - z σ / √(n_i + 1), a lower bound: a movie that few have rated must promise more
    to come before one that many have. `deviation` is σ, the standard deviation of all ratings;
    `movie_counts` are the n_i of the scored movies. 0 orders by the score itself.
    """
    margin = z * deviation / np.sqrt(movie_counts + 1.0)
    ordered: NDArray[np.float32] = (scores - margin).astype(np.float32)
    return ordered
