"""Reading files of rating lines through a kernel: in blocks, several of them at once.

While a stream is read (or unpacked), threads parse the blocks before. A block of Netflix lines can
only be parsed by whoever knows the movie named last, so each is started with a guess, the last
'movie:' line seen in the text before it; the blocks are then taken in order, and one whose
guess was not what the block before it ended with is parsed again. So rows, bad lines and their
numbers are always those of reading from the first line to the last.
"""

import re
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from processing.data.readers.reading import SHOWN_TEXT, BadLines
from processing.data.rows import RatingRows
from processing.errors import RatingsFormatError, SourceError
from processing.kernels import parse
from processing.tools.threads import n_threads

BLOCK_BYTES = 1 << 20  # what is parsed from a block lies in the processor's cache when it is kept
SHORTEST_ROW = 8  # bytes: '1,2,3,4' and the line's end
USUAL_ROW = 15  # bytes: '1,1,2005-01-01' and the line's end; few files have shorter ones
MOST_EXPECTED = 1 << 28  # rows to make room for because of what an archive says of its sizes
BAD_AT_ONCE = 64

_BOM = b"\xef\xbb\xbf"
_HEADER_NUMBER = re.compile(rb"-?[0-9]{1,18}")
_REASONS = {
    parse.FORM: "is not such a line",
    parse.TOO_BIG: "has an id beyond 64 bits",
    parse.RATING: "has a rating that is no number on the scale",
    parse.DATE: "has no real date",
    parse.HEADERLESS: "is a rating of no movie, because no good 'movie_id:' line stands before it",
}
_ADVICE = {parse.RATING: "If the scale is another, say so with --scale, such as --scale 0:10."}

Kernel = Callable[..., None]
Known = tuple[int, int]  # whether a movie is known, and which
NOTHING: Known = (0, 0)


