"""What every table of the exploration is made of, and how it is written."""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from processing.data.ratings import Ratings
from processing.figures.svg import svg_bytes

Columns = dict[str, Sequence[Any]]

BLOCK = 1 << 22  # ratings that are counted at a time: all of them in int64 would not fit


@dataclass(frozen=True, kw_only=True)
class Table:
    """Columns by header, and how to draw them; a table that is not drawn has no `draw`."""

    name: str
    columns: Columns
    draw: Callable[[Columns], Figure] | None = None


def write_table(table: Table, directory: Path) -> Iterator[Path]:
    """Write a table as CSV and, where it is drawn, as SVG; yields the files."""
    if table.draw is not None:
        figure = directory / f"{table.name}.svg"
        figure.write_bytes(svg_bytes(table.draw(table.columns), table.name))
        yield figure
    numbers = directory / f"{table.name}.csv"
    with numbers.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(table.columns)
        writer.writerows(zip(*table.columns.values(), strict=True))
    yield numbers


def blocks(ratings: Ratings) -> Iterator[tuple[slice, NDArray[np.int64]]]:
    """Positions in `ratings.by_user`, some at a time, with the user index of each."""
    indptr = ratings.by_user.indptr
    for start in range(0, ratings.n_ratings, BLOCK):
        stop = min(start + BLOCK, ratings.n_ratings)
        first = int(np.searchsorted(indptr, start, side="right")) - 1
        last = int(np.searchsorted(indptr, stop, side="left"))
        inside = np.diff(np.clip(indptr[first : last + 1], start, stop))
        yield slice(start, stop), np.repeat(np.arange(first, last), inside)
