"""What a report says, in sections of sentences, figures and tables; light, shared with the site."""

from processing.report.schema import (
    ENSEMBLE,
    MEAN,
    ErrorsBySupport,
    LeftOutModel,
    ModelErrors,
    Report,
    report_from_json,
)
from processing.report.sections import report_sections
from processing.report.sections.about_errors import models_table
from processing.report.sections.about_lists import found_text
from processing.report.tables import Column, Row, Section, Table, cell_text
from processing.report.words import WORDS, figure_text, protocol_text

__all__ = [
    "ENSEMBLE",
    "MEAN",
    "TEMPLATES",
    "WORDS",
    "Column",
    "ErrorsBySupport",
    "LeftOutModel",
    "ModelErrors",
    "Report",
    "Row",
    "Section",
    "Table",
    "cell_text",
    "figure_text",
    "found_text",
    "models_table",
    "protocol_text",
    "report_from_json",
    "report_sections",
]

TEMPLATES = (__name__, "templates")  # package and folder of the templates that the site shares
