"""SVD: biased matrix factorisation by stochastic gradient descent.

Model:   score[u, i] = mean + b_u + b_i + q_i·p_u
Unknown: a user or movie that was not in the ratings has bias 0 and factors 0.
Source:  Koren, Bell and Volinsky (2009), "Matrix factorization techniques for recommender
         systems", eq. 4 and 5; as Surprise's SVD.
"""

from typing import ClassVar

from processing.data.ratings import Ratings
from processing.models import surprise_engine
from processing.models.linear import LinearModel, arrays_of
from processing.models.settings import SVDSettings


class SVD(LinearModel):
    """Biases and factors of users and movies."""

    kind: ClassVar[str] = "svd"
    Settings: ClassVar[type] = SVDSettings

    def _fit(self, ratings: Ratings, random_state: int) -> None:
        self.arrays_ = arrays_of(
            surprise_engine.fit_svd(ratings, self.settings, random_state), ratings
        )
