"""BaselineOnly: the mean, how generous the user is, how well liked the movie is.

Model:   score[u, i] = mean + b_u + b_i
Unknown: a user or movie that was not in the ratings has bias 0.
Source:  Koren (2010), "Factor in the neighbors", section 2.1, eq. 1; as Surprise's BaselineOnly.
"""

from typing import ClassVar

import numpy as np

from processing.data.ratings import Ratings
from processing.models import surprise_engine
from processing.models.linear import LinearArrays, LinearModel
from processing.models.settings import BaselineSettings


class BaselineOnly(LinearModel):
    """Mean and biases, fitted by alternating least squares or stochastic gradient descent."""

    kind: ClassVar[str] = "baseline"
    Settings: ClassVar[type] = BaselineSettings

    def _fit(self, ratings: Ratings, random_state: int) -> None:
        fitted = surprise_engine.fit_baseline(ratings, self.settings)
        bu, bi = fitted.algorithm.bu, fitted.algorithm.bi
        self.arrays_ = LinearArrays(
            mean=np.float64(fitted.algorithm.trainset.global_mean),
            user_biases=surprise_engine.scatter(np.asarray(bu), fitted.users, ratings.n_users),
            movie_biases=surprise_engine.scatter(np.asarray(bi), fitted.movies, ratings.n_movies),
            user_factors=np.zeros((ratings.n_users, 0)),
            movie_factors=np.zeros((ratings.n_movies, 0)),
        )
