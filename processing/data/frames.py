"""Ratings from a pandas DataFrame: the same columns, checks and messages as of a file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas
import pyarrow as pa

from processing.data.readers.cells import Rules, text_of
from processing.data.readers.columns import REQUIRED, ROLES, find_roles
from processing.data.readers.reading import BadLines
from processing.data.readers.table_rows import Batch, TableRows, plain_column, read_piece
from processing.data.rows import Scale, SourceData
from processing.errors import SourceError

N_ROWS = 1 << 18  # that are read at once
CURE = "Correct the row or drop it."


def rows_from_frame(
    frame: pandas.DataFrame,
    *,
    columns: Mapping[str, str] | None = None,
    scale: Scale | None = None,
) -> SourceData:
    """Read ratings from a data frame of one row a rating.

    `columns`: the frame's column for each role, such as {"user": "reader", "movie": "isbn",
    "rating": "grade"}; the roles are user, movie, rating, and if wanted timestamp or date, and
    title. By default columns are found by their names, as in a file. `scale`: by default what the
    ratings show.

    Raises
    ------
    SourceError
        If a column is missing, or the frame has no row.
    RatingsFormatError
        At the first bad row, which is named by its index.
    """
    places = _places(frame, columns)
    if len(frame) == 0:
        raise SourceError("The data frame has no row. Expected at least one rating.")
    rules = Rules(scale=scale)
    on_scale = "a finite rating" if scale is None else f"a rating of {scale}"
    expected = f"columns {', '.join(places)}, with {on_scale}"
    rows = TableRows(rules, expected, BadLines(0, CURE), advises=False)
    for start, part in _parts(frame):
        cells = {role: _arrow(part.iloc[:, place]) for role, place in places.items()}
        source = _Rows(part, start, tuple(places.values()))
        rows.add(read_piece(Batch(cells=cells, source=source), rules))
    return rows.finish("the data frame")


def _places(frame: pandas.DataFrame, columns: Mapping[str, str] | None) -> dict[str, int]:
    """Place of the column of each role."""
    names = [str(name) for name in frame.columns]
    if columns is None:
        found = find_roles(names)
        if found is None:
            raise SourceError(
                f"The data frame has the columns {names}. Expected some that are called user, "
                "movie and rating, or like them; say which is which with columns={'user': …, "
                "'movie': …, 'rating': …}."
            )
        return found
    unknown = [role for role in columns if role not in ROLES]
    lacking = [role for role in REQUIRED if role not in columns]
    absent = [name for name in columns.values() if names.count(str(name)) != 1]
    if unknown or lacking or absent:
        raise SourceError(
            f"columns={dict(columns)!r} does not fit: unknown roles {unknown}, roles without a "
            f"column {lacking}, names that are not one column of the frame's {names}: {absent}. "
            "Expected a column for each of user, movie and rating, and none, or one, for "
            f"{', '.join(role for role in ROLES if role not in REQUIRED)}."
        )
    return {role: names.index(str(name)) for role, name in columns.items()}


def _parts(frame: pandas.DataFrame) -> Iterator[tuple[int, pandas.DataFrame]]:
    for start in range(0, len(frame), N_ROWS):
        yield start, frame.iloc[start : start + N_ROWS]


def _arrow(column: pandas.Series) -> Any:
    try:
        return plain_column(pa.Array.from_pandas(column))
    except (pa.ArrowInvalid, pa.ArrowTypeError):  # of several kinds
        texts = [None if pandas.isna(value) else str(value) for value in column]
        return pa.array(texts, pa.string())


@dataclass(frozen=True)
class _Rows:
    """Rows of a frame, as messages name them."""

    part: pandas.DataFrame
    start: int
    places: tuple[int, ...]

    def place(self, row: int) -> str:
        """Its number, and its index."""
        return f"data frame:row {self.start + row} (index {self.part.index[row]!r})"

    def text(self, row: int) -> str:
        """Its cells."""
        return ",".join(text_of(self.part.iat[row, place]) for place in self.places)

    def texts(self, row: int) -> dict[str, str]:
        """None: what was read of it is what it holds."""
        return {}
