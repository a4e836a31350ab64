"""A store whose answers come in time or not at all: for a site, whose visitors wait."""

import queue
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from processing.errors import ReleaseError, StorageUnavailableError
from processing.release.storage import Storage

Answer = TypeVar("Answer")

MOST_LATE = 3  # answers in a row that did not come, after which the store is left alone
REST_S = 5.0


class HurriedStorage(Storage):
    """Passes reads on to another store, each in a thread of its own that nobody waits for too long.

    Once the last `MOST_LATE` came too late, others are refused at once: whoever asks should not
    wait for a store that does not answer. After `REST_S` seconds one is let through again. Writing
    is passed on as it is.

    Parameters
    ----------
    storage
        The other store.
    deadline_s
        Seconds that a read may take in all, its wait for others included.
    most
        Reads that may be under way at the same time; more of them wait.
    """

    def __init__(self, storage: Storage, deadline_s: float, most: int) -> None:
        self._storage, self._deadline_s = storage, deadline_s
        self._free = threading.Semaphore(most)
        self._lock = threading.Lock()
        self._n_late, self._rests_until = 0, 0.0

    def create(self, name: str, data: bytes) -> None:
        self._storage.create(name, data)

    def replace(self, name: str, data: bytes) -> None:
        self._storage.replace(name, data)

    def replace_if(self, name: str, data: bytes, stamp: str | None) -> None:
        self._storage.replace_if(name, data, stamp)

    def read(self, name: str) -> bytes:
        return self._in_time(name, lambda: self._storage.read(name))

    def read_range(self, name: str, start: int, length: int) -> bytes:
        return self._in_time(name, lambda: self._storage.read_range(name, start, length))

    def stamp(self, name: str) -> str | None:
        return self._in_time(name, lambda: self._storage.stamp(name))

    def names(self, prefix: str = "") -> list[str]:
        return self._in_time(prefix, lambda: self._storage.names(prefix))

    def written(self, prefix: str = "") -> dict[str, datetime]:
        return self._in_time(prefix, lambda: self._storage.written(prefix))

    def tidy(self, before: datetime) -> None:
        self._storage.tidy(before)

    def delete(self, name: str) -> None:
        self._storage.delete(name)

    def describe(self) -> str:
        return self._storage.describe()

    def _in_time(self, name: str, read: Callable[[], Answer]) -> Answer:
        until = time.monotonic() + self._deadline_s
        if self._rests() or not self._free.acquire(timeout=self._deadline_s):
            raise self._unavailable(name, "it keeps others waiting, and is left alone for a while")
        answers: queue.SimpleQueue[tuple[Answer | None, BaseException | None]]
        answers = queue.SimpleQueue()

        def work() -> None:
            found: tuple[Answer | None, BaseException | None]
            try:
                found = read(), None
            except BaseException as error:  # whoever waits gets it
                found = None, error
            self._free.release()  # before anybody hears of it, and asks for more
            answers.put(found)

        threading.Thread(target=work, name="store-read", daemon=True).start()
        try:
            answer, error = answers.get(timeout=max(0.0, until - time.monotonic()))
        except queue.Empty:
            self._note(late=True)
            late = f"it did not answer within {self._deadline_s:g} s"
            raise self._unavailable(name, late) from None
        self._note(late=isinstance(error, StorageUnavailableError))
        if error is not None:
            raise error
        return answer  # type: ignore[return-value]

    def _rests(self) -> bool:
        """Whether the store is left alone; the first who asks after that is let through."""
        with self._lock:
            if self._n_late < MOST_LATE:
                return False
            now = time.monotonic()
            if now < self._rests_until:
                return True
            self._rests_until = now + REST_S
            return False

    def _note(self, *, late: bool) -> None:
        with self._lock:
            self._n_late = self._n_late + 1 if late else 0
            if late:
                self._rests_until = time.monotonic() + REST_S

    def _unavailable(self, name: str, why: str) -> ReleaseError:
        return StorageUnavailableError(
            f"Cannot read {name!r} in {self.describe()}: {why}. Check the store and the network."
        )
