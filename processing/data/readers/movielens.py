"""Reader of the MovieLens data sets: 100K, 1M, 10M, and the CSV form of 20M and later."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from processing.data.readers.containers import Member
from processing.data.readers.movie_links import with_links
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
from processing.data.readers.titles import (
    MOVIES_CSV,
    Title,
    TitleLines,
    has_header,
    split_title,
    tidy_title,
)
from processing.data.rows import RatingRows, Scale, SourceData, SourcePairs
from processing.kernels import parse

WHOLE_STARS = Scale(low=1, high=5, step=1)
HALF_STARS = Scale(low=0.5, high=5, step=0.5)
RATINGS_HEADER = "userId,movieId,rating,timestamp"
GENRES_100K = (
    "unknown|Action|Adventure|Animation|Children's|Comedy|Crime|Documentary|Drama|Fantasy|Film-Noir"
    "|Horror|Musical|Mystery|Romance|Sci-Fi|Thriller|War|Western"
).split("|")


_FOLD = re.compile(r"(u[0-9]+)\.test")
_HALF_STAR = re.compile(rb"::[0-9]\.5::")
_FOLDER_NAME = re.compile(r"ml-(\d+m|latest(?:-small)?)", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Separator:
    """What separates the columns of a file of ratings: `width` times the character `mark`."""

    mark: str
    width: int = 1
    n_header_lines: int = 0


TAB, COLONS = Separator(mark="\t"), Separator(mark=":", width=2)
COMMA = Separator(mark=",", n_header_lines=1)


@dataclass(frozen=True, kw_only=True)
class _Form100K(Form):
    ratings: Member
    titles: Member | None
    genres: Member | None
    folds: Mapping[str, Member] = field(default_factory=dict)

    @property
    def files(self) -> tuple[Member, ...]:
        return _present(self.ratings, self.titles, self.genres, *self.folds.values())

    def read(self, reading: Reading) -> SourceData:
        scale = reading.options.scale or WHOLE_STARS
        catalogue = self._read_titles(reading).read(reading, self.titles)
        tests = {name: _read_rows(reading, m, TAB, scale) for name, m in self.folds.items()}
        return SourceData(
            rows=_read_rows(reading, self.ratings, TAB, scale),
            catalogue=catalogue,
            scale=scale,
            folds={
                name: SourcePairs(
                    user_ids=rows.user_ids.astype(np.int64),
                    movie_ids=rows.movie_ids.astype(np.int64),
                )
                for name, rows in tests.items()
            },
        )

    def _read_titles(self, reading: Reading) -> TitleLines:
        """How titles are read: each with a flag for every genre of `u.genre`, in its order."""
        genres = GENRES_100K
        if self.titles and self.genres:
            genres = _GENRES.read(reading, self.genres).titles
        return TitleLines(
            encoding="latin-1",
            parse=lambda line: _parse_item(line, genres),
            expected="'movie_id|title|release date|video date|URL|' and "
            f"{len(genres)} genre flags, 0 or 1",
        )


@dataclass(frozen=True, kw_only=True)
class _FormDat(Form):
    ratings: Member
    titles: Member | None
    scale: Scale
    title_encoding: str

    @property
    def files(self) -> tuple[Member, ...]:
        return _present(self.ratings, self.titles)

    def read(self, reading: Reading) -> SourceData:
        scale = reading.options.scale or self.scale
        rows = _read_rows(reading, self.ratings, COLONS, scale)
        titles = TitleLines(
            encoding=self.title_encoding,
            parse=_parse_dat_title,
            expected="'movie_id::title (year)::genre|genre'",
        )
        return SourceData(rows=rows, catalogue=titles.read(reading, self.titles), scale=scale)


@dataclass(frozen=True, kw_only=True)
class _FormCsv(Form):
    ratings: Member
    titles: Member | None
    links: Member | None

    @property
    def files(self) -> tuple[Member, ...]:
        return _present(self.ratings, self.titles, self.links)

    def read(self, reading: Reading) -> SourceData:
        scale = reading.options.scale or HALF_STARS
        rows = _read_rows(reading, self.ratings, COMMA, scale)
        catalogue = with_links(MOVIES_CSV.read(reading, self.titles), reading, self.links)
        return SourceData(rows=rows, catalogue=catalogue, scale=scale)


class MovieLens100K(Reader):
    """MovieLens 100K, with the five folds that lie beside it."""

    accepts = "MovieLens 100K (u.data)"
    endings = ("data",)
    line = re.compile(rb"-?[0-9]+(\t-?[0-9.]+){2}\t-?[0-9]+")
    spaced = re.compile(rb"[0-9]+ +[0-9]+ +[0-9.]+ +[0-9]+\r?\n")

    def find(self, place: Place) -> Form | None:
        ratings = place.find("u.data")
        if ratings is None or self.spaced.match(place.files.head(ratings, 1024)):
            return None
        return self._form(ratings, place)

    def likeness(self, file: SingleFile) -> Likeness:
        if file.member.basename != "u.data":  # others have such tables too
            return Likeness.NONE
        return Likeness.LINES if file.is_mostly(file.count(self.line)) else Likeness.NAME

    def take(self, file: SingleFile) -> Form:
        return self._form(file.member, file.place)

    def _form(self, ratings: Member, place: Place) -> Form:
        folds = {m[1]: place.beside[n] for n in sorted(place.beside) if (m := _FOLD.fullmatch(n))}
        return _Form100K(
            format="ml-100k",
            name="MovieLens 100K",
            folder=place.folder,
            ratings=ratings,
            titles=place.find("u.item"),
            genres=place.find("u.genre"),
            folds=folds,
        )


class MovieLensDat(Reader):
    """MovieLens 1M or 10M.

    1M comes with `users.dat`, 10M with `tags.dat`; without either, half stars distinguish them.
    """

    accepts = "MovieLens 1M or 10M (ratings.dat)"
    endings = ("dat",)
    line = re.compile(rb"-?[0-9]+(::-?[0-9.]+){2}::-?[0-9]+")

    def find(self, place: Place) -> Form | None:
        ratings = place.find("ratings.dat")
        return self._form(ratings, place) if ratings else None

    def likeness(self, file: SingleFile) -> Likeness:
        if file.is_mostly(file.count(self.line)):
            return Likeness.LINES
        return Likeness.NAME if file.member.basename == "ratings.dat" else Likeness.NONE

    def take(self, file: SingleFile) -> Form:
        return self._form(file.member, file.place)

    def _form(self, ratings: Member, place: Place) -> Form:
        is_10m = "users.dat" not in place.beside and (
            "tags.dat" in place.beside
            or bool(_HALF_STAR.search(place.files.head(ratings, 1 << 20)))
        )
        return _FormDat(
            format="ml-10m" if is_10m else "ml-1m",
            name="MovieLens 10M" if is_10m else "MovieLens 1M",
            folder=place.folder,
            ratings=ratings,
            titles=place.find("movies.dat"),
            scale=HALF_STARS if is_10m else WHOLE_STARS,
            title_encoding="utf-8" if is_10m else "latin-1",
        )


class MovieLensCsv(Reader):
    """MovieLens 20M and later, by `ratings.csv` and its header."""

    accepts = "MovieLens 20M or later (ratings.csv)"
    endings = ("csv",)
    line = re.compile(rb"-?[0-9]+,-?[0-9]+,[^,]*,-?[0-9]+")
    row = re.compile(rb"[^,]+,[^,]+,[^,]+,[^,]+")

    def find(self, place: Place) -> Form | None:
        ratings = place.find("ratings.csv")
        if ratings is None or not has_header(place.files, ratings, RATINGS_HEADER):
            return None
        file = SingleFile(member=ratings, head=place.files.head(ratings), place=place)
        if file.is_mostly(file.count(self.row) - file.count(self.line)):
            return None  # ids that are texts, or dates: somebody's own under the same header
        named = _FOLDER_NAME.fullmatch(place.folder.rpartition("/")[2])
        suffix = named[1].replace("-", " ") if named else ""
        return _FormCsv(
            format="ml-csv",
            name=f"MovieLens {suffix.upper() if suffix[:1].isdigit() else suffix}".rstrip(),
            folder=place.folder,
            ratings=ratings,
            titles=place.find("movies.csv"),
            links=place.find("links.csv"),
        )

    def likeness(self, file: SingleFile) -> Likeness:
        is_named = file.member.basename == "ratings.csv"
        return Likeness.HEADER if is_named and self.find(file.place) else Likeness.NONE

    def take(self, file: SingleFile) -> Form | None:
        return self.find(file.place)


def _present(*members: Member | None) -> tuple[Member, ...]:
    return tuple(member for member in members if member)


def _read_rows(reading: Reading, member: Member, separator: Separator, scale: Scale) -> RatingRows:
    between = separator.mark * separator.width
    form = between.join(("user", "movie", "rating", "seconds since 1970"))
    reader = RowReader(
        parse.parse_separated,
        (
            parse.FieldMark(ord(separator.mark), separator.width),
            parse.Bounds(scale.low, scale.high, scale.step),
        ),
        f"{form!r} with a rating of {scale}",
        reading.bad,
        member.size,
        reading.files.advance,
    )
    with reading.files.open(member) as stream:
        reader.read(stream, reading.files.label(member), separator.n_header_lines)
    return reader.finish()


def _parse_genre(line: str) -> Title | None:
    """A genre as if it were a title, its number as if it were the movie's id."""
    name, _, number = line.rpartition("|")
    place = parse_id(number)
    return Title(place, name, None, ()) if name and place is not None else None


_GENRES = TitleLines(encoding="latin-1", parse=_parse_genre, expected="'genre|number'")


def _parse_item(line: str, genres: list[str]) -> Title | None:
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
    return split_title(fields[0], "::".join(fields[1:-1]), fields[-1]) if len(fields) >= 3 else None
