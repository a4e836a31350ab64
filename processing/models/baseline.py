"""BaselineOnly: the mean, how generous the user is, how well liked the movie is.

Model:   score[u, i] = mean + b_u + b_i
Unknown: a user or movie that was not in the ratings has bias 0.
Source:  Koren (2010), "Factor in the neighbors", section 2.1, eq. 1; as Surprise's BaselineOnly.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from processing.kernels.arrays import Parameters
from processing.models import numba_engine, surprise_engine
from processing.models.linear import SurprisesLinearModel
from processing.models.matrix import RatingMatrix
from processing.models.numba_engine import SgdOptions
from processing.tools.validation import check_choice, check_positive


@dataclass(frozen=True, kw_only=True)
class BaselineSettings:
    """Settings of BaselineOnly, with Surprise's names and defaults.

    Attributes
    ----------
    method
        How biases are fitted: `als`, alternating least squares, or `sgd`, stochastic gradient
        descent.
    n_epochs
        Passes over all ratings, 1 or more.
    reg_u, reg_i
        Of `als`: regularisation of the biases of users and of movies, each worth this many ratings
        that say 0; 0 or more.
    reg
        Of `sgd`: regularisation of all biases, per update; 0 or more, below 1.
    learning_rate
        Of `sgd`: the share of an error by which a bias moves, above 0 and below 1.
    """

    method: Literal["als", "sgd"] = "als"
    n_epochs: int = 10
    reg_u: float = 15.0
    reg_i: float = 10.0
    reg: float = 0.02
    learning_rate: float = 0.005

    def __post_init__(self) -> None:
        check_choice("method", self.method, ("als", "sgd"))
        check_positive(n_epochs=self.n_epochs)


class BaselineOnly(SurprisesLinearModel[BaselineSettings]):
    """Mean and biases, fitted by alternating least squares or stochastic gradient descent."""

    kind: ClassVar[str] = "baseline"
    Settings: ClassVar[type[BaselineSettings]] = BaselineSettings

    def _learn(self, matrix: RatingMatrix, random_state: int, exact: bool) -> Parameters:
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
        settings = self.settings
        own = ("reg_u", "reg_i") if settings.method == "als" else ("reg", "learning_rate")
        options = {name: getattr(settings, name) for name in ("method", "n_epochs", *own)}
        return surprise_engine.algorithm("BaselineOnly", bsl_options=options)
