"""SVD: biased matrix factorisation by stochastic gradient descent.

Model:   score[u, i] = mean + b_u + b_i + q_i·p_u
Unknown: a user or movie that was not in the ratings has bias 0 and factors 0.
Source:  Koren, Bell and Volinsky (2009), "Matrix factorization techniques for recommender
         systems", eq. 4 and 5; as Surprise's SVD.
"""

from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np

from processing.kernels.arrays import Parameters
from processing.models import numba_engine, surprise_engine
from processing.models.linear import SurprisesLinearModel
from processing.models.matrix import RatingMatrix
from processing.models.numba_engine import SgdOptions
from processing.tools.validation import check_positive


@dataclass(frozen=True, kw_only=True)
class SVDSettings:
    """Settings of SVD, with Surprise's names and defaults.

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


class SVD(SurprisesLinearModel[SVDSettings]):
    """Biases and factors of users and movies."""

    kind: ClassVar[str] = "svd"
    Settings: ClassVar[type[SVDSettings]] = SVDSettings

    def _learn(self, matrix: RatingMatrix, random_state: int, exact: bool) -> Parameters:
        rng = np.random.RandomState(random_state)
        return numba_engine.fit_svd(matrix, matrix.mean, self.settings.sgd(4), rng, exact)

    def _surprise(self, random_state: int) -> Any:
        return surprise_engine.algorithm("SVD", **asdict(self.settings), random_state=random_state)
