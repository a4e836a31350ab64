"""Bars: residuals, and what moves a score."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from processing.figures.style import (
    BLUE,
    CYAN,
    DASHED,
    GREEN,
    GREY,
    INK,
    PAPER,
    PURPLE,
    QUIET,
    RED,
    SIZE,
    YELLOW,
    grid,
    new_axes,
)
from processing.report.schema import Report
from processing.report.words import column_label, group_label

MOST_COLUMNS = 16
GROUP_COLOURS = {
    "user": BLUE,
    "movie": RED,
    "taste": GREEN,
    "similar_movies": YELLOW,
    "similar_users": CYAN,
    "time": PURPLE,
    "evidence": GREY,
}


def residuals(report: Report) -> Figure | None:
    """How the residuals, rating less score, are distributed."""
    if report.residuals is None:
        return None
    edges = np.array(report.residuals.edges)
    counts = np.array(report.residuals.counts, float)
    figure, axes = new_axes(3.0)
    shares = 100 * counts / max(counts.sum(), 1)
    axes.bar(edges[:-1], shares, np.diff(edges), align="edge", color=BLUE, edgecolor=PAPER)
    axes.axvline(0, color=QUIET, linewidth=1, linestyle=DASHED)
    axes.set_xlabel("Rating less score, in stars (left of 0: predicted too high)")
    axes.set_ylabel("Share of the test, in %")
    grid(axes)
    return figure


def importance(report: Report) -> Figure | None:
    """Mean stars by which a column moves a score, most first, coloured by group."""
    rows = report.importance[:MOST_COLUMNS]
    if not rows:
        return None
    figure, axes = new_axes(0.24 * len(rows) + 1.5)
    places = np.arange(len(rows))[::-1]
    stars = [row.stars for row in rows]
    axes.barh(places, stars, 0.7, color=[_colour(row.group) for row in rows])
    for place, value in zip(places, stars, strict=True):
        axes.annotate(
            f"{value:.3f}",
            (value, place),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            color=INK,
            fontsize=SIZE,
        )
    axes.set_yticks(places, [column_label(row.column, report.labels) for row in rows])
    axes.set_ylim(-0.6, len(rows) - 0.4)
    axes.set_xlim(0, 1.18 * max(stars) or 1)
    axes.locator_params(axis="x", nbins=5)
    hidden = len(report.importance) - len(rows)
    smaller = f"\n({hidden} smaller ones not drawn)" if hidden else ""
    axes.set_xlabel(f"Mean stars up or down{smaller}", loc="right")
    groups = dict.fromkeys(row.group for row in rows)
    figure.legend(
        handles=[Patch(color=_colour(group), label=group_label(group)) for group in groups],
        loc="outside upper left",
        ncols=2,
        frameon=False,
        fontsize=SIZE,
        labelcolor=INK,
        columnspacing=1.2,
        handlelength=1.0,
    )
    return figure


def _colour(group: str) -> str:
    return GROUP_COLOURS.get(group, GREY)
