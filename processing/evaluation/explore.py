"""Figures and tables about a data set, before any model sees it."""

import csv
import json
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import StrMethodFormatter
from numpy.typing import NDArray

from processing.data.ratings import Csr, Ratings
from processing.data.rows import Catalogue
from processing.evaluation.figures import DOT, INK, svg_bytes

logger = logging.getLogger(__name__)

QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
N_MOST_RATED = 50
BLOCK = 1 << 22  # ratings that are counted at a time: all of them in int64 would not fit


@dataclass(frozen=True, kw_only=True)
class Table:
    """Columns by header, and how to draw them; a table that is not drawn has no `draw`."""

    name: str
    columns: dict[str, Sequence[Any]]
    draw: Callable[[dict[str, Sequence[Any]]], Figure] | None = None


@dataclass(frozen=True, kw_only=True)
class Daily:
    """Ratings of each day: `days` (datetime64[D], without gaps), `counts`, `sums` of stars."""

    days: NDArray[np.datetime64]
    counts: NDArray[np.int64]
    sums: NDArray[np.float64]


def explore(ratings: Ratings, catalogue: Catalogue, name: str, directory: Path) -> list[Path]:
    """Write figures (SVG), their numbers (CSV) and summary.json into `directory`.

    The same ratings give the same bytes. Without dates the figures over time are left out.
    """
    directory.mkdir(parents=True, exist_ok=True)
    tables = [
        _per_star(ratings),
        _at_least("user", ratings.by_user),
        _at_least("movie", ratings.by_movie),
        _most_rated(ratings, catalogue),
    ]
    if ratings.dated:
        tables += _over_time(ratings)
    else:
        logger.warning("%s has no dates: the figures over time are left out.", name)
    written = [path for table in tables for path in _write(table, directory)]
    summary = directory / "summary.json"
    text = json.dumps(_summarise(ratings, name), indent=2, ensure_ascii=False)
    summary.write_text(text + "\n", encoding="utf-8")
    logger.info("Wrote %d figures and tables about %s into %s.", len(written), name, directory)
    return [*written, summary]


def _write(table: Table, directory: Path) -> Iterator[Path]:
    if table.draw is not None:
        figure = directory / f"{table.name}.svg"
        figure.write_bytes(svg_bytes(table.draw(table.columns)))
        yield figure
    numbers = directory / f"{table.name}.csv"
    with numbers.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(table.columns)
        writer.writerows(zip(*table.columns.values(), strict=True))
    yield numbers


def _summarise(ratings: Ratings, name: str) -> dict[str, Any]:
    per_user, per_movie = ratings.by_user.counts, ratings.by_movie.counts
    values, days = ratings.by_user.values, ratings.by_user.days
    cells = int(np.count_nonzero(per_user)) * int(np.count_nonzero(per_movie))
    dates = [str(np.datetime64(int(day), "D")) for day in (days.min(), days.max())]
    return {
        "name": name,
        "n_ratings": ratings.n_ratings,
        "n_users": int(np.count_nonzero(per_user)),
        "n_movies": int(np.count_nonzero(per_movie)),
        "n_movies_without_rating": int(np.count_nonzero(per_movie == 0)),
        "sparsity": 1.0 - ratings.n_ratings / cells,
        "scale": str(ratings.scale),
        "mean": ratings.mean,
        "standard_deviation": float(np.std(values, dtype=np.float64)),
        "ratings_per_user": _quantiles(per_user),
        "ratings_per_movie": _quantiles(per_movie),
        "first_day": dates[0] if ratings.dated else None,
        "last_day": dates[1] if ratings.dated else None,
    }


def _quantiles(counts: NDArray[np.int64]) -> dict[str, float]:
    """Mean and quantiles of the counts that are not 0."""
    counts = counts[counts > 0]
    quantiles = {f"{q:.0%}": float(np.quantile(counts, q)) for q in QUANTILES}
    return {"mean": float(counts.mean()), **quantiles}


