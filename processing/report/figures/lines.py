"""Lines: errors by support and by month, calibration, learning curves."""

from datetime import date

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import StrMethodFormatter

from processing.figures.style import (
    BLUE,
    DASHED,
    DOTTED,
    GREY,
    INK,
    LINE,
    QUIET,
    RED,
    SIZE,
    grid,
    legend,
    new_axes,
    new_figure,
    plain,
)
from processing.report.schema import ENSEMBLE, MEAN, Report, SliceErrors

Rows = list[SliceErrors]
HEIGHT = 3.1
FEWEST = 30  # test ratings: fewer say nothing
MOST_MARKED = 24
_RMSE = "RMSE, in stars"


def error_by_user_support(report: Report) -> Figure | None:
    """RMSE by how many known ratings the user has; None where no row has enough test ratings."""
    return _error_by_support(report, "user", report.slices.user_support)


def error_by_movie_support(report: Report) -> Figure | None:
    """RMSE by how many known ratings the movie has; None where no row has enough test ratings."""
    return _error_by_support(report, "movie", report.slices.movie_support)


def _error_by_support(report: Report, whose: str, slices: tuple[SliceErrors, ...]) -> Figure | None:
    rows, left_out = _telling(slices)
    if not rows:
        return None
    figure, axes = new_axes(HEIGHT)
    places = list(range(len(rows)))
    _compare(axes, report, rows, places)
    ticks = [f"{row.label.replace('-', '–')}\n({_short(row.n)})" for row in rows]
    axes.set_xticks(places, ticks)
    axes.set_xlabel(f"Known ratings of the {whose} (test ratings){left_out}")
    return figure


def error_by_month(report: Report) -> Figure | None:
    """RMSE by month of the rating above the number of ratings; None where no month has enough."""
    rows, left_out = _telling(report.slices.month)
    if not rows:
        return None
    months = [date.fromisoformat(f"{row.label}-01") for row in rows]
    places = [month.year * 12 + month.month - 1 for month in months]
    figure = new_figure(HEIGHT + 0.8)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(4, 1))
    plain(above)
    plain(below)
    _compare(above, report, rows, places)
    below.bar(places, [row.n for row in rows], 0.8, color=LINE)
    below.set_ylabel("Ratings")
    below.locator_params(axis="y", nbins=2)
    below.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    step = max(1, -(-(places[-1] - places[0] + 1) // 5))
    ticks = range(places[0], places[-1] + 1, step)
    below.set_xticks(ticks, [f"{tick // 12}-{tick % 12 + 1:02d}" for tick in ticks])
    below.set_xlabel(f"Month of the test ratings{left_out}")
    figure.align_ylabels([above, below])
    return figure


def calibration(report: Report) -> Figure | None:
    """Mean rating by mean score, in twentieths of the test, with the diagonal."""
    rows = report.calibration
    if not rows:
        return None
    scores, ratings = [row.predicted for row in rows], [row.actual for row in rows]
    figure, axes = new_axes(3.8)
    ends = min(scores + ratings), max(scores + ratings)
    axes.plot(ends, ends, color=QUIET, linewidth=1, linestyle=DASHED, label="as it should be")
    axes.plot(scores, ratings, color=RED, marker="o", markersize=4.5, linewidth=1, label="ensemble")
    axes.set_aspect("equal")
    axes.set_xlabel("Mean score, in stars")
    axes.set_ylabel("Mean rating, in stars")
    grid(axes, "both")
    legend(axes)
    return figure


def tree_learning(report: Report) -> Figure | None:
    """RMSE by number of trees, on what they learn from and on what decides when to stop."""
    rows = report.learning.trees
    if not rows:
        return None
    figure, axes = new_axes(HEIGHT)
    trees = [row.n for row in rows]
    learn, stop = [row.learn for row in rows], [row.stop for row in rows]
    marker = "o" if len(rows) == 1 else None
    axes.plot(trees, learn, color=BLUE, marker=marker, linestyle=DASHED, label="learned from")
    axes.plot(trees, stop, color=RED, marker=marker, label="deciding when to stop")
    best = min(range(len(stop)), key=stop.__getitem__)
    axes.plot(trees[best], stop[best], color=RED, marker="o", markersize=6)
    axes.set_xlabel(f"Trees (the dot: least error, after {trees[best]})")
    axes.set_ylabel(_RMSE)
    axes.locator_params(axis="x", integer=True)
    grid(axes)
    legend(axes)
    return figure


def stack_learning(report: Report) -> Figure | None:
    """RMSE on the test by the number of ratings that taught the ensemble."""
    rows = report.learning.stack
    if not rows:
        return None
    figure, axes = new_axes(2.7)
    sizes, rmse = [row.n for row in rows], [row.rmse for row in rows]
    axes.plot(sizes, rmse, color=RED, marker="o", markersize=6)
    for size, value in zip(sizes, rmse, strict=True):
        axes.annotate(
            f"{value:.4f}",
            (size, value),
            xytext=(0, 7),
            textcoords="offset points",
            ha="center",
            color=INK,
            fontsize=SIZE,
        )
    axes.set_xscale("log")
    axes.minorticks_off()
    axes.set_xticks(sizes, [_short(size) for size in sizes])
    axes.set_xlabel("Ratings that taught the ensemble (log scale)")
    axes.set_ylabel(_RMSE)
    axes.margins(x=0.14, y=0.2)
    axes.locator_params(axis="y", nbins=5)
    grid(axes)
    return figure


def _telling(rows: tuple[SliceErrors, ...]) -> tuple[Rows, str]:
    """The rows with enough test ratings to say something, and words on how many have not."""
    telling = [row for row in rows if row.n >= FEWEST]
    n = len(rows) - len(telling)
    return telling, f"\n(without {n} of under {FEWEST} test ratings)" if n else ""


def _compare(axes: Axes, report: Report, rows: Rows, places: list[int]) -> None:
    """Draw the ensemble, its best member and the global mean."""
    best = report.best_member
    lines = [
        (MEAN, GREY, "^", DOTTED),
        *([(best.model, BLUE, "s", DASHED)] if best else []),
        (ENSEMBLE, RED, "o", "-"),
    ]
    for name, colour, marker, dashes in lines:
        if name not in report.labels:
            continue
        axes.plot(
            places,
            [row.rmse[name] for row in rows],
            color=colour,
            marker=marker,
            markersize=4.5 if len(rows) <= MOST_MARKED else 2,
            linestyle=dashes,
            linewidth=1.6,
            label=report.labels[name],
        )
    axes.set_ylabel(_RMSE)
    grid(axes)
    legend(axes)


def _short(number: int) -> str:
    """A count in a few letters: 950, 1.2k, 34k, 1.2M."""
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if number >= size:
            share = number / size
            return f"{share:.1f}{letter}" if share < 9.95 else f"{share:.0f}{letter}"
    return str(number)
