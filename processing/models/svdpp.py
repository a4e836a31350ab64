"""SVD++: matrix factorisation that also learns from which movies a user rated at all.

Model:   score[u, i] = mean + b_u + b_i + q_i·(p_u + |I_u|^(-1/2) Σ_{j in I_u} y_j)
Unknown: a user or movie that was not in the ratings has bias 0 and factors 0.
Source:  Koren (2008), "Factorization meets the neighborhood", section 4, eq. 15; as Surprise's
         SVDpp. The user's whole bracket is kept as one vector, since I_u is fixed after fitting.
"""

from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np

from processing.kernels.arrays import Parameters
from processing.kernels.sgd_fast import whole_user_factors
from processing.models import numba_engine, surprise_engine
from processing.models.linear import SurprisesLinearModel
from processing.models.matrix import RatingMatrix
from processing.models.svd import FactorSettings


@dataclass(frozen=True, kw_only=True)
class SVDppSettings(FactorSettings):
    """Settings of SVD++: those of SVD, with other defaults.

    Attributes
    ----------
    n_factors
        Factors of each user and movie, and implicit factors of each movie; 1 or more.
    lr_all
        Learning rate, as of SVD.
    """

    n_factors: int = 20
    lr_all: float = 0.007


class SVDpp(SurprisesLinearModel[SVDppSettings]):
    """Biases, factors, and implicit factors folded into the users' factors."""

    kind: ClassVar[str] = "svdpp"
    Settings: ClassVar[type[SVDppSettings]] = SVDppSettings

    def _learn(self, matrix: RatingMatrix, random_state: int, exact: bool) -> Parameters:
        rng = np.random.RandomState(random_state)
        return numba_engine.fit_svdpp(matrix, self.settings.sgd(5), rng, exact)

    def _surprise(self, random_state: int) -> Any:
        options = asdict(self.settings) | {"random_state": random_state}
        return surprise_engine.algorithm("SVDpp", **options, cache_ratings=True)  # only for speed

    def _whole(self, matrix: RatingMatrix, learned: Parameters) -> Parameters:
        whole_user_factors(matrix.by_user, learned.pu, learned.yj)
        return learned._replace(yj=None)
