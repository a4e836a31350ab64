"""`latest.json`: which release is active, and which ones were before it."""

import json
import logging
from dataclasses import asdict, dataclass

from processing.errors import ReleaseFormatError, StorageNotFoundError
from processing.release.layout import LATEST, is_release_id
from processing.release.storage import Storage

logger = logging.getLogger(__name__)

_HISTORY_LENGTH = 20


@dataclass(frozen=True, kw_only=True)
class Pointer:
    """The active release's id, and the ids that were active before it, newest last."""

    release_id: str
    history: tuple[str, ...] = ()

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
    try:
        document = json.loads(data)
        pointer = Pointer(release_id=document["release_id"], history=tuple(document["history"]))
        valid = all(is_release_id(each) for each in (pointer.release_id, *pointer.history))
    except (ValueError, TypeError, KeyError, AttributeError):
        valid = False
    if not valid:
        raise ReleaseFormatError(
            f"'{LATEST}' in {storage.describe()} does not name a release. Expected an object with "
            "'release_id' and 'history'. Name one with `python -m processing releases activate ID`."
        )
    return pointer


def move_pointer(storage: Storage, release_id: str) -> None:
    """Make a release that is there the active one; a pointer that cannot be read is replaced."""
    try:
        pointer = load_pointer(storage)
    except ReleaseFormatError as error:
        logger.warning("%s It is replaced, and what was active before is forgotten.", error)
        pointer = None
    if pointer is None:
        save_pointer(storage, Pointer(release_id=release_id))
    elif pointer.release_id != release_id:
        save_pointer(storage, pointer.moved_to(release_id))


def save_pointer(storage: Storage, pointer: Pointer) -> None:
    """Write `latest.json`, the one file that ever changes."""
    storage.replace(LATEST, (json.dumps(asdict(pointer), indent=2) + "\n").encode())
