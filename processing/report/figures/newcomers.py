"""What a few ratings are worth: newcomers' lists by the number of ratings given."""

from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from processing.figures.style import (
    BLUE,
    DASHED,
    DOTTED,
    GREY,
    INK,
    RED,
    SIZE,
    grid,
    legend,
    new_figure,
    plain,
)
from processing.report.schema import Interval, NewcomerErrors, Report

HEIGHT = 4.6


@dataclass(frozen=True, kw_only=True)
class _Point:
    """A measure of lists, and the difference to most popular where that is known."""

    value: float
    above: float | None
    interval: Interval | None

    @property
    def popular(self) -> float | None:
        """The measure of most popular for the same people."""
        return None if self.above is None else self.value - self.above

    @property
    def ends(self) -> Interval:
        """The interval of the difference, on top of most popular; the value itself if unknown."""
        if self.popular is None or self.interval is None:
            return self.value, self.value
        low, high = self.interval
        return self.popular + low, self.popular + high


def newcomers(report: Report) -> Figure | None:
    """NDCG and hit rate by the number of ratings given, beside those of most popular.

    Intervals are those of the difference. None where no newcomer likes anything.
    """
    if report.newcomers is None:
        return None
    by_given = {
        row.given: row
        for row in reversed(report.newcomers.rows)
        if row.given is not None and row.ndcg_10 is not None and row.hit_rate_10 is not None
    }
    if not by_given:
        return None
    given = sorted(by_given)
    rows = [by_given[n] for n in given]
    knowing = next((row for row in report.newcomers.rows if _knows_all(row)), None)
    figure = new_figure(HEIGHT)
    above, below = figure.subplots(2, 1, sharex=True)
    _curve(above, [_ndcg(row) for row in rows], _ndcg(knowing) if knowing else None, "{:.3f}")
    _curve(below, [_hits(row) for row in rows], _hits(knowing) if knowing else None, "{:.0f}")
    above.set_ylabel("NDCG@10")
    below.set_ylabel("Hit rate @10, in %")
    below.set_xticks(range(len(given)), [str(n) for n in given])
    below.set_xlabel("Ratings given (steps are not in proportion)")
    legend(above)
    figure.align_ylabels([above, below])
    return figure


def _knows_all(row: NewcomerErrors) -> bool:
    """Whether it is the list of somebody whose ratings are all known."""
    return row.given is None and row.rmse is not None and row.ndcg_10 is not None


def _ndcg(row: NewcomerErrors) -> _Point:
    return _Point(
        value=row.ndcg_10 or 0.0, above=row.above_popular, interval=row.above_popular_interval
    )


def _hits(row: NewcomerErrors) -> _Point:
    """Of hit rates, in percent."""
    above, interval = row.above_popular_hits, row.above_popular_hits_interval
    return _Point(
        value=100 * (row.hit_rate_10 or 0.0),
        above=None if above is None else 100 * above,
        interval=None if interval is None else (100 * interval[0], 100 * interval[1]),
    )


def _curve(axes: Axes, points: list[_Point], knowing: _Point | None, text: str) -> None:
    """Draw a measure by ratings given, most popular, and the list that knows all ratings."""
    plain(axes)
    places = list(range(len(points)))
    values = [point.value for point in points]
    lows, highs = zip(*(point.ends for point in points), strict=True)
    axes.vlines(places, lows, highs, color=RED, linewidth=2.2, alpha=0.45)
    axes.plot(places, values, color=RED, marker="o", markersize=6, label="the list")
    popular = next((point.popular for point in reversed(points) if point.popular is not None), None)
    if popular is not None:
        axes.axhline(popular, color=GREY, linestyle=DOTTED, label="most popular")
    if knowing is not None:
        axes.axhline(knowing.value, color=BLUE, linestyle=DASHED, label="all ratings known")
    for place, value in zip(places, values, strict=True):
        axes.annotate(
            text.format(value),
            (place, value),
            xytext=(6, -11),
            textcoords="offset points",
            color=INK,
            fontsize=SIZE,
        )
    axes.margins(x=0.12, y=0.15)
    axes.locator_params(axis="y", nbins=5)
    grid(axes)