def _per_star(ratings: Ratings) -> Table:
    levels = ratings.scale.levels()
    counts = np.zeros(len(levels), np.int64)
    tolerant = levels + 1e-4  # a rating belongs to the first level that is not below it
    for block in _blocks(ratings.n_ratings):
        places = np.searchsorted(tolerant, ratings.by_user.values[block])
        counts += np.bincount(np.minimum(places, len(levels) - 1), minlength=len(levels))
    return Table(
        name="ratings-per-star",
        columns={
            "stars": [f"{level:g}" for level in levels],
            "ratings": counts.tolist(),
            "share": (counts / counts.sum()).tolist(),
        },
        draw=lambda columns: _bars("Ratings per star", "Rating (stars)", columns),
    )


def _at_least(what: str, csr: Csr) -> Table:
    """How many users, or movies, have at least so many ratings."""
    counts = np.sort(csr.counts[csr.counts > 0])
    levels, first = np.unique(counts, return_index=True)
    return Table(
        name=f"ratings-per-{what}",
        columns={
            "ratings": levels.tolist(),
            f"{what}s_with_at_least_so_many": (len(counts) - first).tolist(),
        },
        draw=lambda columns: _survival(what, columns),
    )


def _most_rated(ratings: Ratings, catalogue: Catalogue) -> Table:
    counts = ratings.by_movie.counts
    order = np.argsort(-counts, kind="stable")[:N_MOST_RATED]
    order = order[counts[order] > 0]
    place = {int(movie_id): k for k, movie_id in enumerate(catalogue.movie_ids)}
    known = [place.get(int(movie_id)) for movie_id in ratings.movie_ids[order]]
    starts = ratings.by_movie.indptr
    means = [
        float(ratings.by_movie.values[starts[m] : starts[m + 1]].mean(dtype=np.float64))
        for m in order
    ]
    return Table(
        name="most-rated-movies",
        columns={
            "movie_id": ratings.movie_ids[order].tolist(),
            "title": ["" if k is None else catalogue.titles[k] for k in known],
            "year": [None if k is None else catalogue.years[k] for k in known],
            "ratings": counts[order].tolist(),
            "mean": means,
        },
    )


def _over_time(ratings: Ratings) -> list[Table]:
    daily = _count_days(ratings)
    months = daily.days.astype("datetime64[M]")
    labels, place = np.unique(months, return_inverse=True)
    counts = np.bincount(place, daily.counts).astype(np.int64)
    sums = np.bincount(place, daily.sums)
    means = [
        total / n if n else None for total, n in zip(sums.tolist(), counts.tolist(), strict=True)
    ]
    return [
        Table(
            name="ratings-per-month",
            columns={"month": labels.astype(str).tolist(), "ratings": counts.tolist()},
            draw=lambda columns: _lines("Ratings per month", {"Ratings": "ratings"}, columns),
        ),
        Table(
            name="mean-rating-per-month",
            columns={
                "month": labels.astype(str).tolist(),
                "ratings": counts.tolist(),
                "mean": means,
            },
            draw=lambda columns: _lines(
                "Mean rating per month", {"Mean rating (stars)": "mean"}, columns
            ),
        ),
        _per_weekday(daily),
        _growth(ratings, labels),
    ]


def _per_weekday(daily: Daily) -> Table:
    # 1970-01-01, day 0, was a Thursday.
    weekday = (daily.days.astype(np.int64) + 3) % 7
    counts = np.bincount(weekday, daily.counts, minlength=7).astype(np.int64)
    return Table(
        name="ratings-per-weekday",
        columns={
            "weekday": list(WEEKDAYS),
            "ratings": counts.tolist(),
            "share": (counts / counts.sum()).tolist(),
        },
        draw=lambda columns: _bars("Ratings per weekday", "Weekday", columns),
    )


