"""What all readers share: options, the budget of bad lines, title files."""

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, NamedTuple

import numpy as np

from processing.data.readers.containers import Files, Member
from processing.data.rows import Catalogue, Scale, SourceData
from processing.errors import RatingsFormatError

logger = logging.getLogger(__name__)

MAX_ID = 2**63 - 1
SHOWN_TEXT = 80  # characters of a bad line that a message repeats
SHOWN_LINES = 3  # tolerated bad lines that the log repeats

_BOM = b"\xef\xbb\xbf"
_INTEGER = re.compile(r"-?[0-9]+")


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


class Title(NamedTuple):
    """An entry of a title file."""

    movie_id: int
    title: str
    year: int | None
    genres: tuple[str, ...]


def read_titles(
    stream: IO[bytes],
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


def text_lines(stream: IO[bytes], encoding: str) -> Iterator[tuple[bytes, str | None]]:
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
