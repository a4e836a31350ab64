"""Titles in a table of one's own that lies beside the ratings."""

import logging
from typing import Any

import pyarrow as pa

from processing.data.readers.cells import IdCells, ids_of, tidy
from processing.data.readers.reading import Reading
from processing.data.readers.table_files import TableFile, expected_row
from processing.data.readers.table_rows import Batch, IdColumn, plain_column
from processing.data.readers.titles import NO_GENRE, Title, TitleBook, catalogue_of, tidy_title
from processing.data.rows import Catalogue

logger = logging.getLogger(__name__)


def read_titles(table: TableFile, reading: Reading) -> Catalogue:
    """Read a table of titles; a row without an id or a title is passed over."""
    label = reading.files.label(table.member)
    logger.info("%s %s.", label, table.layout.describe())
    book, column = TitleBook(), IdColumn("movie")
    for load in table.batches(reading.files):
        _add(load(), book, column, reading, expected_row(table.layout))
    book.report()
    titles = {column.final(str(movie)): title for movie, title in book.titles.items()}
    return catalogue_of(titles)


def _add(batch: Batch, book: TitleBook, column: IdColumn, reading: Reading, expected: str) -> None:
    for flaw in batch.flaws:
        reading.bad.add(flaw.place, flaw.text, flaw.reason, repr(expected))
    cells = {role: plain_column(column) for role, column in batch.cells.items()}
    cells["movie"] = tidy(cells["movie"])
    texts = {role: _texts(column) for role, column in cells.items()}
    rows = [k for k in range(len(texts["movie"])) if texts["movie"][k] and texts["title"][k]]
    ids: IdCells = ids_of(cells["movie"].take(pa.array(rows, pa.int64())))
    column.take(ids)
    for k, row in enumerate(rows):
        title, year = tidy_title(" ".join(texts["title"][row].split()))
        said = texts["year"][row] if "year" in texts else ""
        genres = texts["genres"][row] if "genres" in texts else ""
        book.add(
            Title(str(ids.get(k)), title, year or _year(said), _genres(genres)),
            batch.source.place(row),
        )


def _texts(column: Any) -> list[str]:
    return [str(value).strip() if value is not None else "" for value in column.to_pylist()]


def _year(text: str) -> int | None:
    """A year, or the year of a date."""
    digits = text[:4]
    return int(digits) if digits.isascii() and digits.isdigit() and int(digits) > 1800 else None


def _genres(text: str) -> tuple[str, ...]:
    """Genres between '|', or where there is none, between commas."""
    if text in ("", NO_GENRE):
        return ()
    parts = text.split("|" if "|" in text else ",")
    return tuple(part.strip() for part in parts if part.strip())
