"""What all readers share: options, the budget of bad lines, rating rows in blocks, title files."""

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from processing.data.containers import Files, Member
from processing.data.rows import Catalogue, RatingRows, Scale, SourceData
from processing.errors import RatingsFormatError, SourceError
from processing.kernels import parse

logger = logging.getLogger(__name__)

BLOCK_BYTES = 1 << 24
SCRATCH_ROWS = 1 << 20
MAX_ID = 2**63 - 1
SHOWN_TEXT = 80  # characters of a bad line that a message repeats
SHOWN_LINES = 3  # tolerated bad lines that the log repeats

_BOM = b"\xef\xbb\xbf"
_INTEGER = re.compile(r"-?[0-9]+")
_REASONS = {
    parse.FORM: "is not such a line",
    parse.TOO_BIG: "has an id beyond 64 bits",
    parse.RATING: "has a rating that is no number on the scale",
    parse.DATE: "has no real date",
    parse.HEADERLESS: "is a rating of no movie, because no good 'movie_id:' line stands before it",
}

Kernel = Callable[..., None]


@dataclass(frozen=True, kw_only=True)
class ReadOptions:
    """How a source is to be read.

    `skip_bad`: bad lines to tolerate in the whole source. `scale`: the rating scale, by default
    the format's own, or for an own CSV the data's. `columns`: what each column of an own CSV is,
    such as ("user", "movie", "rating", "date"), "-" for one to ignore. `delimiter`: what parts
    its columns.
    """

    skip_bad: int = 0
    scale: Scale | None = None
    columns: tuple[str, ...] | None = None
    delimiter: str | None = None


class BadLines:
    """Counts the bad lines of a source, and raises at the first one too many."""

    def __init__(self, tolerated: int) -> None:
        self.count = 0
        self._tolerated = tolerated
        self._first: list[str] = []

    def add(self, place: str, text: str | bytes, reason: str, expected: str) -> None:
        """Note a bad line; `place` is 'file:line', `reason` says what it is or has.

        Raises
        ------
        RatingsFormatError
            If it is more than are tolerated.
        """
        self.count += 1
        if isinstance(text, bytes):
            text = text.decode("utf-8", "replace")
        text = text.rstrip("\r\n")
        shown = text if len(text) <= SHOWN_TEXT else text[: SHOWN_TEXT - 1] + "…"
        message = f"{place}: {shown!r} {reason}. Expected {expected}."
        if self.count > self._tolerated:
            raise RatingsFormatError(f"{message} {self._advice()}")
        if len(self._first) < SHOWN_LINES:
            self._first.append(message)

    def _advice(self) -> str:
        if self._tolerated:
            return (
                f"This is bad line number {self.count} and --skip-bad tolerates {self._tolerated}; "
                "correct the lines or raise it."
            )
        return "Correct the line, or tolerate up to N bad lines with --skip-bad N."

    def report(self) -> None:
        """Log how many lines were skipped, and the first of them."""
        if self.count:
            first = "\n  ".join(self._first)
            logger.warning("Skipped %d bad lines, the first being:\n  %s", self.count, first)


@dataclass(frozen=True, kw_only=True)
class Form:
    """A data set that was found in a container.

    `format` is its slug, `name` what people call it, `folder` where its files lie in the container,
    `files` those that are read.
    """

    format: str
    name: str
    folder: str
    files: tuple[Member, ...]
    read: Callable[[Files, ReadOptions, BadLines], SourceData]


class RowReader:
    """Reads files of rating lines through a kernel, block by block.

    Memory is 24 bytes a row, a block of text and a scratch area. `kernel` is called with the text,
    `settings`, and what `processing.kernels.parse` describes.
    """

    def __init__(
        self, kernel: Kernel, settings: tuple[float, ...], expected: str, bad: BadLines
    ) -> None:
        self._kernel, self._settings = kernel, settings
        self._expected, self._bad = expected, bad
        self._state = np.zeros(parse.N_STATE, np.int64)
        self._buffer = bytearray(BLOCK_BYTES)
        self._scratch = _columns(SCRATCH_ROWS)
        self._rows = _columns(0)
        self._bad_starts, self._bad_lines, self._bad_reasons = np.zeros((3, 64), np.int64)

    def read(self, stream: BinaryIO, label: str, n_header_lines: int = 0) -> None:
        """Add a file's rows; `label` names it in messages."""
        state = self._state
        state[[parse.LINE, parse.HAS_MOVIE]] = 0
        for text in blocks(stream, self._buffer, label):
            state[parse.AT] = 0
            while state[parse.LINE] < n_header_lines:
                state[parse.AT] += text[state[parse.AT] :].tobytes().index(b"\n") + 1
                state[parse.LINE] += 1
            while state[parse.AT] < len(text):
                self._kernel(
                    text,
                    *self._settings,
                    state,
                    *self._scratch,
                    self._bad_starts,
                    self._bad_lines,
                    self._bad_reasons,
                )
                self._note_bad_lines(text, label)
                if state[parse.ROWS] == SCRATCH_ROWS:
                    self._keep_rows()

    def finish(self) -> RatingRows:
        """Hand over the rows of all files that were read."""
        self._keep_rows()
        user_ids, movie_ids, values, days = self._rows
        return RatingRows(user_ids=user_ids, movie_ids=movie_ids, values=values, days=days)

    def _note_bad_lines(self, text: NDArray[np.uint8], label: str) -> None:
        for k in range(self._state[parse.BAD]):
            line = text[self._bad_starts[k] :][: 4 * SHOWN_TEXT].tobytes()
            self._bad.add(
                f"{label}:{self._bad_lines[k]}",
                line.partition(b"\n")[0],
                _REASONS[int(self._bad_reasons[k])],
                self._expected,
            )
        self._state[parse.BAD] = 0

    def _keep_rows(self) -> None:
        new = int(self._state[parse.ROWS])
        for kept, column in zip(self._rows, self._scratch, strict=True):
            old = len(kept)
            kept.resize(old + new, refcheck=False)  # grows in place: no second copy of all rows
            kept[old:] = column[:new]
        self._state[parse.ROWS] = 0


