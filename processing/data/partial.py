"""A file that is received piece by piece, and gets its name when it is whole."""

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from processing.errors import DownloadError


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """The file that a part belongs to.

    `total` is its size in bytes, None where the server does not say it. `validator` distinguishes
    versions of the file, '' where the server names none.
    """

    url: str
    validator: str
    total: int | None


class PartialFile:
    """What has been received of the file `target`, with a note beside it of its origin.

    Raises
    ------
    DownloadError
        Wherever the disk refuses, with what to do.
    """

    def __init__(self, target: Path) -> None:
        self.target = target
        self.path = target.with_name(f"{target.name}.part")
        self._note = target.with_name(f"{target.name}.part.json")
        with _writing(target.parent):
            target.parent.mkdir(parents=True, exist_ok=True)

    @property
    def size(self) -> int:
        """Bytes received so far."""
        return self.path.stat().st_size if self.path.exists() else 0

    def origin(self, url: str) -> Origin | None:
        """Where the part came from, None where it cannot be gone on with."""
        try:
            origin = msgspec.json.decode(self._note.read_bytes(), type=Origin)
        except (OSError, msgspec.DecodeError):
            return None
        return origin if origin.url == url and origin.validator else None

    def begin(self, origin: Origin) -> None:
        """Drop what there was, and note which file is coming."""
        self.discard()
        with _writing(self.path):
            self._note.write_bytes(msgspec.json.encode(origin))

    def check_space(self, origin: Origin) -> None:
        """Refuse a file for which the disk has no room."""
        free = shutil.disk_usage(self.path.parent).free
        if origin.total is not None and origin.total - self.size > free:
            raise DownloadError(
                f"{self.path.parent} has {free} bytes free, but {origin.total - self.size} are "
                "still to be fetched. Make room, or name another folder, and start again."
            )

    @contextmanager
    def opened(self) -> Iterator[Callable[[bytes], None]]:
        """Open the file, and give what appends to it."""
        with _writing(self.path):
            file = self.path.open("ab", buffering=0)

        def append(block: bytes) -> None:
            view = memoryview(block)
            with _writing(self.path):
                while view:
                    view = view[file.write(view) :]

        with file:
            yield append

    def finish(self) -> None:
        """Give the whole file its name."""
        os.replace(self.path, self.target)
        self._note.unlink(missing_ok=True)

    def discard(self) -> None:
        """Remove what was received."""
        self.path.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Turn what the disk refuses into an error that says what to do."""
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise DownloadError(
            f"{path} cannot be written ({error.strerror}). "
            + ("Make room" if full else "Name a folder that can be written")
            + " and start again: what was received is kept."
        ) from error
