"""Test rows with scores, for the tests of what is made of them."""

import numpy as np

from processing.data.rows import NO_DAY
from processing.evaluation.predictions import SplitPredictions


def split_of(users, ratings, scores, days=None, user_support=None, movie_support=None):
    """One split's rows; what is not given is the same for all rows."""
    n = len(users)
    return SplitPredictions(
        name="a split",
        users=np.asarray(users, np.int32),
        days=np.full(n, NO_DAY, np.int32) if days is None else np.asarray(days, np.int32),
        ratings=np.asarray(ratings, np.float32),
        user_support=np.ones(n, int) if user_support is None else np.asarray(user_support),
        movie_support=np.ones(n, int) if movie_support is None else np.asarray(movie_support),
        scores={name: np.asarray(values, np.float32) for name, values in scores.items()},
        seconds=dict.fromkeys(scores, (1.0, 2.0)),
        peaks=dict.fromkeys(scores, 5),
        n_train=100,
        n_stack=10,
    )
