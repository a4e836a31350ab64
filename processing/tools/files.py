"""Files that are there whole or not at all."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path


def write_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Let `write` fill a temporary file or folder beside `path`, then give it its name.

    A run that is killed while writing leaves only the temporary name, which the next run removes.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    if partial.is_dir():
        shutil.rmtree(partial)
    write(partial)
    os.replace(partial, path)


def write_text(path: Path, text: str) -> None:
    """Write a text file, UTF-8, that is there whole or not at all."""
    write_whole(path, lambda partial: _write(partial, text))


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
