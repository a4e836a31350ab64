"""The figures of the exploration, in the house style."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import StrMethodFormatter
from numpy.typing import NDArray

from processing.exploration.findings import Columns
from processing.figures.style import (
    BLUE,
    DASHED,
    DOTTED,
    INK,
    QUIET,
    RED,
    SIZE,
    grid,
    legend,
    new_axes,
    new_figure,
    plain,
)

HEIGHT = 3.1
MOST_TICKS = 7  # over the months
FEW = 40  # points that are marked one by one
LONGEST = 4  # letters of a label under one of up to ten bars
_COUNTS = StrMethodFormatter("{x:,.0f}")
_SERIES = ((BLUE, "-"), (RED, DASHED))


@dataclass(frozen=True)
class Panel:
    """One panel over the months: its label, and its columns by what the legend calls them."""

    label: str
    columns: dict[str, str]
    bars: bool = False
    percent: bool = False
    zero: bool = True
    height: float = 2


def bars(columns: Columns, title: str, x_label: str) -> Figure:
    """The first column against `ratings`, with each bar's `share` on top."""
    figure, axes = new_axes(HEIGHT)
    _title(figure, title)
    labels = [str(label) for label in next(iter(columns.values()))]
    if max(map(len, labels)) > LONGEST:
        labels = [label[:3] for label in labels]
    drawn = axes.bar(range(len(labels)), columns["ratings"], color=BLUE, width=0.8)
    size = SIZE if len(labels) < 8 else SIZE - 2.5
    axes.bar_label(drawn, [_percent(s) for s in columns["share"]], color=INK, fontsize=size)
    axes.set_xticks(range(len(labels)), labels)
    axes.set_xlabel(x_label)
    axes.set_ylabel("Ratings")
    axes.yaxis.set_major_formatter(_COUNTS)
    grid(axes)
    return figure


def decay(columns: Columns, what: str) -> Figure:
    """Users, or movies, with at least each number of ratings, both axes logarithmic."""
    figure, axes = new_axes(HEIGHT)
    _title(figure, f"Ratings per {what}")
    levels, left = columns.values()
    axes.plot(levels, left, color=BLUE, marker="o" if len(levels) < FEW else None, markersize=4)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel(f"Ratings of a {what}, at least (log scale)")
    axes.set_ylabel(f"{what.capitalize()}s (log scale)")
    _plain_numbers(axes)
    grid(axes, "both")
    return figure


def curves(columns: Columns) -> Figure:
    """Share of the ratings by share of movies and of users, most rated and most active first."""
    figure, axes = new_axes(HEIGHT + 0.4)
    _title(figure, "Popularity and activity")
    percents = columns["top_percent"]
    for (colour, dashes), what in zip(_SERIES, ("movies", "users"), strict=True):
        shares = 100 * np.array(columns[f"share_of_{what}"])
        axes.plot(percents, shares, color=colour, linestyle=dashes, label=f"top {what}")
    axes.plot((0, 100), (0, 100), color=QUIET, linewidth=1, linestyle=DOTTED, label="if all alike")
    axes.set_xlabel("Top share of the movies or of the users, in %")
    axes.set_ylabel("Share of the ratings, in %")
    grid(axes, "both")
    legend(axes)
    return figure


def density_by_support(columns: Columns) -> Figure:
    """How full the matrix is without the users and movies that have few ratings."""
    figure, axes = new_axes(HEIGHT)
    _title(figure, "Rated pairs of all pairs")
    places = range(len(columns["filled"]))
    drawn = axes.bar(places, 100 * np.array(columns["filled"]), color=BLUE)
    labels = [f"{100 * share:.2g}" for share in columns["filled"]]
    axes.bar_label(drawn, labels, color=INK, fontsize=SIZE)
    axes.set_xticks(places, columns["ratings_at_least"])
    axes.set_xlabel("Users and movies with at least this many ratings")
    axes.set_ylabel("Rated, in %")
    grid(axes)
    return figure


