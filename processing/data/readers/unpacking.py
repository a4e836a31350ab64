"""Single files that are compressed by gzip, bzip2, xz or zstd, read as if they were not."""

import bz2
import gzip
import io
import lzma
from typing import IO, Any, cast

from processing.errors import SourceError

ENDINGS = (".gz", ".bz2", ".xz", ".zst")
MOST_TIMES = 500  # that a file may be larger unpacked, beyond the size that any may have
ANY_SIZE = 1 << 28

_MARKS = {b"\x1f\x8b": "gz", b"BZh": "bz2", b"\xfd7zXZ\0": "xz", b"\x28\xb5\x2f\xfd": "zst"}


def plain_name(name: str) -> str:
    """A file's name without the ending of its compression."""
    ending = next((each for each in ENDINGS if name.lower().endswith(each)), "")
    return name[: len(name) - len(ending)]


def packing_of(head: bytes) -> str | None:
    """How a file is compressed, by its first bytes: gz, bz2, xz, zst, or None."""
    return next((how for mark, how in _MARKS.items() if head.startswith(mark)), None)


def unpacked(stream: IO[bytes], label: str) -> IO[bytes]:
    """A stream of what a compressed file holds, the stream itself where it is not compressed.

    `stream` is buffered, as files of folders and archives are. What is read raises a SourceError if
    it unpacks to more than `MOST_TIMES` its size: a small file can hold one that fills memory.
    """
    how = packing_of(cast(io.BufferedReader, stream).peek(6)[:6])
    if how is None:
        return stream
    return cast(IO[bytes], io.BufferedReader(_Unpacked(stream, _opened(stream, how), label)))


def _opened(stream: IO[bytes], how: str) -> IO[bytes]:
    if how == "zst":
        import pyarrow

        return cast(IO[bytes], pyarrow.CompressedInputStream(stream, "zstd"))
    if how == "gz":
        return cast(IO[bytes], gzip.GzipFile(fileobj=stream))
    return cast(IO[bytes], bz2.BZ2File(stream) if how == "bz2" else lzma.LZMAFile(stream))


def check_size(size: int, packed_size: int, label: str) -> None:
    """Check that a file does not unpack to more than `MOST_TIMES` its size.

    Raises
    ------
    SourceError
        If it does, and is larger than `ANY_SIZE`.
    """
    if size > ANY_SIZE and size > MOST_TIMES * packed_size:
        raise SourceError(
            f"{label} unpacks to more than {MOST_TIMES} times its size. Expected ratings, which do "
            "not; check that the file is what it should be, or unpack it."
        )


class _Unpacked(io.RawIOBase):
    """The unpacked bytes of a file, as long as there are not too many of them."""

    def __init__(self, packed: IO[bytes], plain: IO[bytes], label: str) -> None:
        self._packed, self._plain, self._label = packed, plain, label
        self._size = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._plain.seekable()

    def seek(self, offset: int, whence: int = 0, /) -> int:
        self._size = 0
        return self._plain.seek(offset, whence)

    def tell(self) -> int:
        return self._plain.tell()

    def readinto(self, buffer: Any, /) -> int:
        data = self._plain.read(len(buffer))
        buffer[: len(data)] = data
        self._size += len(data)
        check_size(self._size, self._packed.tell(), self._label)
        return len(data)
