"""`links.csv` of MovieLens: the numbers of its movies at IMDb and at The Movie Database (TMDB)."""

import re
from dataclasses import replace

from processing.data.readers.containers import Member
from processing.data.readers.reading import Reading, parse_id
from processing.data.readers.titles import text_lines
from processing.data.rows import Catalogue

LINKS_HEADER = "movieId,imdbId,tmdbId"
EXPECTED = f"{LINKS_HEADER!r}, and in each line three numbers, the last two above 0 or empty"

_NUMBER = re.compile(r"0*[1-9][0-9]{0,9}")

Numbers = tuple[int | None, int | None]


def with_links(catalogue: Catalogue, reading: Reading, member: Member | None) -> Catalogue:
    """Return the catalogue with the numbers of its movies; as it is where there is no file."""
    if member is None:
        return catalogue
    found = _read(reading, member)
    numbers = [found.get(movie_id, (None, None)) for movie_id in catalogue.movie_ids.tolist()]
    return replace(
        catalogue,
        imdb_ids=[imdb for imdb, _ in numbers],
        tmdb_ids=[tmdb for _, tmdb in numbers],
    )


def _read(reading: Reading, member: Member) -> dict[int, Numbers]:
    """Read the file: IMDb's and TMDB's number by movie id, the first line of each movie."""
    found: dict[int, Numbers] = {}
    label = reading.files.label(member)
    with reading.files.open(member) as stream:
        for number, (raw, text) in enumerate(text_lines(stream, "utf-8", label), start=1):
            if not raw.strip() or (number == 1 and text == LINKS_HEADER):
                continue
            row = None if text is None or number == 1 else _parse(text)
            if row is None:
                reading.bad.add(f"{label}:{number}", raw, "is not such a line", EXPECTED)
            else:
                found.setdefault(row[0], row[1])
    return found


def _parse(line: str) -> tuple[int, Numbers] | None:
    fields = [field.strip() for field in line.split(",")]
    movie_id = parse_id(fields[0])
    if len(fields) != 3 or movie_id is None:
        return None
    if not all(field == "" or _NUMBER.fullmatch(field) for field in fields[1:]):
        return None
    imdb, tmdb = (int(field) if field else None for field in fields[1:])
    return movie_id, (imdb, tmdb)
