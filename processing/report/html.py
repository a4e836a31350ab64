"""The report as one HTML file that asks nobody for anything: for mail, archives and printers."""

import re

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from processing.figures.svg import dark_style
from processing.report import TEMPLATES, WORDS, cell_text, figure_text, models_table, protocol_text
from processing.report.figures import report_figures
from processing.report.schema import Report
from processing.report.sections import report_sections
from processing.report.sections.about_lists import found_text

_STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)


def report_html(report: Report) -> str:
    """The page about a report, with its figures and styles inside."""
    environment = Environment(
        loader=PackageLoader(*TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters |= {"cell_text": cell_text, "figure_text": figure_text}
    figures = report_figures(report)
    return environment.get_template("report_file.html").render(
        report=report,
        errors=models_table(report.by_error),
        sections=report_sections(report, figures),
        figures={name: _inline(name, svg) for name, svg in figures.items()},
        protocol_text=protocol_text(report.protocol),
        found_text=found_text,
        words=WORDS,
        dark_figures=Markup(dark_style()),
    )


def _inline(name: str, svg: bytes) -> Markup:
    """A figure as an element of the page, named for those who do not see it."""
    text = _STYLE.sub("", svg.decode()).strip()
    named = Markup('<svg role="img" aria-label="{}" ').format(figure_text(name))
    return named + Markup(text.removeprefix("<svg "))
