"""What the pipeline publishes and the site reads: immutable releases in a folder or a bucket."""

from processing.release.affinity import Affinity, AffinityAbout, Weights
from processing.release.fold_in import FoldIn, FoldingModel, Visitor
from processing.release.hurried import HurriedStorage
from processing.release.manage import (
    ReleaseSummary,
    activate,
    list_releases,
    prune,
    rollback,
    verify_release,
)
from processing.release.manifest import (
    Manifest,
    ReleaseAbout,
    SourceInfo,
    StartUser,
    UnfittedModel,
)
from processing.release.names import LATEST, figure_name
from processing.release.reader import Release, active_id, load_figure, load_manifest, open_release
from processing.release.records import UserRecord
from processing.release.schema import NO_DAY, NO_MOVIE, ReleaseContents, top_dtype
from processing.release.spreadsheets import defused
from processing.release.storage import FolderStorage, Storage
from processing.release.stores import open_figure_storage, open_release_storage, open_storage
from processing.release.writer import load_staged_manifest, publish, stage_release

__all__ = [
    "LATEST",
    "NO_DAY",
    "NO_MOVIE",
    "Affinity",
    "AffinityAbout",
    "FoldIn",
    "FolderStorage",
    "FoldingModel",
    "HurriedStorage",
    "Manifest",
    "Release",
    "ReleaseAbout",
    "ReleaseContents",
    "ReleaseSummary",
    "SourceInfo",
    "StartUser",
    "Storage",
    "UnfittedModel",
    "UserRecord",
    "Visitor",
    "Weights",
    "activate",
    "active_id",
    "defused",
    "figure_name",
    "list_releases",
    "load_figure",
    "load_manifest",
    "load_staged_manifest",
    "open_figure_storage",
    "open_release",
    "open_release_storage",
    "open_storage",
    "prune",
    "publish",
    "rollback",
    "stage_release",
    "top_dtype",
    "verify_release",
]
