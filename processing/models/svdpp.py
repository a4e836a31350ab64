"""SVD++: matrix factorisation that also learns from which movies a user rated at all.

Model:   score[u, i] = mean + b_u + b_i + q_i·(p_u + |I_u|^(-1/2) Σ_{j in I_u} y_j)
Unknown: a user or movie that was not in the ratings has bias 0 and factors 0.
Source:  Koren (2008), "Factorization meets the neighborhood", section 4, eq. 15; as Surprise's
         SVDpp. The user's whole bracket is kept as one vector, since I_u is fixed after fitting.
"""

from typing import Any, ClassVar

import numpy as np

from processing.kernels.sgd_fast import whole_user_factors
from processing.models import numba_engine, surprise_engine
from processing.models.linear import LinearModel
from processing.models.matrix import RatingMatrix
from processing.models.numba_engine import Learned
from processing.models.settings import SVDppSettings


class SVDpp(LinearModel):
    """Biases, factors, and implicit factors folded into the users' factors."""

    kind: ClassVar[str] = "svdpp"
    Settings: ClassVar[type] = SVDppSettings

    def _learn(self, matrix: RatingMatrix, random_state: int, exact: bool) -> Learned:
        rng = np.random.RandomState(random_state)
        return numba_engine.fit_svdpp(matrix, self.settings.sgd(5), rng, exact)

    def _surprise(self, random_state: int) -> Any:
        return surprise_engine.svdpp(self.settings, random_state)

    def _whole(self, matrix: RatingMatrix, learned: Learned) -> Learned:
        indptr, indices, *_ = matrix.by_user
        whole_user_factors(indptr, indices, learned.pu, learned.yj)
        return learned._replace(yj=None)
