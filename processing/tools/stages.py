"""Stages: steps from files to files that are done once and remembered."""

import json
import logging
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from processing.tools.checkpoints import Checkpoint
from processing.tools.files import write_whole
from processing.tools.machine import PeakMemory

logger = logging.getLogger(__name__)

MARKER = "stage.json"


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A finished stage: its folder, and the seconds that it took."""

    path: Path
    seconds: float


class Stages:
    """The stages of one run directory.

    A stage's folder takes its name only when it is whole, marker included, so that a run that was
    killed goes on with the stage it was in. The marker holds the key of the run, a hash of all its
    inputs and settings; what was done under another key is done again.
    """

    def __init__(self, directory: Path, key: str) -> None:
        self.directory = directory
        self.key = key

    def checkpoint(self, name: str) -> Checkpoint:
        """Where the work of a stage keeps its state while it lasts: beside the stage's folder."""
        path = self.directory / name
        return Checkpoint(path.with_name(f".{path.name}.checkpoint"), f"{self.key} {name}")

    def run(self, name: str, work: Callable[[Path], str]) -> Stage:
        """Do a stage, or skip it where it is done.

        `work` fills a folder and says in a few words what it did. What it kept as a checkpoint goes
        when it is done.
        """
        path = self.directory / name
        if done := _read(path, self.key):
            self.checkpoint(name).remove()
            logger.info("%s: done before, in %.1f s.", name, done.seconds)
            return done
        if path.exists():
            shutil.rmtree(path)
        logger.debug("%s: started.", name)
        peak = PeakMemory()
        said = ""

        def fill(partial: Path) -> None:
            nonlocal said
            partial.mkdir(parents=True)
            started = time.perf_counter()
            said = work(partial)
            marker = {
                "key": self.key,
                "seconds": round(time.perf_counter() - started, 3),
                "peak_memory_bytes": peak.bytes(),
                "peak_of_whole_process": peak.of_whole_process,
            }
            (partial / MARKER).write_text(json.dumps(marker))

        write_whole(path, fill)
        done = _read(path, self.key)
        if done is None:
            raise OSError(f"{path} was changed by somebody else while it was being written.")
        self.checkpoint(name).remove()
        logger.info("%s: %s (%.1f s, %s)", name, said, done.seconds, peak)
        return done


def _read(path: Path, key: str) -> Stage | None:
    try:
        marker = json.loads((path / MARKER).read_text())
    except (OSError, ValueError):
        return None
    if marker["key"] != key:
        return None
    return Stage(path=path, seconds=marker["seconds"])
