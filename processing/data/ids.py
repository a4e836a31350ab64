"""Ids of users and movies: whole numbers, or texts where a table has texts.

An array of ids is int64, or NumPy's StringDType, in which texts are of any length and ordered by
code point. `searchsorted`, `unique` and `tolist` do the same with both.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Id = int | str
Ids = NDArray[Any]

TEXT = np.dtypes.StringDType()
MAX_ID = 2**63 - 1


def is_text(ids: Ids) -> bool:
    """Whether ids are texts."""
    return ids.dtype == TEXT


def as_ids(values: Sequence[Id]) -> Ids:
    """An array of ids: texts if one of them is a text."""
    if any(isinstance(value, str) for value in values):
        return np.array([str(value) for value in values], TEXT)
    return np.array(values, np.int64)


def as_text(ids: Ids) -> Ids:
    """The same ids as texts."""
    return ids if is_text(ids) else np.array([str(value) for value in ids.tolist()], TEXT)


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
    place = int(np.searchsorted(ids, np.array(wanted, ids.dtype)))
    return place if place < len(ids) and ids[place] == wanted else None


def parse_id(text: str) -> int | None:
    """The whole number that a text spells in its plain form, None where it spells none.

    Leading zeros, a plus or "-0" are no plain form: such ids are texts, or `7` and `07` were one.
    """
    if not 0 < len(text) <= 20 or not text.lstrip("-").isascii() or not text.lstrip("-").isdigit():
        return None
    value = int(text)
    return value if str(value) == text and abs(value) <= MAX_ID else None


def save_ids(path: Path, ids: Ids) -> None:
    """Write ids as .npy: int64, or uint8, the bytes of `encode_ids`."""
    np.save(path, np.frombuffer(encode_ids(ids), np.uint8) if is_text(ids) else ids)


def load_ids(path: Path) -> Ids:
    """Map or read what `save_ids` wrote.

    Raises
    ------
    OSError, ValueError
        If the file is missing or damaged.
    """
    stored: NDArray[Any] = np.load(path, mmap_mode="c", allow_pickle=False)
    return decode_ids(stored.tobytes()) if stored.dtype == np.uint8 else np.asarray(stored)


def encode_ids(ids: Ids) -> bytes:
    """Texts as UTF-8, each after its length in bytes, uint32 little-endian."""
    texts = [text.encode() for text in ids.tolist()]
    lengths = np.array([len(text) for text in texts], "<u4")
    return b"".join((np.array(len(texts), "<u8").tobytes(), lengths.tobytes(), *texts))


def decode_ids(data: bytes) -> Ids:
    """Read what `encode_ids` wrote.

    Raises
    ------
    ValueError
        If it is not that.
    """
    n = int(np.frombuffer(data, "<u8", 1)[0])
    lengths = np.frombuffer(data, "<u4", n, 8).astype(np.int64)
    start = 8 + 4 * n
    ends = start + np.cumsum(lengths)
    if len(data) != (ends[-1] if n else start):
        raise ValueError(f"{len(data)} bytes are not {n} ids")
    spans = zip(ends - lengths, ends, strict=True)
    return np.array([data[a:b].decode() for a, b in spans], TEXT)
