"""The table of contents of a release, and what it says of how the release was made."""

from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from processing.errors import ReleaseFormatError
from processing.ids import Id
from processing.release.encoding import Document, from_json, sha256_of, to_json
from processing.release.names import release_id
from processing.release.schema import FORMAT_VERSION, MANIFEST, stars_dtype, top_dtype

Number = int | float  # kept as it is written: a release is named after the bytes of its manifest


class SourceInfo(Document, frozen=True, kw_only=True):
    """The data set that a release was made from; days count from 1970-01-01, None when undated."""

    name: str
    sha256: str
    n_ratings: int
    n_users: int
    n_movies: int
    n_titles: int
    simulated: bool
    dated: bool
    first_day: int | None
    last_day: int | None


class FileInfo(Document, frozen=True, kw_only=True):
    """Size and hash of one file of a release."""

    size_bytes: int
    sha256: str


class UnfittedModel(Document, frozen=True, kw_only=True):
    """A model that was not fitted, by its label, and why."""

    model: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class StartUser:
    """A user that the home page offers to start from; a dataclass, as all that a page shows.

    `genre` is the one that tells most of what they watch, None where there is none.
    """

    user_id: Id
    n_ratings: int
    genre: str | None


class UserShard(Document, frozen=True, kw_only=True):
    """A file of user records, `shard_users` from `first_user` on, in bytes from `data_offset`."""

    name: str
    first_user: int
    data_offset: int


class ReleaseAbout(Document, frozen=True, kw_only=True):
    """What the pipeline says about a release; the writer finds out the rest of the manifest.

    Attributes
    ----------
    created_utc
        Of the form 2006-10-02T08:30:00Z.
    scale
        Lowest rating, highest, and the step between two, in stars.
    histogram_levels
        The ratings that the columns of the histograms count, in stars.
    contribution_groups, contribution_start
        A score is the start, in stars, plus its contributions, one of each group of features.
    known_weight
        What log(1 + votes) adds to a recommendation's `order`, or takes from it, where a list is
        turned to well known or less known movies, in standard deviations of the list's `order`; 0
        or more.
    like
        A movie is loved from this many stars on.
    periods
        ISO first days of the calendar periods that votes are counted in.
    viewer_bands
        The least number of ratings that viewers of each band have given.
    metrics
        Model to its rmse and mae, in stars, and mape, in percent.
    shard_users
        How many users' records share a file.
    """

    created_utc: str
    source: SourceInfo
    profile: str
    protocol: str
    seed: int
    commit: str
    versions: dict[str, str]
    scale: tuple[Number, Number, Number]
    global_mean: Number
    histogram_levels: tuple[Number, ...]
    contribution_groups: tuple[str, ...]
    contribution_start: Number
    known_weight: Number
    like: Number
    periods: tuple[str, ...]
    viewer_bands: tuple[int, ...]
    metrics: dict[str, dict[str, Number]]
    left_out: tuple[UnfittedModel, ...]
    start_users: tuple[StartUser, ...]
    shard_users: int


class Manifest(ReleaseAbout, frozen=True, kw_only=True):
    """The table of contents of a release; its existence is what makes the release exist."""

    format_version: int
    release_id: str
    top_n: int
    n_reasons: int
    user_shards: tuple[UserShard, ...]
    figures: dict[str, FileInfo]
    files: dict[str, FileInfo]

    @property
    def top_dtype(self) -> np.dtype[Any]:
        """Dtype of a recommendation in this release."""
        stars = stars_dtype(self.scale)
        return top_dtype(self.n_reasons, len(self.contribution_groups), stars)

    @property
    def size_bytes(self) -> int:
        """Size of all files of the release, without the manifest."""
        return sum(info.size_bytes for info in self.files.values())


class _Version(msgspec.Struct):
    format_version: int


def file_info(data: bytes) -> FileInfo:
    """Size and sha256 of a file's bytes."""
    return FileInfo(size_bytes=len(data), sha256=sha256_of(data))


def id_of(manifest: Manifest) -> str:
    """The id that a release has by its manifest, whose own id does not count."""
    nameless = msgspec.structs.replace(manifest, release_id="")
    return release_id(manifest.created_utc, sha256_of(to_json(_ordered(nameless), MANIFEST)))


def check_identity(manifest: Manifest) -> None:
    """Check that a manifest is the one that its release was named after.

    Raises
    ------
    ReleaseFormatError
        If anything in it was changed since.
    """
    if id_of(manifest) != manifest.release_id:
        raise ReleaseFormatError(
            f"{MANIFEST} is not what release {manifest.release_id} was named after: it was changed "
            "or damaged. Activate another release, or publish a new one."
        )


def manifest_to_json(manifest: Manifest) -> bytes:
    """Write a manifest, its format version and its id first."""
    return to_json(_ordered(manifest), MANIFEST)


def manifest_from_json(data: bytes, where: str) -> Manifest:
    """Read a manifest strictly; `where` names the file.

    Raises
    ------
    ReleaseFormatError
        If it is of another format version, or a key is missing, unknown or of another type.
    """
    version = from_json(data, _Version, where).format_version
    if version != FORMAT_VERSION:
        raise ReleaseFormatError(
            f"{where}: the release is of format version {version}; expected {FORMAT_VERSION}. "
            "Publish again with this version of the project, or use the one that wrote it."
        )
    return from_json(data, Manifest, where)


def _ordered(manifest: Manifest) -> dict[str, Any]:
    first = {"format_version": manifest.format_version, "release_id": manifest.release_id}
    return first | msgspec.structs.asdict(manifest)
