"""The columns of a table of one's own: which is which, by their names or as given."""

import codecs
import csv
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from processing.data.readers.reading import ReadOptions
from processing.errors import SourceError

SPACES = " "  # one or more of them, and of tabulators
DELIMITERS = ",;\t|" + SPACES
REQUIRED = ("user", "movie", "rating")
# Of each role, names in groups: of two columns with the same role, the one of the earlier group
# counts, and two of the same group are an error. Names are of letters only, without case.
ROLES = {
    "user": (
        "user userid uid customer customerid custid",
        "reviewer reviewerid rater raterid member memberid viewer viewerid",
        "account accountid profile profileid person personid visitor visitorid client clientid "
        "reader readerid listener listenerid",
        "username userlogin userkey userhash userindex useridx userno",
        "reviewername profilename reviewprofilename",
    ),
    "movie": (
        "movie movieid film filmid item itemid",
        "product productid book bookid anime animeid manga mangaid show showid series seriesid "
        "game gameid song songid track trackid artist artistid album albumid business businessid "
        "joke jokeid recipe recipeid beer beerid beerbeerid video videoid article articleid "
        "content contentid media mediaid course courseid restaurant restaurantid place placeid "
        "venue venueid hotel hotelid podcast podcastid app appid",
        "asin isbn tconst imdbid tmdbid gmapid",
        "parentasin movieslug filmslug itemslug slug movieno itemindex",
    ),
    "rating": (
        "rating score stars",
        "userrating bookrating movierating itemrating animerating starrating overall "
        "overallrating reviewrating reviewscore reviewoverall ratingvalue ratingscore userscore "
        "moviescore animescore myscore myrating yourrating ratings grade rate star",
    ),
    "timestamp": (
        "timestamp unixtime unixtimeseconds unixreviewtime",
        "createdat ratedat reviewedat datetime timestamputc createdutc ratingtimestamp "
        "reviewtimestamp ts tstamp eventtime created creationdate createddate timestampms "
        "timestamps",
        "reviewdate ratingdate rateddate daterated dateofreview dateadded",
        "ratingtime reviewtime time",
        "updatedat lastupdated modifiedat watchedat watcheddate readat",
    ),
    "date": ("date",),
    "title": (
        "title movietitle",
        "filmtitle itemtitle booktitle producttitle animetitle showtitle moviename filmname "
        "itemname bookname productname animename",
    ),
}
TITLE_ROLES = {
    "movie": ROLES["movie"],
    "title": (*ROLES["title"], "name originaltitle primarytitle"),
    "year": ("year releaseyear yearofpublication originalpublicationyear startyear",),
    "genres": ("genres genre",),
}

NUMBER = re.compile(r"[-+]?([0-9]+([.,][0-9]*)?|[.,][0-9]+)([eE][-+]?[0-9]+)?")
PREAMBLE = 20  # lines before the header that may be something else

_SEP = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
_TIME = re.compile(r"[0-9]{9,13}")
_INTEGER = re.compile(r"-?[0-9]+")


@dataclass(frozen=True, kw_only=True)
class Layout:
    """What a file's lines consist of: the column of each role, and how many columns there are.

    `names` are the columns' own, () where they were given. `n_skipped`: lines before the first row,
    header included, of which `n_passed` are neither header nor empty.
    """

    delimiter: str
    places: dict[str, int]
    n_columns: int
    n_skipped: int = 0
    n_passed: int = 0
    names: tuple[str, ...] = ()

    def describe(self) -> str:
        """Which column is taken for what, and which ones for nothing."""
        if not self.names:
            order = sorted(self.places, key=lambda role: self.places[role])
            return f"has columns without names: takes them for {', '.join(order)}"
        taken = [f"{role} from {self.names[place]!r}" for role, place in self.places.items()]
        passed = [repr(name) for k, name in enumerate(self.names) if k not in self.places.values()]
        said = f"takes {', '.join(taken)}"
        if passed:
            said += f"; passes over {', '.join(passed)}"
        if self.n_passed:
            said += f"; passes over what stands before its header, lines: {self.n_passed}"
        if self.is_dated or "rating" not in self.places:
            return said
        return f"{said}; has no column 'date' or 'timestamp', so its ratings have no dates"

    @property
    def is_dated(self) -> bool:
        """Whether it says when a rating was given."""
        return "date" in self.places or "timestamp" in self.places

    @property
    def may_lack_dates(self) -> bool:
        """Whether it has no dates, and a column of which nothing is known."""
        return bool(self.names) and not self.is_dated and self.n_columns > len(self.places)


