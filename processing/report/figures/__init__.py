"""Figures of the report, as SVG bytes that are the same for the same report."""

from collections.abc import Callable
from functools import lru_cache

from matplotlib.figure import Figure

from processing.figures.svg import svg_bytes
from processing.report.figures.bars import importance, residuals
from processing.report.figures.dots import ablation, error_by_model, ranking
from processing.report.figures.lines import (
    calibration,
    error_by_month,
    error_by_movie_support,
    error_by_user_support,
    stack_learning,
    tree_learning,
)
from processing.report.figures.newcomers import newcomers
from processing.report.schema import (
    Report,
    report_from_json,
    report_to_json,
    without_times,
)

_DRAWN: dict[str, Callable[[Report], Figure | None]] = {
    "error-by-model": error_by_model,
    "error-by-user-support": error_by_user_support,
    "error-by-movie-support": error_by_movie_support,
    "error-by-month": error_by_month,
    "calibration": calibration,
    "residuals": residuals,
    "ablation": ablation,
    "importance": importance,
    "ranking": ranking,
    "newcomers": newcomers,
    "learning-trees": tree_learning,
    "learning-stack": stack_learning,
}


def report_figures(report: Report) -> dict[str, bytes]:
    """The figures of a report, by file name; one that has nothing to show is left out.

    They do not show how long anything took. The last are kept: a run asks for them with its times,
    for its own page, and without, for the release.
    """
    return dict(_figures(report_to_json(without_times(report))))


@lru_cache(1)
def _figures(document: bytes) -> dict[str, bytes]:
    report = report_from_json(document, "the report")
    drawn = {name: draw(report) for name, draw in _DRAWN.items()}
    return {f"{name}.svg": svg_bytes(figure, name) for name, figure in drawn.items() if figure}
