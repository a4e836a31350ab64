"""SVD: biased matrix factorisation by stochastic gradient descent.

Model:   score[u, i] = mean + b_u + b_i + q_i·p_u
Unknown: a user or movie that was not in the ratings has bias 0 and factors 0.
Source:  Koren, Bell and Volinsky (2009), "Matrix factorization techniques for recommender
         systems", eq. 4 and 5; as Surprise's SVD.
"""

from typing import Any, ClassVar

import numpy as np

from processing.models import numba_engine, surprise_engine
from processing.models.linear import LinearModel
from processing.models.matrix import RatingMatrix
from processing.models.numba_engine import Learned
from processing.models.settings import SVDSettings


class SVD(LinearModel):
    """Biases and factors of users and movies."""

    kind: ClassVar[str] = "svd"
    Settings: ClassVar[type] = SVDSettings

    def _learn(self, matrix: RatingMatrix, random_state: int, exact: bool) -> Learned:
        rng = np.random.RandomState(random_state)
        return numba_engine.fit_svd(matrix, matrix.mean, self.settings.sgd(4), rng, exact)

    def _surprise(self, random_state: int) -> Any:
        return surprise_engine.svd(self.settings, random_state)
