"""Dots with intervals: a row per model, best on top."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from processing.figures.style import (
    BEST,
    DOT,
    INK,
    QUIET,
    SIZE,
    new_axes,
)
from processing.report.schema import (
    ENSEMBLE,
    LIST,
    MEAN,
    POPULAR,
    Interval,
    ListOrder,
    ModelErrors,
    Report,
)

ROW_INCHES, AXIS_INCHES = 0.34, 0.85
FAR_OFF = 2.0  # times the spread of the other models: then the mean would squeeze them together
TEXT_SHARE = 0.3  # of the width, for the numbers at the right


def error_by_model(report: Report) -> Figure:
    """RMSE per model with its 95 % interval.

    The global mean is said below the axis where it is so far off that it would squeeze all others.
    """
    rows = report.by_error
    far = [row for row in rows if _squeezes(row, rows)]
    shown = [row for row in rows if row not in far]
    figure, axes = new_axes(ROW_INCHES * len(shown) + AXIS_INCHES)
    _dots(
        axes,
        [row.label for row in shown],
        [row.rmse for row in shown],
        [row.rmse_interval for row in shown],
        [BEST if row.model == ENSEMBLE else DOT for row in shown],
        [f"{row.rmse:.4f}" for row in shown],
    )
    below = "".join(f"\n{row.label}, not drawn: {row.rmse:.4f}" for row in far)
    axes.set_xlabel("RMSE on the test, in stars (lower is better)" + below, loc="right")
    return figure


def _squeezes(row: ModelErrors, rows: tuple[ModelErrors, ...]) -> bool:
    others = [other.rmse for other in rows if other.model != MEAN]
    if row.model != MEAN or len(others) < 2:
        return False
    return row.rmse - max(others) > FAR_OFF * (max(others) - min(others))


def ablation(report: Report) -> Figure | None:
    """How much the ensemble's RMSE rises without each member, with its 95 % interval."""
    if not report.ablation:
        return None
    rows = sorted(report.ablation, key=lambda row: -row.difference)
    figure, axes = new_axes(ROW_INCHES * len(rows) + AXIS_INCHES)
    axes.axvline(0, color=QUIET, linewidth=1, zorder=0)
    _dots(
        axes,
        [f"without {row.label}" for row in rows],
        [row.difference for row in rows],
        [row.interval for row in rows],
        [DOT] * len(rows),
        [f"{row.difference:+.4f}" for row in rows],
    )
    axes.set_xlabel(
        "RMSE above that of all together, in stars\n(right of 0: the model is missed)", loc="right"
    )
    return figure


def ranking(report: Report) -> Figure | None:
    """NDCG of the first ten above or below that of most popular, by what orders the list.

    The difference is drawn rather than the NDCG, for some rows are measured on fewer users than
    others: each is compared on its own.
    """
    if report.ranking is None:
        return None
    popular = report.ranking.of(POPULAR)
    above = {row.model: _above(row, popular) for row in report.ranking.rows}
    rows = sorted(report.ranking.rows, key=lambda row: -above[row.model])
    figure, axes = new_axes(ROW_INCHES * len(rows) + AXIS_INCHES)
    axes.axvline(0, color=QUIET, linewidth=1, zorder=0)
    _dots(
        axes,
        [row.label for row in rows],
        [above[row.model] for row in rows],
        [row.above_popular_interval for row in rows],
        [BEST if row.model == LIST else DOT for row in rows],
        [f"{row.ndcg_10:.3f}" for row in rows],
    )
    axes.set_xlabel(
        "NDCG@10 above that of most popular, same users\n(right of 0: better; numbers: NDCG@10)",
        loc="right",
    )
    return figure


def _above(row: ListOrder, popular: ListOrder) -> float:
    return row.ndcg_10 - popular.ndcg_10 if row.above_popular is None else row.above_popular


def _dots(
    axes: Axes,
    labels: list[str],
    values: list[float],
    intervals: Sequence[Interval | None],
    colours: list[str],
    numbers: list[str],
) -> None:
    """One row per value, first on top: a dot on the bar of its interval, a number at the right.

    An interval that is not known is None.
    """
    places = np.arange(len(values))[::-1]
    ends = [interval or (value, value) for interval, value in zip(intervals, values, strict=True)]
    lows, highs = np.transpose(ends)
    axes.hlines(places, lows, highs, color=colours, linewidth=2.2, alpha=0.55, zorder=1)
    axes.scatter(values, places, c=colours, s=40, zorder=2)
    for place, number in zip(places, numbers, strict=True):
        axes.annotate(
            number.replace("-", "−"),
            (1, place),
            xycoords=axes.get_yaxis_transform(),
            ha="right",
            va="center",
            color=INK,
            fontsize=SIZE,
        )
    axes.set_yticks(places, labels)
    axes.set_ylim(-0.6, len(values) - 0.4)
    reach = float(highs.max() - lows.min()) or abs(float(highs.max())) or 1.0
    axes.set_xlim(lows.min() - 0.06 * reach, highs.max() + reach * TEXT_SHARE / (1 - TEXT_SHARE))
    axes.locator_params(axis="x", nbins=5)
