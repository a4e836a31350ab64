"""What the models that know time share: biases that move with it, their fitting and their scores.

dev_u(t) = sign(t - t_u) |t - t_u|^0.4, where t_u is the mean day of the user's ratings and days are
counted in shares of all days that the ratings span. A day before or after that span counts as its
first or last. Without a day, b_u, b_i and the factors remain.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from processing.data.ratings import Ratings
from processing.data.rows import NO_DAY
from processing.errors import ModelError
from processing.kernels import time_biases as kernels
from processing.kernels.arrays import TimeArrays, TimeBiases, TimeFactors, Timeline
from processing.kernels.sgd_time import time_scores
from processing.models.base import Engine, Model
from processing.models.numba_engine import even_groups
from processing.tools.progress import progress
from processing.tools.validation import check_positive

SettingsT = TypeVar("SettingsT", bound="TimeBiasSettings")

NEVER = 1e18  # so strong a regularisation that a bias stays 0


@dataclass(frozen=True, kw_only=True)
class TimeBiasSettings:
    """Settings of biases in time.

    Each `reg_*` is a regularisation: it counts like this many more ratings that say that a bias is
    0. All settings are above 0.

    Attributes
    ----------
    n_bins
        Even spans of all days; in each a movie has a bias of its own.
    reg_user
        Regularisation of b_u, how generous a user is.
    reg_drift
        Regularisation of alpha_u, how a user's generosity drifts.
    reg_user_day
        Regularisation of b_{u,day}, how generous a user is on one day.
    reg_movie
        Regularisation of b_i, how well liked a movie is.
    reg_movie_bin
        Regularisation of b_{i,bin}, how well liked a movie is in a span of days.
    reg_calendar
        Regularisation of c[t], the bias that all ratings of a day share.
    """

    n_bins: int = 30
    reg_user: float = 7.0
    reg_drift: float = 7.0
    reg_user_day: float = 30.0
    reg_movie: float = 10.0
    reg_movie_bin: float = 60.0
    reg_calendar: float = 200.0

    def __post_init__(self) -> None:
        check_positive(**vars(self))


class Regs(NamedTuple):
    """Regularisation of biases: as if this many more ratings said 0 of each."""

    users: NDArray[np.float64]
    movies: NDArray[np.float64]
    calendar: float


class RatingDays(NamedTuple):
    """When ratings were given, and how many: all that fitting needs of their days.

    `first_day`: int. `middles`: t_u, float32 (n_users,). `bin_counts` (n_movies, n_bins) and
    `day_counts` (n_days,): float32.
    """

    first_day: int
    timeline: Timeline
    middles: NDArray[np.float32]
    bin_counts: NDArray[np.float32]
    day_counts: NDArray[np.float32]


class TimeModel(Model[SettingsT, TimeArrays]):
    """A model whose score may depend on the day; only the fast engine has such models."""

    of_time = True
    Arrays: ClassVar[type[TimeArrays]] = TimeArrays

    def __init__(self, settings: SettingsT, engine: Engine = "fast") -> None:
        if engine != "fast":
            raise ModelError(
                f"{self.kind} has no engine {engine!r}: Surprise has no such model to "
                "compare or to fit. Use the engine 'fast', or leave the model out."
            )
        super().__init__(settings, engine)

    @classmethod
    def memory_need(cls, settings: SettingsT, ratings: Ratings, engine: Engine) -> tuple[int, str]:
        n_factors = getattr(settings, "n_factors", 0)
        per_user = 2 * n_factors + 6
        per_movie = 6 * n_factors + 8 + 20 * settings.n_bins
        need = 26 * ratings.n_ratings + 4 * (
            per_user * ratings.n_users + per_movie * ratings.n_movies
        )
        return need, f"{ratings.n_ratings:,} ratings with their days, biases and factors"

    def _scores(
        self,
        users: NDArray[np.int32],
        movies: NDArray[np.int32],
        days: NDArray[np.int32] | None,
    ) -> NDArray[np.float64]:
        first_day = int(self.arrays_.first_day[0])
        if days is None:
            days = np.full(len(users), NO_DAY, np.int32)
        out = np.empty(len(users), np.float64)
        since = days.astype(np.int64) - first_day
        time_scores(self.arrays_, users, movies, since, NO_DAY - first_day, out)
        return out


def days_of(ratings: Ratings, n_bins: int) -> RatingDays:
    """The days of ratings; undated ratings are all of one day."""
    csr = ratings.by_user
    days = csr.days if ratings.dated else np.zeros(ratings.n_ratings, np.int32)
    first_day = int(days.min())
    n_days = int(days.max()) - first_day + 1
    counts = np.empty(ratings.n_users, np.int64)
    csr = csr._replace(days=days)
    kernels.count_days(csr, counts)
    indptr = np.concatenate(([0], np.cumsum(counts)))
    own_days = np.empty(indptr[-1], np.int32)
    places = np.empty(len(days), np.uint16 if counts.max() <= 1 << 16 else np.int32)
    kernels.list_days(csr, first_day, indptr, own_days, places)
    n_bins = min(n_bins, n_days)
    bins = (np.arange(n_days, dtype=np.int64) * n_bins // n_days).astype(np.int32)
    devs = np.empty(len(own_days), np.float32)
    timeline = Timeline(csr, places, indptr, own_days, devs, bins)
    middles = np.empty(ratings.n_users, np.float32)
    kernels.fill_deviations(timeline, n_days, middles)
    bin_counts = np.zeros((ratings.n_movies, n_bins), np.float32)
    day_counts = np.zeros(n_days, np.float32)
    kernels.count_bins(timeline, bin_counts, day_counts)
    return RatingDays(first_day, timeline, middles, bin_counts, day_counts)


def regs_of(settings: TimeBiasSettings, ratings: Ratings) -> Regs:
    """Regularisation as the settings say; where there are no days, none of time's biases move."""
    s, never = settings, np.full(4, NEVER)
    drift, user_day, movie_bin, calendar = (
        (s.reg_drift, s.reg_user_day, s.reg_movie_bin, s.reg_calendar) if ratings.dated else never
    )
    users, movies = [s.reg_user, drift, user_day], [s.reg_movie, movie_bin]
    return Regs(np.array(users, np.float64), np.array(movies, np.float64), float(calendar))


