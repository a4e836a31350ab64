"""Opening the store that the settings name."""

from pathlib import Path
from typing import TYPE_CHECKING

from processing.release.storage import FolderStorage, Storage

if TYPE_CHECKING:
    from config import Settings


def open_storage(settings: "Settings", directory: str, *, hurried: bool = False) -> Storage:
    """Open the store that the settings name: a prefix of the bucket, or a folder without one.

    `hurried`: for those whose visitors wait, it gives up soon.
    """
    if not settings.bucket:
        return FolderStorage(Path(directory))
    from processing.release.s3 import S3Storage

    return S3Storage(
        bucket=settings.bucket,
        prefix=directory,
        region=settings.bucket_region,
        access_key=settings.aws_access_key,
        secret_key=settings.aws_secret_key,
        hurried=hurried,
    )


def open_release_storage(settings: "Settings", *, hurried: bool = False) -> Storage:
    """Open the store of releases."""
    return open_storage(settings, settings.pred_dir, hurried=hurried)


def open_figure_storage(settings: "Settings", *, hurried: bool = False) -> Storage:
    """Open the store of the reports' figures."""
    return open_storage(settings, settings.upload_dir, hurried=hurried)