def _growth(ratings: Ratings, months: NDArray[np.datetime64]) -> Table:
    """Users who had rated, and movies that had been rated, by the end of each month."""
    columns: dict[str, Sequence[Any]] = {"month": months.astype(str).tolist()}
    for what, csr in (("users", ratings.by_user), ("movies", ratings.by_movie)):
        starts = csr.indptr[:-1][csr.counts > 0]
        first = np.minimum.reduceat(csr.days, starts).astype("datetime64[D]")
        seen = np.searchsorted(np.sort(first.astype("datetime64[M]")), months, side="right")
        columns[what] = seen.tolist()
    return Table(
        name="growth",
        columns=columns,
        draw=lambda columns: _lines(
            "Users and movies with a rating by the end of each month",
            {"Users": "users", "Movies": "movies"},
            columns,
        ),
    )


def _count_days(ratings: Ratings) -> Daily:
    days, values = ratings.by_user.days, ratings.by_user.values
    first, n_days = int(days.min()), int(days.max()) - int(days.min()) + 1
    counts, sums = np.zeros(n_days, np.int64), np.zeros(n_days)
    for block in _blocks(ratings.n_ratings):
        since = days[block] - first
        counts += np.bincount(since, minlength=n_days)
        sums += np.bincount(since, values[block], minlength=n_days)
    return Daily(
        days=np.arange(first, first + n_days).astype("datetime64[D]"), counts=counts, sums=sums
    )


def _blocks(n: int) -> Iterator[slice]:
    return (slice(start, start + BLOCK) for start in range(0, n, BLOCK))


def _bars(title: str, x_label: str, columns: dict[str, Sequence[Any]]) -> Figure:
    """The first column against `ratings`, with each bar's `share` on top."""
    figure, (axes,) = _canvas(title, 1)
    labels = next(iter(columns.values()))
    bars = axes.bar(range(len(labels)), columns["ratings"], color=DOT, width=0.72)
    axes.bar_label(bars, [f"{share:.1%}" for share in columns["share"]], color=INK, fontsize=8)
    axes.set_xticks(range(len(labels)), labels)
    axes.set_xlabel(x_label)
    axes.set_ylabel("Ratings")
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    return figure


def _survival(what: str, columns: dict[str, Sequence[Any]]) -> Figure:
    figure, (axes,) = _canvas(f"Ratings per {what}", 1)
    levels, left = columns.values()
    axes.plot(levels, left, color=DOT, marker="." if len(levels) < 40 else None)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel(f"Ratings of a {what}, at least")
    axes.set_ylabel(f"{what.capitalize()}s")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
        axis.set_minor_formatter("")
    return figure


def _lines(title: str, panels: dict[str, str], columns: dict[str, Sequence[Any]]) -> Figure:
    """One panel over the months for each label and column."""
    figure, all_axes = _canvas(title, len(panels))
    months = np.array(columns["month"], "datetime64[M]").astype("datetime64[D]")
    for axes, (label, column) in zip(all_axes, panels.items(), strict=True):
        values = np.array(columns[column], np.float64)  # None becomes NaN: a gap
        axes.plot(months, values, color=DOT, marker="." if len(months) < 40 else None)
        axes.set_ylabel(label)
        if column != "mean":
            axes.set_ylim(bottom=0)
            axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    all_axes[-1].set_xlabel("Month")
    return figure


def _canvas(title: str, n_panels: int) -> tuple[Figure, list[Axes]]:
    figure = Figure(figsize=(7, 3.6 if n_panels == 1 else 2.5 * n_panels), layout="constrained")
    all_axes = list(figure.subplots(n_panels, 1, sharex=True, squeeze=False)[:, 0])
    all_axes[0].set_title(title, loc="left", color=INK, fontsize=11)
    for axes in all_axes:
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(colors=INK)
        axes.grid(axis="y", color="#e6e9ec")
        axes.set_axisbelow(True)
    return figure, all_axes
