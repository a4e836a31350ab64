"""A release's files as bytes: JSON, `.npy` arrays, and their hashes."""

import hashlib
import io
import json
from typing import Any, TypeVar, get_args

import msgspec
import numpy as np
from numpy.typing import NDArray

from processing.errors import ReleaseFormatError

PUBLISH_AGAIN = (
    "The file was not written by this version of the project, or was changed; publish again."
)
Kind = TypeVar("Kind")


class Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a release that is written as a JSON object, every field a key of its name.

    It is immutable and read strictly: every key is there, and no other.
    """


def to_json(document: Any, name: str, indent: int | None = 2) -> bytes:
    """Write plain values, documents and arrays as JSON; `name` names the file in the error."""
    try:
        plain = msgspec.to_builtins(document, enc_hook=_to_plain)
        text = json.dumps(plain, indent=indent, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ReleaseFormatError(
            f"{name}: a value cannot be written as JSON: {error}. "
            "Expected plain numbers (not NaN), texts, lists and objects."
        ) from error
    return f"{text}\n".encode()


def from_json(data: bytes, kind: type[Kind], where: str, cure: str = PUBLISH_AGAIN) -> Kind:
    """Read JSON strictly as a type that may have documents and arrays in it.

    Raises
    ------
    ReleaseFormatError
        If it is something else; names the file, which is `where`, the place in it, and the cure.
    """
    try:
        return msgspec.json.decode(data, type=kind, dec_hook=_to_array)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ReleaseFormatError(f"{where}: {error}. {cure}") from error
    except RecursionError as error:
        raise ReleaseFormatError(f"{where}: its brackets are nested too deep. {cure}") from error


def to_npy(array: NDArray[Any]) -> bytes:
    """Write an array in the `.npy` format, version 1.0."""
    buffer = io.BytesIO()
    np.lib.format.write_array(
        buffer, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False
    )
    return buffer.getvalue()


def from_npy(data: bytes, name: str) -> NDArray[Any]:
    """Read an array, never a pickle, for reading only; `name` names the file in the error."""
    try:
        array: NDArray[Any] = np.lib.format.read_array(io.BytesIO(data), allow_pickle=False)
    except ValueError as error:
        raise ReleaseFormatError(f"{name}: the file is not an .npy array: {error}.") from error
    array.flags.writeable = False
    return array


def sha256_of(data: bytes) -> str:
    """The sha256 of bytes, in hex digits."""
    return hashlib.sha256(data).hexdigest()


def _to_plain(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} is no plain value")


def _to_array(kind: Any, value: Any) -> NDArray[Any]:
    """Make the array of an `NDArray[dtype]`, where no number changes by it."""
    (scalar,) = get_args(get_args(kind)[1])
    try:
        array = np.array(value).astype(scalar, casting="safe")
    except (TypeError, ValueError) as error:
        raise ValueError(f"Expected an array of {scalar.__name__}") from error
    array.flags.writeable = False
    return array
