"""The files of a source, wherever they lie: a folder, a single file, a zip or a tar archive.

Nothing is unpacked to disk. A member's `name` is its path inside the container; the
Netflix Prize's `training_set.tar` counts as a folder of that name where it is not unpacked.
"""

import hashlib
import io
import lzma
import os
import re
import tarfile
import zipfile
import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

from processing.data.readers.unpacking import check_size, packing_of, plain_name, unpacked
from processing.errors import SourceError
from processing.tools.progress import counting

BLOCK = 1 << 20
INNER_TAR = "training_set.tar"
LARGEST_HEADER = 1 << 20  # of a tar archive, which holds a name and dates
MAX_DEPTH = 4  # folders below the given one: nf_prize_dataset/download/training_set/mv_*.txt

_DAMAGE = (EOFError, OSError, lzma.LZMAError, tarfile.TarError, zipfile.BadZipFile, zlib.error)
_TAR_NAME = re.compile(r"\.tar\.[a-z0-9]+$|\.tgz$", re.IGNORECASE)
_ZIP, _ZIP_EMPTY = b"PK\x03\x04", b"PK\x05\x06"

Advance = Callable[[int], object]
Opener = Callable[["Member"], IO[bytes]]


@dataclass(frozen=True)
class Member:
    """A file in a container; `entry` is its place in the tar archive that holds it.

    `outer` is the member that is this archive, where it lies in the container itself.
    """

    name: str
    size: int
    entry: tarfile.TarInfo | None = field(default=None, compare=False)
    outer: "Member | None" = None

    @property
    def folder(self) -> str:
        """The name's path without its last part, '' at the top."""
        return self.name.rpartition("/")[0]

    @property
    def basename(self) -> str:
        """The name's last part, without the ending of a compressed file: that is unpacked."""
        return plain_name(self.name.rpartition("/")[2])


class Files:
    """An opened container: hands out its members as binary streams.

    Whoever reads large members tells `advance` how many bytes have been read. Members of a
    compressed tar are found fast in the order of the archive only: to go back is to unpack again.
    """

    def __init__(self, container: "Container", stack: ExitStack, advance: Advance) -> None:
        self.advance = advance
        self._container = container
        self._stack = stack
        self._open_member = container._opener(stack)
        self._inner: dict[Member, Opener] = {}

    def label(self, member: Member) -> str:
        """What messages call a member, such as 'ml-1m.zip!ml-1m/ratings.dat'."""
        return self._container.label(member)

    @contextmanager
    def open(self, member: Member) -> Iterator[IO[bytes]]:
        """Open a member; what is found damaged while it is read is a SourceError that names it.

        A compressed one is unpacked.
        """
        with self.open_packed(member) as stream:
            yield unpacked(stream, self.label(member))

    @contextmanager
    def open_packed(self, member: Member) -> Iterator[IO[bytes]]:
        """Open a member as it lies there."""
        with damage_named(self.label(member)):
            if member.outer is not None and member.outer not in self._inner:
                stream = self._stack.enter_context(self._open_member(member.outer))
                self._inner[member.outer] = _tar_opener(stream, self._stack)
            opener = self._inner[member.outer] if member.outer else self._open_member
            with opener(member) as stream:
                yield stream

    def head(self, member: Member, size: int = 1 << 16) -> bytes:
        """The first bytes of a member."""
        with self.open(member) as stream:
            return stream.read(size)


