"""BaselineOnly: the mean, how generous the user is, how well liked the movie is.

Model:   score[u, i] = mean + b_u + b_i
Unknown: a user or movie that was not in the ratings has bias 0.
Source:  Koren (2010), "Factor in the neighbors", section 2.1, eq. 1; as Surprise's BaselineOnly.
"""

from typing import Any, ClassVar

import numpy as np

from processing.models import numba_engine, surprise_engine
from processing.models.linear import LinearModel
from processing.models.matrix import RatingMatrix
from processing.models.numba_engine import Learned, SgdOptions
from processing.models.settings import BaselineSettings


class BaselineOnly(LinearModel):
    """Mean and biases, fitted by alternating least squares or stochastic gradient descent."""

    kind: ClassVar[str] = "baseline"
    Settings: ClassVar[type] = BaselineSettings

    def _learn(self, matrix: RatingMatrix, random_state: int, exact: bool) -> Learned:
        settings = self.settings
        if settings.method == "als":
            return numba_engine.fit_baseline_als(
                matrix, settings.n_epochs, settings.reg_u, settings.reg_i
            )
        options = SgdOptions(
            n_factors=0,
            n_epochs=settings.n_epochs,
            init_mean=0.0,
            init_std_dev=0.0,
            rates=(settings.learning_rate,) * 4,
            regs=(settings.reg,) * 4,
        )
        rng = np.random.RandomState(random_state)
        return numba_engine.fit_svd(matrix, matrix.mean, options, rng, exact)

    def contribution_group(self) -> str:
        return "movie"

    def _surprise(self, random_state: int) -> Any:
        return surprise_engine.baseline(self.settings)
