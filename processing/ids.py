"""Ids of users and movies: whole numbers, or texts where a table has texts.

An array of ids is int64, or holds texts as objects, which Python orders by code point.
`searchsorted`, `unique` and `tolist` do the same with both. (With NumPy 2.4's StringDType
`searchsorted` fails where both sides have texts of more than 15 bytes.)
"""

import bisect
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Id = int | str
Ids = NDArray[Any]

TEXT = np.dtype(object)
MAX_ID = 2**63 - 1


def is_text(ids: Ids) -> bool:
    """Whether ids are texts."""
    return bool(ids.dtype == TEXT)


def as_ids(values: Sequence[Id]) -> Ids:
    """An array of ids: texts if one of them is a text."""
    if any(isinstance(value, str) for value in values):
        return _texts([str(value) for value in values])
    return np.array(values, np.int64)


def checked_ids(values: Sequence[Id]) -> Ids:
    """An array of ids that all are numbers, or all texts.

    Raises
    ------
    ValueError
        If they are not, or a number has more than 64 bits.
    """
    if len({type(value) for value in values}) > 1:
        raise ValueError("some ids are numbers and some are texts")
    try:
        return as_ids(values)
    except OverflowError as error:
        raise ValueError("an id has more than 64 bits") from error


def as_text(ids: Ids) -> Ids:
    """The same ids as texts."""
    return ids if is_text(ids) else _texts([str(value) for value in ids.tolist()])


def _texts(values: Sequence[str]) -> Ids:
    ids = np.empty(len(values), TEXT)
    ids[:] = values
    return ids


def find_id(ids: Ids, wanted: Id) -> int | None:
    """Place of an id among ascending ones, None when it is not there.

    A text that spells a whole number is found among numbers, and the other way round: an address
    cannot tell which is which.
    """
    if is_text(ids):
        wanted = str(wanted)
    elif isinstance(wanted, str):
        number = parse_id(wanted)
        if number is None:
            return None
        wanted = number
    elif not -MAX_ID - 1 <= wanted <= MAX_ID:
        return None
    place = bisect.bisect_left(ids, wanted) if is_text(ids) else int(np.searchsorted(ids, wanted))
    return place if place < len(ids) and ids[place] == wanted else None


def parse_id(text: str) -> int | None:
    """The whole number that a text spells in its plain form, None where it spells none.

    Leading zeros, a plus or "-0" are no plain form: such ids are texts, or `7` and `07` were one.
    """
    if not 0 < len(text) <= 20 or not text.lstrip("-").isascii() or not text.lstrip("-").isdigit():
        return None
    value = int(text)
    return value if str(value) == text and abs(value) <= MAX_ID else None


def packed(ids: Ids) -> NDArray[Any]:
    """Ids as an array that a file can hold: int64 as they are, texts as uint8.

    These are how many there are (uint64), the length of each in bytes (uint32, little-endian all),
    and then all of them one after the other in UTF-8.
    """
    if not is_text(ids):
        return ids
    texts = [text.encode() for text in ids.tolist()]
    lengths = np.array([len(text) for text in texts], "<u4")
    data = b"".join((np.array(len(texts), "<u8").tobytes(), lengths.tobytes(), *texts))
    return np.frombuffer(data, np.uint8)


def unpacked(stored: NDArray[Any]) -> Ids:
    """Ids of what `packed` gave.

    Raises
    ------
    ValueError
        If it is not that.
    """
    if stored.dtype != np.uint8:
        return stored
    data = stored.tobytes()
    n = int(np.frombuffer(data, "<u8", 1)[0])
    lengths = np.frombuffer(data, "<u4", n, 8).astype(np.int64)
    start = 8 + 4 * n
    ends = start + np.cumsum(lengths)
    if len(data) != (ends[-1] if n else start):
        raise ValueError(f"{len(data)} bytes are not {n} ids")
    spans = zip(ends - lengths, ends, strict=True)
    return _texts([data[a:b].decode() for a, b in spans])
