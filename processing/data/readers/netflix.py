"""Reader of the Netflix Prize data, in Kaggle's form and in that of the original archive."""

import csv
import logging
import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from processing.data.readers.containers import Member
from processing.data.readers.reading import (
    Form,
    Likeness,
    Place,
    Reader,
    Reading,
    SingleFile,
    parse_id,
)
from processing.data.readers.row_reader import RowReader
from processing.data.readers.titles import Title, TitleLines, text_lines
from processing.data.rows import RatingRows, Scale, SourceData, SourcePairs
from processing.errors import SourceError
from processing.kernels.parse import Bounds, parse_netflix

logger = logging.getLogger(__name__)

NAME = "Netflix Prize"
SCALE = Scale(low=1, high=5, step=1)
N_PARTS = 4

_PART = re.compile(r"combined_data_([1-4])\.txt")
_MOVIE_FILE = re.compile(r"mv_[0-9]+\.txt")
_YEAR = re.compile(r"[0-9]{4}")
_TITLE_FILES = ("movie_titles.csv", "movie_titles.txt")
_PROBE_FILE = "probe.txt"
_PROBE_LINE = "'movie_id:', or a user id"


@dataclass(frozen=True, kw_only=True)
class _NetflixForm(Form):
    """The set in either form; `missing` are the numbers of parts that are not there."""

    parts: tuple[Member, ...]
    titles: Member | None
    probe: Member | None
    missing: tuple[int, ...] = ()

    @property
    def files(self) -> tuple[Member, ...]:
        return (*self.parts, *(member for member in (self.titles, self.probe) if member))

    def read(self, reading: Reading) -> SourceData:
        scale = reading.options.scale or SCALE
        if self.missing:
            logger.warning("%s is incomplete: there is no %s.", NAME, _names(self.missing))
        rows = self._read_rows(reading, scale)
        catalogue = _TITLES.read(reading, self.titles)
        probe = _read_probe(reading, self.probe) if self.probe else None
        if probe and self.missing:
            probe = _of_known_movies(probe, rows)
        return SourceData(rows=rows, catalogue=catalogue, scale=scale, probe=probe)

    def _read_rows(self, reading: Reading, scale: Scale) -> RatingRows:
        reader = RowReader(
            parse_netflix,
            (Bounds(scale.low, scale.high, scale.step),),
            f"'movie_id:', or 'user_id,rating,YYYY-MM-DD' with a rating of {scale}",
            reading.bad,
            sum(member.size for member in self.parts),
            reading.files.advance,
        )
        for member in self.parts:
            with reading.files.open(member) as stream:
                reader.read(stream, reading.files.label(member))
        return reader.finish()


class Kaggle(Reader):
    """Kaggle's form: `combined_data_N.txt`, of which parts at the start or the end may be there."""

    accepts = "Netflix Prize data (combined_data_1..4.txt)"
    endings = ("txt",)
    header = re.compile(rb"[0-9]+:")
    row = re.compile(rb"-?[0-9]+,[0-9.]+,[0-9]{4}-[0-9]{2}-[0-9]{2}")

    def find(self, place: Place) -> Form | None:
        numbers = sorted(int(match[1]) for name in place.beside if (match := _PART.fullmatch(name)))
        if not numbers:
            return None
        missing = sorted(set(range(1, N_PARTS + 1)) - set(numbers))
        if any(number < numbers[-1] for number in missing if number > numbers[0]):
            raise SourceError(
                f"{place.folder or 'The source'} holds {_names(numbers)} without "
                f"{_names(missing)}. Expected {_names(range(1, N_PARTS + 1))}, or some of them "
                "without a gap; add what is missing, or give a single file."
            )
        parts = [place.beside[f"combined_data_{number}.txt"] for number in numbers]
        return self._form(parts, place, missing)

    def likeness(self, file: SingleFile) -> Likeness:
        n_headers, n_rows = file.count(self.header), file.count(self.row)
        if n_headers and n_rows and file.is_mostly(n_headers + n_rows):
            return Likeness.LINES
        return Likeness.NAME if _PART.fullmatch(file.member.basename) else Likeness.NONE

    def take(self, file: SingleFile) -> Form:
        return self._form([file.member], file.place)

    def _form(self, parts: list[Member], place: Place, missing: Sequence[int] = ()) -> Form:
        return _NetflixForm(
            format="netflix",
            name=NAME,
            folder=place.folder,
            parts=tuple(parts),
            titles=place.find(*_TITLE_FILES),
            probe=place.find(_PROBE_FILE),
            missing=tuple(missing),
        )


