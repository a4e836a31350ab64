"""Files that are there whole or not at all."""

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from processing.errors import DiskError

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def write_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Let `write` fill a temporary file or folder beside `path`, then give it its name.

    A run that is killed while writing leaves only the temporary name, which the next run removes.

    Raises
    ------
    DiskError
        If there is no room; the temporary files are removed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    if partial.is_dir():
        shutil.rmtree(partial)
    try:
        write(partial)
    except OSError as error:
        if not _is_full(error):
            raise
        shutil.rmtree(partial, ignore_errors=True)
        partial.unlink(missing_ok=True)
        free = shutil.disk_usage(path.parent).free
        raise DiskError(
            f"Cannot write {str(path)!r}: the disk has no room for it ({free:,} bytes are free). "
            "Make room or name another folder, and start again: what was done before is kept."
        ) from error
    os.replace(partial, path)


def mapped_array(path: Path, dtype: Any, shape: tuple[int, ...]) -> NDArray[Any]:
    """A new .npy file of zeros that is mapped into memory for writing.

    Its room on the disk is taken at once: a disk that is full later would end the process by a bus
    error, without a word.
    """
    array = np.lib.format.open_memmap(path, mode="w+", dtype=dtype, shape=shape)
    if hasattr(os, "posix_fallocate"):
        with path.open("rb+") as file:
            os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
    return array


def _is_full(error: OSError) -> bool:
    """Whether an error says that there is no room; NumPy tells of a short write without a number.

    >>> _is_full(OSError("40000 requested and 15328 written"))
    True
    """
    short = error.errno is None and str(error).endswith("written")
    return error.errno in _FULL or short


def write_text(path: Path, text: str) -> None:
    """Write a text file, UTF-8, that is there whole or not at all."""
    write_whole(path, lambda partial: _write(partial, text))


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
