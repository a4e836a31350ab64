"""Reader of ratings in a CSV of one's own: columns found by their names, or given."""

import csv
import io
import math
import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, time
from logging import INFO, WARNING, getLogger

import numpy as np
from numpy.typing import NDArray

from processing.data.readers.columns import NUMBER, Layout, find_layout
from processing.data.readers.containers import Member, printable
from processing.data.readers.reading import (
    Form,
    Likeness,
    Place,
    Reader,
    Reading,
    SingleFile,
    lines_of,
    parse_id,
)
from processing.data.readers.titles import (
    MOVIES_CSV,
    Title,
    catalogue_of,
    find_movies_csv,
    tidy_title,
)
from processing.data.rows import NO_DAY, RatingRows, Scale, SourceData
from processing.kernels.parse import FIRST_SECOND, LAST_SECOND

logger = getLogger(__name__)

STEPS = (1.0, 0.5, 0.1)
LARGEST = float(np.finfo(np.float32).max)
EPOCH = date(1970, 1, 1).toordinal()

_DATE = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[ T]([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?:\.[0-9]+)?Z?)?"
)
_FRACTION = re.compile(r"\.[0-9]*$")  # pandas writes whole seconds as 978300760.0
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, kw_only=True)
class _TableForm(Form):
    table: Member
    layout: Layout
    titles: Member | None

    @property
    def files(self) -> tuple[Member, ...]:
        return (self.table, self.titles) if self.titles else (self.table,)

    def read(self, reading: Reading) -> SourceData:
        rows = _TableRows(self.layout, reading.options.scale)
        self._read_rows(reading, rows)
        data = rows.finish()
        if self.titles is None or "title" in self.layout.places:
            return data
        return replace(data, catalogue=MOVIES_CSV.read(reading, self.titles))

    def _read_rows(self, reading: Reading, rows: "_TableRows") -> None:
        layout, label = self.layout, reading.files.label(self.table)
        if layout.names:
            may_lack_dates = not layout.is_dated and len(layout.names) > len(layout.places)
            logger.log(WARNING if may_lack_dates else INFO, "%s %s.", label, layout.describe())
        expected = _expected(layout, reading.options.scale)
        with reading.files.open(self.table) as stream:
            text = io.TextIOWrapper(stream, "utf-8-sig", errors="surrogateescape", newline="")
            for number, lines, cells in _records(lines_of(text, label), layout.delimiter):
                if cells == [] or (number == 1 and layout.has_header):
                    continue
                wrong = "is not CSV" if cells is None else rows.add(cells)
                reading.files.advance(sum(len(line) for line in lines))
                if wrong is None:
                    continue
                for k, line in enumerate(lines):
                    reading.bad.add(f"{label}:{number + k}", line, wrong, expected)
            text.detach()


class OwnTable(Reader):
    """A CSV of one's own, by the column names in its first line, or by the columns given."""

    accepts = "a CSV with columns user, movie and rating, or with its columns named by --columns"
    endings = ("csv", "tsv", "txt", "dat", "data")
    takes_columns = True

    def find(self, place: Place) -> Form | None:
        """None: any name will do, so none is a sign."""
        return None

    def likeness(self, file: SingleFile) -> Likeness:
        layout = find_layout(file.head, file.place.options)
        return Likeness.HEADER if layout else Likeness.NONE

    def take(self, file: SingleFile) -> Form | None:
        layout = find_layout(file.head, file.place.options)
        if layout is None:
            return None
        return _TableForm(
            format="csv",
            name=printable(file.member.basename),
            folder=file.member.folder,
            table=file.member,
            layout=layout,
            titles=find_movies_csv(file.place),
        )


class _TableRows:
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


def scale_of(values: NDArray[np.float32]) -> Scale:
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


def _records(
    text: Iterator[str], delimiter: str
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
    value = float(text) if NUMBER.fullmatch(text) else math.nan
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
