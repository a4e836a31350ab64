"""Reader of the MovieLens data sets: 100K, 1M, 10M, and the CSV form of 20M and later."""

import csv
import re
from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from processing.data.readers.containers import Files, Member
from processing.data.readers.reading import (
    BadLines,
    Form,
    ReadOptions,
    Title,
    catalogue_of,
    parse_id,
    read_titles,
)
from processing.data.readers.row_reader import RowReader
from processing.data.readers.titles import tidy_title
from processing.data.rows import Catalogue, Pairs, RatingRows, Scale, SourceData
from processing.kernels.parse import parse_separated

WHOLE_STARS = Scale(low=1, high=5, step=1)
HALF_STARS = Scale(low=0.5, high=5, step=0.5)
RATINGS_HEADER = "userId,movieId,rating,timestamp"
MOVIES_HEADER = "movieId,title,genres"
NO_GENRE = "(no genres listed)"
GENRES_100K = (
    "unknown|Action|Adventure|Animation|Children's|Comedy|Crime|Documentary|Drama|Fantasy|Film-Noir"
    "|Horror|Musical|Mystery|Romance|Sci-Fi|Thriller|War|Western"
).split("|")

_FOLD = re.compile(r"(u[0-9]+)\.test")
_HALF_STAR = re.compile(rb"::[0-9]\.5::")
_FOLDER_NAME = re.compile(r"ml-(\d+m|latest(?:-small)?)", re.IGNORECASE)


def find_100k(folder: str, files: Mapping[str, Member]) -> Form | None:
    """Recognise MovieLens 100K by its `u.data`."""
    if "u.data" not in files:
        return None
    folds = {match[1]: files[name] for name in sorted(files) if (match := _FOLD.fullmatch(name))}
    titles, genres = files.get("u.item"), files.get("u.genre")
    used = (files["u.data"], titles, genres, *folds.values())
    return Form(
        format="ml-100k",
        name="MovieLens 100K",
        folder=folder,
        files=tuple(member for member in used if member),
        read=partial(_read_100k, files["u.data"], titles, genres, folds),
    )


def find_dat(folder: str, files: Mapping[str, Member], opened: Files) -> Form | None:
    """Recognise MovieLens 1M or 10M by its `ratings.dat`.

    1M comes with `users.dat`, 10M with `tags.dat`; without either, half stars tell them apart.
    """
    if "ratings.dat" not in files:
        return None
    ratings, titles = files["ratings.dat"], files.get("movies.dat")
    is_10m = "users.dat" not in files and (
        "tags.dat" in files or bool(_HALF_STAR.search(opened.head(ratings, 1 << 20)))
    )
    return Form(
        format="ml-10m" if is_10m else "ml-1m",
        name="MovieLens 10M" if is_10m else "MovieLens 1M",
        folder=folder,
        files=tuple(member for member in (ratings, titles) if member),
        read=partial(_read_dat, ratings, titles, is_10m),
    )


def find_csv(folder: str, files: Mapping[str, Member], opened: Files) -> Form | None:
    """Recognise MovieLens 20M and later by `ratings.csv` and its header."""
    if "ratings.csv" not in files or not has_header(opened, files["ratings.csv"], RATINGS_HEADER):
        return None
    ratings, titles = files["ratings.csv"], files.get("movies.csv")
    named = _FOLDER_NAME.fullmatch(folder.rpartition("/")[2])
    suffix = named[1].replace("-", " ") if named else ""
    return Form(
        format="ml-csv",
        name=f"MovieLens {suffix.upper() if suffix[:1].isdigit() else suffix}".rstrip(),
        folder=folder,
        files=tuple(member for member in (ratings, titles) if member),
        read=partial(_read_csv, ratings, titles),
    )


def has_header(opened: Files, member: Member, header: str) -> bool:
    """Whether a file's first line is `header`, a byte order mark and quotes aside."""
    first = opened.head(member, 1024).partition(b"\n")[0].removeprefix(b"\xef\xbb\xbf")
    return first.strip() == header.encode()


def read_movies_csv(files: Files, member: Member, bad: BadLines) -> Catalogue:
    """Read `movies.csv`: a header, then 'movieId,title,genres'."""
    with files.open(member) as stream:
        return read_titles(
            stream,
            files.label(member),
            "utf-8",
            _parse_csv_title,
            "'movieId,title,genres', a title with commas in double quotes",
            bad,
            n_header_lines=1,
        )


