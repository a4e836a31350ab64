"""TimeSVDpp, Koren's timeSVD++: SVD++ whose biases and tastes move with time.

Model:   score[u, i, t] = mean + c[t] + b_u + alpha_u dev_u(t) + b_{u,t} + b_i + b_{i,Bin(t)}
                          + q_i·(p_u + a_u dev_u(t) + |I_u|^(-1/2) Σ_{j in I_u} y_j)
Time:    as in `time_baseline`; a_u is how the user's tastes drift.
Unknown: as in `time_baseline`, and factors of 0; without a day, mean + b_u + b_i + q_i·(p_u + …).
         Users have no scale of the movies' biases: that is a taste like others.
Source:  Koren (2009), "Collaborative filtering with temporal dynamics", section 4, without the
         tastes of single days p_{u,t}. Biases begin where TimeBaseline's equations put them and
         move on, together with the factors, by gradient descent.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from processing.data.ratings import Ratings
from processing.kernels import sgd_fast, sgd_time
from processing.kernels.arrays import TimeBiases, TimeFactors
from processing.kernels.sgd_time import TimeCopies, TimeSteps
from processing.models.numba_engine import ROUND_RATINGS, even_groups
from processing.models.time_model import (
    RatingDays,
    Regs,
    TimeBiasSettings,
    TimeModel,
    days_of,
    fit_biases,
    learned_arrays,
    regs_of,
)
from processing.tools.progress import progress

START_EPOCHS = 5  # of least squares, before the factors join


@dataclass(frozen=True, kw_only=True)
class TimeSVDppSettings(TimeBiasSettings):
    """Settings of timeSVD++: those of its biases, and of gradient descent; all above 0.

    Attributes
    ----------
    n_epochs
        Passes of gradient descent over all ratings.
    n_factors
        Factors of each user and movie.
    lr_all
        Learning rate of factors in the first epoch, the share of an error by which one moves.
    lr_decay
        Each epoch's learning rates as a share of those of the one before, up to 1.
    lr_biases
        Learning rate of biases in the first epoch.
    reg_all
        Regularisation of factors: the share of itself that one loses in a step of 1.
    reg_factor_drift
        The same of the drift of a user's factors.
    init_std_dev
        Standard deviation of the random factors at the start, in the root of stars.
    """

    n_epochs: int = 15
    n_factors: int = 32
    lr_all: float = 0.03
    lr_decay: float = 0.9
    lr_biases: float = 0.005
    reg_all: float = 0.05
    reg_factor_drift: float = 0.3
    init_std_dev: float = 0.1


class TimeSVDpp(TimeModel[TimeSVDppSettings]):
    """Biases, factors and implicit factors, and how they move with time."""

    kind: ClassVar[str] = "timesvdpp"
    Settings: ClassVar[type[TimeSVDppSettings]] = TimeSVDppSettings

    def contribution_group(self) -> str:
        return "taste"

    def _fit(self, ratings: Ratings, random_state: int) -> None:
        settings, csr = self.settings, ratings.by_user
        when, regs = days_of(ratings, settings.n_bins), regs_of(settings, ratings)
        start = fit_biases(ratings, when, regs, START_EPOCHS)
        biases = TimeBiases(*(values.astype(np.float32) for values in start))
        factors = _begin(ratings, settings, random_state)
        copies = _copies(biases, factors)
        n_rounds = -(-ratings.n_ratings // (sgd_fast.N_TASKS * ROUND_RATINGS * ratings.n_movies))
        groups = even_groups(csr.indptr, n_rounds * sgd_fast.N_TASKS)
        for epoch in progress(range(settings.n_epochs), "timeSVD++", "epoch"):
            steps = _steps(settings, regs, ratings, when, settings.lr_decay**epoch)
            sgd_time.timesvdpp_epoch(groups, when.timeline, steps, biases, factors, copies)
        sgd_fast.whole_user_factors(csr, factors.users, factors.implicit)
        scales = np.zeros(ratings.n_users)
        self.arrays_ = learned_arrays(ratings, when, biases, scales, factors)


def _begin(ratings: Ratings, settings: TimeSVDppSettings, random_state: int) -> TimeFactors:
    """Random factors that do not drift; zero, for good, where there are no ratings."""
    rng = np.random.default_rng(random_state)
    drawn = []
    for counts in (ratings.by_user.counts, ratings.movie_counts, ratings.movie_counts):
        values = rng.standard_normal((len(counts), settings.n_factors), np.float32)
        values *= np.float32(settings.init_std_dev)
        values[counts == 0] = 0
        drawn.append(values)
    return TimeFactors(drawn[0], np.zeros_like(drawn[0]), *drawn[1:])


def _copies(biases: TimeBiases, factors: TimeFactors) -> TimeCopies:
    def empty(n: int, like: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.empty((sgd_fast.N_TASKS, n, *like.shape), np.float32)

    return TimeCopies(
        factors=empty(2, factors.movies),
        movies=empty(3, biases.movies),
        movie_bins=empty(2, biases.movie_bins),
        calendar=empty(2, biases.calendar),
    )


def _steps(
    settings: TimeSVDppSettings, regs: Regs, ratings: Ratings, when: RatingDays, share: float
) -> TimeSteps:
    """Learning rates of an epoch, `share` of those in the settings, and what depends on them."""
    bias_rate = share * settings.lr_biases

    def keep(reg: float, counts: NDArray[Any]) -> NDArray[np.float32]:
        shrunk: NDArray[Any] = 1 / (1 + bias_rate * reg / np.maximum(counts, 1))
        return shrunk.astype(np.float32)

    return TimeSteps(
        rate=np.float32(share * settings.lr_all),
        reg=np.float32(settings.reg_all),
        drift_reg=np.float32(settings.reg_factor_drift),
        bias_rate=np.float32(bias_rate),
        user_regs=regs.users.astype(np.float32),
        movies=keep(regs.movies[0], ratings.movie_counts),
        movie_bins=keep(regs.movies[1], when.bin_counts),
        calendar=keep(regs.calendar, when.day_counts),
    )
