"""Tables of a report: their form, and how their cells are written.

Cells are numbers, so that JSON carries them; `cell_text` writes them for readers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from processing.report.schema import Interval

if TYPE_CHECKING:
    import pandas

Cell = float | int | str | Interval | None
MANY_ROWS, MANY_COLUMNS = 12, 4


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column's heading, and the kind of its cells, which `cell_text` knows."""

    label: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row: its heading and a cell per column; `best` marks the row to look at."""

    label: str
    cells: tuple[Cell, ...]
    best: bool = False


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table; `head` is the heading of the rows' headings."""

    name: str
    caption: str
    head: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    @property
    def wide(self) -> bool:
        """Whether it needs the width of a page."""
        return len(self.columns) > MANY_COLUMNS

    @property
    def long(self) -> bool:
        """Whether it is better folded away at first."""
        return len(self.rows) > MANY_ROWS

    def to_frame(self) -> "pandas.DataFrame":
        """The table as a DataFrame: rows by their headings, an interval as columns low and high.

        Numbers stay as they are, shares from 0 to 1; what is not known is NaN.
        """
        import pandas

        columns: dict[str, list[Cell]] = {}
        for place, column in enumerate(self.columns):
            cells = [row.cells[place] for row in self.rows]
            if column.kind.endswith("interval"):
                ends = [cell if isinstance(cell, tuple) else (None, None) for cell in cells]
                columns[f"{column.label}, low"] = [low for low, _ in ends]
                columns[f"{column.label}, high"] = [high for _, high in ends]
            else:
                columns[column.label] = cells
        index = pandas.Index([row.label for row in self.rows], name=self.head)
        return pandas.DataFrame(columns, index=index)


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of the report: paragraphs, an empty line between two, names of figures, tables.

    A part that leads stands before the models' errors.
    """

    name: str
    title: str
    text: str
    figures: tuple[str, ...]
    tables: tuple[Table, ...]
    leads: bool = False


def cell_text(cell: Cell, kind: str) -> str:
    """Write a cell of a kind as readers see it; a dash where there is nothing.

    >>> cell_text((-0.0115, 0.002), "signed_interval"), cell_text(0.74, "share")
    ('−0.0115 to +0.0020', '74.0 %')
    """
    if cell is None:
        return "–"
    if isinstance(cell, str):
        return cell
    if isinstance(cell, tuple):
        return " to ".join(cell_text(end, _ENDS.get(kind, "stars")) for end in cell)
    return _WRITERS[kind](cell).replace("-", "−")


_ENDS = {"signed_interval": "signed", "signed_share_interval": "signed_share"}
_WRITERS: dict[str, Callable[[float], str]] = {
    "count": lambda value: f"{value:,}",
    "ratings": lambda value: f"{value:,} rating{'' if value == 1 else 's'}",
    "stars": lambda value: f"{value:.4f}",
    "signed": lambda value: f"{value:+.4f}",
    "percent": lambda value: f"{value:.1f} %",
    "share": lambda value: f"{100 * value:.1f} %",
    "signed_share": lambda value: f"{100 * value:+.1f} %",
    "ratio": lambda value: f"{value:.3f}",
    "seconds": lambda value: f"{value:,.2f} s" if value < 10 else f"{value:,.0f} s",
    "bytes": lambda value: f"{value / 1e6:,.0f} MB",
}
