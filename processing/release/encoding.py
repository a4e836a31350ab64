"""A release's files as bytes: JSON, `.npy` arrays, and their hashes."""

import dataclasses
import hashlib
import io
import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from processing.errors import ReleaseFormatError
from processing.release.layout import release_id
from processing.release.schema import MANIFEST, FileInfo, Manifest, manifest_to_json


def file_info(data: bytes) -> FileInfo:
    """Size and sha256 of a file's bytes."""
    return FileInfo(size_bytes=len(data), sha256=hashlib.sha256(data).hexdigest())


def to_json(document: Any, name: str, indent: int | None = 2) -> bytes:
    """Write JSON; `name` names the file in the error."""
    try:
        text = json.dumps(document, indent=indent, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ReleaseFormatError(
            f"{name}: a value cannot be written as JSON: {error}. "
            "Expected plain numbers (not NaN), texts, lists and objects."
        ) from error
    return f"{text}\n".encode()


def from_json(data: bytes, name: str) -> Any:
    """Read JSON; `name` names the file in the error."""
    try:
        return json.loads(data)
    except ValueError as error:
        raise ReleaseFormatError(f"{name}: the file is not JSON: {error}.") from error


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


def id_of(manifest: Manifest, figure_hashes: dict[str, str]) -> str:
    """The id that a release has by its manifest (whose own id does not count) and its figures.

    `figure_hashes` maps the figures, in the manifest's order, to their sha256.
    """
    nameless = dataclasses.replace(manifest, release_id="")
    hashed = {"manifest": manifest_to_json(nameless), "figures": figure_hashes}
    return release_id(manifest.created_utc, file_info(to_json(hashed, MANIFEST)).sha256)
