"""Tables of one's own, in one file or in parts, and the titles beside them."""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from logging import INFO, WARNING, getLogger

from processing.data.readers.cells import Rules
from processing.data.readers.containers import Member, printable
from processing.data.readers.reading import TABLE_ENDINGS, Form, Place, Reading, SingleFile
from processing.data.readers.table_files import (
    Loader,
    TableFile,
    expected_row,
    find_table,
    find_titles,
)
from processing.data.readers.table_rows import Piece, TableRows, read_piece
from processing.data.readers.title_table import read_titles
from processing.data.rows import SourceData
from processing.errors import SourceError
from processing.tools.threads import n_threads

logger = getLogger(__name__)

TITLES_FIRST = ("movies", "movie", "items", "books", "titles")  # names of files with titles

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_PARTITION = re.compile(r"(^|/)[^/=]+=[^/]*")


@dataclass(frozen=True, kw_only=True)
class TableForm(Form):
    """A table in one file or several parts, and the titles that lie beside it."""

    tables: tuple[TableFile, ...]
    titles: TableFile | None = None

    @property
    def files(self) -> tuple[Member, ...]:
        tables = (*self.tables, self.titles) if self.titles else self.tables
        return tuple(table.member for table in tables)

    def read(self, reading: Reading) -> SourceData:
        layout, options = self.tables[0].layout, reading.options
        rules = Rules(
            scale=options.scale, not_rated=options.not_rated, date_format=options.date_format
        )
        rows = TableRows(rules, _expected(self.tables[0], rules), reading.bad)
        for table in self.tables:
            level = WARNING if layout.may_lack_dates and table is self.tables[0] else INFO
            if table.options.columns is None:
                label = reading.files.label(table.member)
                logger.log(level, "%s %s.", label, table.layout.describe())
            for piece in _in_threads(table.batches(reading.files), rules):
                rows.add(piece)
        data = rows.finish(reading.files.label(self.tables[0].member))
        if self.titles is None or "title" in layout.places:
            return data
        return replace(data, catalogue=read_titles(self.titles, reading))


def take_table(file: SingleFile) -> TableForm | None:
    """Take a file for a table of one's own, None where its columns do not say so.

    Raises
    ------
    SourceError
        If the columns given do not fit it, or two columns have the same meaning.
    """
    table = find_table(file.member, file.head, file.place.files, file.place.options)
    if table is None:
        return None
    return TableForm(
        format="csv",
        name=printable(file.member.basename),
        folder=file.member.folder,
        tables=(table,),
    )


def is_of_titles(file: SingleFile) -> bool:
    """Whether a file is a table of titles."""
    place = file.place
    return find_titles(file.member, file.head, place.files, place.options) is not None


def joined(forms: Iterable[Form], places: Mapping[str, Place]) -> list[Form]:
    """Join tables that are parts of one, by their names and columns, and add titles beside them."""
    found: dict[object, list[Form]] = {}
    for number, form in enumerate(forms):
        key: object = number
        if isinstance(form, TableForm):
            key = (part_name(form.tables[0].member.name), form.tables[0].layout.names) or number
        found.setdefault(key if not isinstance(key, tuple) or key[0] else number, []).append(form)
    return [_join(parts, places) for parts in found.values()]


def part_name(name: str) -> str | None:
    """A file's path without what numbers its parts, None where nothing would be left of its name.

    >>> part_name("r/part-0001.csv") == part_name("r/part-2.csv")
    True
    >>> part_name("r/1.csv") is None
    True
    """
    folder, _, base = name.rpartition("/")
    plain = re.sub("[0-9]+", "#", _UUID.sub("#", base))
    if not re.search("[^#._-]", plain.partition(".")[0]):
        return None
    return f"{_PARTITION.sub('', folder)}/{plain}"


def _join(forms: list[Form], places: Mapping[str, Place]) -> Form:
    first = forms[0]
    if not isinstance(first, TableForm):
        return first
    tables = tuple(table for form in forms if isinstance(form, TableForm) for table in form.tables)
    name = first.name if len(tables) == 1 else f"{first.name} and {len(tables) - 1} more parts"
    titles = None
    if "title" not in tables[0].layout.places:
        titles = _titles_beside(places[first.folder], {table.member for table in tables})
    return replace(first, tables=tables, name=name, titles=titles)


def _titles_beside(place: Place, others: set[Member]) -> TableFile | None:
    """The table of titles in a folder: the one whose name says so, or the only one."""
    endings = tuple(f".{ending}" for ending in TABLE_ENDINGS)
    found: list[TableFile] = []
    for name, member in place.beside.items():
        if member not in others and name.lower().endswith(endings):
            titles = find_titles(member, place.files.head(member), place.files, place.options)
            if titles is not None:
                found.append(titles)
    named = [titles for titles in found if _stem(titles) in TITLES_FIRST] or found
    if len(named) > 1:
        names = ", ".join(titles.member.name for titles in named)
        raise SourceError(
            f"{names} all hold titles. Expected one file of titles beside a table; call the right "
            "one movies, or take the others away."
        )
    return named[0] if named else None


def _stem(table: TableFile) -> str:
    return table.member.basename.lower().partition(".")[0]


def _expected(table: TableFile, rules: Rules) -> str:
    layout = table.layout
    on_scale = f"a rating of {rules.scale}" if rules.scale else "a finite rating"
    dates = ""
    if layout.is_dated and rules.date_format is not None:
        dates = f", the date as {rules.date_format}"
    elif "timestamp" in layout.places:
        dates = ", the time in seconds since 1970 or as YYYY-MM-DD HH:MM:SS"
    elif "date" in layout.places:
        dates = ", the date as YYYY-MM-DD or YYYY-MM-DD HH:MM:SS"
    return f"{expected_row(layout)!r} with {on_scale}{dates}"


def _in_threads(loaders: Iterator[Loader], rules: Rules) -> Iterator[Piece]:
    """Read batches, some at once, in their order."""
    started: deque[Future[Piece]] = deque()
    with ThreadPoolExecutor(n_threads()) as pool:
        for loader in loaders:
            started.append(pool.submit(_read, loader, rules))
            if len(started) > n_threads():
                yield started.popleft().result()
        while started:
            yield started.popleft().result()


def _read(loader: Loader, rules: Rules) -> Piece:
    return read_piece(loader(), rules)