class RowReader:
    """Reads files of rating lines through a kernel of `processing.kernels.parse`.

    Memory is 16 bytes a row (24 where ids are beyond 32 bits), a quarter more while it grows, and
    some 10 MB a thread. `kernel` is called with the text, `settings`, and what the kernels
    describe. `size_bytes`, what all files have together, saves the growing; `advance` is told how
    many bytes have been read.
    """

    def __init__(
        self,
        kernel: Kernel,
        settings: tuple[parse.Bounds] | tuple[parse.FieldMark, parse.Bounds],
        expected: str,
        bad: BadLines,
        size_bytes: int = 0,
        advance: Callable[[int], object] = lambda n_bytes: None,
    ) -> None:
        self._kernel, self._settings = kernel, settings
        self._expected, self._bad, self._advance = expected, bad, advance
        dtypes = (np.int32, np.int32, np.float32, np.int32)
        expected_rows = min(size_bytes // USUAL_ROW, MOST_EXPECTED)
        self._columns = [Column(dtype, expected_rows) for dtype in dtypes]
        self._pool = ThreadPoolExecutor(n_threads())
        self._reading = ThreadPoolExecutor(1)
        self._free = [_Block() for _ in range(2 * n_threads() + 1)]
        self._next = self._free.pop()
        self._started: deque[_Block] = deque()
        self._known, self._guess = NOTHING, NOTHING
        self._n_lines = 0

    def read(self, stream: IO[bytes], label: str, n_header_lines: int = 0) -> None:
        """Add a file's rows; `label` names it in messages."""
        texts = blocks(stream, lambda: self._next.buffer, label)
        is_first = True
        try:
            while (text := self._read_ahead(texts)) is not None:
                self._start(text, label, is_first, n_header_lines)
                is_first = False
        except RatingsFormatError:
            raise
        except Exception:
            self._settle_all()  # a bad line before the place where the stream broke comes first
            raise

    def _read_ahead(self, texts: Iterator[NDArray[np.uint8]]) -> NDArray[np.uint8] | None:
        """Read (or unpack) the next block, and meanwhile take over those that have been parsed."""
        found = self._reading.submit(next, texts, None)
        try:
            while self._started and self._started[0].done.done() and not found.done():
                self._settle()
        finally:
            wait([found])
        return found.result()

    def finish(self) -> RatingRows:
        """Hand over the rows of all files that were read."""
        self._settle_all()
        self._pool.shutdown()
        self._reading.shutdown()
        self._free.clear()
        user_ids, movie_ids, values, days = (column.finish() for column in self._columns)
        return RatingRows(user_ids=user_ids, movie_ids=movie_ids, values=values, days=days)

    def _start(
        self, text: NDArray[np.uint8], label: str, is_first: bool, n_header_lines: int
    ) -> None:
        block = self._next
        block.text, block.label, block.is_first = text, label, is_first
        block.start, block.n_lines = _after_lines(text, n_header_lines) if is_first else (0, 0)
        block.begin(NOTHING if is_first else self._guess)
        self._guess = _last_movie(block.buffer, len(text), block.known)
        block.done = self._pool.submit(self._run, block)
        self._started.append(block)
        while not self._free:
            self._settle()
        self._next = self._free.pop()

    def _run(self, block: "_Block") -> None:
        self._kernel(block.text, *self._settings, block.state, block.rows, block.flaws)

    def _settle_all(self) -> None:
        while self._started:
            self._settle()

    def _settle(self) -> None:
        """Take over the rows of the block that was started first."""
        block = self._started.popleft()
        block.done.result()
        known = NOTHING if block.is_first else self._known
        n_lines = 0 if block.is_first else self._n_lines
        if block.known != known:
            block.begin(known)
            self._run(block)
        while True:
            self._note_bad_lines(block, n_lines)
            if block.state[parse.AT] >= len(block.text):
                break
            self._run(block)
        rows: tuple[NDArray[Any], ...] = block.rows
        for column, new in zip(self._columns, rows, strict=True):
            column.extend(new[: block.state[parse.ROWS]])
        self._known = int(block.state[parse.HAS_MOVIE]), int(block.state[parse.MOVIE])
        self._n_lines = n_lines + int(block.state[parse.LINE])
        self._advance(len(block.text))
        self._free.append(block)

    def _note_bad_lines(self, block: "_Block", n_lines: int) -> None:
        for k in range(block.state[parse.BAD]):
            line = block.text[block.flaws.starts[k] :][: 4 * SHOWN_TEXT].tobytes()
            self._bad.add(
                f"{block.label}:{n_lines + block.flaws.lines[k]}",
                line.partition(b"\n")[0],
                _REASONS[reason := int(block.flaws.reasons[k])],
                self._expected,
                _ADVICE.get(reason, ""),
            )
        block.state[parse.BAD] = 0


class _Block:
    """A piece of a file: its text, and what the kernel made of it."""

    text: NDArray[np.uint8]
    label: str
    is_first: bool
    start: int
    n_lines: int
    known: Known
    done: "Future[None]"

    def __init__(self) -> None:
        self.buffer = bytearray(BLOCK_BYTES)
        n_rows = BLOCK_BYTES // SHORTEST_ROW + 1
        self.rows = parse.Rows(
            users=np.empty(n_rows, np.int64),
            movies=np.empty(n_rows, np.int64),
            values=np.empty(n_rows, np.float32),
            days=np.empty(n_rows, np.int32),
        )
        self.flaws = parse.Flaws(*np.zeros((3, BAD_AT_ONCE), np.int64))
        self.state = np.zeros(parse.N_STATE, np.int64)

    def begin(self, known: Known) -> None:
        """Go to the start of the text, with the movie that was named last."""
        self.known = known
        self.state[:] = 0
        self.state[[parse.AT, parse.LINE]] = self.start, self.n_lines
        self.state[[parse.HAS_MOVIE, parse.MOVIE]] = known


class Column:
    """A growing column, in pieces each larger than the one before; int32 as long as values fit."""

    def __init__(self, dtype: type, expected: int) -> None:
        self._dtype: np.dtype[Any] = np.dtype(dtype)
        self._pieces: list[NDArray[Any]] = []
        self._room = np.empty(
            expected, self._dtype
        )  # the last piece; what is not used costs nothing
        self._filled = 0
        self._size = 0

    def extend(self, new: NDArray[Any]) -> None:
        """Append values."""
        if self._dtype == np.int32 and new.dtype == np.int64 and not _fits(new):
            self._close()
            self._dtype = np.dtype(np.int64)
        while len(new):
            if self._filled == len(self._room):
                self._close()
                self._room = np.empty(max(1 << 16, self._size // 4), self._dtype)
            part = new[: len(self._room) - self._filled]
            self._room[self._filled : self._filled + len(part)] = part
            self._filled += len(part)
            self._size += len(part)
            new = new[len(part) :]

    def finish(self) -> NDArray[Any]:
        """Hand over everything as one array."""
        self._close()
        if len(self._pieces) == 1:
            return self._pieces[0]
        whole = np.empty(self._size, self._dtype)
        at = 0
        for k, piece in enumerate(self._pieces):
            whole[at : at + len(piece)] = piece
            at += len(piece)
            self._pieces[k] = piece[:0].copy()  # lets go of its memory
        return whole

    def _close(self) -> None:
        self._pieces.append(self._room[: self._filled])
        self._room, self._filled = np.empty(0, self._dtype), 0


def blocks(
    stream: IO[bytes], next_buffer: Callable[[], bytearray], label: str
) -> Iterator[NDArray[np.uint8]]:
    """Read whole lines into one buffer after the other; the last line gets its newline if need be.

    A byte order mark at the start is left out. What is yielded lies in the buffer that
    `next_buffer` gave last, and is overwritten when it gives that buffer again.
    """
    buffer = next_buffer()
    filled = _fill(stream, buffer, 0)
    start = len(_BOM) if buffer.startswith(_BOM) and filled >= len(_BOM) else 0
    while filled > start:
        is_last = filled < len(buffer) - 1
        if is_last and buffer[filled - 1] != ord("\n"):
            buffer[filled] = ord("\n")
            filled += 1
        cut = buffer.rfind(b"\n", start, filled) + 1
        if cut == 0:
            raise SourceError(
                f"{label}: a line is longer than {len(buffer) - 1} bytes. Expected ratings, one a "
                "line; check that the file is text."
            )
        yield np.frombuffer(buffer, np.uint8)[start:cut]
        rest = memoryview(buffer)[cut:filled]
        if is_last:
            return
        buffer = next_buffer()
        memoryview(buffer)[: len(rest)] = rest
        start, filled = 0, _fill(stream, buffer, len(rest))


def _fill(stream: IO[bytes], buffer: bytearray, filled: int) -> int:
    """Fill the buffer, but for room for the newline that the last line may lack."""
    view = memoryview(buffer)[:-1]
    while filled < len(view):
        n = stream.readinto(view[filled:])  # type: ignore[attr-defined]
        if not n:
            break
        filled += n
    return filled


def _after_lines(text: NDArray[np.uint8], count: int) -> tuple[int, int]:
    """Where the text goes on after `count` lines, or its end; and how many lines these are."""
    ends = np.flatnonzero(text[: 1 << 16] == ord("\n"))[:count].tolist()
    return (ends[-1] + 1, len(ends)) if ends else (0, 0)


def _last_movie(buffer: bytearray, end: int, known: Known) -> Known:
    """The movie named last before `end`, if a glance can tell; else the one that is known."""
    colon = buffer.rfind(b":", 0, end)
    if colon < 0:
        return known
    number = bytes(buffer[buffer.rfind(b"\n", 0, colon) + 1 : colon])
    is_header = buffer[colon + 1] in b"\r\n" and _HEADER_NUMBER.fullmatch(number)
    return (1, int(number)) if is_header else known


def _fits(values: NDArray[np.int64]) -> bool:
    limits = np.iinfo(np.int32)
    return len(values) == 0 or bool(values.min() >= limits.min and values.max() <= limits.max)
