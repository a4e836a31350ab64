"""What all readers share: what they are asked, what they answer, and the budget of bad lines."""

import logging
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import IO, AnyStr, ClassVar

from processing.data.readers.containers import Files, Member
from processing.data.rows import Scale, SourceData
from processing.errors import RatingsFormatError, SourceError

logger = logging.getLogger(__name__)

BOM = b"\xef\xbb\xbf"
MAX_ID = 2**63 - 1
FIRST_LINES = 100  # by which a single file is recognised
LONGEST_LINE = 1 << 20
TABLE_ENDINGS = (
    "csv",
    "tsv",
    "txt",
    "dat",
    "data",
    "tab",
    "parquet",
    "pq",
    "jsonl",
    "ndjson",
    "json",
)
SHOWN_TEXT = 80  # characters of a bad line that a message repeats
SHOWN_LINES = 3  # tolerated bad lines that the log repeats
CURE = "Correct the line, or tolerate up to N bad lines with --skip-bad N."

_INTEGER = re.compile(r"-?[0-9]+")


@dataclass(frozen=True, kw_only=True)
class ReadOptions:
    """How a source is to be read.

    `skip_bad`: bad lines to tolerate in the whole source. `scale`: the rating scale, by default
    the format's own, or for an own CSV the data's. `columns`: what each column of an own CSV is,
    such as ("user", "movie", "rating", "date"), "-" for one to ignore. `delimiter`: what separates
    its columns. `encoding`: of texts, by default found. `not_rated`: ratings of an own table that
    mark what is not rated, such as ("0",). `date_format`: of its dates, as `strptime` takes it.
    """

    skip_bad: int = 0
    scale: Scale | None = None
    columns: tuple[str, ...] | None = None
    delimiter: str | None = None
    encoding: str | None = None
    not_rated: tuple[str, ...] = ()
    date_format: str | None = None

    @property
    def is_of_table(self) -> bool:
        """Whether something was said that only a table of one's own can have."""
        said = (self.columns, self.delimiter, self.date_format)
        return any(each is not None for each in said) or bool(self.not_rated)


def lines_of(stream: IO[AnyStr], label: str) -> Iterator[AnyStr]:
    """The lines of a file with their ends, of bounded length; `label` names it in messages.

    Raises
    ------
    SourceError
        If a line is longer than `LONGEST_LINE`: a small archive can hold one that fills memory.
    """
    number = 1
    while line := stream.readline(LONGEST_LINE + 1):
        if len(line) > LONGEST_LINE:
            raise SourceError(
                f"{label}:{number}: the line is longer than {LONGEST_LINE:,} characters. Expected "
                "one title or rating a line; check that the file is text."
            )
        yield line
        number += 1


class BadLines:
    """Counts the bad lines of a source, and raises at the first one too many."""

    def __init__(self, tolerated: int, cure: str = CURE) -> None:
        self.count = 0
        self._cure = cure
        self._tolerated = tolerated
        self._first: list[str] = []

    def add(
        self, place: str, text: str | bytes, reason: str, expected: str, advice: str = ""
    ) -> None:
        """Note a bad line; `place` is 'file:line', `reason` says what it is or has.

        `advice` says what else than correcting the line may help.

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
            raise RatingsFormatError(
                " ".join((message, *([advice] if advice else ()), self._advice()))
            )
        if len(self._first) < SHOWN_LINES:
            self._first.append(message)

    def _advice(self) -> str:
        if self._tolerated:
            return (
                f"This is bad line number {self.count} and --skip-bad tolerates {self._tolerated}; "
                "correct the lines or raise it."
            )
        return self._cure

    def report(self) -> None:
        """Log how many lines were skipped, and the first of them."""
        if self.count:
            first = "\n  ".join(self._first)
            logger.warning("Skipped %d bad lines, the first being:\n  %s", self.count, first)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A source that is being read: its opened files, what was asked, and its bad lines."""

    files: Files
    options: ReadOptions
    bad: BadLines


@dataclass(frozen=True, kw_only=True)
class Form(ABC):
    """A data set that was found in a container.

    `format` is its slug, `name` what people call it, `folder` where its files lie in the container.
    """

    format: str
    name: str
    folder: str

    @property
    @abstractmethod
    def files(self) -> tuple[Member, ...]:
        """The files that are read."""

    @abstractmethod
    def read(self, reading: Reading) -> SourceData:
        """Read them.

        Raises
        ------
        RatingsFormatError
            At the first bad line more than are tolerated.
        """


@dataclass(frozen=True, kw_only=True)
class Place:
    """A folder of a container, where a reader looks for a data set.

    `beside`: the folder's files by their names. `everywhere`: all files by their paths.
    """

    folder: str
    beside: Mapping[str, Member]
    everywhere: Mapping[str, Member]
    files: Files
    options: ReadOptions

    def find(self, *names: str) -> Member | None:
        """The first of these files that is there."""
        return next((self.beside[name] for name in names if name in self.beside), None)


@dataclass(frozen=True, kw_only=True)
class SingleFile:
    """A file that may be a data set whatever it is called; `head` are its first bytes."""

    member: Member
    head: bytes
    place: Place

    @cached_property
    def lines(self) -> list[bytes]:
        """Its first lines without their ends; empty ones are left out."""
        lines = self.head.removeprefix(BOM).split(b"\n")[:FIRST_LINES]
        return [line for line in (line.rstrip(b"\r") for line in lines) if line]

    def count(self, pattern: re.Pattern[bytes]) -> int:
        """How many of the first lines have a form."""
        return sum(bool(pattern.fullmatch(line)) for line in self.lines)

    def is_mostly(self, n_lines: int) -> bool:
        """Whether this many lines are more than half of the first ones."""
        return 2 * n_lines > len(self.lines)


class Likeness(IntEnum):
    """Why a single file may have a format, the best reason last."""

    NONE = 0
    NAME = 1  # nothing but its name; reading it says which line is bad
    LINES = 2  # most of its first lines
    HEADER = 3  # column names in its first line


class Reader(ABC):
    """How the data sets of one format are recognised. `registry.READERS` lists them all.

    `accepts` says in an error message what is read. `endings` are those of files that may be such a
    data set whatever they are called. `takes_columns` is for tables whose columns can be named.
    """

    accepts: ClassVar[str]
    endings: ClassVar[tuple[str, ...]] = ()
    takes_columns: ClassVar[bool] = False

    @abstractmethod
    def find(self, place: Place) -> Form | None:
        """The data set that lies in a folder, by the names of its files."""

    def likeness(self, file: SingleFile) -> Likeness:
        """Why a file may be such a data set all by itself."""
        return Likeness.NONE

    def take(self, file: SingleFile) -> Form | None:
        """Take a file for such a data set, if `likeness` says that it may be one."""
        return None


def parse_id(text: str) -> int | None:
    """An id as the kernels read them, None when it is none."""
    if not _INTEGER.fullmatch(text):
        return None
    value = int(text) if len(text) < 100 else MAX_ID + 1
    return value if abs(value) <= MAX_ID else None
