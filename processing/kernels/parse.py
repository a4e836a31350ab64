"""Reading rating lines, byte by byte, into columns.

A kernel gets `text` (uint8, whole lines, the last byte a newline) and writes from where `state`
says on, until the text ends, the rows are full or the list of flaws is full; called again, it goes
on. `state` (int64, N_STATE) holds the place in the text, lines, rows and bad lines so far, and the
movie that a Netflix header named. Blank lines are passed over, and a line may end in CR LF.

In the helpers a negative place is a failure, minus its reason, and stays one in all that follows.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from processing.kernels.arrays import Array, Real, Whole
from processing.kernels.words import digit_at, form, leading_number, off, two_digits, word

AT, LINE, ROWS, BAD, MOVIE, HAS_MOVIE, N_STATE = range(7)

FORM, TOO_BIG, RATING, DATE, HEADERLESS = 1, 2, 3, 4, 5

LONGEST_PLAIN = 40  # bytes that may be looked at to see whether a line is a plain row

NO_DATE = -(2**31)

_FIRST, _FIRST_ROOM = form(",0,0000-")  # a plain row after its user, which two words cover
_LAST, _LAST_ROOM = form("0-00-00\n")

FIRST_SECOND, LAST_SECOND = -62_135_596_800, 253_402_300_799  # years 1 to 9999, as dates have

_NEWLINE, _RETURN, _COMMA, _MINUS, _POINT, _ZERO, _COLON = (ord(c) for c in "\n\r,-.0:")
_MONTH_STARTS = np.array([0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365])
_FIRST_YEAR, _N_YEARS = 1970, 100
_MONTHS = np.arange(f"{_FIRST_YEAR}-01", f"{_FIRST_YEAR + _N_YEARS}-02", dtype="M8[M]")
_MONTHS = _MONTHS.astype("M8[D]").astype(np.int64)  # first days, counted from 1970-01-01


class Bounds(NamedTuple):
    """The scale of ratings; a step of 0 allows any value between `low` and `high`."""

    low: float
    high: float
    step: float


class FieldMark(NamedTuple):
    """What stands between two fields: `width` bytes `mark`."""

    mark: int
    width: int


class Rows(NamedTuple):
    """Columns that rows are written to, all of one length."""

    users: NDArray[np.int64]
    movies: NDArray[np.int64]
    values: NDArray[np.float32]
    days: NDArray[np.int32]


class Flaws(NamedTuple):
    """Bad lines, int64: place in the text, number in the file, and one of the codes above."""

    starts: NDArray[np.int64]
    lines: NDArray[np.int64]
    reasons: NDArray[np.int64]


@njit(cache=True, nogil=True)
def parse_netflix(text: Array, scale: Bounds, state: Array, rows: Rows, flaws: Flaws) -> None:
    """Parse 'movie:' lines and the 'user,rating,YYYY-MM-DD' lines that follow them.

    After a bad line that may have been a header (it has a colon, or no comma) no movie is known:
    the rows that follow are bad too, rather than given to the movie before.
    """
    users, movies, values, days = rows
    at, row, bad, line = state[AT], state[ROWS], state[BAD], state[LINE]
    movie, has_movie = state[MOVIE], state[HAS_MOVIE]
    stars = _whole_stars(scale)
    while at < len(text) and row < len(users) and bad < len(flaws.starts):
        start = at
        line += 1
        if has_movie and start + LONGEST_PLAIN <= len(text):
            at = _plain_row(text, start, stars, row, rows)
            if at > 0:
                movies[row] = movie
                row += 1
                continue
        at = _line_end(text, start)
        if at > 0:
            continue
        first, at = _integer(text, start)
        if at > 0 and text[at] == _COLON:
            at = _line_end(text, at + 1)
            if at > 0:
                movie = first
                has_movie = 1
                continue
        else:
            value, at = _rating(text, _mark(text, at, _COMMA, 1), scale)
            day, at = _date(text, _mark(text, at, _COMMA, 1))
            at = _line_end(text, at)
            if at > 0 and has_movie:
                users[row] = first
                movies[row] = movie
                values[row] = value
                days[row] = day
                row += 1
                continue
        flaws.starts[bad] = start
        flaws.lines[bad] = line
        flaws.reasons[bad] = HEADERLESS if at > 0 else -at
        bad += 1
        if not _looks_like_row(text, start):
            has_movie = 0
        at = _next_line(text, start)
    state[AT], state[ROWS], state[BAD], state[LINE] = at, row, bad, line
    state[MOVIE], state[HAS_MOVIE] = movie, has_movie


@njit(cache=True, nogil=True)
def parse_separated(
    text: Array, between: FieldMark, scale: Bounds, state: Array, rows: Rows, flaws: Flaws
) -> None:
    """Parse 'user movie rating seconds' lines."""
    users, movies, values, days = rows
    mark, width = between
    at, row, bad = state[AT], state[ROWS], state[BAD]
    while at < len(text) and row < len(users) and bad < len(flaws.starts):
        start = at
        state[LINE] += 1
        at = _line_end(text, start)
        if at > 0:
            continue
        user, at = _integer(text, start)
        movie, at = _integer(text, _mark(text, at, mark, width))
        value, at = _rating(text, _mark(text, at, mark, width), scale)
        day, at = _seconds(text, _mark(text, at, mark, width))
        at = _line_end(text, at)
        if at > 0:
            users[row] = user
            movies[row] = movie
            values[row] = value
            days[row] = day
            row += 1
            continue
        flaws.starts[bad] = start
        flaws.lines[bad] = state[LINE]
        flaws.reasons[bad] = -at
        bad += 1
        at = _next_line(text, start)
    state[AT], state[ROWS], state[BAD] = at, row, bad


@njit(cache=True)
def _whole_stars(scale: Bounds) -> Array:
    """Whether each of the digits 0 to 9 is a rating on the scale."""
    good = np.empty(10, np.bool_)
    for digit in range(10):
        text = np.array([_ZERO + digit, _NEWLINE], np.uint8)
        good[digit] = _rating(text, 0, scale)[1] > 0
    return good


@njit(cache=True)
def _plain_row(text: Array, at: Whole, stars: Array, row: Whole, rows: Rows) -> Whole:
    """Read a line as nearly all are: an id of up to 7 digits, a digit on the scale, a date, LF.

    Writes the row and returns where the line ends, 0 where the line is not of this kind: then the
    careful helpers below, which take many times as long, say what it is.
    """
    user, count = leading_number(word(text, at))
    first, last = word(text, at + count) ^ _FIRST, word(text, at + count + 6) ^ _LAST
    if count == 0 or off(first, _FIRST_ROOM) | off(last, _LAST_ROOM) != 0:
        return 0
    star, day, month = digit_at(first, 1), two_digits(last, 5), two_digits(last, 2)
    year = 100 * two_digits(first, 3) + two_digits(first, 5)
    if not stars[star] or month < 1 or month > 12 or not 0 <= year - _FIRST_YEAR < _N_YEARS:
        return 0
    place = 12 * (year - _FIRST_YEAR) + month - 1
    if day < 1 or day > _MONTHS[place + 1] - _MONTHS[place]:
        return 0
    rows.users[row] = user
    rows.values[row] = star
    rows.days[row] = _MONTHS[place] + day - 1
    return at + count + 14


@njit(cache=True)
def _mark(text: Array, at: Whole, mark: Whole, width: Whole) -> Whole:
    if at < 0:
        return at
    for k in range(width):
        if text[at + k] != mark:
            return -FORM
    return at + width


@njit(cache=True)
def _line_end(text: Array, at: Whole) -> Whole:
    if at < 0:
        return at
    if text[at] == _NEWLINE:
        return at + 1
    if text[at] == _RETURN and text[at + 1] == _NEWLINE:
        return at + 2
    return -FORM


@njit(cache=True)
def _next_line(text: Array, at: Whole) -> Whole:
    while text[at] != _NEWLINE:
        at += 1
    return at + 1


@njit(cache=True)
def _looks_like_row(text: Array, at: Whole) -> bool:
    has_comma = False
    while text[at] != _NEWLINE:
        if text[at] == _COLON:
            return False
        has_comma |= text[at] == _COMMA
        at += 1
    return has_comma


@njit(cache=True)
def _integer(text: Array, at: Whole) -> tuple[Whole, Whole]:
    """Parse -?[0-9]+; as far from zero as 2^63 - 1."""
    if at < 0:
        return 0, at
    negative = text[at] == _MINUS
    if negative:
        at += 1
    start = at
    value: Whole = 0
    while True:
        digit = np.int64(text[at]) - _ZERO
        if digit < 0 or digit > 9:
            break
        if value > 922337203685477580 or (value == 922337203685477580 and digit > 7):
            return 0, -TOO_BIG
        value = value * 10 + digit
        at += 1
    if at == start:
        return 0, -FORM
    return -value if negative else value, at


@njit(cache=True)
def _rating(text: Array, at: Whole, scale: Bounds) -> tuple[Real, Whole]:
    """Parse -?[0-9]+(.[0-9]+)? of at most 15 digits, a value on the scale."""
    if at < 0:
        return 0.0, at
    negative = text[at] == _MINUS
    if negative:
        at += 1
    digits = 0
    fraction = -1
    mantissa: Whole = 0
    while digits <= 15:
        digit = np.int64(text[at]) - _ZERO
        if 0 <= digit <= 9:
            mantissa = mantissa * 10 + digit
            digits += 1
            if fraction >= 0:
                fraction += 1
        elif text[at] == _POINT and fraction < 0 and digits > 0:
            fraction = 0
        else:
            break
        at += 1
    if digits == 0 or digits > 15 or fraction == 0:
        return 0.0, -RATING
    value = mantissa / 10.0**fraction if fraction > 0 else float(mantissa)
    if negative:
        value = -value
    low, high, step = scale
    if not low <= value <= high:
        return 0.0, -RATING
    if step > 0.0:
        steps = (value - low) / step
        if abs(steps - np.floor(steps + 0.5)) > 1e-6:  # 1e-6: what 0.1 is off in binary
            return 0.0, -RATING
    return value, at


@njit(cache=True)
def _digits(text: Array, at: Whole, count: Whole) -> tuple[Whole, Whole]:
    if at < 0:
        return 0, at
    value: Whole = 0
    for k in range(count):
        digit = np.int64(text[at + k]) - _ZERO
        if digit < 0 or digit > 9:
            return 0, -DATE
        value = value * 10 + digit
    return value, at + count


@njit(cache=True)
def _date(text: Array, at: Whole) -> tuple[Whole, Whole]:
    """Parse YYYY-MM-DD into days since 1970-01-01."""
    year, at = _digits(text, at, 4)
    month, at = _digits(text, _dash(text, at), 2)
    day, at = _digits(text, _dash(text, at), 2)
    if at < 0:
        return 0, at
    number = _day_number(year, month, day)
    return (0, -DATE) if number == NO_DATE else (number, at)


@njit(cache=True)
def _day_number(year: Whole, month: Whole, day: Whole) -> Whole:
    """Days since 1970-01-01 of a day of the Gregorian calendar, NO_DATE if there is no such day."""
    if year < 1 or month < 1 or month > 12 or day < 1:
        return NO_DATE
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    length = _MONTH_STARTS[month] - _MONTH_STARTS[month - 1]
    if day > length + (leap and month == 2):
        return NO_DATE
    past = year - 1
    days = past * 365 + past // 4 - past // 100 + past // 400 - 719162
    return days + _MONTH_STARTS[month - 1] + (leap and month > 2) + day - 1


@njit(cache=True)
def _dash(text: Array, at: Whole) -> Whole:
    if at < 0:
        return at
    return at + 1 if text[at] == _MINUS else -DATE


@njit(cache=True)
def _seconds(text: Array, at: Whole) -> tuple[Whole, Whole]:
    """Parse seconds since 1970-01-01 into days."""
    if at < 0:
        return 0, at
    seconds, at = _integer(text, at)
    if at < 0 or seconds < FIRST_SECOND or seconds > LAST_SECOND:
        return 0, -DATE
    return seconds // 86400, at
