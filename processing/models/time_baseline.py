"""TimeBaseline: how generous a user is and how well liked a movie is, on a day.

Model:   score[u, i, t] = mean + c[t] + b_u + alpha_u dev_u(t) + b_{u,t}
                          + (b_i + b_{i,Bin(t)}) (1 + scale_u)
Time:    dev_u as in `time_model`; c[t] and b_{u,t} belong to one day, b_{i,Bin(t)} to one of some
         thirty even spans of the ratings' days.
Unknown: a user or movie that was not in the ratings has biases 0; so has a user's day without
         ratings. A day outside the ratings' span counts as the nearest within; without a day,
         mean + b_u + b_i (1 + scale_u).
Source:  Koren (2009), "The BellKor Solution to the Netflix Grand Prize", eq. 9 and 10 with
         1 + scale_u for c_u(t), and Koren (2009), "Collaborative filtering with temporal
         dynamics", section 3. Fitted by alternating least squares, as BaselineOnly is, instead of
         gradient descent; the scales at the end, from what the biases leave.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from processing.data.ratings import Ratings
from processing.kernels import time_biases as kernels
from processing.kernels.arrays import TimeFactors
from processing.models.time_model import (
    TimeBiasSettings,
    TimeModel,
    days_of,
    fit_biases,
    learned_arrays,
    regs_of,
)


@dataclass(frozen=True, kw_only=True)
class TimeBaselineSettings(TimeBiasSettings):
    """Settings of TimeBaseline: those of its biases, and two more, both above 0.

    Attributes
    ----------
    n_epochs
        Passes of alternating least squares over all ratings.
    reg_scale
        Regularisation of scale_u, in squared stars: it is added to the sum of the squared movie
        biases from which a user's scale follows.
    """

    n_epochs: int = 8
    reg_scale: float = 15.0


class TimeBaseline(TimeModel[TimeBaselineSettings]):
    """Mean and biases that move with time."""

    kind: ClassVar[str] = "time_baseline"
    Settings: ClassVar[type[TimeBaselineSettings]] = TimeBaselineSettings

    def contribution_group(self) -> str:
        return "time"

    def _fit(self, ratings: Ratings, random_state: int) -> None:
        when = days_of(ratings, self.settings.n_bins)
        biases = fit_biases(ratings, when, regs_of(self.settings, ratings), self.settings.n_epochs)
        scales = np.empty(ratings.n_users)
        kernels.solve_scales(when.timeline, self.settings.reg_scale, biases, scales)
        none, movies = (np.zeros((n, 0), np.float32) for n in (ratings.n_users, ratings.n_movies))
        factors = TimeFactors(none, none, movies, movies)
        self.arrays_ = learned_arrays(ratings, when, biases, scales, factors)