class OriginalArchive(Reader):
    """The original archive: `mv_NNNNNNN.txt`, one for each movie; the rest lies there or above."""

    accepts = "its original archive (mv_*.txt)"

    def find(self, place: Place) -> Form | None:
        parts = [member for name, member in place.beside.items() if _MOVIE_FILE.fullmatch(name)]
        if not parts:
            return None
        return _NetflixForm(
            format="netflix-archive",
            name=NAME,
            folder=place.folder,
            parts=tuple(parts),
            titles=_find_above(place, *_TITLE_FILES),
            probe=_find_above(place, _PROBE_FILE),
        )


def _find_above(place: Place, *names: str) -> Member | None:
    """The first of these files in the folder, or in the nearest one above that has one."""
    folder = place.folder
    above = [folder[:k] for k in range(len(folder), 0, -1) if folder[k : k + 1] in ("/", "")]
    paths = [f"{start}/{name}" for start in above for name in names] + list(names)
    return next((place.everywhere[path] for path in paths if path in place.everywhere), None)


def _parse_title(line: str) -> Title | None:
    fields = line.split(",", 2)
    if len(fields) < 3:
        return None
    movie_id, year, title = parse_id(fields[0]), fields[1], _unquoted(fields[2].rstrip(", "))
    if movie_id is None or not title or not (year == "NULL" or _YEAR.fullmatch(year)):
        return None
    return Title(movie_id, title, None if year == "NULL" else int(year), ())


def _unquoted(title: str) -> str:
    """A title without the quotes that a spreadsheet puts around one with commas or quotes."""
    if title.startswith('"'):
        try:
            cells = next(csv.reader([title], strict=True))
        except csv.Error:
            return title.strip()
        return cells[0].strip() if len(cells) == 1 else title.strip()
    return title.strip()


_TITLES = TitleLines(
    encoding="latin-1",
    parse=_parse_title,
    expected="'movie_id,year,title', the year a number or NULL",
)


def _read_probe(reading: Reading, member: Member) -> SourcePairs:
    users, movies = array("q"), array("q")
    movie: int | None = None
    label = reading.files.label(member)
    with reading.files.open(member) as stream:
        for number, (raw, text) in enumerate(text_lines(stream, "ascii", label), start=1):
            if not raw.strip():
                continue
            is_header = text is not None and text.endswith(":")
            found = None if text is None else parse_id(text.removesuffix(":"))
            if is_header:
                movie = found
            if found is None or movie is None:
                reason = "is not such a line, or of no movie"
                reading.bad.add(f"{label}:{number}", raw, reason, _PROBE_LINE)
            elif not is_header:
                users.append(found)
                movies.append(movie)
    return SourcePairs(user_ids=np.array(users, np.int64), movie_ids=np.array(movies, np.int64))


def _of_known_movies(pairs: SourcePairs, rows: RatingRows) -> SourcePairs:
    """The pairs of movies that were read, where a part of the ratings is missing."""
    read = set(rows.movie_ids[_starts(rows.movie_ids)].tolist())
    known = np.array([movie_id in read for movie_id in pairs.movie_ids.tolist()], np.bool_)
    logger.warning("Left out %d probe pairs of movies in the missing parts.", np.sum(~known))
    return SourcePairs(user_ids=pairs.user_ids[known], movie_ids=pairs.movie_ids[known])


def _starts(movie_ids: NDArray[np.signedinteger]) -> NDArray[np.bool_]:
    """Whether a row has another movie than the one before it."""
    starts = np.ones(len(movie_ids), np.bool_)
    np.not_equal(movie_ids[1:], movie_ids[:-1], out=starts[1:])
    return starts


def _names(numbers: Sequence[int]) -> str:
    return ", ".join(f"combined_data_{number}.txt" for number in numbers)
