"""Reader of ratings in a CSV of one's own: columns found by their names, or said."""

import csv
import io
import math
import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time
from functools import partial

import numpy as np

from processing.data.readers.containers import Files, Member
from processing.data.readers.movielens import read_movies_csv
from processing.data.readers.reading import (
    BadLines,
    Form,
    ReadOptions,
    Title,
    catalogue_of,
    parse_id,
)
from processing.data.readers.titles import tidy_title
from processing.data.rows import NO_DAY, RatingRows, Scale, SourceData
from processing.errors import SourceError
from processing.kernels.parse import FIRST_SECOND, LAST_SECOND

DELIMITERS = ",;\t|"
REQUIRED = ("user", "movie", "rating")
ROLES = {
    "user": ("user", "userid", "customer", "customerid"),
    "movie": ("movie", "movieid", "film", "filmid", "item", "itemid"),
    "rating": ("rating", "score", "stars"),
    "timestamp": ("timestamp", "unixtime", "unixtimeseconds"),
    "date": ("date",),
    "title": ("title", "movietitle"),
}
STEPS = (1.0, 0.5, 0.1)
LARGEST = float(np.finfo(np.float32).max)
EPOCH = date(1970, 1, 1).toordinal()

_NUMBER = re.compile(r"-?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")
_DATE = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[ T]([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?:\.[0-9]+)?Z?)?"
)
_FRACTION = re.compile(r"\.[0-9]*$")  # pandas writes whole seconds as 978300760.0
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How a file's lines are made up: the column of each role, and how many columns there are."""

    delimiter: str
    places: dict[str, int]
    n_columns: int
    has_header: bool


def find(member: Member, head: bytes, options: ReadOptions, titles: Member | None) -> Form | None:
    """Recognise a CSV by the column names in its first line, or take the columns that are said."""
    layout = find_layout(head, options)
    if layout is None:
        return None
    return Form(
        format="csv",
        name=member.basename,
        folder=member.folder,
        files=(member, titles) if titles else (member,),
        read=partial(_read, member, layout, titles),
    )


def find_layout(head: bytes, options: ReadOptions) -> Layout | None:
    """Work out delimiter and columns from the first line, None when it names no such columns.

    Raises
    ------
    SourceError
        If the columns that are said cannot be, or two columns have the same meaning.
    """
    line = head.decode("utf-8-sig", "replace").partition("\n")[0].rstrip("\r")
    delimiters = _checked_delimiter(options.delimiter) or DELIMITERS
    if options.columns is not None:
        return _said_layout(line, delimiters, options.columns)
    for delimiter in delimiters:
        names = _split(line, delimiter)
        roles = [_role(name) for name in names]
        if set(REQUIRED) <= set(roles):
            return _layout(roles, delimiter, has_header=True)
    return None


def _said_layout(line: str, delimiters: str, columns: tuple[str, ...]) -> Layout:
    unknown = [name for name in columns if name != "-" and name not in ROLES]
    missing = [name for name in REQUIRED if name not in columns]
    if unknown or missing:
        wrong = f"has unknown {unknown}" if unknown else f"lacks {missing}"
        raise SourceError(
            f"The column list {','.join(columns)!r} {wrong}. Expected user, movie and rating, and "
            "timestamp, date, title or '-' (to be ignored) for other columns, in the file's order."
        )
    fits = [mark for mark in delimiters if len(_split(line, mark)) == len(columns)]
    if not fits:
        raise SourceError(
            f"The first line {line[:80]!r} has not the {len(columns)} columns "
            f"{','.join(columns)!r} by any of the delimiters {delimiters!r}. Name every column of "
            "the file with --columns ('-' for one to ignore), and its delimiter with --delimiter."
        )
    roles = [None if name == "-" else name for name in columns]
    layout = _layout(roles, fits[0], has_header=False)
    cells = _split(line, fits[0])
    is_header = not any(_NUMBER.fullmatch(cells[layout.places[role]]) for role in REQUIRED)
    return _layout(roles, fits[0], has_header=is_header)


def _layout(roles: list[str | None], delimiter: str, *, has_header: bool) -> Layout:
    twice = sorted({role for role in roles if role and roles.count(role) > 1})
    if twice:
        raise SourceError(
            f"More than one column means {' and '.join(twice)}. Expected one of each; say what "
            "each column is with --columns, '-' for one to ignore."
        )
    places = {role: place for place, role in enumerate(roles) if role}
    if "date" in places and "timestamp" in places:
        del places["date"]
    return Layout(delimiter=delimiter, places=places, n_columns=len(roles), has_header=has_header)


def _checked_delimiter(delimiter: str | None) -> str | None:
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise SourceError(
            f"The delimiter {delimiter!r} cannot part columns. Expected one character, such as "
            "',', ';', '|' or a tab."
        )
    return delimiter


def _role(name: str) -> str | None:
    plain = re.sub(r"[^a-z]", "", name.lower())
    return next((role for role, names in ROLES.items() if plain in names), None)


def _split(line: str, delimiter: str) -> list[str]:
    return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]


