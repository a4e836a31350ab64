"""When a rating was given: days since 1970 from dates and timestamps, as people write them."""

import math
import re
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from processing.data.rows import NO_DAY
from processing.kernels.parse import FIRST_SECOND, LAST_SECOND

EPOCH = date(1970, 1, 1).toordinal()
DAY_S = 86_400
LATEST_S = 4_102_444_800  # 2100: numbers of milli-, micro- or nanoseconds are of this century
LEAST_IN_A_DATE = 10**8  # a smaller number in a column of dates is no timestamp

_NUMBER = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")
_DATE = re.compile(
    r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})"
    r"(?:[T ] *([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,][0-9]+)?)?"
    r" *(Z|UTC|GMT|[-+][0-9]{2}(?::?[0-9]{2})?)?)?",
    re.IGNORECASE,
)
_DAY_FIRST = re.compile(r"[0-9]{1,2}([-/.])[0-9]{1,2}\1[0-9]{2,4}\b")


def days_of(cells: Any, role: str, form: str | None) -> NDArray[np.int32]:
    """Days since 1970 (UTC where an offset is said), int32; NO_DAY where a cell is no moment.

    `cells`: an Arrow array of texts, numbers, dates or timestamps. `role`: "timestamp", or "date",
    in which small numbers are no moments. `form`: of texts, as `strptime` takes it.
    """
    if pa.types.is_timestamp(cells.type):
        seconds = pc.cast(cells, pa.timestamp("s", cells.type.tz), safe=False)
        return _whole_days(_floats(pc.cast(seconds, pa.int64())))
    if pa.types.is_date(cells.type):
        return _days(pc.cast(cells, pa.date32()))
    if pa.types.is_int64(cells.type) and (days := _days_of_seconds(cells, role)) is not None:
        return days
    if not pa.types.is_string(cells.type):
        return _days_of_numbers(_floats(cells), role)
    if form is not None:
        return _days_in_form(cells, form)
    for kind in (pa.int64(), pa.float64()):
        if (numbers := _cast(cells, kind)) is not None:
            return _days_of_numbers(_floats(numbers), role)
    if (dates := _cast(cells, pa.date32())) is not None:
        return _days(dates)
    for zone in (None, "UTC"):
        if (times := _cast(cells, pa.timestamp("us", zone))) is not None:
            return days_of(times, role, form)
    distinct = pc.dictionary_encode(cells)
    return _spread([parse_day(text, role) for text in distinct.dictionary.to_pylist()], distinct)


def parse_day(text: str, role: str, form: str | None = None) -> int | None:
    """Day of one text, None where it is no moment; `days_of` has more."""
    text = text.strip()
    if form is not None:
        return _day_in_form(text, form)
    if _NUMBER.fullmatch(text):
        day = int(_days_of_numbers(np.array([float(text)]), role)[0])
        return None if day == NO_DAY else day
    found = _DATE.fullmatch(text)
    if not found:
        return None
    hour, minute, second = (int(found[k] or 0) for k in (5, 6, 7))
    if hour > 23 or minute > 59 or second > 59:
        return None
    try:
        ordinal = date(int(found[1]), int(found[3]), int(found[4])).toordinal()
    except ValueError:
        return None
    at = hour * 3600 + minute * 60 + second - _offset_s(found[8] or "Z")
    return ordinal - EPOCH + at // DAY_S


def advice_on(text: str, form: str | None) -> str:
    """What to do about a text that is no moment, "" where nothing is known."""
    if form is not None:
        return f"Say another form with --date-format than {form!r} if that is not how it is meant."
    if _DAY_FIRST.match(text.strip()):
        return (
            "It may be day before month or month before day: say which with --date-format "
            "'%d/%m/%Y' or '%m/%d/%Y', with the file's own signs."
        )
    if text.strip():
        return "If it is a date, say its form with --date-format, such as '%d %b %Y'."
    return ""


def _offset_s(zone: str) -> int:
    """Seconds that a zone such as +02:00 is ahead of UTC."""
    if zone[0] not in "+-":
        return 0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    return int(f"{zone[0]}1") * (int(digits[:2]) * 3600 + int(digits[2:]) * 60)


def _days_of_numbers(numbers: NDArray[np.float64], role: str) -> NDArray[np.int32]:
    """Days of seconds; numbers beyond the year 9999 are milli-, micro- or nanoseconds."""
    seconds = numbers.copy()
    if role == "date":
        seconds[~(np.abs(seconds) >= LEAST_IN_A_DATE)] = np.nan
    for _ in range(3):
        large = seconds > LAST_SECOND
        if not large.any():
            break
        seconds[large] /= 1000
        seconds[large & (seconds <= LAST_SECOND) & (seconds > LATEST_S)] = np.nan
    return _whole_days(seconds)


def _days_of_seconds(cells: Any, role: str) -> NDArray[np.int32] | None:
    """Days of whole seconds, None where some are not there or of another unit."""
    if role == "date" or cells.null_count or len(cells) == 0:
        return None
    seconds: NDArray[np.int64] = cells.to_numpy()
    if seconds.min() < FIRST_SECOND or seconds.max() > LAST_SECOND:
        return None
    return (seconds // DAY_S).astype(np.int32)


def _whole_days(seconds: NDArray[np.float64]) -> NDArray[np.int32]:
    good = (seconds >= FIRST_SECOND) & (seconds <= LAST_SECOND)
    days = np.full(len(seconds), NO_DAY, np.int32)
    days[good] = np.floor_divide(seconds[good], DAY_S).astype(np.int32)
    return days


def _days(dates: Any) -> NDArray[np.int32]:
    days: NDArray[np.int32] = (
        pc.cast(dates, pa.int32()).fill_null(NO_DAY).to_numpy(zero_copy_only=False)
    )
    good = (days >= FIRST_SECOND // DAY_S) & (days <= LAST_SECOND // DAY_S)
    return np.where(good, days, np.int32(NO_DAY))


def _days_in_form(cells: Any, form: str) -> NDArray[np.int32]:
    distinct = pc.dictionary_encode(cells)
    parsed = [_day_in_form(text, form) for text in distinct.dictionary.to_pylist()]
    return _spread(parsed, distinct)


def _spread(parsed: list[int | None], distinct: Any) -> NDArray[np.int32]:
    """Days of cells, from those of their distinct texts; a cell that is not there has none."""
    days = np.array([NO_DAY if day is None else day for day in (*parsed, None)], np.int32)
    places: NDArray[np.int32] = distinct.indices.fill_null(len(parsed)).to_numpy(
        zero_copy_only=False
    )
    return np.take(days, places)


def _day_in_form(text: str, form: str) -> int | None:
    try:
        moment = datetime.strptime(text.strip(), form)
        if moment.tzinfo is not None:
            moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment.date().toordinal() - EPOCH


def _floats(numbers: Any) -> NDArray[np.float64]:
    found: NDArray[np.float64] = (
        pc.cast(numbers, pa.float64(), safe=False)
        .fill_null(math.nan)
        .to_numpy(zero_copy_only=False)
    )
    return found


def _cast(cells: Any, kind: Any) -> Any:
    try:
        return pc.cast(cells, kind)
    except pa.ArrowInvalid:
        return None
