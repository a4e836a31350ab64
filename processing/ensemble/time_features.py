"""What the days of a set of ratings, and their deviations from the baseline, say about a pair."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from processing.data.ratings import Ratings
from processing.kernels import day_features as kernels
from processing.kernels.arrays import Csr

SPAN = 90  # days over which a movie's ratings are taken together
DAMPING = 10.0  # ratings' worth of evidence for an average deviation of 0
SPREAD_DAMPING = 5.0  # and for the spread that all ratings have

NAMES = (
    "user_spread",
    "movie_spread",
    "log_user_same_day",
    "user_same_day",
    "movie_same_quarter",
)


class TimeFeatures:
    """Spreads, and averages near a day.

    `deviations`: by user, each rating less mean and averages.
    """

    def __init__(self, ratings: Ratings, deviations: Csr) -> None:
        self._ratings = ratings
        self._deviations = deviations

    def write(
        self,
        users: NDArray[np.int32],
        movies: NDArray[np.int32],
        days: NDArray[np.int32] | None,
        out: NDArray[np.float32],
    ) -> None:
        """Write the features `NAMES` of pairs into `out` (n, len(NAMES)).

        Spreads are standard deviations in stars. The others are of the pair's day: how many ratings
        the user is known to have on it (log of 1 + n) and their average deviation, damped; and that
        of the movie in the same quarter. They are NaN where there are no days. How long ago a user
        or movie was first rated is left out: where test ratings are later than all others, trees
        that have split on it go astray.
        """
        user_spread, movie_spread, spans = self._sums
        out[:, 0], out[:, 1] = user_spread[users], movie_spread[movies]
        if days is None or not self._ratings.dated:
            out[:, 2:] = np.nan
            return
        counts, sums = np.empty(len(users), np.int32), np.empty(len(users), np.float32)
        kernels.same_day(self._deviations, users, days, counts, sums)
        out[:, 2] = np.log1p(counts)
        out[:, 3] = sums / (counts + np.float32(DAMPING))
        spans_on = (days - self._first) // SPAN
        same = spans[movies, spans_on.clip(0, spans.shape[1] - 1)]
        out[:, 4] = same[:, 1] / (same[:, 0] + np.float32(DAMPING))

    @cached_property
    def _first(self) -> int:
        return int(self._ratings.by_user.days.min())

    @cached_property
    def _sums(self) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        """Spreads of users and of movies, and number and sum of deviations by movie and quarter."""
        ratings, csr = self._ratings, self._ratings.by_user
        n_spans, first = 0, 0
        if ratings.dated:
            first = self._first
            n_spans = (int(csr.days.max()) - first) // SPAN + 1
        users, movies = np.zeros((ratings.n_users, 2)), np.zeros((ratings.n_movies, 2))
        spans = np.zeros((ratings.n_movies, n_spans, 2), np.float32)
        kernels.tally(self._deviations, first, SPAN, users, movies, spans)
        variance = users[:, 1].sum() / max(1.0, users[:, 0].sum())
        spreads = [
            np.sqrt((sums[:, 1] + SPREAD_DAMPING * variance) / (sums[:, 0] + SPREAD_DAMPING))
            for sums in (users, movies)
        ]
        return spreads[0].astype(np.float32), spreads[1].astype(np.float32), spans
