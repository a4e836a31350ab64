"""Title files: of one title a line, and of titles as people write them."""

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, NamedTuple

import numpy as np

from processing.data.readers.containers import Files, Member
from processing.data.readers.reading import (
    BOM,
    BadLines,
    Place,
    Reading,
    lines_of,
    parse_id,
)
from processing.data.rows import Catalogue

MOVIES_HEADER = "movieId,title,genres"
NO_GENRE = "(no genres listed)"

_YEAR = re.compile(r"\s*\(([0-9]{4})(?:[-–][0-9]{0,4})?\)\s*(?:\(T?V\))?\s*$")
_ARTICLE = re.compile(
    r"(^|\((?:a\.k\.a\. )?)"  # the title, or another title of the movie in parentheses
    r"([^()]+), (The|An?|L'|Les?|La|Il|Das|Der|Die|El|Los|Las)(?=\s*(?:[()]|$))"
)


class Title(NamedTuple):
    """An entry of a title file."""

    movie_id: int
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
        titles: dict[int, Title] = {}
        if member is None:
            return catalogue_of(titles)
        with reading.files.open(member) as stream:
            label = reading.files.label(member)
            for number, (raw, text) in enumerate(text_lines(stream, self.encoding, label), start=1):
                if number > self.n_header_lines and raw.strip():
                    place = f"{label}:{number}"
                    self._add(titles, raw, text, place, reading.bad)
        return catalogue_of(titles)

    def _add(
        self, titles: dict[int, Title], raw: bytes, text: str | None, place: str, bad: BadLines
    ) -> None:
        title = None if text is None else self.parse(text)
        if text is None:
            bad.add(place, raw, f"is not {self.encoding} text", self.expected)
        elif title is None:
            bad.add(place, text, "is not such a line", self.expected)
        elif title.movie_id in titles:
            bad.add(place, text, f"gives movie {title.movie_id} a second title", self.expected)
        else:
            titles[title.movie_id] = title


def text_lines(stream: IO[bytes], encoding: str, label: str) -> Iterator[tuple[bytes, str | None]]:
    """Each line as bytes and, without its line end, as text; None where it cannot be decoded."""
    for number, raw in enumerate(lines_of(stream, label)):
        line = raw.removeprefix(BOM) if number == 0 else raw
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


def has_header(files: Files, member: Member, header: str) -> bool:
    """Whether a file's first line is `header`, a byte order mark aside."""
    first = files.head(member, 1024).partition(b"\n")[0].removeprefix(BOM)
    return first.strip() == header.encode()


def find_movies_csv(place: Place) -> Member | None:
    """MovieLens's title file, where it lies beside a table of one's own."""
    named = [place.beside[name] for name in ("movies.csv", "movie.csv") if name in place.beside]
    return next((m for m in named if has_header(place.files, m, MOVIES_HEADER)), None)


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
