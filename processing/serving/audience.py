"""Who rated each movie, and when: votes by period and by kind of viewer, and who loves it."""

from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from processing.data.ratings import Ratings
from processing.kernels.audience import GroupCounts, count_groups, count_lovers
from processing.release.schema import LOVERS_DTYPE, VIEWERS_DTYPE, VOTES_DTYPE

MOST_PERIODS = 40
PERIOD_MONTHS = (1, 3, 12, 120, 1200, 12_000)
N_BANDS = 3
_EPOCH = date(1970, 1, 1)


def periods_of(ratings: Ratings) -> tuple[str, ...]:
    """First days of the calendar periods that hold all ratings; none where a rating has no day.

    They are months, quarters, years, decades, centuries or millennia: the finest that are at most
    `MOST_PERIODS`. The year 1 is the first of all.
    """
    if not ratings.dated:
        return ()
    days = ratings.by_user.days
    ends = np.array([days.min(), days.max()]).astype("datetime64[D]").astype("datetime64[M]")
    first, last = (ends.astype(np.int64) + 12 * 1970).tolist()  # since the year 0
    for months in PERIOD_MONTHS:
        starts = range(first // months * months, last + 1, months)
        if len(starts) <= MOST_PERIODS:
            break
    return tuple(f"{max(1, month // 12):04d}-{month % 12 + 1:02d}-01" for month in starts)


def votes_by_period(ratings: Ratings, periods: tuple[str, ...]) -> NDArray[np.void]:
    """Votes of each movie in each period, VOTES_DTYPE (n_movies, n_periods)."""
    table = np.zeros((ratings.n_movies, len(periods)), VOTES_DTYPE)
    if not periods:
        return table
    starts = np.array([(date.fromisoformat(first) - _EPOCH).days for first in periods])
    days = ratings.by_movie.days
    every_day = np.arange(starts[0], int(days.max()) + 1)
    groups = (np.searchsorted(starts, every_day, side="right") - 1).astype(np.int8)
    n, means, _ = _counted(ratings, days, int(starts[0]), groups, np.inf, len(periods))
    table["n"], table["mean"] = n, means
    return table


def viewer_bands(ratings: Ratings) -> tuple[int, ...]:
    """Least ratings of the viewers of each band: bands that hold a third of all ratings each.

    Fewer where two would begin at the same number.
    """
    counts = np.sort(ratings.by_user.counts[ratings.by_user.counts > 0])
    reached = np.cumsum(counts) / counts.sum()
    places = np.searchsorted(reached, np.arange(1, N_BANDS) / N_BANDS, side="right")
    bounds = counts[np.minimum(places, len(counts) - 1)]
    return tuple(sorted({1, *bounds.tolist()}))


def viewers_by_band(ratings: Ratings, bands: tuple[int, ...], like: float) -> NDArray[np.void]:
    """Votes of each movie by each band's viewers, VIEWERS_DTYPE (n_movies, n_bands)."""
    groups = (np.searchsorted(bands, ratings.by_user.counts, side="right") - 1).astype(np.int8)
    users = ratings.by_movie.indices
    table = np.zeros((ratings.n_movies, len(bands)), VIEWERS_DTYPE)
    table["n"], table["mean"], table["loved"] = _counted(
        ratings, users, 0, groups, like, len(bands)
    )
    return table


def lovers_of(ratings: Ratings, similar: NDArray[np.int32], like: float) -> NDArray[np.void]:
    """Who loves a similar movie and rated this one, LOVERS_DTYPE of the shape of `similar`."""
    n, loved = np.zeros(similar.shape, np.int32), np.zeros(similar.shape, np.int32)
    count_lovers(ratings.by_movie, np.ascontiguousarray(similar), like, n, loved)
    table = np.zeros(similar.shape, LOVERS_DTYPE)
    table["n"], table["loved"] = n, loved
    return table


def _counted(
    ratings: Ratings,
    keys: NDArray[np.int32],
    first: int,
    groups: NDArray[np.int8],
    like: float,
    n_groups: int,
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Counts, means (NaN of none) and how many love it, of each movie by group."""
    shape = (ratings.n_movies, n_groups)
    out = GroupCounts(np.zeros(shape, np.int32), np.zeros(shape), np.zeros(shape, np.int32))
    count_groups(ratings.by_movie, keys, first, groups, like, out)
    means = np.where(out.n > 0, out.totals / np.maximum(out.n, 1), np.nan)
    return out.n, means, out.loved
