"""What a report says, in sections of sentences, figures and tables; light, shared with the site."""

from processing.report.sections import report_sections
from processing.report.tables import Column, Row, Section, Table, cell_text
from processing.report.words import WORDS, figure_text, protocol_text

__all__ = [
    "WORDS",
    "Column",
    "Row",
    "Section",
    "Table",
    "cell_text",
    "figure_text",
    "protocol_text",
    "report_sections",
]
