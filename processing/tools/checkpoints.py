"""Checkpoints: the state of work that takes hours, kept so that a killed run goes on within it."""

import logging
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from processing.errors import DiskError
from processing.tools.files import write_whole

logger = logging.getLogger(__name__)

EVERY_SECONDS = 900.0
KEY = "key"


class Checkpoint:
    """The state of one piece of work, arrays by name, in one file that is there whole or not.

    `key` is a hash of all that decides what the work does, code included: a state that was kept
    under another key is not taken up. The file is a zip of arrays, whose checksums tell whether it
    is what was written. Work that is done within `EVERY_SECONDS` never writes one.
    """

    def __init__(self, path: Path, key: str) -> None:
        self.path, self.key = path, key
        self.exists = False  # whether this work has a state on the disk
        self._since = time.monotonic()

    @property
    def due(self) -> bool:
        """Whether the last state is `EVERY_SECONDS` old."""
        return time.monotonic() - self._since >= EVERY_SECONDS

    def write(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Keep a state instead of the last; where the disk has no room for it, the last stays."""

        def fill(partial: Path) -> None:
            with partial.open("wb") as file:
                np.savez(file, allow_pickle=False, **{KEY: np.array(self.key)}, **arrays)

        try:
            write_whole(self.path, fill)
            self.exists = True
        except DiskError as error:
            logger.warning("The state of this work is not kept, and it goes on: %s", error)
        self._since = time.monotonic()

    def read(self) -> dict[str, NDArray[Any]] | None:
        """The state that was kept; None, and the file removed, where there is none to go on from.

        A file that is damaged, or of another key, is told of by a warning.
        """
        if not self.path.exists():
            return None
        try:
            with self.path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
                arrays = {name: kept[name] for name in kept.files}
            found = str(arrays.pop(KEY))
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            logger.warning("%s is damaged (%s): its work begins anew.", self.path, error)
            self.remove()
            return None
        if found != self.key:
            logger.warning("%s is of other ratings, settings or code: work begins anew.", self.path)
            self.remove()
            return None
        self.exists = True
        return arrays

    def remove(self) -> None:
        """Forget the state."""
        self.path.unlink(missing_ok=True)
        self.exists = False
