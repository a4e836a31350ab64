"""Pages that were made lately, as bytes, so that what is asked again is not made again."""

import threading
from collections import OrderedDict
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Made:
    """A page as it is sent, with all its headers."""

    body: bytes
    headers: tuple[tuple[str, str], ...]
    etag: str


Key = tuple[str, str | None, str, bool]


class PageCache:
    """Keeps pages up to a number of bytes; the one not asked for the longest goes first.

    Parameters
    ----------
    most_bytes
        Of all bodies together; a larger one is not kept.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._made: OrderedDict[Key, Made] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, key: Key) -> Made | None:
        """Return what is kept under a key, if anything."""
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
            return self._made.get(key)

    def keep(self, key: Key, made: Made) -> None:
        """Keep a page under a key: release, problem, address, and whether it is compressed."""
        with self._lock:
            if old := self._made.pop(key, None):
                self._bytes -= len(old.body)
            self._made[key] = made
            self._bytes += len(made.body)
            while self._bytes > self._most_bytes:
                _, gone = self._made.popitem(last=False)
                self._bytes -= len(gone.body)
