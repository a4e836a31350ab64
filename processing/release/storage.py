"""The contract of a store, and the folder that keeps it."""

import contextlib
import os
import stat
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from processing.errors import (
    ReleaseError,
    ReleaseFormatError,
    StorageChangedError,
    StorageExistsError,
    StorageNotFoundError,
    StorageUnavailableError,
)

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_PARTIAL = ".partial"


class Storage(ABC):
    """A store of named bytes; names are '/'-separated and relative.

    Every method raises StorageUnavailableError when the store does not answer or refuses, and
    ReleaseFormatError for a name that could lead out of the store.
    """

    @abstractmethod
    def create(self, name: str, data: bytes) -> None:
        """Write bytes under a name that is free; whole or not at all.

        Raises
        ------
        StorageExistsError
            If the name is taken; its bytes stay as they are.
        """

    @abstractmethod
    def replace(self, name: str, data: bytes) -> None:
        """Write bytes under a name, taken or not; readers see the old or the new ones."""

    @abstractmethod
    def replace_if(self, name: str, data: bytes, stamp: str | None) -> None:
        """Write bytes under a name whose stamp is still this one; None: that is still free.

        Raises
        ------
        StorageChangedError
            If somebody else has written the name meanwhile; their bytes stay.
        """

    @abstractmethod
    def read(self, name: str) -> bytes:
        """Read all bytes of a name; StorageNotFoundError when there is none."""

    @abstractmethod
    def read_range(self, name: str, start: int, length: int) -> bytes:
        """Read `length` bytes from `start`; ReleaseFormatError when there are fewer."""

    @abstractmethod
    def stamp(self, name: str) -> str | None:
        """Return a text that changes when the name's bytes do; None when there is no such name."""

    @abstractmethod
    def names(self, prefix: str = "") -> list[str]:
        """List all names that begin with a text, sorted."""

    @abstractmethod
    def written(self, prefix: str = "") -> dict[str, datetime]:
        """When each name that begins with a text was written, by the store's clock, in UTC."""

    @abstractmethod
    def tidy(self, before: datetime) -> None:
        """Remove what writers that were killed left behind before a time, where that shows."""

    @abstractmethod
    def delete(self, name: str) -> None:
        """Remove a name; one that is not there is no error."""

    @abstractmethod
    def describe(self) -> str:
        """Say where this store is, for messages."""


class FolderStorage(Storage):
    """A store in a local folder, which need not exist before the first write."""

    def __init__(self, root: Path) -> None:
        self._root = Path(root)

    def create(self, name: str, data: bytes) -> None:
        path = self._path(name)
        with _folder_errors("write", path), _partial_file(path, data) as partial:
            try:
                # A link fails when the name is taken, a rename would overwrite it; and opening
                # the final name itself would show readers a half-written file.
                os.link(partial, path)
            except FileExistsError as error:
                raise exists_error(name, self) from error

    def replace(self, name: str, data: bytes) -> None:
        path = self._path(name)
        with _folder_errors("write", path), _partial_file(path, data) as partial:
            os.replace(partial, path)

    def replace_if(self, name: str, data: bytes, stamp: str | None) -> None:
        path = self._path(name)
        with _folder_errors("write", path), _lock(path):
            if self.stamp(name) != stamp:
                raise changed_error(name, self)
            self.replace(name, data)

    def read(self, name: str) -> bytes:
        path = self._path(name)
        with _folder_errors("read", path), self._existing(name):
            return path.read_bytes()

    def read_range(self, name: str, start: int, length: int) -> bytes:
        path = self._path(name)
        check_range(name, start, length)
        with _folder_errors("read", path), self._existing(name), path.open("rb") as file:
            file.seek(start)
            data = file.read(length)
        return check_length(data, length, name, start)

    def stamp(self, name: str) -> str | None:
        path = self._path(name)
        try:
            with _folder_errors("read", path), self._existing(name):
                status = path.stat()
        except StorageNotFoundError:
            return None
        if stat.S_ISDIR(status.st_mode):
            return None
        return f"{status.st_mtime_ns}-{status.st_size}-{status.st_ino}"

    def names(self, prefix: str = "") -> list[str]:
        check_prefix(prefix)
        folder = self._root / prefix.rpartition("/")[0]
        with _folder_errors("list", folder):
            found = [
                (Path(parent) / file).relative_to(self._root).as_posix()
                for parent, _, files in os.walk(folder)
                for file in files
                if not file.startswith(".")
            ]
        return sorted(name for name in found if name.startswith(prefix))

    def written(self, prefix: str = "") -> dict[str, datetime]:
        found = {}
        for name in self.names(prefix):
            with contextlib.suppress(FileNotFoundError):  # deleted since it was listed
                found[name] = _written(self._path(name))
        return found

    def tidy(self, before: datetime) -> None:
        with _folder_errors("tidy", self._root):
            for path in self._root.rglob(f".*{_PARTIAL}"):
                with contextlib.suppress(FileNotFoundError):
                    if _written(path) < before:
                        path.unlink()

    def delete(self, name: str) -> None:
        path = self._path(name)
        with _folder_errors("delete", path):
            path.unlink(missing_ok=True)
            self._remove_empty(path.parent)

    def describe(self) -> str:
        return f"folder {str(self._root)!r}"

    def _path(self, name: str) -> Path:
        return self._root / check_name(name)

    @contextmanager
    def _existing(self, name: str) -> Iterator[None]:
        try:
            yield
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
            raise not_found_error(name, self) from error

    def _remove_empty(self, folder: Path) -> None:
        """Remove a folder, and those above it, that hold nothing but partial files."""
        while folder != self._root and folder.is_dir():
            entries = list(folder.iterdir())
            if any(entry.is_dir() or not entry.name.startswith(".") for entry in entries):
                return
            for entry in entries:
                entry.unlink()
            folder.rmdir()
            folder = folder.parent


