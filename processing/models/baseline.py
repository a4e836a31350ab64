"""BaselineOnly: the mean, how generous the user is, how well liked the movie is.

Model:   score[u, i] = mean + b_u + b_i
Unknown: a user or movie that was not in the ratings has bias 0.
Source:  Koren (2010), "Factor in the neighbors", section 2.1, eq. 1; as Surprise's BaselineOnly.
"""

from typing import ClassVar

from processing.data.ratings import Ratings
from processing.models import surprise_engine
from processing.models.linear import LinearModel, arrays_of
from processing.models.settings import BaselineSettings


class BaselineOnly(LinearModel):
    """Mean and biases, fitted by alternating least squares or stochastic gradient descent."""

    kind: ClassVar[str] = "baseline"
    Settings: ClassVar[type] = BaselineSettings

    def _fit(self, ratings: Ratings, random_state: int) -> None:
        self.arrays_ = arrays_of(surprise_engine.fit_baseline(ratings, self.settings), ratings)