class Container(ABC):
    """A place with files in it, listed when it is made."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with damage_named(str(path)):
            self.members = list(self._list())
        self.members += self._list_inner_tars()

    @abstractmethod
    def _list(self) -> Iterator[Member]:
        """List the files."""

    @abstractmethod
    def _opener(self, stack: ExitStack) -> Opener:
        """Make what opens a member; what has to stay open meanwhile goes onto `stack`."""

    @contextmanager
    def open(self, advance: Advance = lambda n_bytes: None) -> Iterator[Files]:
        """Open the container for reading."""
        with ExitStack() as stack:
            with damage_named(str(self.path)):
                files = Files(self, stack, advance)
            yield files

    def label(self, member: Member) -> str:
        """What messages call a member."""
        return printable(f"{self.path}!{member.name}")

    def sha256(self, used: Iterable[Member]) -> str:
        """Hash of the archive, whatever of it is used."""
        digest = hashlib.sha256()
        with self.path.open("rb") as stream:
            _update(digest, stream)
        return digest.hexdigest()

    def size_bytes(self, used: Iterable[Member]) -> int:
        """Size of the archive, whatever of it is used."""
        return self.path.stat().st_size

    def _list_inner_tars(self) -> list[Member]:
        outers = [member for member in self.members if member.basename == INNER_TAR]
        if not outers or any(member.basename.startswith("mv_") for member in self.members):
            return []
        with self.open() as files, files.open(outers[0]) as stream:
            return list(_list_tar(stream, outers[0]))


class Folder(Container):
    """A folder on disk, or a single file in one."""

    def _list(self) -> Iterator[Member]:
        if self.path.is_file():
            yield Member(self.path.name, self.path.stat().st_size)
            return
        for folder, folders, names in os.walk(self.path, followlinks=True):
            place = Path(folder).relative_to(self.path)
            deep = len(place.parts) >= MAX_DEPTH
            folders[:] = [] if deep else sorted(f for f in folders if _is_wanted(f))
            for name in sorted(names):
                if _is_wanted(name) and (Path(folder) / name).is_file():
                    size = (Path(folder) / name).stat().st_size
                    yield Member((place / name).as_posix(), size)

    def _place(self, member: Member) -> Path:
        return self.path if self.path.is_file() else self.path / member.name

    def _opener(self, stack: ExitStack) -> Opener:
        return lambda member: self._place(member).open("rb")

    def label(self, member: Member) -> str:
        """What messages call a member: its path."""
        return printable(str(self._place(member)))

    def size_bytes(self, used: Iterable[Member]) -> int:
        """Size of all that is used."""
        return sum(member.size for member in {member.outer or member for member in used})

    def sha256(self, used: Iterable[Member]) -> str:
        """Hash of a file's bytes; of a folder: of the names, sizes and bytes of what is used."""
        if self.path.is_file():
            return super().sha256(used)
        digest = hashlib.sha256()
        with self.open() as files:
            whole = {member.outer or member for member in used}
            for member in sorted(whole, key=lambda m: m.name):
                digest.update(f"{member.name}\0{member.size}\0".encode(errors="surrogateescape"))
                with files.open_packed(member) as stream:
                    _update(digest, stream)
        return digest.hexdigest()


class Zip(Container):
    """A zip archive."""

    def _list(self) -> Iterator[Member]:
        with zipfile.ZipFile(self.path) as archive:
            for info in archive.infolist():
                if info.flag_bits & 1:
                    raise SourceError(
                        f"{self.path}: {info.filename!r} is encrypted. Expected an archive without "
                        "a password; unpack it and give the folder."
                    )
                if not info.is_dir() and _is_wanted(info.filename):
                    label = printable(f"{self.path}!{info.filename}")
                    check_size(info.file_size, info.compress_size, label)
                    yield Member(info.filename, info.file_size)

    def _opener(self, stack: ExitStack) -> Opener:
        archive = stack.enter_context(zipfile.ZipFile(self.path))
        return lambda member: archive.open(member.name)


class Tar(Container):
    """A tar archive, plain or compressed."""

    def _list(self) -> Iterator[Member]:
        size = self.path.stat().st_size
        with (
            counting(size, f"Listing {self.path.name}", "B") as advance,
            io.BufferedReader(_WatchedFile(self.path, advance)) as packed,
            unpacked(packed, str(self.path)) as stream,
        ):
            yield from _list_tar(stream)
            while stream.read(BLOCK):  # to its end: only there gzip compares its checksum
                pass

    def _opener(self, stack: ExitStack) -> Opener:
        packed = stack.enter_context(self.path.open("rb"))
        return _tar_opener(stack.enter_context(unpacked(packed, str(self.path))), stack)


