"""A store that dies at a chosen call, as if the process were killed there."""

from abc import abstractmethod
from datetime import datetime
from typing import Any

from processing.release import Storage


class CutOffError(RuntimeError):
    """Stands for a process that was killed."""


class PassingStorage(Storage):
    """Passes every call on to another store, through one method that can do something about it."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    @abstractmethod
    def _call(self, method: str, *args: Any) -> Any:
        """Make a call of the other store."""

    def create(self, name: str, data: bytes) -> None:
        self._call("create", name, data)

    def replace(self, name: str, data: bytes) -> None:
        self._call("replace", name, data)

    def replace_if(self, name: str, data: bytes, stamp: str | None) -> None:
        self._call("replace_if", name, data, stamp)

    def read(self, name: str) -> bytes:
        return self._call("read", name)

    def read_range(self, name: str, start: int, length: int) -> bytes:
        return self._call("read_range", name, start, length)

    def stamp(self, name: str) -> str | None:
        return self._call("stamp", name)

    def names(self, prefix: str = "") -> list[str]:
        return self._call("names", prefix)

    def written(self, prefix: str = "") -> dict[str, datetime]:
        return self._call("written", prefix)

    def tidy(self, before: datetime) -> None:
        self._call("tidy", before)

    def delete(self, name: str) -> None:
        self._call("delete", name)

    def describe(self) -> str:
        return self._storage.describe()


class CutStorage(PassingStorage):
    """Passes `cut_at` calls on to another store and dies at the next one, before or after it."""

    def __init__(self, storage: Storage, cut_at: int, after: bool) -> None:
        super().__init__(storage)
        self.calls: list[str] = []
        self.dead = False
        self._cut_at, self._after = cut_at, after

    def _call(self, method: str, *args: Any) -> Any:
        self.calls.append(method)
        self.dead = len(self.calls) > self._cut_at
        if self.dead and not self._after:
            raise CutOffError
        result = getattr(self._storage, method)(*args)
        if self.dead:
            raise CutOffError
        return result
