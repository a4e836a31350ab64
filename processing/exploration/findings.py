"""What every finding of the exploration consists of, and how it is written."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from processing.data.ratings import Ratings
from processing.figures.svg import svg_bytes

Columns = Mapping[str, Sequence[Any]]

BLOCK = 1 << 22  # ratings that are counted at a time: all of them in int64 would not fit


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Columns by header, and how to draw them; numbers that are not drawn have no `draw`."""

    name: str
    columns: Columns
    draw: Callable[[Columns], Figure] | None = None

    def to_frame(self) -> pd.DataFrame:
        """The columns for an analyst: whole numbers stay whole where some are missing."""
        return pd.DataFrame({name: _series(values) for name, values in self.columns.items()})

    def write(self, directory: Path) -> Iterator[Path]:
        """Write the columns as CSV and, where they are drawn, as SVG; yields the files."""
        if self.draw is not None:
            figure = directory / f"{self.name}.svg"
            figure.write_bytes(svg_bytes(self.draw(self.columns), self.name))
            yield figure
        numbers = directory / f"{self.name}.csv"
        self.to_frame().to_csv(numbers, index=False, lineterminator="\n")
        yield numbers


def _series(values: Sequence[Any]) -> "pd.Series[Any]":
    is_whole = all(value is None or isinstance(value, int) for value in values)
    return pd.Series(values, dtype="Int64" if is_whole and None in values else None)


def blocks(ratings: Ratings) -> Iterator[tuple[slice, NDArray[np.int64]]]:
    """Positions in `ratings.by_user`, some at a time, with the user index of each."""
    indptr = ratings.by_user.indptr
    for start in range(0, ratings.n_ratings, BLOCK):
        stop = min(start + BLOCK, ratings.n_ratings)
        first = int(np.searchsorted(indptr, start, side="right")) - 1
        last = int(np.searchsorted(indptr, stop, side="left"))
        inside = np.diff(np.clip(indptr[first : last + 1], start, stop)).astype(np.int64)
        yield slice(start, stop), np.repeat(np.arange(first, last), inside)
