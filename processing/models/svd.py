"""SVD: biased matrix factorisation by stochastic gradient descent.

Model:   score[u, i] = mean + b_u + b_i + q_i·p_u
Unknown: a user or movie that was not in the ratings has bias 0 and factors 0.
Source:  Koren, Bell and Volinsky (2009), "Matrix factorization techniques for recommender
         systems", eq. 4 and 5; as Surprise's SVD.
"""

from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar

import numpy as np

from processing.errors import ModelError
from processing.kernels.arrays import Parameters
from processing.models import numba_engine, surprise_engine
from processing.models.linear import SurprisesLinearModel
from processing.models.matrix import RatingMatrix
from processing.models.numba_engine import SgdOptions
from processing.tools.validation import check_positive


@dataclass(frozen=True, kw_only=True)
class FactorSettings:
    """Settings of SVD and SVD++, with Surprise's names and defaults.

    Attributes
    ----------
    n_factors
        Factors of each user and movie, 1 or more.
    n_epochs
        Passes over all ratings, 1 or more.
    lr_all
        Learning rate: the share of an error by which a parameter moves, above 0; above about 0.1
        the fit does not converge.
    reg_all
        Regularisation: the share of itself that a parameter loses in a step of 1, 0 or more.
    init_std_dev
        Standard deviation of the random factors at the start, in the root of stars; 0 or more.
    """

    n_factors: int = 100
    n_epochs: int = 20
    lr_all: float = 0.005
    reg_all: float = 0.02
    init_std_dev: float = 0.1

    def __post_init__(self) -> None:
        check_positive(n_factors=self.n_factors, n_epochs=self.n_epochs, lr_all=self.lr_all)

    def sgd(self, n_parameters: int) -> SgdOptions:
        """The same learning rate and regularisation for each kind of parameter."""
        return SgdOptions(
            n_factors=self.n_factors,
            n_epochs=self.n_epochs,
            init_mean=0.0,
            init_std_dev=self.init_std_dev,
            rates=(self.lr_all,) * n_parameters,
            regs=(self.reg_all,) * n_parameters,
        )


@dataclass(frozen=True, kw_only=True)
class SVDSettings(FactorSettings):
    """Settings of SVD: Surprise's, and one more.

    Attributes
    ----------
    falling
        Whether the learning rate falls: over the epochs evenly, towards 0, and for each user and
        movie by the root of the sum of their squared errors so far. Then few epochs are enough,
        from a rate of about 0.1. The fast engine alone has it.
    """

    falling: bool = False

    def sgd(self, n_parameters: int) -> SgdOptions:
        return replace(super().sgd(n_parameters), falling=self.falling)


class SVD(SurprisesLinearModel[SVDSettings]):
    """Biases and factors of users and movies."""

    kind: ClassVar[str] = "svd"
    Settings: ClassVar[type[SVDSettings]] = SVDSettings

    def _learn(self, matrix: RatingMatrix, random_state: int, exact: bool) -> Parameters:
        self._check(exact)
        rng = np.random.RandomState(random_state)
        return numba_engine.fit_svd(matrix, matrix.mean, self.settings.sgd(4), rng, exact)

    def _surprise(self, random_state: int) -> Any:
        self._check(exact=True)
        settings = asdict(self.settings)
        del settings["falling"]
        return surprise_engine.algorithm("SVD", **settings, random_state=random_state)

    def _check(self, exact: bool) -> None:
        if exact and self.settings.falling:
            raise ModelError(
                f"svd has no falling learning rate in the engine {self.engine!r}: Surprise has "
                "none. Use the engine 'fast', or leave out falling."
            )