def open_container(path: Path) -> Container:
    """List the files at a path; what kind of thing it is shows in its first bytes.

    Raises
    ------
    SourceError
        If nothing that can be read again is there, or an archive is damaged.
    """
    if not path.exists():
        raise SourceError(
            f"{str(path)!r} does not exist. Expected a folder, a file or an archive of ratings; "
            "check the path."
        )
    if path.is_dir():
        return Folder(path)
    if not path.is_file():
        raise SourceError(
            f"{str(path)!r} is a pipe or a device. Expected a folder, a file or an archive of "
            "ratings, which are read more than once; write what it gives to a file."
        )
    with damage_named(str(path)):
        magic = _magic(path)
    if magic.startswith((_ZIP, _ZIP_EMPTY)):
        return Zip(path)
    is_packed_tar = packing_of(magic) is not None and not _is_single_packed(path)
    if is_packed_tar or magic[257:262] == b"ustar":
        return Tar(path)
    return Folder(path)


def _is_single_packed(path: Path) -> bool:
    """Whether a compressed file is not a tar archive, by what it holds; damage tells nothing."""
    try:
        with path.open("rb") as packed:
            head = unpacked(packed, str(path)).read(tarfile.BLOCKSIZE)
    except _DAMAGE:
        return plain_name(path.name) != path.name and not _TAR_NAME.search(path.name)
    return head[257:262] != b"ustar" and head != bytes(tarfile.BLOCKSIZE)


@contextmanager
def damage_named(label: str) -> Iterator[None]:
    """Turn what archives raise when they are damaged or unreadable into a SourceError."""
    try:
        yield
    except (FileNotFoundError, PermissionError, IsADirectoryError) as error:
        raise SourceError(f"{label} cannot be read: {error.strerror}. Check the path.") from error
    except NotImplementedError as error:
        raise SourceError(
            f"{label} cannot be read: {error}. Unpack the archive and give the folder."
        ) from error
    except _DAMAGE as error:
        raise SourceError(
            f"{label} is damaged or cut off: {error}. Expected a whole file; download or copy it "
            "again."
        ) from error


class _WatchedFile(io.FileIO):
    """A file that tells how many bytes are read."""

    def __init__(self, path: Path, advance: Advance) -> None:
        super().__init__(path)
        self._advance = advance

    def readinto(self, buffer: Any, /) -> int | Any:
        size = super().readinto(buffer)
        self._advance(size or 0)
        return size


class _Headers:
    """A stream of which a tar archive's headers are read: a small archive can hold endless ones."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.seek, self.tell = stream.seek, stream.tell

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= LARGEST_HEADER:
            raise tarfile.ReadError(f"it has a header of {size:,} bytes")
        return self._stream.read(size)


def _list_tar(stream: IO[bytes], outer: Member | None = None) -> Iterator[Member]:
    prefix = f"{outer.name}/" if outer else ""
    headers = cast(IO[bytes], _Headers(stream))
    with tarfile.open(fileobj=headers, mode="r:") as archive:
        for info in archive:
            if info.isreg() and not info.issparse() and _is_wanted(info.name):
                yield Member(prefix + info.name.removeprefix("./"), info.size, info, outer)
        # tarfile takes any end for the end; an archive that is whole says so by a block of zeros
        stream.seek(archive.offset)
        if stream.read(tarfile.BLOCKSIZE) != bytes(tarfile.BLOCKSIZE):
            raise tarfile.ReadError("the end-of-archive mark is missing")


def _tar_opener(stream: IO[bytes], stack: ExitStack) -> Opener:
    archive = stack.enter_context(tarfile.open(fileobj=stream, mode="r:"))
    return lambda member: cast(IO[bytes], archive.extractfile(cast(tarfile.TarInfo, member.entry)))


def printable(name: str) -> str:
    """A file's name in which bytes that are no UTF-8 are escaped."""
    return name.encode(errors="backslashreplace").decode()


def _is_wanted(name: str) -> bool:
    """Whether a name is not one that a file manager left behind."""
    parts = name.removeprefix("./").split("/")
    return not any(part.startswith(".") or part == "__MACOSX" for part in parts)


def _magic(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(tarfile.BLOCKSIZE)


def _update(digest: "hashlib._Hash", stream: IO[bytes]) -> None:
    while block := stream.read(BLOCK):
        digest.update(block)