def find_layout(head: str, options: ReadOptions) -> Layout | None:
    """Work out delimiter and columns from the first lines, None when they name no such columns.

    Raises
    ------
    SourceError
        If the columns given do not fit, or two columns have the same meaning.
    """
    lines = _lines(head)
    delimiters = checked_delimiter(options.delimiter) or _said_by_sep(lines) or DELIMITERS
    first = next((k for k, line in enumerate(lines) if not is_aside(line, k)), None)
    if options.columns is not None:
        return None if first is None else _given_layout(lines, first, delimiters, options.columns)
    for k, line in enumerate(lines):
        text = line.lstrip("# \t") if k < (first or 0) or first is None else line
        for delimiter in delimiters:
            found = _named_layout(text, delimiter, find_roles, k)
            if found:
                return replace(found, n_passed=sum(bool(line.strip()) for line in lines[:k]))
    return None if first is None else _timed_layout(lines, first, delimiters)


def find_title_layout(head: str) -> Layout | None:
    """The same of a file of titles: columns for the movie and its title, and none for ratings."""
    lines = _lines(head)
    first = next((k for k, line in enumerate(lines) if not is_aside(line, k)), None)
    if first is None:
        return None
    for delimiter in _said_by_sep(lines) or DELIMITERS:
        found = _named_layout(lines[first], delimiter, find_title_roles, first)
        if found:
            return found
    return None


def _named_layout(
    header: str, delimiter: str, find: Callable[[list[str]], dict[str, int] | None], n_before: int
) -> Layout | None:
    """The layout that a header names, which `n_before` lines come before; None if it names none."""
    names = split(header, delimiter)
    places = find(names)
    if places is None:
        return None
    return Layout(
        delimiter=delimiter,
        places=places,
        n_columns=len(names),
        n_skipped=n_before + 1,
        names=tuple(names),
    )


def find_roles(names: Sequence[str]) -> dict[str, int] | None:
    """Place of the column of each role by the columns' names, None where they name too few.

    Raises
    ------
    SourceError
        If two columns have the same meaning.
    """
    found = _ranked(names, ROLES)
    if not set(REQUIRED) <= found.keys():
        return None
    twice = sorted(role for role, (_, places) in found.items() if len(places) > 1)
    if twice:
        raise _twice(twice)
    if "date" in found and "timestamp" in found:
        del found["date" if found["timestamp"][0] == 0 else "timestamp"]
    return {role: places[0] for role, (_, places) in found.items()}


def find_title_roles(names: Sequence[str]) -> dict[str, int] | None:
    """The same of a file of titles, None also where it has a column of users or ratings."""
    found = _ranked(names, TITLE_ROLES)
    others = _ranked(names, {role: ROLES[role][:2] for role in ("user", "rating")})
    if not {"movie", "title"} <= found.keys() or others.keys() >= {"user", "rating"}:
        return None
    return {role: places[0] for role, (_, places) in found.items()}


def example_columns(head: str, options: ReadOptions) -> str:
    """A --columns line made from a header or first row that is not understood, with its reason."""
    lines = _lines(head)
    first = next((line for k, line in enumerate(lines) if not is_aside(line, k)), "")
    delimiters = checked_delimiter(options.delimiter) or _said_by_sep(lines) or DELIMITERS
    cells = max((split(first, delimiter) for delimiter in delimiters), key=len)
    if not 3 <= len(cells) <= 50:
        return ""
    known = _ranked(cells, ROLES)
    roles = ["-"] * len(cells)
    for role, (_, places) in known.items():
        roles[places[0]] = role
    free = iter([k for k, role in enumerate(roles) if role == "-"])
    for role in [role for role in REQUIRED if role not in known]:
        place = next(free, None)
        if place is None:
            return ""
        roles[place] = role
    return ",".join(roles)


def is_aside(line: str, number: int) -> bool:
    """Whether a line before the header is empty, a comment, or a spreadsheet's 'sep=;'."""
    return not line.strip() or line.startswith("#") or bool(number == 0 and _SEP.fullmatch(line))


def decoded_head(head: bytes, encoding: str | None) -> str:
    """The first bytes of a file as text; what cannot be decoded is replaced."""
    return head.decode(encoding or found_encoding(head) or "utf-8-sig", "replace")