def _read_100k(
    ratings: Member,
    titles: Member | None,
    genres: Member | None,
    folds: dict[str, Member],
    files: Files,
    options: ReadOptions,
    bad: BadLines,
) -> SourceData:
    scale = options.scale or WHOLE_STARS
    catalogue = catalogue_of({})
    if titles:
        names = _read_genres(files, genres, bad) if genres else GENRES_100K
        catalogue = _read_title_file(
            files,
            titles,
            "latin-1",
            partial(_parse_item, names),
            f"'movie_id|title|release date|video date|URL|' and {len(names)} genre flags, 0 or 1",
            bad,
        )
    tests = {name: _read_rows(files, test, "\t", 1, scale, bad) for name, test in folds.items()}
    return SourceData(
        rows=_read_rows(files, ratings, "\t", 1, scale, bad),
        catalogue=catalogue,
        scale=scale,
        folds={
            name: Pairs(
                user_ids=rows.user_ids.astype(np.int64), movie_ids=rows.movie_ids.astype(np.int64)
            )
            for name, rows in tests.items()
        },
    )


def _read_dat(
    ratings: Member,
    titles: Member | None,
    is_10m: bool,
    files: Files,
    options: ReadOptions,
    bad: BadLines,
) -> SourceData:
    scale = options.scale or (HALF_STARS if is_10m else WHOLE_STARS)
    rows = _read_rows(files, ratings, ":", 2, scale, bad)
    catalogue = catalogue_of({})
    if titles:
        encoding = "utf-8" if is_10m else "latin-1"
        expected = "'movie_id::title (year)::genre|genre'"
        catalogue = _read_title_file(files, titles, encoding, _parse_dat_title, expected, bad)
    return SourceData(rows=rows, catalogue=catalogue, scale=scale)


def _read_csv(
    ratings: Member, titles: Member | None, files: Files, options: ReadOptions, bad: BadLines
) -> SourceData:
    scale = options.scale or HALF_STARS
    rows = _read_rows(files, ratings, ",", 1, scale, bad, n_header_lines=1)
    catalogue = read_movies_csv(files, titles, bad) if titles else catalogue_of({})
    return SourceData(rows=rows, catalogue=catalogue, scale=scale)


def _read_rows(
    files: Files,
    member: Member,
    mark: str,
    width: int,
    scale: Scale,
    bad: BadLines,
    n_header_lines: int = 0,
) -> RatingRows:
    form = (mark * width).join(("user", "movie", "rating", "seconds since 1970"))
    settings = (ord(mark), width, scale.low, scale.high, scale.step)
    expected = f"{form!r} with a rating of {scale}"
    reader = RowReader(parse_separated, settings, expected, bad, member.size, files.advance)
    with files.open(member) as stream:
        reader.read(stream, files.label(member), n_header_lines)
    return reader.finish()


def _read_title_file(
    files: Files,
    member: Member,
    encoding: str,
    parse_title: Callable[[str], Title | None],
    expected: str,
    bad: BadLines,
) -> Catalogue:
    with files.open(member) as stream:
        return read_titles(stream, files.label(member), encoding, parse_title, expected, bad)


def _read_genres(files: Files, member: Member, bad: BadLines) -> list[str]:
    """Genre names in the order of their flags."""

    def parse(line: str) -> Title | None:
        name, _, number = line.rpartition("|")
        place = parse_id(number)
        return Title(place, name, None, ()) if name and place is not None else None

    return _read_title_file(files, member, "latin-1", parse, "'genre|number'", bad).titles


def _parse_item(genres: list[str], line: str) -> Title | None:
    """Parse a line of `u.item`; the flag `unknown` is no genre."""
    fields = line.split("|")
    flags = fields[5:]
    movie_id = parse_id(fields[0])
    if movie_id is None or len(flags) != len(genres) or not set(flags) <= {"0", "1"}:
        return None
    if not fields[1].strip():
        return None
    title, year = tidy_title(fields[1])
    named = (genre for genre, flag in zip(genres, flags, strict=True) if flag == "1")
    return Title(movie_id, title, year, tuple(genre for genre in named if genre != "unknown"))


def _parse_dat_title(line: str) -> Title | None:
    fields = line.split("::")
    return _title(fields[0], "::".join(fields[1:-1]), fields[-1]) if len(fields) >= 3 else None


def _parse_csv_title(line: str) -> Title | None:
    try:
        fields = next(csv.reader([line], strict=True))
    except csv.Error:
        return None
    return _title(*fields) if len(fields) == 3 else None


def _title(movie_id: str, text: str, genres: str) -> Title | None:
    number = parse_id(movie_id)
    if number is None or not text.strip():
        return None
    title, year = tidy_title(text)
    named = () if genres in ("", NO_GENRE) else tuple(genres.split("|"))
    return Title(number, title, year, named)
