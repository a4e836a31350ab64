"""Where releases are: a folder, a prefix of a bucket, or what the environment says."""

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from processing.errors import ConfigError
from processing.release.storage import FolderStorage, Storage
from processing.release.stores import open_figure_storage, open_release_storage, open_storage

if TYPE_CHECKING:
    from config import Settings

FIGURES = "figures"


def open_stores(where: Path | str | None, settings: "Settings") -> tuple[Storage, Storage]:
    """The stores of releases and of figures: a folder or `s3://BUCKET/PREFIX`, figures beside it.

    Without `where` they are those of the environment, whose keys and region a bucket is opened with
    in any case.

    Raises
    ------
    ConfigError
        If `where` is an address of something else.
    """
    if where is None:
        return open_release_storage(settings), open_figure_storage(settings)
    address = re.fullmatch(r"([a-z][a-z0-9+.-]+)://([^/]*)/?(.*)", str(where), re.IGNORECASE)
    if address is None:
        beside = Path(where).absolute().parent / FIGURES
        return FolderStorage(Path(where)), FolderStorage(beside)
    scheme, bucket, prefix = address.groups()
    if scheme.lower() != "s3" or not bucket:
        raise ConfigError(
            f"{str(where)!r} is no place of releases. Expected a folder, or s3://BUCKET/PREFIX."
        )
    above = prefix.strip("/").rpartition("/")[0]
    named = replace(settings, bucket=bucket)
    return open_storage(named, prefix), open_storage(named, f"{above}/{FIGURES}".lstrip("/"))
