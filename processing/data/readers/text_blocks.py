"""A text file as blocks of whole lines, in UTF-8 and ended by LF, whatever it is in."""

import codecs
import logging
from dataclasses import dataclass
from typing import IO

import numpy as np
from numpy.typing import NDArray

from processing.data.readers.columns import found_encoding
from processing.data.readers.reading import BOM, LONGEST_LINE
from processing.errors import SourceError

logger = logging.getLogger(__name__)

BLOCK = 1 << 22
WINDOWS = "cp1252"
LF = ord("\n")


@dataclass(frozen=True, kw_only=True)
class Block:
    """Whole lines of a file: their text with LF at each end, and where each starts and ends.

    `starts`, `ends`: int64, the places of a line's first byte and of its LF. `number`: of the first
    line in the file, from 1. `is_valid`: whether all of it is UTF-8. `is_last`: whether the file
    ends here.
    """

    text: bytes
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    number: int
    is_valid: bool
    is_last: bool

    def line(self, k: int) -> bytes:
        """A line without its end."""
        return self.text[self.starts[k] : self.ends[k]]


class TextBlocks:
    """Reads a file block by block.

    `encoding` as it was given; by default a mark at the file's start tells it, and a file without
    one is UTF-8, or Windows-1252 if the first byte beyond ASCII is not UTF-8.
    """

    def __init__(self, stream: IO[bytes], label: str, encoding: str | None) -> None:
        self._stream, self._label = stream, label
        self._rest = b""
        self._number = 1
        self._ended = False
        self._held_return = False
        self._head: bytes | None = stream.read(BLOCK)
        self.encoding = encoding or found_encoding(self._head)
        self._is_ascii = True
        self._decoder = None if self.encoding is None else _decoder(self.encoding)

    def put_back(self, text: bytes, n_lines: int) -> None:
        """Have the last lines of the block read last come again with the next one."""
        self._rest = text + self._rest
        self._number -= n_lines

    def read(self) -> Block | None:
        """The next block, None at the end of the file.

        Raises
        ------
        SourceError
            If a line is longer than `LONGEST_LINE`, or the text is not in the encoding.
        """
        parts = [self._rest]
        while not self._ended and (len(parts) == 1 or LF not in parts[-1]):
            parts.append(self._more())
            self._check_length(sum(map(len, parts)) if len(parts) > 2 else 0)
        text = b"".join(parts)
        if self._ended and text and not text.endswith(b"\n"):
            text += b"\n"
        cut = text.rfind(b"\n") + 1
        text, self._rest = text[:cut], text[cut:]
        if not text:
            return None
        text, is_valid = self._checked(text)
        ends = np.flatnonzero(np.frombuffer(text, np.uint8) == LF)
        starts = np.concatenate((np.zeros(1, np.int64), ends[:-1] + 1))
        longest = int(np.argmax(ends - starts))
        if ends[longest] - starts[longest] > LONGEST_LINE:
            raise self._too_long(self._number + longest)
        if len(self._rest) > LONGEST_LINE:
            raise self._too_long(self._number + len(ends))
        block = Block(
            text=text,
            starts=starts,
            ends=ends,
            number=self._number,
            is_valid=is_valid,
            is_last=self._ended,
        )
        self._number += len(ends)
        return block

    def _more(self) -> bytes:
        """Some more of the file with LF at the end of each line, decoded if need be."""
        data = self._stream.read(BLOCK) if self._head is None else self._head
        if self._head is not None:
            data, self._head = data.removeprefix(BOM), None
        self._ended = not data
        if self._decoder is not None:
            try:
                decoded = self._decoder.decode(data, self._ended)
                data = decoded.encode("utf-8", "surrogateescape")
            except (UnicodeError, ValueError) as error:
                raise SourceError(
                    f"{self._label} is not text in {self.encoding}: {error}. Expected one encoding "
                    "throughout; say the right one with --encoding, such as utf-8, utf-16 or "
                    "cp1252."
                ) from error
        if self._held_return:
            data = b"\r" + data
        self._held_return = data.endswith(b"\r") and not self._ended
        if self._held_return:
            data = data[:-1]
        if b"\r" in data:
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        return data

    def _checked(self, text: bytes) -> tuple[bytes, bool]:
        """The block in UTF-8, and whether all of it is such."""
        if text.isascii():
            return text, True
        try:
            text.decode()
        except UnicodeDecodeError as error:
            if self.encoding is None and self._is_ascii and text[: error.start].isascii():
                self._take_for_windows(self._number + text.count(b"\n", 0, error.start))
                rest = self._rest.decode(WINDOWS, "surrogateescape")
                self._rest = rest.encode("utf-8", "surrogateescape")
                text = text.decode(WINDOWS, "surrogateescape").encode("utf-8", "surrogateescape")
                return text, is_utf8(text)
            return text, False
        self._is_ascii = False
        return text, True

    def _take_for_windows(self, number: int) -> None:
        self.encoding, self._decoder = WINDOWS, _decoder(WINDOWS)
        logger.warning(
            "%s:%d: not UTF-8, so taken for Windows-1252; if it is in another encoding, say so "
            "with --encoding.",
            self._label,
            number,
        )

    def _check_length(self, n_bytes: int) -> None:
        if n_bytes > 2 * BLOCK:
            raise self._too_long(self._number)

    def _too_long(self, number: int) -> SourceError:
        return SourceError(
            f"{self._label}:{number}: the line is longer than {LONGEST_LINE:,} characters. "
            "Expected one title or rating a line; check that the file is text."
        )


def check_encoding(encoding: str | None) -> None:
    """Check the name of an encoding that was given.

    Raises
    ------
    SourceError
        If Python has no such encoding of text.
    """
    if encoding is None:
        return
    try:
        "".encode(encoding)
        _decoder(encoding)
    except (LookupError, ValueError) as error:
        raise SourceError(
            f"The encoding {encoding!r} is unknown. Expected one that Python knows, such as utf-8, "
            "utf-16, cp1252 (Windows, western Europe), cp1251, shift_jis or gb18030."
        ) from error


def _decoder(encoding: str) -> codecs.IncrementalDecoder:
    """Bytes that the encoding does not have become surrogates, where it is of single bytes."""
    return codecs.getincrementaldecoder(encoding)("surrogateescape")


def is_utf8(text: bytes) -> bool:
    """Whether bytes are whole UTF-8."""
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True
