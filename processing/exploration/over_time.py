"""How the ratings, their mean, the users and the movies change over time."""

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from processing.data.ratings import Csr, Ratings
from processing.exploration.charts import Panel, bars, over_months
from processing.exploration.findings import Finding, blocks

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

Months = NDArray[np.datetime64]


@dataclass(frozen=True, kw_only=True)
class DailyCounts:
    """Ratings of each day: `days` (datetime64[D], without gaps), `counts`, `sums` of stars."""

    days: NDArray[np.datetime64]
    counts: NDArray[np.int64]
    sums: NDArray[np.float64]


def over_time(ratings: Ratings) -> list[Finding]:
    """The tables over time of ratings that all have a day; every month between has a row."""
    daily = _count_days(ratings)
    months, place = np.unique(daily.days.astype("datetime64[M]"), return_inverse=True)
    counts = np.bincount(place, daily.counts).astype(np.int64)
    sums = np.bincount(place, daily.sums).astype(np.float64)
    users, movies = (_seen(csr, months) for csr in (ratings.by_user, ratings.by_movie))
    return [
        _per_month(months, counts),
        _per_weekday(daily),
        _drift(months, counts, sums),
        _growth("user", months, users),
        _growth("movie", months, movies),
        _sparsity(months, np.cumsum(counts), users, movies),
    ]


def _per_month(months: Months, counts: NDArray[np.int64]) -> Finding:
    return Finding(
        name="ratings-per-month",
        columns={"month": _names(months), "ratings": counts.tolist()},
        draw=functools.partial(
            over_months,
            title="Ratings per month",
            panels=[Panel("Ratings", {"": "ratings"}, bars=True)],
        ),
    )


def _per_weekday(daily: DailyCounts) -> Finding:
    # 1970-01-01, day 0, was a Thursday.
    weekday = (daily.days.astype(np.int64) + 3) % 7
    counts = np.bincount(weekday, daily.counts, minlength=7).astype(np.int64)
    return Finding(
        name="ratings-per-weekday",
        columns={
            "weekday": list(WEEKDAYS),
            "ratings": counts.tolist(),
            "share": (counts / counts.sum()).tolist(),
        },
        draw=functools.partial(bars, title="Ratings per weekday", x_label="Weekday"),
    )


def _drift(months: Months, counts: NDArray[np.int64], sums: NDArray[np.float64]) -> Finding:
    """Mean of each month's ratings, None in a month without any, and of all up to its end."""
    return Finding(
        name="mean-rating-per-month",
        columns={
            "month": _names(months),
            "ratings": counts.tolist(),
            "mean": _shares(sums, counts),
            "mean_so_far": (np.cumsum(sums) / np.cumsum(counts)).tolist(),
        },
        draw=functools.partial(
            over_months,
            title="Drift of the mean rating",
            panels=[
                Panel("Stars", {"of the month": "mean", "so far": "mean_so_far"}, zero=False),
                Panel("Ratings", {"": "ratings"}, bars=True, height=1),
            ],
        ),
    )


def _growth(what: str, months: Months, seen: NDArray[np.int64]) -> Finding:
    return Finding(
        name=f"growth-of-{what}s",
        columns={
            "month": _names(months),
            f"new_{what}s": np.diff(seen, prepend=0).tolist(),
            f"{what}s": seen.tolist(),
        },
        draw=functools.partial(
            over_months,
            title=f"{what.capitalize()}s with a rating by the end of each month",
            panels=[
                Panel("All so far", {"": f"{what}s"}),
                Panel("New", {"": f"new_{what}s"}, bars=True),
            ],
        ),
    )


def _sparsity(
    months: Months, n: NDArray[np.int64], users: NDArray[np.int64], movies: NDArray[np.int64]
) -> Finding:
    """How full the matrix of all users and movies so far was at the end of each month."""
    filled = n / (users * movies)
    return Finding(
        name="sparsity-per-month",
        columns={
            "month": _names(months),
            "ratings": n.tolist(),
            "users": users.tolist(),
            "movies": movies.tolist(),
            "filled": filled.tolist(),
            "sparsity": (1.0 - filled).tolist(),
        },
        draw=functools.partial(
            over_months,
            title="Rated pairs of all pairs so far",
            panels=[Panel("Rated, in %", {"": "filled"}, percent=True)],
        ),
    )


def _seen(csr: Csr, months: Months) -> NDArray[np.int64]:
    """Rows of `csr` with a rating by the end of each month."""
    first = np.minimum.reduceat(csr.days, csr.indptr[:-1][csr.counts > 0])
    first_months = np.sort(first.astype("datetime64[D]").astype("datetime64[M]"))
    return np.searchsorted(first_months, months, side="right").astype(np.int64)


def _count_days(ratings: Ratings) -> DailyCounts:
    days, values = ratings.by_user.days, ratings.by_user.values
    first, n_days = int(days.min()), int(days.max()) - int(days.min()) + 1
    counts, sums = np.zeros(n_days, np.int64), np.zeros(n_days)
    for block, _ in blocks(ratings):
        since = days[block] - first
        counts += np.bincount(since, minlength=n_days)
        sums += np.bincount(since, values[block], minlength=n_days)
    return DailyCounts(
        days=np.arange(first, first + n_days).astype("datetime64[D]"), counts=counts, sums=sums
    )


def _names(months: Months) -> list[str]:
    return [str(month) for month in months]


def _shares(sums: NDArray[np.float64], counts: NDArray[np.int64]) -> list[float | None]:
    return [
        total / n if n else None for total, n in zip(sums.tolist(), counts.tolist(), strict=True)
    ]