def blocks(stream: BinaryIO, buffer: bytearray, label: str) -> Iterator[NDArray[np.uint8]]:
    """Read whole lines into `buffer`, again and again; the last line gets its newline if need be.

    A byte order mark at the start is left out. What is yielded is overwritten by the next block.
    """
    view, text = memoryview(buffer), np.frombuffer(buffer, np.uint8)
    limit = len(buffer) - 1  # room for the newline that the last line may lack
    filled = _fill(stream, view[:limit], 0)
    start = len(_BOM) if buffer.startswith(_BOM) and filled >= len(_BOM) else 0
    while filled > start:
        is_last = filled < limit
        if is_last and buffer[filled - 1] != ord("\n"):
            buffer[filled] = ord("\n")
            filled += 1
        cut = buffer.rfind(b"\n", start, filled) + 1
        if cut == 0:
            raise SourceError(
                f"{label}: a line is longer than {limit} bytes. Expected ratings, one a line; "
                "check that the file is text."
            )
        yield text[start:cut]
        start, rest = 0, filled - cut
        view[:rest] = view[cut:filled]
        filled = rest if is_last else _fill(stream, view[:limit], rest)


class Title(NamedTuple):
    """An entry of a title file."""

    movie_id: int
    title: str
    year: int | None
    genres: tuple[str, ...]


def read_titles(
    stream: BinaryIO,
    label: str,
    encoding: str,
    parse_title: Callable[[str], Title | None],
    expected: str,
    bad: BadLines,
    n_header_lines: int = 0,
) -> Catalogue:
    """Read a file of one title a line; `parse_title` returns None for a line it cannot read."""
    titles: dict[int, Title] = {}
    for number, (raw, text) in enumerate(text_lines(stream, encoding), start=1):
        if number <= n_header_lines or not raw.strip():
            continue
        title = None if text is None else parse_title(text)
        if text is None:
            bad.add(f"{label}:{number}", raw, f"is not {encoding} text", expected)
        elif title is None:
            bad.add(f"{label}:{number}", text, "is not such a line", expected)
        elif title.movie_id in titles:
            reason = f"gives movie {title.movie_id} a second title"
            bad.add(f"{label}:{number}", text, reason, expected)
        else:
            titles[title.movie_id] = title
    return catalogue_of(titles)


def text_lines(stream: BinaryIO, encoding: str) -> Iterator[tuple[bytes, str | None]]:
    """Each line as bytes and, without its line end, as text; None where it cannot be decoded."""
    for number, raw in enumerate(stream):
        line = raw.removeprefix(_BOM) if number == 0 else raw
        try:
            yield line, line.decode(encoding).rstrip("\r\n")
        except UnicodeDecodeError:
            yield line, None


def catalogue_of(titles: dict[int, Title]) -> Catalogue:
    """Put titles in order of movie id."""
    ordered = [titles[movie_id] for movie_id in sorted(titles)]
    return Catalogue(
        movie_ids=np.array([title.movie_id for title in ordered], np.int64),
        titles=[title.title for title in ordered],
        years=[title.year for title in ordered],
        genres=[title.genres for title in ordered],
    )


def parse_id(text: str) -> int | None:
    """An id as the kernels read them, None when it is none."""
    if not _INTEGER.fullmatch(text):
        return None
    value = int(text) if len(text) < 100 else MAX_ID + 1
    return value if abs(value) <= MAX_ID else None


def _columns(n: int) -> tuple[NDArray[Any], ...]:
    return tuple(np.empty(n, dtype) for dtype in (np.int64, np.int64, np.float32, np.int32))


def _fill(stream: BinaryIO, view: memoryview, filled: int) -> int:
    while filled < len(view):
        n = stream.readinto(view[filled:])  # type: ignore[attr-defined]
        if not n:
            break
        filled += n
    return filled
