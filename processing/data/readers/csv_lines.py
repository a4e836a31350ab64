"""The cells of CSV lines: of plain lines all at once by Arrow, of the others one by one.

A line is plain if it has as many cells as the table has columns, and quotes only around whole cells
and on that line. What is not is read as Python's csv does, strictly, and if a quote is left open,
with the lines after it; where that makes no row, or swallows what is one, the line alone is bad.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import csv as arrow_csv

from processing.data.readers.cells import parse_number
from processing.data.readers.columns import SPACES, Layout, split
from processing.data.readers.reading import LONGEST_LINE
from processing.data.readers.table_rows import Flaw
from processing.data.readers.text_blocks import Block, is_utf8

IDS = ("user", "movie")
QUOTE, LF, COMMENT = (ord(c) for c in '"\n#')

_AT_COLUMN = re.compile(r"In CSV column #([0-9]+)")
_BLANKS = re.compile(rb"[ \t]+")


@dataclass(frozen=True)
class Lines:
    """Rows of a block, for messages: `numbers` are those of their lines."""

    label: str
    block: Block
    lines: NDArray[np.int64]
    layout: Layout

    def place(self, row: int) -> str:
        """File and line."""
        return f"{self.label}:{self.block.number + int(self.lines[row])}"

    def text(self, row: int) -> str:
        """The line."""
        return self.block.line(int(self.lines[row])).decode("utf-8", "replace")

    def texts(self, row: int) -> dict[str, str]:
        """Its cells by role, none where it is not all of the row."""
        cells = split(self.text(row), self.layout.delimiter)
        if len(cells) != self.layout.n_columns:
            return {}
        return {role: cells[place] for role, place in self.layout.places.items()}


@dataclass(frozen=True)
class Found:
    """What the lines of a block are, before their cells are read.

    `plain`: which lines are plain rows. `odd`: the cells of other rows by line. `flaws`: bad lines,
    by line. `n_comments`: lines that are comments. `left`: the first line that is left for the next
    block, since the quote that it opens is not closed in this one. `marks`: places of all
    delimiters, int64 (lines, columns - 1), where there are no quotes and every line has as many.
    """

    plain: NDArray[np.bool_]
    odd: dict[int, list[str]]
    flaws: dict[int, str]
    n_comments: int
    left: int
    marks: NDArray[np.int64] | None


def look_through(block: Block, layout: Layout, n_skipped: int) -> Found:
    """Tell plain lines from others, and read those; the first `n_skipped` lines are no rows."""
    is_there = block.ends > block.starts
    is_there[:n_skipped] = False
    regular, marks = _are_plain(block, layout)
    plain = is_there & regular
    odd: dict[int, list[str]] = {}
    flaws: dict[int, str] = {}
    n_comments, after = 0, 0
    for k in np.flatnonzero(is_there & ~plain).tolist():
        if k < after:
            continue
        cells, n_lines = _read_odd(block, k, layout)
        if n_lines == 0:
            return Found(plain, odd, flaws, n_comments, k, marks)
        if isinstance(cells, list):
            odd[k] = cells
            plain[k + 1 : k + n_lines] = False
            after = k + n_lines
        elif block.text[block.starts[k]] == COMMENT:
            n_comments += 1
        elif not _is_blank(block.line(k), layout):
            flaws[k] = cells
    return Found(plain, odd, flaws, n_comments, len(block.starts), marks)


def cells_of(
    block: Block, found: Found, layout: Layout, kinds: "CellTypes", label: str
) -> tuple[dict[str, Any], Lines, tuple[Flaw, ...]]:
    """The cells of all rows as Arrow arrays by role, where they stand, and the bad lines."""
    plain = found.plain
    plain[found.left :] = False
    cells = _plain_cells(block, found, layout, kinds)
    lines = np.flatnonzero(plain)
    if found.odd:
        odd = np.array(list(found.odd), np.int64)
        order = np.argsort(np.concatenate((lines, odd)), kind="stable")
        for role, place in layout.places.items():
            texts = pa.array([row[place] for row in found.odd.values()], pa.string())
            plain_texts = pc.cast(cells[role], pa.string())
            cells[role] = pa.concat_arrays([plain_texts, texts]).take(pa.array(order))
        lines = np.concatenate((lines, odd))[order]
    flaws = tuple(
        Flaw(
            before=int(np.searchsorted(lines, k)),
            place=f"{label}:{block.number + k}",
            text=block.line(k),
            reason=reason,
        )
        for k, reason in sorted(found.flaws.items())
    )
    return cells, Lines(label, block, lines, layout), flaws


def _are_plain(block: Block, layout: Layout) -> tuple[NDArray[np.bool_], NDArray[np.int64] | None]:
    """Which lines are plain, all of them UTF-8; and the places of delimiters, as in `Found`."""
    text = np.frombuffer(block.text, np.uint8)
    n_lines, n_marks = len(block.starts), layout.n_columns - 1
    if layout.delimiter == SPACES:
        return _are_plain_in_spaces(block, n_marks), None
    by_line = None
    marks = np.flatnonzero(text == ord(layout.delimiter))
    if b'"' not in block.text:
        plain, by_line = _have(marks, n_marks, block)
    else:
        plain = _have_quotes_around(text, marks, n_marks, block, ord(layout.delimiter))
    plain &= text[block.starts] != COMMENT
    if not block.is_valid:
        plain &= np.fromiter((is_utf8(block.line(k)) for k in range(n_lines)), np.bool_, n_lines)
    return plain, by_line


def _have(
    marks: NDArray[np.int64], n_marks: int, block: Block
) -> tuple[NDArray[np.bool_], NDArray[np.int64] | None]:
    """Which lines have so many delimiters, and where these are if all lines do."""
    n_lines = len(block.starts)
    if len(marks) == n_lines * n_marks and n_marks:
        by_line = marks.reshape(n_lines, n_marks)
        if (by_line[:, 0] >= block.starts).all() and (by_line[:, -1] < block.ends).all():
            return np.ones(n_lines, np.bool_), by_line
    counts = np.diff(np.searchsorted(marks, np.append(block.starts, len(block.text))))
    return counts == n_marks, None


def _have_quotes_around(
    text: NDArray[np.uint8],
    marks: NDArray[np.int64],
    n_marks: int,
    block: Block,
    delimiter: int,
) -> NDArray[np.bool_]:
    """Which lines have so many delimiters outside quotes, and quotes only around whole cells."""
    quotes = np.flatnonzero(text == QUOTE)
    bounds = np.append(block.starts, len(text))
    first = np.searchsorted(quotes, bounds)
    line = np.searchsorted(block.ends, quotes)
    opens = (np.arange(len(quotes)) - first[line]) % 2 == 0
    beside = text[np.where(opens, quotes - 1, quotes + 1)]
    at_edge = (beside == delimiter) | (beside == LF) | (opens & (quotes == 0))
    plain: NDArray[np.bool_] = np.diff(first) % 2 == 0
    plain[line[~at_edge]] = False
    mark_line = np.searchsorted(block.ends, marks)
    inside = (np.searchsorted(quotes, marks) - first[mark_line]) % 2 == 1
    counts = np.bincount(mark_line[~inside], minlength=len(plain))
    plain &= counts == n_marks
    return plain


def _are_plain_in_spaces(block: Block, n_marks: int) -> NDArray[np.bool_]:
    n_lines = len(block.starts)
    lines = (block.line(k) for k in range(n_lines))
    counted = (
        b'"' not in line and not line.startswith(b"#") and len(line.split()) == n_marks + 1
        for line in lines
    )
    plain = np.fromiter(counted, np.bool_, n_lines)
    if not block.is_valid:
        plain &= np.fromiter((is_utf8(block.line(k)) for k in range(n_lines)), np.bool_, n_lines)
    return plain


class CellTypes:
    """The Arrow type of each column that is wanted: of numbers or dates until a cell is none.

    May be shared by threads: at worst two of them find the same out.
    """

    def __init__(self, layout: Layout) -> None:
        self._left = {role: [*_TYPES.get(role, ()), pa.string()] for role in layout.places}
        self._roles = {place: role for role, place in layout.places.items()}

    def types(self, with_ids: bool) -> dict[str, Any]:
        """The type of each column, by its place as a text; ids are texts unless `with_ids`."""
        return {
            str(place): self._left[role][0] if with_ids or role not in IDS else pa.string()
            for place, role in self._roles.items()
        }

    def give_up(self, place: int, kind: Any) -> None:
        """Take another type for a column, since a cell of it is not of this one."""
        left = self._left[self._roles[place]]
        if left[0] == kind:
            left.pop(0)


_TYPES = {
    "user": [pa.int64()],
    "movie": [pa.int64()],
    "rating": [pa.float64()],
    "timestamp": [pa.int64(), pa.date32()],
    "date": [pa.date32()],
}


def _plain_cells(block: Block, found: Found, layout: Layout, kinds: CellTypes) -> dict[str, Any]:
    text: Any = block.text
    if not found.plain.any():
        return {role: pa.array([], pa.string()) for role in layout.places}
    if not found.plain.all():
        kept = np.repeat(found.plain, block.ends + 1 - block.starts)
        text = np.frombuffer(text, np.uint8)[kept].tobytes()
    if layout.delimiter == SPACES:
        text = b"\n".join(b" ".join(line.split()) for line in text.split(b"\n"))
    places = [layout.places[role] for role in IDS if role in layout.places]
    numbers = all(_may_be_numbers(block, found, place) for place in places)
    while True:
        types = kinds.types(with_ids=numbers)
        try:
            table = _read_csv(text, layout, types)
        except pa.ArrowInvalid as error:
            wrong = _AT_COLUMN.search(str(error))
            if wrong is None:
                raise
            kinds.give_up(int(wrong[1]), types[wrong[1]])
            continue
        columns = zip(layout.places, table.columns, strict=True)
        return {role: column.combine_chunks() for role, column in columns}


def _may_be_numbers(block: Block, found: Found, place: int) -> bool:
    """Whether no cell of a column begins with a zero before more digits, or with a space."""
    if found.marks is None:
        return False
    text = np.frombuffer(block.text, np.uint8)
    starts = block.starts if place == 0 else found.marks[:, place - 1] + 1
    ends = block.ends if place == found.marks.shape[1] else found.marks[:, place]
    first, second = text[starts], text[np.minimum(starts + 1, len(text) - 1)]
    negative = first == ord("-")
    long_zero = (first == ord("0")) & (ends > starts + 1)
    other = (first < ord("0")) & ~negative
    return not bool((long_zero | other | (negative & (second == ord("0")))).any())


def _read_csv(text: bytes, layout: Layout, types: dict[str, Any]) -> Any:
    names = [str(place) for place in range(layout.n_columns)]
    return arrow_csv.read_csv(
        pa.BufferReader(text),
        read_options=arrow_csv.ReadOptions(
            column_names=names, use_threads=False, block_size=len(text) + 1
        ),
        parse_options=arrow_csv.ParseOptions(
            delimiter=layout.delimiter, newlines_in_values=False, ignore_empty_lines=False
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=types,
            include_columns=[str(place) for place in layout.places.values()],
            null_values=[],
            strings_can_be_null=False,
            check_utf8=False,
        ),
    )


def _read_odd(block: Block, k: int, layout: Layout) -> tuple[list[str] | str, int]:
    """Cells of a row that begins on a line, or what is wrong with it, and how many lines it has.

    No lines means that it may go on in the next block.
    """
    raw = block.line(k)
    if not is_utf8(raw):
        return "is not UTF-8 text", 1
    if layout.delimiter == SPACES:
        raw = _BLANKS.sub(b" ", raw.strip())
    if b'\\"' in raw:
        escaped = _escaped(raw.decode(), layout)
        if escaped is not None:
            return escaped, 1
    n_lines = 0

    def following() -> Iterator[str]:
        nonlocal n_lines
        n_lines = 1
        yield raw.decode() + "\n"
        for line in range(k + 1, len(block.starts)):
            text = block.line(line)
            too_far = block.ends[line] - block.starts[k] > LONGEST_LINE
            if too_far or not is_utf8(text) or _is_row(text.decode(), layout):
                return
            n_lines += 1
            yield text.decode() + "\n"
        if not block.is_last:
            n_lines = 0

    try:
        cells = next(csv.reader(following(), delimiter=layout.delimiter, strict=True))
    except StopIteration:
        return [], 1
    except csv.Error:
        return "is not CSV", min(n_lines, 1)
    if n_lines == 1 and len(cells) != layout.n_columns:
        return f"has {len(cells)} columns instead of {layout.n_columns}", 1
    if len(cells) != layout.n_columns:
        return "opens a quote that is not closed", 1
    return [cell.removesuffix("\n") for cell in cells], n_lines


def _escaped(line: str, layout: Layout) -> list[str] | None:
    """The cells of a line in which backslashes stand before quotes, None where it is no row."""
    reader = csv.reader([line], delimiter=layout.delimiter, escapechar="\\", strict=True)
    try:
        cells = next(reader)
    except csv.Error:
        return None
    return cells if len(cells) == layout.n_columns else None


def _is_row(line: str, layout: Layout) -> bool:
    """Whether a line is a row by itself, rather than a part of a cell of several lines."""
    try:
        cells = next(csv.reader([line], delimiter=layout.delimiter, strict=True), [])
    except csv.Error:
        return False
    if len(cells) != layout.n_columns:
        return False
    number = cells[layout.places.get("rating", layout.places["movie"])].strip()
    return "rating" not in layout.places or parse_number(number) is not None


def _is_blank(line: bytes, layout: Layout) -> bool:
    """Whether a line has no content but delimiters."""
    return not line.replace(layout.delimiter.encode(), b"").replace(b'""', b"").strip()
