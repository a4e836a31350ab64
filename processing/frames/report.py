"""What an evaluation found: tables as DataFrames, a page, JSON."""

from functools import cached_property

import pandas as pd

from processing.report import schema
from processing.report.report_frames import report_frames
from processing.report.text import as_table


class Report:
    """What an evaluation found. Printed, it is a table of the models by their errors.

    Attributes
    ----------
    tables
        Every table by its name, such as "errors", "differences" or "lists". Numbers are not
        rounded, shares go from 0 to 1, what is not known is NaN, an interval is two columns.
    """

    def __init__(self, report: schema.Report) -> None:
        self._report = report

    @cached_property
    def tables(self) -> dict[str, pd.DataFrame]:
        return report_frames(self._report)

    def to_html(self) -> str:
        """All of it as one HTML page, figures inside."""
        from processing.report.html import report_html

        return report_html(self._report)

    def to_json(self) -> str:
        """All of it as JSON; `processing/report/schema.py` says what it holds."""
        return schema.report_to_json(self._report).decode()

    def __repr__(self) -> str:
        return as_table(self._report)
