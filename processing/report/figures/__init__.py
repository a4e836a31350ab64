"""Figures of the report, as SVG bytes that are the same for the same report."""

from collections.abc import Callable
from typing import Any

from matplotlib.figure import Figure

from processing.figures.svg import svg_bytes
from processing.report.figures.bars import importance, residuals
from processing.report.figures.dots import ablation, error_by_model, ranking
from processing.report.figures.lines import (
    calibration,
    error_by_month,
    error_by_support,
    newcomers,
    stack_learning,
    tree_learning,
)

Report = dict[str, Any]


def report_figures(report: Report) -> dict[str, bytes]:
    """The figures of a report, by file name; one whose part the report lacks is left out."""
    slices, learning = report.get("slices") or {}, report.get("learning") or {}
    wanted: list[tuple[str, Any, Callable[[Report], Figure | None]]] = [
        ("error-by-model", report["models"], error_by_model),
        ("error-by-user-support", slices.get("user_support"), _by_user_support),
        ("error-by-movie-support", slices.get("movie_support"), _by_movie_support),
        ("error-by-month", slices.get("month"), error_by_month),
        ("calibration", report.get("calibration"), calibration),
        ("residuals", report.get("residuals"), residuals),
        ("ablation", report.get("ablation"), ablation),
        ("importance", report.get("importance"), importance),
        ("ranking", report.get("ranking"), ranking),
        ("newcomers", report.get("newcomers"), newcomers),
        ("learning-trees", learning.get("trees"), tree_learning),
        ("learning-stack", learning.get("stack"), stack_learning),
    ]
    drawn = {name: draw(report) for name, part, draw in wanted if part}
    return {f"{name}.svg": svg_bytes(figure, name) for name, figure in drawn.items() if figure}


def _by_user_support(report: Report) -> Figure | None:
    return error_by_support(report, "user")


def _by_movie_support(report: Report) -> Figure | None:
    return error_by_support(report, "movie")