def over_months(columns: Columns, title: str, panels: list[Panel]) -> Figure:
    """Panels over the months, one above the other; a month without a value is a gap."""
    heights = [panel.height for panel in panels]
    figure = new_figure(max(HEIGHT, 1.2 + 0.9 * sum(heights)))
    _title(figure, title)
    grid_of_axes = figure.subplots(
        len(panels), 1, sharex=True, squeeze=False, height_ratios=heights
    )
    months = np.array(columns["month"], "datetime64[M]")
    for axes, panel in zip(grid_of_axes[:, 0], panels, strict=True):
        _panel(axes, panel, months, columns)
    bottom = grid_of_axes[-1, 0]
    if len(months) <= MOST_TICKS:
        bottom.set_xticks(months.astype("datetime64[D]"), [str(month) for month in months])
    else:
        locator = AutoDateLocator(maxticks=MOST_TICKS)  # type: ignore[no-untyped-call]
        bottom.xaxis.set_major_locator(locator)
        bottom.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
        bottom.xaxis.get_offset_text().set(color=INK, fontsize=SIZE)
    bottom.set_xlabel("Month")
    figure.align_ylabels(list(grid_of_axes[:, 0]))
    return figure


def cold_starts(columns: Columns) -> Figure:
    """Shares of the test ratings by what is new about them, for each protocol."""
    protocols = list(dict.fromkeys(columns["protocol"]))
    pairs = list(dict.fromkeys(columns["pair"]))
    figure, axes = new_axes(HEIGHT + 0.3)
    _title(figure, "Cold starts of the test ratings")
    thickness = 0.8 / len(protocols)
    shares = np.reshape(np.array(columns["share"]), (len(protocols), len(pairs)))
    for k, (protocol, (colour, _)) in enumerate(zip(protocols, _SERIES, strict=False)):
        places = np.arange(len(pairs)) + (k - (len(protocols) - 1) / 2) * thickness
        label = f"protocol {protocol}"
        drawn = axes.barh(places, 100 * shares[k], 0.9 * thickness, color=colour, label=label)
        words = [_percent(share) for share in shares[k]]
        axes.bar_label(drawn, words, padding=3, color=INK, fontsize=SIZE)
    axes.set_yticks(range(len(pairs)), [str(pair).replace(", ", ",\n") for pair in pairs])
    axes.invert_yaxis()
    axes.set_xlim(0, 118)
    axes.set_xticks(range(0, 101, 25))
    axes.set_xlabel("Share of the test ratings, in %")
    grid(axes, "x")
    legend(axes)
    return figure


def _panel(axes: Axes, panel: Panel, months: NDArray[np.datetime64], columns: Columns) -> None:
    plain(axes)
    days = months.astype("datetime64[D]")
    lengths = ((months + 1).astype("datetime64[D]") - days).astype(float)
    for (colour, dashes), (label, column) in zip(_SERIES, panel.columns.items(), strict=False):
        values = np.array(columns[column], np.float64) * (100 if panel.percent else 1)
        if panel.bars:
            axes.bar(days, values, 0.8 * lengths, align="edge", color=colour)
        else:
            middles = days + (lengths / 2).astype("timedelta64[D]")
            marker = "o" if len(months) < FEW else None
            axes.plot(middles, values, colour, ls=dashes, marker=marker, ms=4, label=label)
    axes.set_ylabel(panel.label)
    axes.locator_params(axis="y", nbins=2 * panel.height)
    if panel.zero:
        axes.set_ylim(bottom=0)
    if panel.zero and not panel.percent:
        axes.yaxis.set_major_formatter(_COUNTS)
    grid(axes)
    if len(panel.columns) > 1:
        legend(axes)


def _title(figure: Figure, words: str) -> None:
    figure.suptitle(words, x=0.02, ha="left", color=INK, fontsize=SIZE + 1.5)


def _plain_numbers(axes: Axes) -> None:
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(_COUNTS)
        axis.set_minor_formatter("")


def _percent(share: float) -> str:
    """A share in a few letters; what is there is never said to be 0 %."""
    return "< 0.1%" if 0 < share < 0.0005 else f"{share:.1%}"
