"""Title files: of one title a line, and of titles as people write them."""

import csv
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, NamedTuple

import numpy as np

from processing.data.readers.containers import Files, Member
from processing.data.readers.reading import BOM, Reading, lines_of, parse_id
from processing.data.rows import Catalogue
from processing.ids import Id, as_ids

logger = logging.getLogger(__name__)

MOVIES_HEADER = "movieId,title,genres"
NO_GENRE = "(no genres listed)"

_YEAR = re.compile(r"\s*\(([0-9]{4})(?:[-–][0-9]{0,4})?\)\s*(?:\(T?V\))?\s*$")
_ARTICLE = re.compile(
    r"(^|\((?:a\.k\.a\. )?)"  # the title, or another title of the movie in parentheses
    r"([^()]+), (The|An?|L'|Les?|La|Il|Das|Der|Die|El|Los|Las)(?=\s*(?:[()]|$))"
)


class Title(NamedTuple):
    """An entry of a title file."""

    movie_id: Id
    title: str
    year: int | None
    genres: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class TitleLines:
    """How the lines of a title file are read.

    `parse` returns None for a line that it cannot read; `expected` is what messages say instead.
    """

    encoding: str
    parse: Callable[[str], Title | None]
    expected: str
    n_header_lines: int = 0

    def read(self, reading: Reading, member: Member | None) -> Catalogue:
        """Read a file of one title a line; no titles where there is no file."""
        book = TitleBook()
        if member is None:
            return catalogue_of(book.titles)
        encoding = reading.options.encoding or self.encoding
        with reading.files.open(member) as stream:
            label = reading.files.label(member)
            for number, (raw, text) in enumerate(text_lines(stream, encoding, label), start=1):
                if number > self.n_header_lines and raw.strip():
                    place = f"{label}:{number}"
                    title = None if text is None else self.parse(text)
                    if text is None:
                        reading.bad.add(place, raw, f"is not {encoding} text", self.expected)
                    elif title is None:
                        reading.bad.add(place, text, "is not such a line", self.expected)
                    else:
                        book.add(title, place)
        book.report()
        return catalogue_of(book.titles)


class TitleBook:
    """Titles by movie id: the first one of each counts, and how many others there are is said."""

    def __init__(self) -> None:
        self.titles: dict[Id, Title] = {}
        self._n_other, self._first_other = 0, ""

    def add(self, title: Title, place: str) -> None:
        """Note a title; `place` is 'file:line'."""
        known = self.titles.setdefault(title.movie_id, title)
        if known.title != title.title or known.year != title.year:
            self._n_other += 1
            other, first = _spelled(title), _spelled(known)
            self._first_other = self._first_other or (
                f"{place} calls movie {title.movie_id} {other!r} after {first!r}"
            )

    def report(self) -> None:
        """Log how many titles were given to movies that had one already."""
        if self._n_other:
            logger.warning(
                "Kept the first title of each movie and left out %d rows with another, the first "
                "being: %s.",
                self._n_other,
                self._first_other,
            )


def _spelled(title: Title) -> str:
    return title.title if title.year is None else f"{title.title} ({title.year})"


def text_lines(stream: IO[bytes], encoding: str, label: str) -> Iterator[tuple[bytes, str | None]]:
    """Each line as bytes and, without its line end, as text; None where it cannot be decoded.

    A line that is UTF-8 is taken for that whatever the encoding: files that came in Latin-1 are
    often saved again, and hardly a line in Latin-1 is UTF-8 by chance.
    """
    for number, raw in enumerate(lines_of(stream, label)):
        line = raw.removeprefix(BOM) if number == 0 else raw
        yield line, _decoded(line, encoding)


def _decoded(line: bytes, encoding: str) -> str | None:
    for name in ("utf-8", encoding):
        try:
            return line.decode(name).rstrip("\r\n")
        except UnicodeDecodeError:
            pass
    return None


def catalogue_of(titles: Mapping[Id, Title]) -> Catalogue:
    """Put titles in order of movie id; ids are texts if one of them is."""
    keys = list(titles)
    ids = as_ids(keys)
    order = np.argsort(ids, kind="stable")
    ordered = [titles[keys[k]] for k in order.tolist()]
    return Catalogue(
        movie_ids=ids[order],
        titles=[title.title for title in ordered],
        years=[title.year for title in ordered],
        genres=[title.genres for title in ordered],
    )


def has_header(files: Files, member: Member, header: str) -> bool:
    """Whether a file's first line is `header`, a byte order mark aside."""
    first = files.head(member, 1024).partition(b"\n")[0].removeprefix(BOM)
    return first.strip() == header.encode()


def split_title(movie_id: str, text: str, genres: str) -> Title | None:
    """A title of MovieLens, None when it is none; `genres` are separated by '|'."""
    number = parse_id(movie_id)
    if number is None or not text.strip():
        return None
    title, year = tidy_title(text)
    named = () if genres in ("", NO_GENRE) else tuple(genres.split("|"))
    return Title(number, title, year, named)


def tidy_title(text: str) -> tuple[str, int | None]:
    """Split the year off a title and put its article in front.

    >>> tidy_title("Matrix, The (1999)")
    ('The Matrix', 1999)
    >>> tidy_title("Enfer, L' (1994)")
    ("L'Enfer", 1994)
    """
    found = _YEAR.search(text)
    title = text[: found.start()].strip() if found else text.strip()
    if not title:
        return text.strip(), None
    return _ARTICLE.sub(_article_first, title), int(found[1]) if found else None


def _article_first(match: re.Match[str]) -> str:
    opening, title, article = match.groups()
    return f"{opening}{article}{'' if article.endswith(chr(39)) else ' '}{title}"


def _parse_csv(line: str) -> Title | None:
    try:
        fields = next(csv.reader([line], strict=True))
    except csv.Error:
        return None
    return split_title(*fields) if len(fields) == 3 else None


MOVIES_CSV = TitleLines(
    encoding="utf-8",
    parse=_parse_csv,
    expected=f"{MOVIES_HEADER!r}, a title with commas in double quotes",
    n_header_lines=1,
)