def fit_biases(ratings: Ratings, when: RatingDays, regs: Regs, n_epochs: int) -> TimeBiases:
    """All biases by alternating least squares: users before movies, users before the calendar."""
    n_movies, n_bins = when.bin_counts.shape
    n_days = len(when.day_counts)
    biases = TimeBiases(
        mean=np.float64(ratings.mean),
        users=np.zeros(ratings.n_users),
        drifts=np.zeros(ratings.n_users),
        user_days=np.zeros(len(when.timeline.days), np.float32),
        movies=np.zeros(n_movies),
        movie_bins=np.zeros((n_movies, n_bins)),
        calendar=np.zeros(n_days),
    )
    sums = kernels.Sums(
        np.empty((kernels.N_SUMS, n_movies, n_bins)), np.empty((kernels.N_SUMS, n_days))
    )
    groups = even_groups(ratings.by_user.indptr, kernels.N_SUMS)

    def solve_users(for_movies: bool) -> None:
        kernels.solve_users(groups, when.timeline, regs.users, biases, sums, for_movies)

    for _ in progress(range(n_epochs), "Biases in time", "epoch"):
        solve_users(for_movies=True)
        kernels.solve_movies(sums.movies, when.bin_counts, regs.movies, biases)
        solve_users(for_movies=False)
        biases.calendar[:] = sums.calendar.sum(axis=0) / (when.day_counts + regs.calendar)
    solve_users(for_movies=False)
    return biases


def learned_arrays(
    ratings: Ratings,
    when: RatingDays,
    biases: TimeBiases,
    scales: NDArray[Any],
    factors: TimeFactors,
) -> TimeArrays:
    """What is kept of the fitting; of undated ratings, nothing that belongs to time."""
    share = 1 if ratings.dated else 0
    indptr, own_days = when.timeline.indptr, when.timeline.days
    if not ratings.dated:
        indptr, own_days = np.zeros_like(indptr), own_days[:0]
    return TimeArrays(
        mean=np.array([ratings.mean]),
        first_day=np.array([when.first_day], np.int64),
        calendar=(share * biases.calendar).astype(np.float32),
        bins=when.timeline.bins,
        user_biases=biases.users.astype(np.float32),
        user_drifts=(share * biases.drifts).astype(np.float32),
        user_middles=when.middles,
        user_scales=scales.astype(np.float32),
        own_indptr=indptr,
        own_days=own_days,
        user_day_biases=biases.user_days[: len(own_days)],
        movie_biases=biases.movies.astype(np.float32),
        movie_bins=(share * biases.movie_bins).astype(np.float32),
        user_factors=factors.users,
        factor_drifts=share * factors.drifts,
        movie_factors=factors.movies,
    )
