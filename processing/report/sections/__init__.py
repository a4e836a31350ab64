"""The sections of a report, in reading order: what each part says, in sentences and tables."""

from collections.abc import Callable, Container
from dataclasses import replace

from processing.report.schema import Report
from processing.report.sections.about_ensemble import (
    ablation_section,
    importance_section,
    learning_section,
)
from processing.report.sections.about_errors import (
    calibration_section,
    comparisons_section,
    slices_section,
)
from processing.report.sections.about_lists import ranking_section
from processing.report.sections.about_newcomers import newcomers_section
from processing.report.sections.about_settings import settings_section
from processing.report.tables import Section

_MAKERS: tuple[Callable[[Report], Section | None], ...] = (
    ranking_section,
    newcomers_section,
    comparisons_section,
    slices_section,
    calibration_section,
    ablation_section,
    importance_section,
    learning_section,
    settings_section,
)


def report_sections(report: Report, figures: Container[str]) -> tuple[Section, ...]:
    """The sections of a report; one that has nothing to say is left out.

    `figures` holds the names of the files that there are: sections name none but these.
    """
    sections = (make(report) for make in _MAKERS)
    return tuple(
        replace(section, figures=tuple(name for name in section.figures if name in figures))
        for section in sections
        if section
    )