def check_name(name: str) -> str:
    """Return a name if it stays inside a store; names that begin with a dot are the store's own."""
    if not all(part and not part.startswith(".") for part in name.split("/")) or "\\" in name:
        raise ReleaseFormatError(
            f"The name {name!r} is not allowed in a store. Expected parts joined by '/', "
            "none of them empty or beginning with a dot."
        )
    return name


def check_prefix(prefix: str) -> str:
    """Return a prefix if it stays inside a store; an empty one, or one that ends in '/', does."""
    if prefix:
        check_name(prefix.removesuffix("/"))
    return prefix


def check_range(name: str, start: int, length: int) -> None:
    """Check that a range has a start of at least 0 and a length of at least 1."""
    if start < 0 or length < 1:
        raise ReleaseFormatError(f"{name!r} has no {length} bytes from byte {start}.")


def check_length(data: bytes, length: int, name: str, start: int) -> bytes:
    """Return the bytes of a range if there are `length` of them."""
    if len(data) != length:
        raise ReleaseFormatError(
            f"{name!r} has {len(data)} bytes from byte {start}, expected {length}. "
            "The file is cut off or was changed; publish the release again."
        )
    return data


def exists_error(name: str, storage: Storage) -> StorageExistsError:
    """Say that a name is taken."""
    return StorageExistsError(
        f"{name!r} exists in {storage.describe()}. What is published is never rewritten; "
        "publish under a new release id."
    )


def changed_error(name: str, storage: Storage) -> StorageChangedError:
    """Say that somebody else has changed a name."""
    return StorageChangedError(
        f"{name!r} in {storage.describe()} was changed by somebody else meanwhile. Try again."
    )


def not_found_error(name: str, storage: Storage) -> StorageNotFoundError:
    """Say that a name is not there."""
    return StorageNotFoundError(
        f"{name!r} does not exist in {storage.describe()}. "
        "See `python -m processing releases list` for what is published there."
    )


@contextmanager
def _partial_file(path: Path, data: bytes) -> Iterator[Path]:
    """Write a file beside its final name, flushed to disk; it is removed at the end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.parent / f".{path.name}.{uuid.uuid4().hex}{_PARTIAL}"
    try:
        with partial.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield partial
        _flush_folder(path.parent)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Keep other processes from changing a file; the system lets go for a process that is killed.

    Windows has no such locks: there only one may publish at a time.
    """
    if fcntl is None:
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with (path.parent / f".{path.name}.lock").open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _written(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _flush_folder(folder: Path) -> None:
    """Make a new name in a folder survive a power cut, where folders can be opened."""
    if not hasattr(os, "O_DIRECTORY"):  # Windows opens no folder, and NTFS keeps a journal of names
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _folder_errors(action: str, path: Path) -> Iterator[None]:
    try:
        yield
    except ReleaseError:
        raise
    except OSError as error:
        raise StorageUnavailableError(
            f"Cannot {action} {str(path)!r}: {error.strerror or error}. Check the rights and the "
            "free space of the folder, or name another one in ICP_PRED_DIR and ICP_UPLOAD_DIR."
        ) from error
