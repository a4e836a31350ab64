"""The rows of a table of one's own, piece by piece: ids, ratings, days and titles, and bad rows."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from processing.data.readers.cells import Columns, IdCells, Rules, columns_of, text_of, wrong_with
from processing.data.readers.reading import BadLines
from processing.data.readers.row_reader import Column
from processing.data.readers.titles import Title, TitleBook, catalogue_of, tidy_title
from processing.data.rows import RatingRows, Scale, SourceData
from processing.ids import TEXT, Id, Ids, parse_id

logger = logging.getLogger(__name__)

STEPS = (1.0, 0.5, 0.1)


class Source(Protocol):
    """Where the rows of a piece come from, for messages."""

    def place(self, row: int) -> str:
        """Where a row stands, such as 'file:line'."""

    def text(self, row: int) -> str:
        """What it looks like there."""

    def texts(self, row: int) -> Mapping[str, str]:
        """Its cells by role as they stand there, none where they are what was read."""


@dataclass(frozen=True, kw_only=True)
class Flaw:
    """A bad line of a piece, found before its cells were read; it stands before row `before`."""

    before: int
    place: str
    text: str | bytes
    reason: str


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Some rows of a table: Arrow arrays by role, what was read of them, and bad lines between."""

    cells: Mapping[str, Any]
    columns: Columns
    source: Source
    flaws: tuple[Flaw, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Some rows of a table before they are read: Arrow arrays by role, and bad lines between."""

    cells: Mapping[str, Any]
    source: Source
    flaws: tuple[Flaw, ...] = ()


def read_piece(batch: Batch, rules: Rules) -> Piece:
    """Read the cells of some rows; may be done for several batches at once."""
    cells = {role: plain_column(column) for role, column in batch.cells.items()}
    columns = columns_of(cells, rules)
    return Piece(cells=cells, columns=columns, source=batch.source, flaws=batch.flaws)


class TableRows:
    """The rows read so far, in compact columns, and the titles met on the way.

    Memory is 16 bytes a row, and for texts one entry in a dictionary for each user and movie.
    `advises`: whether messages name options of the command line.
    """

    def __init__(self, rules: Rules, expected: str, bad: BadLines, advises: bool = True) -> None:
        self._rules, self._expected, self._bad = rules, expected, bad
        self._advises = advises
        self._users, self._movies = IdColumn("user"), IdColumn("movie")
        self._values, self._days = Column(np.float32, 0), Column(np.int32, 0)
        self._titles = TitleBook()
        self.n_not_rated = 0

    def add(self, piece: Piece) -> None:
        """Take over a piece; pieces come in the order of the table.

        Raises
        ------
        RatingsFormatError
            If it has more bad lines than are tolerated.
        """
        columns = piece.columns
        self._note_bad(piece)
        self._users.extend(columns.users, piece, columns.rows)
        self._movies.extend(columns.movies, piece, columns.rows)
        self._values.extend(columns.values)
        self._days.extend(columns.days)
        self.n_not_rated += columns.n_not_rated
        if columns.titles is not None and len(columns.rows):
            self._add_titles(piece)

    def finish(self, label: str) -> SourceData:
        """Hand over everything; the scale is the one asked for, or what the ratings show."""
        if self.n_not_rated:
            marks = ", ".join(repr(mark) for mark in self._rules.not_rated)
            logger.info("%s: passes over %d rows marked %s.", label, self.n_not_rated, marks)
        self._titles.report()
        titles = {
            self._movies.final(str(movie)): title for movie, title in self._titles.titles.items()
        }
        values = self._values.finish()
        users, movies = self._users.finish(), self._movies.finish()
        rows = RatingRows(
            user_ids=users[0],
            movie_ids=movies[0],
            values=values,
            days=self._days.finish(),
            user_names=users[1],
            movie_names=movies[1],
        )
        scale = self._rules.scale or scale_of(values)
        return SourceData(rows=rows, catalogue=catalogue_of(titles), scale=scale)

    def _note_bad(self, piece: Piece) -> None:
        flaws = iter(piece.flaws)
        flaw = next(flaws, None)
        for row in (*piece.columns.bad.tolist(), len(next(iter(piece.cells.values())))):
            while flaw is not None and flaw.before <= row:
                self._bad.add(flaw.place, flaw.text, flaw.reason, self._expected)
                flaw = next(flaws, None)
            if row < len(piece.cells["user"]):
                reason, advice = self._wrong_with(piece, row)
                place, text = piece.source.place(row), piece.source.text(row)
                advice = advice if self._advises else ""
                self._bad.add(place, text, reason, self._expected, advice)

    def _wrong_with(self, piece: Piece, row: int) -> tuple[str, str]:
        read = {role: text_of(column[row].as_py()) for role, column in piece.cells.items()}
        return wrong_with({**read, **piece.source.texts(row)}, self._rules)

    def _add_titles(self, piece: Piece) -> None:
        """Each movie's titles, once."""
        columns = piece.columns
        ids = columns.movies
        _, codes = ids.as_texts()
        titles = pc.dictionary_encode(pc.fill_null(columns.titles, ""))
        pairs = codes.astype(np.int64) << 32 | titles.indices.to_numpy(zero_copy_only=False)
        first = np.sort(np.unique(pairs, return_index=True)[1])
        texts = columns.titles.take(pa.array(first)).to_pylist()
        for k, text in zip(first.tolist(), texts, strict=True):
            if text and text.strip():
                title = Title(str(ids.get(k)), *tidy_title(" ".join(text.split())), ())
                self._titles.add(title, piece.source.place(int(columns.rows[k])))


class IdColumn:
    """A growing column of ids: numbers until a text comes, and from then on texts."""

    def __init__(self, role: str) -> None:
        self._role = role
        self._column = Column(np.int32, 0)
        self._ending: str | None = None
        self._names: dict[str, int] | None = None

    def extend(self, ids: IdCells, piece: Piece, rows: NDArray[np.int64]) -> None:
        """Append the ids of a piece's good rows."""
        if len(rows) == 0:
            return
        if self._names is None:
            if ids.numbers is not None and self._ending in (None, ids.ending):
                self._ending = ids.ending
                self._column.extend(ids.numbers)
                return
            self._say_why(ids, piece, rows)
            self._names = self._to_texts()
        names, codes = ids.as_texts()
        known = self._names
        places = [known.setdefault(name, len(known)) for name in names]
        self._column.extend(np.array(places, np.int64)[codes])

    def take(self, ids: IdCells) -> None:
        """Note what kind of ids there are, and say nothing of it."""
        if len(ids.numbers if ids.numbers is not None else ids.names or ()) == 0:
            return
        if ids.numbers is None or self._ending not in (None, ids.ending):
            self._names = self._names or {}
        self._ending = ids.ending

    def finish(self) -> tuple[NDArray[Any], Ids | None]:
        """The ids, and the texts that they are places in, None where they are numbers."""
        ids = self._column.finish()
        return ids, None if self._names is None else np.array(list(self._names), TEXT)

    def final(self, text: str) -> Id:
        """What an id, as it stands in the table, is in the finished column."""
        if self._names is not None:
            return text
        return int(text.removesuffix(self._ending or "") if self._ending else text)

    def _to_texts(self) -> dict[str, int]:
        distinct, codes = np.unique(self._column.finish(), return_inverse=True)
        self._column = Column(np.int32, 0)
        self._column.extend(codes.astype(np.int64))
        return {f"{number}{self._ending}": k for k, number in enumerate(distinct.tolist())}

    def _say_why(self, ids: IdCells, piece: Piece, rows: NDArray[np.int64]) -> None:
        """Name the first id that is no whole number."""
        row = 0
        if ids.numbers is None and ids.names is not None and ids.codes is not None:
            code = next((k for k, name in enumerate(ids.names) if parse_id(name) is None), 0)
            row = int(np.argmax(ids.codes == code))
        logger.info(
            "%s: the %s id %r is no whole number in plain form, so %s ids are texts.",
            piece.source.place(int(rows[row])),
            self._role,
            ids.get(row),
            self._role,
        )


def plain_column(column: Any) -> Any:
    """An Arrow column as one array of text, numbers or moments; other kinds become texts."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    kind = column.type
    if pa.types.is_dictionary(kind):
        return plain_column(column.dictionary_decode())
    numbers = pa.types.is_integer(kind) or pa.types.is_floating(kind)
    if numbers or pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return column
    if pa.types.is_decimal(kind):
        return pc.cast(column, pa.float64())
    if pa.types.is_string(kind):
        return column
    try:
        return pc.cast(column, pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return pa.array([_shown(value) for value in column.to_pylist()], pa.string())


def _shown(value: object) -> str | None:
    if isinstance(value, bytes):
        return value.hex()
    return None if value is None else str(value)


def scale_of(values: NDArray[np.float32]) -> Scale:
    """The scale that ratings show: their extremes, and the coarsest usual step that fits all."""
    if len(values) == 0:
        return Scale(low=1, high=5, step=1)
    distinct = np.unique(values)
    for step in STEPS:
        on_step = np.rint(distinct.astype(np.float64) / step) * step
        if (on_step.astype(np.float32) == distinct).all():
            low, high = round(float(on_step[0]), 1), round(float(on_step[-1]), 1)
            return Scale(low=low, high=high, step=step)
    return Scale(low=float(distinct[0]), high=float(distinct[-1]), step=0)
