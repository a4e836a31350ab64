"""A gzip file that can be read from any place: what was passed once is found again without delay.

Gzip can only be unpacked from its start. The first to pass a place leaves a mark there, a copy of
the unpacker's state (some 40 KB), from which any later reader goes on.
"""

import io
import os
import zlib
from bisect import bisect_right
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

MARK_EVERY = 1 << 25  # unpacked bytes
PACKED_BYTES = 1 << 18  # read at once
_GZIP_WBITS = 31  # a zlib stream in gzip's clothes, its checksum compared at its end


class Mark(NamedTuple):
    """A place: in the unpacked bytes, in the file, and the unpacker's state there."""

    at: int
    packed_at: int
    unpacker: Any


class GzipStream(io.RawIOBase):
    """The unpacked bytes of a gzip file of one or several members; `marks` may be shared.

    `advance` is told how many packed bytes have been read.

    Raises
    ------
    zlib.error, EOFError
        While reading, if the file is damaged or cut off.
    """

    def __init__(
        self, path: Path, marks: list[Mark], advance: Callable[[int], object] = lambda n_bytes: None
    ) -> None:
        self._advance = advance
        self._file = path.open("rb", buffering=0)
        self._marks = marks
        if not marks:
            marks.append(Mark(0, 0, zlib.decompressobj(_GZIP_WBITS)))
        self._go_to(marks[0])

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def close(self) -> None:
        self._file.close()
        super().close()

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place; behind the last mark this unpacks all that lies between."""
        if whence == os.SEEK_END:
            raise io.UnsupportedOperation("the end is not known before it is reached")
        wanted = offset if whence == os.SEEK_SET else self._at + offset
        mark = self._marks[bisect_right(self._marks, wanted, key=lambda mark: mark.at) - 1]
        if wanted < self._at or mark.at > self._at + len(self._unpacked):
            self._go_to(mark)
        while self._at < wanted and self._fill():
            self._pass(wanted - self._at)
        return self._at

    def readinto(self, buffer: Any) -> int:
        if not self._fill():
            return 0
        part = self._unpacked[: len(buffer)]
        buffer[: len(part)] = part
        self._pass(len(part))
        return len(part)

    def _go_to(self, mark: Mark) -> None:
        self._file.seek(mark.packed_at)
        self._unpacker = mark.unpacker.copy()
        self._at = mark.at
        self._unpacked = memoryview(b"")  # from `_at` on

    def _pass(self, n_bytes: int) -> None:
        passed = min(n_bytes, len(self._unpacked))
        self._unpacked = self._unpacked[passed:]
        self._at += passed

    def _fill(self) -> bool:
        """Unpack on if need be; False at the end."""
        while not self._unpacked:
            if self._unpacker.eof:
                packed = self._next_member()
                if not packed:
                    return False
                self._unpacker = zlib.decompressobj(_GZIP_WBITS)
            else:
                packed = self._file.read(PACKED_BYTES)
                if not packed:
                    raise EOFError("the compressed data end too early")
                self._leave_mark(len(packed))
                self._advance(len(packed))
            self._unpacked = memoryview(self._unpacker.decompress(packed))
        return True

    def _next_member(self) -> bytes:
        """The first bytes of the member that follows, none at the end of the file."""
        packed = self._unpacker.unused_data or self._file.read(PACKED_BYTES)
        while packed and not (packed := packed.lstrip(b"\0")):  # what tapes are filled up with
            packed = self._file.read(PACKED_BYTES)
        return bytes(packed)

    def _leave_mark(self, n_ahead: int) -> None:
        if self._at - self._marks[-1].at >= MARK_EVERY:
            packed_at = self._file.tell() - n_ahead
            self._marks.append(Mark(self._at, packed_at, self._unpacker.copy()))
