"""User records as bytes: one person's recommendations and ratings."""

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from processing.errors import ReleaseFormatError
from processing.ids import Id
from processing.release.schema import HISTORY_DTYPE, NO_MOVIE, RECORD_HEADER_DTYPE

DIGEST_BYTES = 16


@dataclass(frozen=True, kw_only=True, eq=False)
class UserRecord:
    """One user's recommendations, best first (`top_dtype`), and own ratings (HISTORY_DTYPE).

    Both arrays are read-only and name movies by index.
    """

    top: NDArray[np.void]
    history: NDArray[np.void]


def encode_record(record: UserRecord, user_id: Id) -> bytes:
    """Lay a record out as bytes: header, recommendations, ratings."""
    counts = np.array((len(record.top), len(record.history)), "<u4")
    rest = counts.tobytes() + record.top.tobytes() + record.history.tobytes()
    return _digest(rest, user_id) + rest


def decode_record(
    data: bytes, user_id: Id, top_dtype: np.dtype[Any], n_movies: int, where: str
) -> UserRecord:
    """Read a record back and check it.

    Raises
    ------
    ReleaseFormatError
        If its bytes are not what was written for this user, its length is not what the header
        says, or a movie index is out of range; `where` names the record.
    """
    if len(data) < RECORD_HEADER_DTYPE.itemsize:
        raise _broken(where, f"{len(data)} bytes are too few for a header")
    if _digest(memoryview(data)[DIGEST_BYTES:], user_id) != data[:DIGEST_BYTES]:
        raise _broken(where, "its bytes are not those that were written (their hash differs)")
    header = np.frombuffer(data, RECORD_HEADER_DTYPE, count=1)[0]
    n_top, n_history = int(header["n_top"]), int(header["n_history"])
    top_end = RECORD_HEADER_DTYPE.itemsize + n_top * top_dtype.itemsize
    expected = top_end + n_history * HISTORY_DTYPE.itemsize
    if len(data) != expected:
        raise _broken(where, f"{len(data)} bytes, but its header says {expected}")
    record = UserRecord(
        top=np.frombuffer(data, top_dtype, count=n_top, offset=RECORD_HEADER_DTYPE.itemsize),
        history=np.frombuffer(data, HISTORY_DTYPE, count=n_history, offset=top_end),
    )
    _check_movies(record.top["movie"], 0, n_movies, where)
    _check_movies(record.top["reasons"]["movie"], NO_MOVIE, n_movies, where)
    _check_movies(record.history["movie"], 0, n_movies, where)
    return record


def _digest(rest: bytes | memoryview, user_id: Id) -> bytes:
    """BLAKE2b of the user's id and all of a record that follows the hash.

    A number is eight bytes, a text its UTF-8.
    """
    if isinstance(user_id, str):
        whose = user_id.encode()
    else:
        whose = user_id.to_bytes(8, "little", signed=True)
    found = hashlib.blake2b(whose, digest_size=DIGEST_BYTES)
    found.update(rest)
    return found.digest()


def _check_movies(movies: NDArray[Any], lowest: int, n_movies: int, where: str) -> None:
    if movies.size and not lowest <= movies.min() <= movies.max() < n_movies:
        raise _broken(where, f"a movie index is outside {lowest} to {n_movies - 1}")


def _broken(where: str, what: str) -> ReleaseFormatError:
    return ReleaseFormatError(
        f"{where}: the user record is broken: {what}. "
        "Check the release with `python -m processing releases verify`."
    )
