"""Names in a store: release ids, and the files and figures under them."""

import re
from datetime import UTC, datetime

from processing.errors import ReleaseFormatError

LATEST = "latest.json"
RELEASES = "releases/"
ID_PATTERN = r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}"

_CREATED_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
_ID_FORMAT = "%Y%m%dT%H%M%SZ"


def release_id(created_utc: str, content_hash: str) -> str:
    """Name a release by its time and its contents; ids sort by time as text.

    >>> release_id("2006-10-02T08:30:00Z", "5f3a9c21d0")
    '20061002T083000Z-5f3a9c21'
    """
    try:
        created = datetime.strptime(created_utc, _CREATED_FORMAT)
    except ValueError as error:
        raise ReleaseFormatError(
            f"The time {created_utc!r} is not of the form '2006-10-02T08:30:00Z' (UTC)."
        ) from error
    return f"{created.strftime(_ID_FORMAT)}-{content_hash[:8]}"


def is_release_id(text: str) -> bool:
    """Tell whether a text has the form of a release id."""
    try:
        release_time(text)
    except ValueError:
        return False
    return re.fullmatch(ID_PATTERN, text) is not None


def release_time(release: str) -> datetime:
    """When a release was made, by its id."""
    return datetime.strptime(release.partition("-")[0], _ID_FORMAT).replace(tzinfo=UTC)


def file_name(release: str, name: str) -> str:
    """Name of a release's file in the store of predictions."""
    return f"{RELEASES}{release}/{name}"


def figure_name(release: str, name: str) -> str:
    """Name of a release's figure in the store of figures."""
    return f"{release}/{name}"
