"""The report's tables as pandas DataFrames, for analysts; `import pandas` waits until then."""

from typing import TYPE_CHECKING

from processing.report.schema import Report
from processing.report.sections import report_sections
from processing.report.sections.about_errors import models_table

if TYPE_CHECKING:
    import pandas


def report_frames(report: Report) -> "dict[str, pandas.DataFrame]":
    """Every table of a report by its name: "errors", "differences", "user-support", "lists" …

    A frame has the rows, columns and values of the table that pages show; see `Table.to_frame`.
    """
    tables = [table for section in report_sections(report, ()) for table in section.tables]
    return {table.name: table.to_frame() for table in (models_table(report.by_error), *tables)}
