"""The cells of a table as ids, ratings, days and titles: a column at a time, with Arrow.

Where a column leaves a row out, `wrong_with` says of that row alone what is wrong with it.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from processing.data.readers.moments import advice_on, days_of
from processing.data.rows import NO_DAY, Scale
from processing.ids import Id

LARGEST = float(np.finfo(np.float32).max)
LEAST_ID = -(2**63)

_NUMBER = r"[-+]?([0-9]+([.,][0-9]*)?|[.,][0-9]+)([eE][-+]?[0-9]+)?"
_IS_NUMBER = re.compile(_NUMBER)
_HALF = r"^(0|-?[1-9][0-9]{0,14})\.0$"


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What cells may be: the scale, texts that mark what is not rated, and the form of dates."""

    scale: Scale | None = None
    not_rated: tuple[str, ...] = ()
    date_format: str | None = None


@dataclass(frozen=True, kw_only=True)
class IdCells:
    """Ids of some rows: `numbers`, each followed by `ending` in the table, or else texts.

    Texts are `names` without repetition, and `codes` the place of each row's text in them.
    """

    numbers: NDArray[np.int64] | None = None
    ending: str = ""
    codes: NDArray[np.int64] | None = None
    names: list[str] | None = None

    def as_texts(self) -> tuple[list[str], NDArray[np.int64]]:
        """Names and codes, of numbers too."""
        if self.numbers is None:
            assert self.names is not None
            assert self.codes is not None
            return self.names, self.codes
        distinct, codes = np.unique(self.numbers, return_inverse=True)
        return [f"{number}{self.ending}" for number in distinct.tolist()], codes

    def get(self, row: int) -> Id:
        """The id of a row."""
        if self.numbers is not None:
            number = int(self.numbers[row])
            return f"{number}{self.ending}" if self.ending else number
        assert self.names is not None
        assert self.codes is not None
        return self.names[int(self.codes[row])]


@dataclass(frozen=True, kw_only=True)
class Columns:
    """What was read of a piece of a table: the good rows in order, and where the others stand.

    `rows`: places of the good rows in the piece. `bad`: places of the bad ones. `n_not_rated`:
    rows with a mark instead of a rating, `n_blank` those without any content.
    """

    users: IdCells
    movies: IdCells
    values: NDArray[np.float32]
    days: NDArray[np.int32]
    titles: Any
    rows: NDArray[np.int64]
    bad: NDArray[np.int64]
    n_not_rated: int
    n_blank: int


def columns_of(cells: Mapping[str, Any], rules: Rules) -> Columns:
    """Read a piece of a table: Arrow arrays of one length by the roles of their columns."""
    ids = {role: tidy(cells[role]) for role in ("user", "movie")}
    named = {role: _is_there(column) for role, column in ids.items()}
    rating = cells["rating"]
    values = numbers_of(rating)
    unrated = _marked(rating, values, rules.not_rated)
    good = named["user"] & named["movie"] & is_on(values, rules.scale)
    role = moment_role(cells)
    days = np.full(len(values), NO_DAY, np.int32)
    if role is not None:
        days = days_of(tidy(cells[role]), role, rules.date_format)
        good &= days != NO_DAY
    blank = ~good & ~named["user"] & ~named["movie"] & _is_blank(cells)
    unrated &= named["user"] & named["movie"] & ~blank
    good &= ~unrated
    rows = np.arange(len(good)) if good.all() else np.flatnonzero(good)
    titles = cells.get("title")
    if len(rows) < len(values):
        kept = pa.array(rows)
        ids = {role: column.take(kept) for role, column in ids.items()}
        titles = None if titles is None else titles.take(kept)
        values, days = values[rows], days[rows]
    return Columns(
        users=ids_of(ids["user"]),
        movies=ids_of(ids["movie"]),
        values=values.astype(np.float32),
        days=days,
        titles=titles,
        rows=rows,
        bad=np.flatnonzero(~(good | unrated | blank)),
        n_not_rated=int(unrated.sum()),
        n_blank=int(blank.sum()),
    )


def wrong_with(text: Mapping[str, str], rules: Rules) -> tuple[str, str]:
    """What is wrong with a bad row, and what may be done about it ("" where nothing is known)."""
    for role in ("user", "movie"):
        if not text[role]:
            return f"has no {role} id", ""
    value = parse_number(text["rating"])
    if value is None or not is_on(np.array([value]), rules.scale)[0]:
        return f"has the rating {text['rating']!r}, which is no number on the scale", _on_rating(
            text["rating"], value, rules.scale
        )
    role = moment_role(text) or "date"
    return "has no real date", advice_on(text[role], rules.date_format)


def text_of(value: object) -> str:
    """A cell as messages show it."""
    return "" if value is None else str(value).strip()


def moment_role(cells: Mapping[str, Any]) -> str | None:
    """The column that says when a rating was given, None where there is none."""
    return next((role for role in ("timestamp", "date") if role in cells), None)


def _on_rating(text: str, value: float | None, scale: Scale | None) -> str:
    if value is None:
        shown = text if text else "''"
        return f"If that marks what is not rated, say --not-rated {shown}."
    if scale is None:
        return ""
    return (
        f"If the scale is another, say so with --scale, such as --scale "
        f"{min(value, scale.low):g}:{max(value, scale.high):g}; if that marks what is not rated, "
        f"with --not-rated {text}."
    )


def parse_number(text: str) -> float | None:
    """A number with a point or a comma, None where a text is none."""
    if not _IS_NUMBER.fullmatch(text):
        return None
    return float(text.replace(",", "."))