class _Table:
    """The rows read so far, in compact columns, and the titles met on the way."""

    def __init__(self, layout: Layout, scale: Scale | None) -> None:
        self._layout, self._scale = layout, scale
        self._users, self._movies = array("q"), array("q")
        self._values, self._days = array("f"), array("i")
        self._titles: dict[int, Title] = {}

    def add(self, cells: list[str]) -> str | None:
        """Add a row; returns what is wrong with it, None when it was added."""
        layout = self._layout
        if len(cells) != layout.n_columns:
            return f"has {len(cells)} columns instead of {layout.n_columns}"
        text = {role: cells[place].strip() for role, place in layout.places.items()}
        user, movie = parse_id(text["user"]), parse_id(text["movie"])
        if user is None or movie is None:
            role = "user" if user is None else "movie"
            return f"has the {role} id {text[role]!r}, which is no integer of 64 bits"
        value = _parse_rating(text["rating"], self._scale)
        if value is None:
            return f"has the rating {text['rating']!r}, which is no number on the scale"
        day = _parse_day(text)
        if day is None:
            return "has no real date"
        if "title" in text and (wrong := self._add_title(movie, text["title"])):
            return wrong
        self._users.append(user)
        self._movies.append(movie)
        self._values.append(value)
        self._days.append(day)
        return None

    def _add_title(self, movie: int, text: str) -> str | None:
        if not text:
            return None
        if _SURROGATE.search(text):  # what bytes that are not UTF-8 were decoded to
            return "has a title that is not UTF-8 text"
        title = Title(movie, *tidy_title(text), ())
        known = self._titles.setdefault(movie, title)
        if known != title:
            return f"gives movie {movie} a second title, after {known.title!r}"
        return None

    def finish(self) -> SourceData:
        values = np.array(self._values, np.float32)
        rows = RatingRows(
            user_ids=np.array(self._users, np.int64),
            movie_ids=np.array(self._movies, np.int64),
            values=values,
            days=np.array(self._days, np.int32),
        )
        scale = self._scale or scale_of(values)
        return SourceData(rows=rows, catalogue=catalogue_of(self._titles), scale=scale)


def scale_of(values: np.ndarray) -> Scale:
    """The scale that ratings show: their extremes, and the coarsest usual step that fits all."""
    if len(values) == 0:
        return Scale(low=1, high=5, step=1)
    distinct = np.unique(values)
    for step in STEPS:
        on_step = np.rint(distinct.astype(np.float64) / step) * step
        if (on_step.astype(np.float32) == distinct).all():
            low, high = round(float(on_step[0]), 1), round(float(on_step[-1]), 1)
            return Scale(low=low, high=high, step=step)
    return Scale(low=float(distinct[0]), high=float(distinct[-1]), step=0)


def _read(
    member: Member,
    layout: Layout,
    titles: Member | None,
    files: Files,
    options: ReadOptions,
    bad: BadLines,
) -> SourceData:
    table = _Table(layout, options.scale)
    expected = _expected(layout, options.scale)
    with files.open(member) as stream:
        text = io.TextIOWrapper(stream, "utf-8-sig", errors="surrogateescape", newline="")
        for number, lines, cells in _records(text, layout.delimiter):
            if cells == [] or (number == 1 and layout.has_header):
                continue
            wrong = "is not CSV" if cells is None else table.add(cells)
            files.advance(sum(len(line) for line in lines))
            if wrong is None:
                continue
            for k, line in enumerate(lines):
                bad.add(f"{files.label(member)}:{number + k}", line, wrong, expected)
        text.detach()
    data = table.finish()
    if titles and "title" not in layout.places:
        catalogue = read_movies_csv(files, titles, bad)
        data = SourceData(rows=data.rows, catalogue=catalogue, scale=data.scale)
    return data


def _records(
    text: io.TextIOWrapper, delimiter: str
) -> Iterator[tuple[int, list[str], list[str] | None]]:
    """Each record's line number, lines and cells; None as cells where it is not CSV."""
    lines: list[str] = []

    def noted() -> Iterator[str]:
        for line in text:
            lines.append(line)
            yield line

    reader = csv.reader(noted(), delimiter=delimiter, strict=True)
    number = 1
    while True:
        cells: list[str] | None = None
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            pass
        yield number, lines, cells
        number += len(lines)
        lines.clear()


def _expected(layout: Layout, scale: Scale | None) -> str:
    roles = {place: role for role, place in layout.places.items()}
    columns = layout.delimiter.join(roles.get(k, "-") for k in range(layout.n_columns))
    on_scale = f"a rating of {scale}" if scale else "a finite rating"
    dates = ""
    if "timestamp" in layout.places:
        dates = ", the time in seconds since 1970 or as YYYY-MM-DD HH:MM:SS"
    elif "date" in layout.places:
        dates = ", the date as YYYY-MM-DD or YYYY-MM-DD HH:MM:SS"
    return f"{columns!r} with {on_scale}{dates}"


def _parse_rating(text: str, scale: Scale | None) -> float | None:
    value = float(text) if _NUMBER.fullmatch(text) else math.nan
    if not abs(value) <= LARGEST:
        return None
    if scale is None:
        return value
    steps = (value - scale.low) / scale.step if scale.step else 0.0
    is_on = scale.low <= value <= scale.high and abs(steps - round(steps)) <= 1e-6
    return value if is_on else None


def _parse_day(text: dict[str, str]) -> int | None:
    """Day of a row, NO_DAY where the file has no dates, None where it is no date."""
    moment = text.get("timestamp", text.get("date"))
    if moment is None:
        return NO_DAY
    seconds = parse_id(_FRACTION.sub("", moment)) if "timestamp" in text else None
    if seconds is not None:
        return seconds // 86400 if FIRST_SECOND <= seconds <= LAST_SECOND else None
    found = _DATE.fullmatch(moment)
    if not found:
        return None
    try:
        if found[2]:
            time.fromisoformat(found[2])
        return date.fromisoformat(found[1]).toordinal() - EPOCH
    except ValueError:
        return None
