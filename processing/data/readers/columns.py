"""The columns of a table of one's own: which is which, by their names or as given."""

import csv
import re
from dataclasses import dataclass, replace

from processing.data.readers.reading import ReadOptions
from processing.errors import SourceError

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

NUMBER = re.compile(r"-?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")


@dataclass(frozen=True, kw_only=True)
class Layout:
    """What a file's lines consist of: the column of each role, and how many columns there are.

    `names` are the columns' own, () where they were given.
    """

    delimiter: str
    places: dict[str, int]
    n_columns: int
    has_header: bool
    names: tuple[str, ...] = ()

    def describe(self) -> str:
        """Which column is taken for what, and which ones for nothing."""
        taken = [f"{role} from {self.names[place]!r}" for role, place in self.places.items()]
        passed = [repr(name) for k, name in enumerate(self.names) if k not in self.places.values()]
        said = f"takes {', '.join(taken)}"
        if passed:
            said += f"; passes over {', '.join(passed)}"
        if self.is_dated:
            return said
        return f"{said}; has no column 'date' or 'timestamp', so its ratings have no dates"

    @property
    def is_dated(self) -> bool:
        """Whether it says when a rating was given."""
        return "date" in self.places or "timestamp" in self.places


def find_layout(head: bytes, options: ReadOptions) -> Layout | None:
    """Work out delimiter and columns from the first line, None when it names no such columns.

    Raises
    ------
    SourceError
        If the columns given do not fit, or two columns have the same meaning.
    """
    line = re.split("[\r\n]", head.decode("utf-8-sig", "replace"), maxsplit=1)[0]
    delimiters = _checked_delimiter(options.delimiter) or DELIMITERS
    if options.columns is not None:
        return _given_layout(line, delimiters, options.columns)
    for delimiter in delimiters:
        names = _split(line, delimiter)
        roles = [_role(name) for name in names]
        if set(REQUIRED) <= set(roles):
            return replace(_layout(roles, delimiter, has_header=True), names=tuple(names))
    return None


def _given_layout(line: str, delimiters: str, columns: tuple[str, ...]) -> Layout:
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
            f"The first line {line[:80]!r} does not have the {len(columns)} columns "
            f"{','.join(columns)!r} by any of the delimiters {delimiters!r}. Name every column of "
            "the file with --columns ('-' for one to ignore), and its delimiter with --delimiter."
        )
    roles = [None if name == "-" else name for name in columns]
    layout = _layout(roles, fits[0], has_header=False)
    cells = _split(line, fits[0])
    is_header = not any(NUMBER.fullmatch(cells[layout.places[role]]) for role in REQUIRED)
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
            f"The delimiter {delimiter!r} cannot separate columns. Expected one character, such as "
            "',', ';', '|' or a tab."
        )
    return delimiter


def _role(name: str) -> str | None:
    plain = re.sub(r"[^a-z]", "", name.lower())
    return next((role for role, names in ROLES.items() if plain in names), None)


def _split(line: str, delimiter: str) -> list[str]:
    return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]
