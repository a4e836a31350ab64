"""Files that are tables: CSV, JSON lines or Parquet, each as batches of cells."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import parquet

from processing.data.readers import csv_lines
from processing.data.readers.cells import text_of
from processing.data.readers.columns import (
    Layout,
    decoded_head,
    find_layout,
    find_roles,
    find_title_layout,
    find_title_roles,
    given_places,
)
from processing.data.readers.containers import Files, Member
from processing.data.readers.reading import ReadOptions
from processing.data.readers.table_rows import Batch, Flaw
from processing.data.readers.text_blocks import Block, TextBlocks, check_encoding
from processing.errors import SourceError

PARQUET = b"PAR1"
N_ROWS = 1 << 17  # that are read of a Parquet file at once
KEYS_OF = 100  # lines of JSON that are looked through for keys

_JSON = re.compile(r"\s*\{\s*(\"|\})")
_JSON_ARRAY = re.compile(r"\s*\[\s*[\[{]")

Loader = Callable[[], Batch]


@dataclass(frozen=True, kw_only=True)
class TableFile(ABC):
    """A file that is a table, and which column is what."""

    member: Member
    layout: Layout
    options: ReadOptions = field(default_factory=ReadOptions)

    @abstractmethod
    def batches(self, files: Files) -> Iterator[Loader]:
        """Read it in batches, in its order; what loads them may be called in any thread."""


def find_table(member: Member, head: bytes, files: Files, options: ReadOptions) -> TableFile | None:
    """Take a file for a table of ratings, None where its columns do not say so.

    Raises
    ------
    SourceError
        If the columns given do not fit it, or two columns have the same meaning.
    """
    check_encoding(options.encoding)
    if head.startswith(PARQUET):
        return _named(_ParquetFile, member, _parquet_names(files, member), options)
    text = decoded_head(head, options.encoding)
    if _JSON.match(text):
        return _named(_JsonFile, member, _json_keys(text), options)
    if _JSON_ARRAY.match(text):
        return None
    layout = find_layout(text, options)
    return _CsvFile(member=member, layout=layout, options=options) if layout else None


def find_titles(
    member: Member, head: bytes, files: Files, options: ReadOptions
) -> TableFile | None:
    """Take a file for a table of titles, None where its columns do not say so."""
    kind: type[TableFile] = _CsvFile
    names: Sequence[str] = ()
    if head.startswith(PARQUET):
        kind, names = _ParquetFile, _parquet_names(files, member)
    else:
        text = decoded_head(head, options.encoding)
        if _JSON.match(text):
            kind, names = _JsonFile, _json_keys(text)
        else:
            layout = find_title_layout(text)
            return _CsvFile(member=member, layout=layout, options=options) if layout else None
    places = find_title_roles(names)
    return _of_names(kind, member, names, places, options) if places else None


def expected_row(layout: Layout) -> str:
    """What a row should look like, for messages."""
    roles = {place: role for role, place in layout.places.items()}
    return layout.delimiter.join(roles.get(k, "-") for k in range(layout.n_columns))


class _CsvFile(TableFile):
    def batches(self, files: Files) -> Iterator[Loader]:
        label = files.label(self.member)
        with files.open(self.member) as stream:
            blocks = TextBlocks(stream, label, self.options.encoding)
            kinds = csv_lines.CellTypes(self.layout)
            while (block := blocks.read()) is not None:
                n_skipped = max(0, self.layout.n_skipped - block.number + 1)
                found = csv_lines.look_through(block, self.layout, n_skipped)
                if found.left < len(block.starts):
                    start = int(block.starts[found.left])
                    blocks.put_back(block.text[start:], len(block.starts) - found.left)
                files.advance(len(block.text))
                yield partial(self._load, block, found, kinds, label)

    def _load(
        self, block: Block, found: csv_lines.Found, kinds: csv_lines.CellTypes, label: str
    ) -> Batch:
        cells, source, flaws = csv_lines.cells_of(block, found, self.layout, kinds, label)
        return Batch(cells=cells, source=source, flaws=flaws)


class _JsonFile(TableFile):
    def batches(self, files: Files) -> Iterator[Loader]:
        label = files.label(self.member)
        keys = {role: self.layout.names[place] for role, place in self.layout.places.items()}
        with files.open(self.member) as stream:
            blocks = TextBlocks(stream, label, self.options.encoding)
            while (block := blocks.read()) is not None:
                files.advance(len(block.text))
                yield partial(_json_batch, block, keys, label)


class _ParquetFile(TableFile):
    def batches(self, files: Files) -> Iterator[Loader]:
        label = files.label(self.member)
        names = {role: self.layout.names[place] for role, place in self.layout.places.items()}
        with files.open(self.member) as stream, _parquet_named(label):
            table = parquet.ParquetFile(stream, pre_buffer=False)
            start = 0
            for rows in table.iter_batches(N_ROWS, columns=list(names.values()), use_threads=False):
                cells = {role: rows.column(name) for role, name in names.items()}
                yield partial(Batch, cells=cells, source=_Cells(label, cells, start))
                start += rows.num_rows
            files.advance(self.member.size)


@dataclass(frozen=True)
class _Cells:
    """Rows of a file that has no lines, for messages."""

    label: str
    cells: dict[str, Any]
    start: int

    def place(self, row: int) -> str:
        """File and row, from 1."""
        return f"{self.label}:row {self.start + row + 1}"

    def text(self, row: int) -> str:
        """The cells."""
        return ",".join(self.texts(row).values())

    def texts(self, row: int) -> dict[str, str]:
        """The cells by role."""
        return {role: text_of(column[row].as_py()) for role, column in self.cells.items()}


def _named(
    kind: type[TableFile], member: Member, names: Sequence[str], options: ReadOptions
) -> TableFile | None:
    """A file of named columns, whose columns may be given in its own order all the same."""
    if options.columns is None:
        places = find_roles(names)
        return _of_names(kind, member, names, places, options) if places else None
    if len(options.columns) != len(names):
        raise SourceError(
            f"{member.name} has {len(names)} columns, {', '.join(names)}, and --columns names "
            f"{len(options.columns)}. Expected one for each, '-' for one to ignore."
        )
    return _of_names(kind, member, names, given_places(options.columns), options)


def _of_names(
    kind: type[TableFile],
    member: Member,
    names: Sequence[str],
    places: dict[str, int],
    options: ReadOptions,
) -> TableFile:
    layout = Layout(delimiter=",", places=places, n_columns=len(names), names=tuple(names))
    return kind(member=member, layout=layout, options=options)


def _json_keys(text: str) -> list[str]:
    """The keys of the first lines, in order."""
    keys: dict[str, None] = {}
    for line in text.splitlines()[:KEYS_OF]:
        try:
            found = msgspec.json.decode(line)
        except msgspec.DecodeError:
            continue
        if isinstance(found, dict):
            keys.update(dict.fromkeys(found))
    return list(keys)


def _json_batch(block: Block, keys: dict[str, str], label: str) -> Batch:
    rows: list[tuple[str | None, ...]] = []
    lines: list[int] = []
    flaws: list[Flaw] = []
    decoder = msgspec.json.Decoder()
    wanted = list(keys.values())
    for k in range(len(block.starts)):
        line = block.line(k)
        if not line.strip():
            continue
        try:
            found = decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            found = None
        if isinstance(found, dict):
            rows.append(tuple(_json_text(found.get(key)) for key in wanted))
            lines.append(k)
        else:
            place = f"{label}:{block.number + k}"
            flaws.append(Flaw(before=len(rows), place=place, text=line, reason="is no JSON object"))
    columns = list(zip(*rows, strict=True)) or [()] * len(wanted)
    cells = {
        role: pa.array(column, pa.string()) for role, column in zip(keys, columns, strict=True)
    }
    source = _JsonLines(label, block, np.array(lines, np.int64))
    return Batch(cells=cells, source=source, flaws=tuple(flaws))


@dataclass(frozen=True)
class _JsonLines:
    """Rows of a file of JSON lines, for messages."""

    label: str
    block: Block
    lines: NDArray[np.int64]

    def place(self, row: int) -> str:
        """File and line."""
        return f"{self.label}:{self.block.number + int(self.lines[row])}"

    def text(self, row: int) -> str:
        """The line."""
        return self.block.line(int(self.lines[row])).decode("utf-8", "replace")

    def texts(self, row: int) -> dict[str, str]:
        """None: what was read of it are texts."""
        return {}


def _json_text(value: object) -> str | None:
    """A value as a cell of text; none for null, lists and objects."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "|".join(text for each in value if (text := _json_text(each)) is not None)
    return None if value is None or isinstance(value, dict) else str(value)


def _parquet_names(files: Files, member: Member) -> list[str]:
    with files.open(member) as stream, _parquet_named(files.label(member)):
        return list(parquet.read_schema(stream).names)


@contextmanager
def _parquet_named(label: str) -> Iterator[None]:
    """Turn what Arrow raises for a damaged file into a SourceError that names it."""
    try:
        yield
    except SourceError:
        raise
    except (pa.ArrowException, OSError, ValueError) as error:
        reason = (str(error).splitlines() or ["it cannot be read"])[0][:200]
        raise SourceError(
            f"{label} is a damaged Parquet file: {reason}. Expected a whole one; copy or write it "
            "again."
        ) from error