def found_encoding(head: bytes) -> str | None:
    """The encoding that a mark, or zeros between characters, show: None where it may be UTF-8."""
    for mark, name in (
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if head.startswith(mark):
            return name
    even, odd = head[:512:2], head[1:512:2]
    if len(odd) > 3 and odd.count(0) > 0.8 * len(odd) and not even.count(0):
        return "utf-16-le"
    if len(odd) > 3 and even.count(0) > 0.8 * len(even) and not odd.count(0):
        return "utf-16-be"
    return None


def checked_delimiter(delimiter: str | None) -> str | None:
    """The delimiter that was given.

    Raises
    ------
    SourceError
        If it is not one character that can be one.
    """
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise SourceError(
            f"The delimiter {delimiter!r} cannot separate columns. Expected one character, such as "
            "',', ';', '|', a tab, or ' ' for any number of spaces."
        )
    if delimiter is not None and ord(delimiter) > 127:
        raise SourceError(
            f"The delimiter {delimiter!r} cannot separate columns. Expected a character of ASCII."
        )
    return delimiter


def split(line: str, delimiter: str) -> list[str]:
    """The cells of a line without spaces around them; [] where it is not CSV."""
    if delimiter == SPACES:
        line = re.sub(r"[ \t]+", " ", line.strip())
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]
    except csv.Error:
        return []


def _lines(head: str) -> list[str]:
    """The first lines, of which the last may be cut off where there is more than one."""
    lines = re.split("\r\n|\r|\n", head.removeprefix("\ufeff"), maxsplit=PREAMBLE)[:PREAMBLE]
    return [line[: 1 << 16] for line in lines]


def _said_by_sep(lines: list[str]) -> str | None:
    found = _SEP.fullmatch(lines[0].strip(" ")) if lines else None
    return found[1] if found else None


def _given_layout(
    lines: list[str], first: int, delimiters: str, columns: tuple[str, ...]
) -> Layout:
    unknown = [name for name in columns if name != "-" and name not in ROLES]
    missing = [name for name in REQUIRED if name not in columns]
    if unknown or missing:
        wrong = f"has unknown {unknown}" if unknown else f"lacks {missing}"
        raise SourceError(
            f"The column list {','.join(columns)!r} {wrong}. Expected user, movie and rating, and "
            "timestamp, date, title or '-' (to be ignored) for other columns, in the file's order."
        )
    line = lines[first]
    fits = [mark for mark in delimiters if len(split(line, mark)) == len(columns)]
    if not fits:
        raise SourceError(
            f"The first line {line[:80]!r} does not have the {len(columns)} columns "
            f"{','.join(columns)!r} by any of the delimiters {delimiters!r}. Name every column of "
            "the file with --columns ('-' for one to ignore), and its delimiter with --delimiter."
        )
    places = given_places(columns)
    cells = split(line, fits[0])
    is_header = not any(NUMBER.fullmatch(cells[places[role]]) for role in REQUIRED)
    return Layout(
        delimiter=fits[0],
        places=places,
        n_columns=len(columns),
        n_skipped=first + is_header,
        n_passed=sum(bool(line.strip()) for line in lines[:first]),
    )


def given_places(columns: Sequence[str]) -> dict[str, int]:
    """Place of each role in a list of columns that was given.

    Raises
    ------
    SourceError
        If a role is there twice.
    """
    named = [name for name in columns if name != "-"]
    twice = sorted({name for name in named if named.count(name) > 1})
    if twice:
        raise _twice(twice)
    places = {name: place for place, name in enumerate(columns) if name != "-"}
    if "date" in places and "timestamp" in places:
        del places["date"]
    return places


def _timed_layout(lines: list[str], first: int, delimiters: str) -> Layout | None:
    """The columns of MovieLens 100K, where most first lines are such and tabs or spaces part them.

    Without a header, only those are plain: the last of four is a time in seconds.
    """
    for delimiter in [mark for mark in ("\t", SPACES) if mark in delimiters]:
        rows = [split(line, delimiter) for line in lines[first:-1] or lines[first:] if line.strip()]
        if rows and 2 * sum(_is_timed(row) for row in rows) > len(rows):
            return Layout(
                delimiter=delimiter,
                places={role: k for k, role in enumerate((*REQUIRED, "timestamp"))},
                n_columns=4,
                n_skipped=first,
                n_passed=sum(bool(line.strip()) for line in lines[:first]),
            )
    return None


def _is_timed(row: list[str]) -> bool:
    if len(row) != 4:
        return False
    ids = all(_INTEGER.fullmatch(cell) for cell in row[:2])
    return bool(ids and NUMBER.fullmatch(row[2]) and _TIME.fullmatch(row[3]))


def _ranked(
    names: Sequence[str], roles: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[int, list[int]]]:
    """For each role that is there, the first group with a column of its names, and their places."""
    plain = [re.sub(r"[^a-z]", "", name.lower()) for name in names]
    found: dict[str, tuple[int, list[int]]] = {}
    for role, groups in roles.items():
        for rank, group in enumerate(groups):
            places = [place for place, name in enumerate(plain) if name in group.split()]
            if places:
                found[role] = (rank, places)
                break
    return found


def _twice(roles: list[str]) -> SourceError:
    return SourceError(
        f"More than one column means {' and '.join(roles)}. Expected one of each; say what "
        "each column is with --columns, '-' for one to ignore."
    )
