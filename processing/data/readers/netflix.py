"""Reader of the Netflix Prize data, in Kaggle's form and in that of the original archive."""

import logging
import re
from array import array
from collections.abc import Mapping
from functools import partial

import numpy as np
from numpy.typing import NDArray

from processing.data.readers.containers import Files, Member
from processing.data.readers.reading import (
    BadLines,
    Form,
    ReadOptions,
    Title,
    catalogue_of,
    parse_id,
    read_titles,
    text_lines,
)
from processing.data.readers.row_reader import RowReader
from processing.data.rows import Pairs, RatingRows, Scale, SourceData
from processing.errors import SourceError
from processing.kernels.parse import parse_netflix

logger = logging.getLogger(__name__)

NAME = "Netflix Prize"
SCALE = Scale(low=1, high=5, step=1)
N_PARTS = 4

_PART = re.compile(r"combined_data_([1-4])\.txt")
_MOVIE_FILE = re.compile(r"mv_[0-9]+\.txt")
_YEAR = re.compile(r"[0-9]{4}")
_TITLE_FILES = ("movie_titles.csv", "movie_titles.txt")
_TITLE_LINE = "'movie_id,year,title', the year a number or NULL"
_PROBE_LINE = "'movie_id:', or a user id"


def find_combined(folder: str, files: Mapping[str, Member]) -> Form | None:
    """Recognise Kaggle's form by its `combined_data_N.txt`."""
    numbers = sorted(int(match[1]) for name in files if (match := _PART.fullmatch(name)))
    if not numbers:
        return None
    parts = [files[f"combined_data_{number}.txt"] for number in numbers]
    missing = sorted(set(range(1, N_PARTS + 1)) - set(numbers))
    if any(number < numbers[-1] for number in missing if number > numbers[0]):
        raise SourceError(
            f"{folder or 'The source'} holds {_names(numbers)} without {_names(missing)}. Expected "
            f"{_names(range(1, N_PARTS + 1))}, or some of them without a gap; add what is missing, "
            "or give a single file."
        )
    return combined(parts, folder, files, missing)


def combined(
    parts: list[Member], folder: str, files: Mapping[str, Member], missing: list[int]
) -> Form:
    """Describe a set in Kaggle's form; `missing` are the numbers of parts that are not there."""
    titles = next((files[name] for name in _TITLE_FILES if name in files), None)
    return _form("netflix", folder, parts, titles, files.get("probe.txt"), missing)


def find_archive(
    folder: str, files: Mapping[str, Member], all_files: Mapping[str, Member]
) -> Form | None:
    """Recognise the original archive by its `mv_NNNNNNN.txt`; the rest lies there or above."""
    parts = [member for name, member in files.items() if _MOVIE_FILE.fullmatch(name)]
    if not parts:
        return None

    def above(*names: str) -> Member | None:
        places = [folder[:k] for k in range(len(folder), 0, -1) if folder[k : k + 1] in ("/", "")]
        paths = [f"{place}/{name}" for place in places for name in names] + list(names)
        return next((all_files[path] for path in paths if path in all_files), None)

    titles = above(*_TITLE_FILES)
    return _form("netflix-archive", folder, parts, titles, above("probe.txt"), [])


def _form(
    slug: str,
    folder: str,
    parts: list[Member],
    titles: Member | None,
    probe: Member | None,
    missing: list[int],
) -> Form:
    return Form(
        format=slug,
        name=NAME,
        folder=folder,
        files=(*parts, *(member for member in (titles, probe) if member)),
        read=partial(_read, parts, titles, probe, missing),
    )


def _read(
    parts: list[Member],
    titles: Member | None,
    probe: Member | None,
    missing: list[int],
    files: Files,
    options: ReadOptions,
    bad: BadLines,
) -> SourceData:
    scale = options.scale or SCALE
    if missing:
        logger.warning("%s is incomplete: there is no %s.", NAME, _names(missing))
    reader = RowReader(
        parse_netflix,
        (scale.low, scale.high, scale.step),
        f"'movie_id:', or 'user_id,rating,YYYY-MM-DD' with a rating of {scale}",
        bad,
        sum(member.size for member in parts),
        files.advance,
    )
    for member in parts:
        with files.open(member) as stream:
            reader.read(stream, files.label(member))
    rows = reader.finish()
    catalogue = catalogue_of({})
    if titles:
        with files.open(titles) as stream:
            label = files.label(titles)
            catalogue = read_titles(stream, label, "latin-1", _parse_title, _TITLE_LINE, bad)
    pairs = _read_probe(files, probe, bad) if probe else None
    if pairs and missing:
        pairs = _of_known_movies(pairs, rows)
    return SourceData(rows=rows, catalogue=catalogue, scale=scale, probe=pairs)


def _parse_title(line: str) -> Title | None:
    fields = line.split(",", 2)
    if len(fields) < 3:
        return None
    movie_id, year, title = parse_id(fields[0]), fields[1], fields[2].strip()
    if movie_id is None or not title or not (year == "NULL" or _YEAR.fullmatch(year)):
        return None
    return Title(movie_id, title, None if year == "NULL" else int(year), ())


def _read_probe(files: Files, member: Member, bad: BadLines) -> Pairs:
    users, movies = array("q"), array("q")
    movie: int | None = None
    with files.open(member) as stream:
        for number, (raw, text) in enumerate(text_lines(stream, "ascii"), start=1):
            if not raw.strip():
                continue
            is_header = text is not None and text.endswith(":")
            found = None if text is None else parse_id(text.removesuffix(":"))
            if is_header:
                movie = found
            if found is None or movie is None:
                reason = "is not such a line, or of no movie"
                bad.add(f"{files.label(member)}:{number}", raw, reason, _PROBE_LINE)
            elif not is_header:
                users.append(found)
                movies.append(movie)
    return Pairs(user_ids=np.array(users, np.int64), movie_ids=np.array(movies, np.int64))


def _of_known_movies(pairs: Pairs, rows: RatingRows) -> Pairs:
    """The pairs of movies that were read, where a part of the ratings is missing."""
    read = set(rows.movie_ids[_starts(rows.movie_ids)].tolist())
    known = np.array([movie_id in read for movie_id in pairs.movie_ids.tolist()], np.bool_)
    logger.warning("Left out %d probe pairs of movies in the missing parts.", np.sum(~known))
    return Pairs(user_ids=pairs.user_ids[known], movie_ids=pairs.movie_ids[known])


def _starts(movie_ids: NDArray[np.signedinteger]) -> NDArray[np.bool_]:
    """Whether a row has another movie than the one before it."""
    starts = np.ones(len(movie_ids), np.bool_)
    np.not_equal(movie_ids[1:], movie_ids[:-1], out=starts[1:])
    return starts


def _names(numbers: list[int] | range) -> str:
    return ", ".join(f"combined_data_{number}.txt" for number in numbers)
