"""`latest.json`: which release is active, and which ones were before it."""

import logging
import time
from collections.abc import Callable
from typing import Annotated

import msgspec

from processing.errors import (
    ReleaseFormatError,
    StorageChangedError,
    StorageNotFoundError,
    UnknownReleaseError,
)
from processing.release.encoding import Document, from_json, to_json
from processing.release.names import ID_PATTERN, LATEST
from processing.release.storage import Storage, changed_error

logger = logging.getLogger(__name__)

CURE = "Name a release with `python -m processing releases activate ID`."
ReleaseId = Annotated[str, msgspec.Meta(pattern=rf"^{ID_PATTERN}\Z")]
_HISTORY_LENGTH = 20
_WAITS_S = (0.0, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6)


class Pointer(Document, frozen=True, kw_only=True, omit_defaults=True):
    """The active release's id, and the ids that were active before it, newest last.

    `going` are the releases that are being deleted: none of them can become active.
    """

    release_id: ReleaseId
    history: tuple[ReleaseId, ...]
    going: tuple[ReleaseId, ...] = ()

    def moved_to(self, release_id: str) -> "Pointer":
        """Return a pointer to another release that remembers this one."""
        if release_id == self.release_id:
            return self
        history = (*self.history, self.release_id)[-_HISTORY_LENGTH:]
        return Pointer(release_id=release_id, history=history, going=self.going)


def load_pointer(storage: Storage) -> Pointer | None:
    """Read `latest.json`; None when nothing was ever activated.

    Raises
    ------
    ReleaseFormatError
        If the file is not a pointer.
    """
    try:
        data = storage.read(LATEST)
    except StorageNotFoundError:
        return None
    return from_json(data, Pointer, f"'{LATEST}' in {storage.describe()}", CURE)


def change_pointer(
    storage: Storage, decide: Callable[[Pointer | None], Pointer | None]
) -> Pointer | None:
    """Change `latest.json`, the one file that ever changes, unless somebody else does meanwhile.

    `decide` is told what it says, None where there is none, and returns what it is to say; it is
    asked again when somebody else was quicker. So what it found out about the store still holds
    when the file is written. A pointer that cannot be read counts as none.

    Raises
    ------
    StorageChangedError
        If others are quicker again and again.
    """
    for wait_s in _WAITS_S:
        stamp = storage.stamp(LATEST)
        pointer = None if stamp is None else _readable(storage)
        new = decide(pointer)
        if new is None or new == pointer:
            return new
        try:
            storage.replace_if(LATEST, to_json(new, LATEST), stamp)
        except StorageChangedError:
            time.sleep(wait_s)
        else:
            return new
    raise changed_error(LATEST, storage)


def move_pointer(storage: Storage, release_id: str, check: Callable[[], object]) -> None:
    """Make a release the active one, if `check`, which says whether it is whole, does not raise.

    Raises
    ------
    UnknownReleaseError
        If it is being deleted.
    """

    def decide(pointer: Pointer | None) -> Pointer:
        if pointer and release_id in pointer.going:
            raise UnknownReleaseError(
                f"Release {release_id!r} is being deleted from {storage.describe()}. When "
                "`python -m processing releases prune` has ended, publish it again."
            )
        check()
        if pointer is None:
            return Pointer(release_id=release_id, history=())
        return pointer.moved_to(release_id)

    change_pointer(storage, decide)


def _readable(storage: Storage) -> Pointer | None:
    """The pointer; what was read wrong may be read right the second time."""
    try:
        return load_pointer(storage)
    except ReleaseFormatError:
        try:
            return load_pointer(storage)
        except ReleaseFormatError as error:
            logger.warning("%s It is replaced, and what was active before is forgotten.", error)
            return None
