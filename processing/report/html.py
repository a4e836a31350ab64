"""The report as one HTML file that asks nobody for anything: for mail, archives and printers."""

import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from processing.figures.svg import dark_style
from processing.report import WORDS, cell_text, figure_text, protocol_text, report_sections
from processing.report.figures import report_figures
from processing.report.tables import Column, Report, Row, Table, as_cell, by_error

TEMPLATE = "report.html"
_STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)


def report_html(report: Report) -> str:
    """The page about a report, with its figures and styles inside.

    Raises
    ------
    KeyError, TypeError
        If the report lacks something.
    """
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters |= {"cell_text": cell_text, "figure_text": figure_text}
    return environment.get_template(TEMPLATE).render(
        report=report,
        errors=models_table(report),
        sections=report_sections(report),
        figures={name: _inline(name, svg) for name, svg in report_figures(report).items()},
        protocol_text=protocol_text(report["protocol"]),
        words=WORDS,
        dark_figures=Markup(dark_style()),
    )


def models_table(report: Report) -> Table:
    """The models' errors, lowest RMSE first, with what they cost where the report tells."""
    rows = by_error(report)
    columns = [(key, column) for key, column in _COLUMNS if any(key in row for row in rows)]
    return Table(
        name="errors",
        caption="Errors on the test ratings, best first; lower is better",
        head="Model",
        columns=tuple(column for _, column in columns),
        rows=tuple(
            Row(
                label=row["label"],
                cells=tuple(as_cell(row.get(key)) for key, _ in columns),
                best=place == 0,
            )
            for place, row in enumerate(rows)
        ),
    )


_COLUMNS = (
    ("rmse", Column(label="RMSE", kind="stars")),
    ("rmse_interval", Column(label="95 % interval", kind="interval")),
    ("mae", Column(label="MAE", kind="stars")),
    ("mape", Column(label="MAPE", kind="percent")),
    ("fit_seconds", Column(label="Fitting", kind="seconds")),
    ("predict_seconds", Column(label="Predicting", kind="seconds")),
    ("peak_bytes", Column(label="Peak memory", kind="bytes")),
)


def _inline(name: str, svg: bytes) -> Any:
    """A figure as an element of the page, named for those who do not see it."""
    text = _STYLE.sub("", svg.decode()).strip()
    named = Markup('<svg role="img" aria-label="{}" ').format(figure_text(name))
    return named + Markup(text.removeprefix("<svg "))
