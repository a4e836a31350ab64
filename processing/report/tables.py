"""Tables of a report: their form, and how their cells are written.

Cells are numbers, so that JSON carries them; `cell_text` writes them for readers.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Cell = float | int | str | tuple[float, float] | None
Report = dict[str, Any]

ENSEMBLE, BLEND, MEAN = "ensemble", "blend", "mean"
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


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of the report: some sentences, the names of its figures, its tables."""

    name: str
    title: str
    text: str
    figures: tuple[str, ...]
    tables: tuple[Table, ...]


def by_error(report: Report) -> list[dict[str, Any]]:
    """The models of a report, lowest RMSE first."""
    return sorted(report["models"], key=lambda row: (row["rmse"], row["model"]))


def model_labels(report: Report) -> dict[str, str]:
    """Labels by model, lowest RMSE first."""
    return {row["model"]: row["label"] for row in by_error(report)}


def best_member(report: Report) -> str | None:
    """The member with the lowest RMSE; None where the ensemble and its relatives are alone."""
    members = [model for model in model_labels(report) if model not in (ENSEMBLE, BLEND, MEAN)]
    return members[0] if members else None


def as_cell(value: Any) -> Cell:
    """A value of the report as a cell: intervals become pairs."""
    return (value[0], value[1]) if isinstance(value, Sequence) and len(value) == 2 else value


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
        one = "signed" if kind == "signed_interval" else "stars"
        return " to ".join(cell_text(end, one) for end in cell)
    return _WRITERS[kind](cell).replace("-", "−")


_WRITERS: dict[str, Callable[[float], str]] = {
    "count": lambda value: f"{value:,}",
    "stars": lambda value: f"{value:.4f}",
    "signed": lambda value: f"{value:+.4f}",
    "percent": lambda value: f"{value:.1f} %",
    "share": lambda value: f"{100 * value:.1f} %",
    "ratio": lambda value: f"{value:.3f}",
    "seconds": lambda value: f"{value:,.2f} s" if value < 10 else f"{value:,.0f} s",
    "bytes": lambda value: f"{value / 1e6:,.0f} MB",
}
