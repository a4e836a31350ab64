"""`latest.json`: which release is active, and which ones were before it."""

import logging
from typing import Annotated

import msgspec

from processing.errors import ReleaseFormatError, StorageNotFoundError
from processing.release.encoding import Document, from_json, to_json
from processing.release.names import ID_PATTERN, LATEST
from processing.release.storage import Storage

logger = logging.getLogger(__name__)

CURE = "Name a release with `python -m processing releases activate ID`."
ReleaseId = Annotated[str, msgspec.Meta(pattern=rf"^{ID_PATTERN}\Z")]
_HISTORY_LENGTH = 20


class Pointer(Document, frozen=True, kw_only=True):
    """The active release's id, and the ids that were active before it, newest last."""

    release_id: ReleaseId
    history: tuple[ReleaseId, ...]

    def moved_to(self, release_id: str) -> "Pointer":
        """Return a pointer to another release that remembers this one."""
        history = (*self.history, self.release_id)[-_HISTORY_LENGTH:]
        return Pointer(release_id=release_id, history=history)


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


def move_pointer(storage: Storage, release_id: str) -> None:
    """Make a published release the active one; a pointer that cannot be read is replaced."""
    try:
        pointer = load_pointer(storage)
    except ReleaseFormatError as error:
        logger.warning("%s It is replaced, and what was active before is forgotten.", error)
        pointer = None
    if pointer is None:
        save_pointer(storage, Pointer(release_id=release_id, history=()))
    elif pointer.release_id != release_id:
        save_pointer(storage, pointer.moved_to(release_id))


def save_pointer(storage: Storage, pointer: Pointer) -> None:
    """Write `latest.json`, the one file that ever changes."""
    storage.replace(LATEST, to_json(pointer, LATEST))
