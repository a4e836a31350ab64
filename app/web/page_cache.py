"""Pages that were sent recently, as bytes: a page that is asked for again is not made again."""

import threading
from collections import OrderedDict
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class KeptPage:
    """A page as it is sent, with all its headers."""

    body: bytes
    headers: tuple[tuple[str, str], ...]
    etag: str


Key = tuple[str, str | None, str, bool]

OBJECT_BYTES = 100  # that a text takes beside its letters, and its place in a tuple


class PageCache:
    """Keeps pages up to a number of bytes; the one asked for longest ago goes first.

    Parameters
    ----------
    most_bytes
        Of all pages together, with their addresses and headers; a larger one is not kept.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._pages: OrderedDict[Key, KeptPage] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, key: Key) -> KeptPage | None:
        """Return what is kept under a key, if anything."""
        with self._lock:
            if key in self._pages:
                self._pages.move_to_end(key)
            return self._pages.get(key)

    def keep(self, key: Key, page: KeptPage) -> None:
        """Keep a page under a key: release, problem, address, and whether it is compressed."""
        with self._lock:
            if old := self._pages.pop(key, None):
                self._bytes -= _size(key, old)
            self._pages[key] = page
            self._bytes += _size(key, page)
            while self._bytes > self._most_bytes:
                self._bytes -= _size(*self._pages.popitem(last=False))


def _size(key: Key, page: KeptPage) -> int:
    """About how many bytes of memory a page takes."""
    texts = (*key[:3], page.etag, *(text for header in page.headers for text in header))
    return len(page.body) + sum(OBJECT_BYTES + len(text or "") for text in texts)