def numbers_of(cells: Any) -> NDArray[np.float64]:
    """Numbers, NaN where a cell is none; a comma may stand for the point."""
    if not pa.types.is_string(cells.type):
        return _floats(cells)
    try:
        return _floats(pc.cast(cells, pa.float64()))
    except pa.ArrowInvalid:
        texts = pc.utf8_trim_whitespace(cells)
        good = pc.match_substring_regex(texts, f"^{_NUMBER}$")
        plain = pc.replace_substring(pc.if_else(good, texts, None), ",", ".")
        return _floats(pc.cast(pc.replace_substring_regex(plain, r"\.($|[eE])", r".0\1"), "double"))


def is_on(values: NDArray[np.float64], scale: Scale | None) -> NDArray[np.bool_]:
    """Which numbers are ratings: finite ones, and on the scale if there is one."""
    good: NDArray[np.bool_] = np.abs(values) <= LARGEST
    if scale is None:
        return good
    with np.errstate(invalid="ignore", over="ignore"):
        steps = (values - scale.low) / scale.step if scale.step else np.zeros(len(values))
        off = np.abs(steps - np.round(steps)) > 1e-6
    return good & (values >= scale.low) & (values <= scale.high) & ~off


def ids_of(cells: Any) -> IdCells:
    """Ids of cells that are all there: whole numbers if all of them are such, else texts."""
    if pa.types.is_integer(cells.type):
        try:
            return IdCells(numbers=pc.cast(cells, pa.int64()).to_numpy(zero_copy_only=False))
        except pa.ArrowInvalid:
            cells = pc.cast(cells, pa.string())
    numbers = _plain_integers(cells)
    if numbers is not None:
        return IdCells(numbers=numbers)
    if len(cells) and cells[0].as_py().endswith(".0"):
        if pc.all(pc.match_substring_regex(cells, _HALF)).as_py():
            return IdCells(
                numbers=_plain_integers(pc.utf8_slice_codeunits(cells, 0, -2)), ending=".0"
            )
    distinct = pc.dictionary_encode(cells)
    return IdCells(
        codes=distinct.indices.to_numpy(zero_copy_only=False).astype(np.int64),
        names=distinct.dictionary.to_pylist(),
    )


def _plain_integers(cells: Any) -> NDArray[np.int64] | None:
    """The whole numbers that texts spell in their plain form, None if one spells none."""
    try:
        numbers: NDArray[np.int64] = pc.cast(cells, pa.int64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:
        return None
    if len(numbers) == 0:
        return numbers
    _, ends, data = cells.buffers()
    offsets = np.frombuffer(ends, np.int32)[cells.offset : cells.offset + len(cells) + 1]
    text = np.frombuffer(data, np.uint8)
    starts, lengths = offsets[:-1], np.diff(offsets)
    first = text[starts]
    leading = np.where(first == ord("-"), text[starts + (lengths > 1)], first)
    if ((leading == ord("0")) & (lengths > 1)).any() or numbers.min() == LEAST_ID:
        return None
    return numbers


def tidy(column: Any) -> Any:
    """A column of ids or moments: texts without spaces around them, or what Arrow has typed."""
    kind = column.type
    if pa.types.is_string(kind):
        return pc.utf8_trim_whitespace(column) if _has_outer_spaces(column) else column
    if pa.types.is_floating(kind):
        whole = pc.cast(column, pa.int64(), safe=False)
        same = pc.equal(pc.cast(whole, kind, safe=False), column)
        return whole if pc.all(same).as_py() is not False else pc.cast(column, pa.string())
    return column


def _has_outer_spaces(column: Any) -> bool:
    """Whether a text may begin or end with a space of any kind."""
    _, ends, data = column.buffers()
    if data is None or len(column) == 0:
        return False
    offsets = np.frombuffer(ends, np.int32)[column.offset : column.offset + len(column) + 1]
    text = np.frombuffer(data, np.uint8)
    if len(text) == 0:
        return False
    filled = np.diff(offsets) > 0
    edges = (text[offsets[:-1][filled]], text[offsets[1:][filled] - 1])
    return any(bool(((edge <= 32) | (edge >= 128)).any()) for edge in edges)


def _is_there(column: Any) -> NDArray[np.bool_]:
    there: NDArray[np.bool_] = pc.is_valid(column).to_numpy(zero_copy_only=False)
    if pa.types.is_string(column.type):
        filled = pc.greater(pc.binary_length(column), 0).fill_null(False)
        there = there & filled.to_numpy(zero_copy_only=False)
    return there


def _marked(column: Any, values: NDArray[np.float64], marks: tuple[str, ...]) -> NDArray[np.bool_]:
    """Which ratings are one of the marks: the same number, or the same text."""
    marked = np.zeros(len(values), np.bool_)
    for mark in marks:
        number = parse_number(mark)
        if number is not None:
            marked |= values == number
        elif pa.types.is_string(column.type):
            same = pc.equal(pc.utf8_trim_whitespace(column), mark).fill_null(mark == "")
            marked |= same.to_numpy(zero_copy_only=False)
        elif mark == "":
            marked |= np.isnan(values)
    return marked


def _is_blank(cells: Mapping[str, Any]) -> NDArray[np.bool_]:
    """Which rows hold nothing at all."""
    blank = np.ones(len(cells["user"]), np.bool_)
    for column in cells.values():
        blank &= ~_is_there(tidy(column))
    return blank


def _floats(numbers: Any) -> NDArray[np.float64]:
    floats = pc.cast(numbers, pa.float64(), safe=False).fill_null(math.nan)
    found: NDArray[np.float64] = floats.to_numpy(zero_copy_only=False)
    return found
