"""The shape of a release, shared by the writer and the site: names, dtypes and the manifest.

`docs/release-format.md` is the norm; this module is its only spelling in code.
"""

import math
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from processing.errors import ReleaseFormatError
from processing.release.fold_in import FoldIn

FORMAT_VERSION = 3

MANIFEST = "manifest.json"
MOVIES = "movies.json"
MOVIE_STATS = "movie_stats.npy"
HISTOGRAMS = "histograms.npy"
SIMILAR = "similar.npy"
MOVIE_FACTORS = "movie_factors.npy"
MOVIE_BIASES = "movie_biases.npy"
USER_IDS = "user_ids.npy"
USER_OFFSETS = "user_offsets.npy"
VOTES_BY_PERIOD = "votes_by_period.npy"
VIEWERS = "viewers.npy"
LOVERS = "lovers.npy"
USER_ERRORS = "user_errors.npy"
FOLD_IN = "fold_in.json"
REPORT = "report.json"
FIGURES = "figures"

STATS_DTYPE = np.dtype([("n_ratings", "<i4"), ("mean", "<f4")])
SIMILAR_DTYPE = np.dtype([("movie", "<i4"), ("similarity", "<f4"), ("support", "<i4")])
VOTES_DTYPE = np.dtype([("n", "<i4"), ("mean", "<f4")])
VIEWERS_DTYPE = np.dtype([("n", "<i4"), ("mean", "<f4"), ("loved", "<i4")])
LOVERS_DTYPE = np.dtype([("n", "<i4"), ("loved", "<i4")])
ERRORS_DTYPE = np.dtype([("n", "<i4"), ("rmse", "<f4"), ("mae", "<f4")])
REASON_DTYPE = np.dtype([("movie", "<i4"), ("share", "<f4")])
HISTORY_DTYPE = np.dtype([("movie", "<i4"), ("rating", "<f4"), ("day", "<i4")])
RECORD_HEADER_DTYPE = np.dtype([("n_top", "<u4"), ("n_history", "<u4")])

NO_MOVIE = -1
NO_DAY = np.iinfo(np.int32).min


def top_dtype(n_reasons: int, n_groups: int) -> np.dtype[Any]:
    """Dtype of one recommendation: 12 bytes, 8 more per reason and 2 per group of features."""
    return np.dtype(
        [
            ("movie", "<i4"),
            ("score", "<f4"),
            ("reasons", REASON_DTYPE, (n_reasons,)),
            ("contributions", "<f2", (n_groups,)),
            ("near_n", "<u2"),
            ("near_mean", "<f2"),
        ]
    )


@dataclass(frozen=True, kw_only=True)
class SourceInfo:
    """The data set that a release was made from."""

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


@dataclass(frozen=True, kw_only=True)
class FileInfo:
    """Size and hash of one file of a release."""

    size_bytes: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """A model that was not fitted, and why."""

    model: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class StartUser:
    """A user that the home page offers to start from."""

    user_id: int
    n_ratings: int


@dataclass(frozen=True, kw_only=True)
class UserShard:
    """A file of user records, `shard_users` from `first_user` on, in bytes from `data_offset`."""

    name: str
    first_user: int
    data_offset: int


@dataclass(frozen=True, kw_only=True)
class ReleaseAbout:
    """What the pipeline says about a release; the writer finds out the rest of the manifest.

    `created_utc` is of the form 2006-10-02T08:30:00Z; `scale` is (lowest, highest, step) in stars;
    `histogram_levels` are the star values that the columns of the histograms count; `metrics`
    maps a model's name to its rmse, mae and mape. A score is `contribution_start` plus the sum of
    its contributions. Lists are ordered by the score less `order_z` standard errors of the mean of
    so many ratings as the movie has, plus one. A movie is loved from `like` stars on; `periods` are
    the ISO first days of the calendar periods that votes are counted in; `viewer_bands` are the
    least ratings of the viewers of each band.
    """

    created_utc: str
    source: SourceInfo
    profile: str
    protocol: str
    seed: int
    commit: str
    versions: dict[str, str]
    scale: tuple[float, float, float]
    global_mean: float
    histogram_levels: tuple[float, ...]
    contribution_groups: tuple[str, ...]
    contribution_start: float
    order_z: float
    like: float
    periods: tuple[str, ...]
    viewer_bands: tuple[int, ...]
    metrics: dict[str, dict[str, float]]
    left_out: tuple[LeftOut, ...]
    start_users: tuple[StartUser, ...]
    shard_users: int = 4096


@dataclass(frozen=True, kw_only=True)
class Manifest(ReleaseAbout):
    """The table of contents of a release; its existence is what makes the release exist."""

    format_version: int
    release_id: str
    top_n: int
    n_reasons: int
    user_shards: tuple[UserShard, ...]
    figures: tuple[str, ...]
    files: dict[str, FileInfo]

    @property
    def top_dtype(self) -> np.dtype[Any]:
        """Dtype of a recommendation in this release."""
        return top_dtype(self.n_reasons, len(self.contribution_groups))

    @property
    def size_bytes(self) -> int:
        """Size of all files of the release, without the manifest."""
        return sum(info.size_bytes for info in self.files.values())


@dataclass(frozen=True, kw_only=True)
class ReleaseContents:
    """Everything that a release holds, as arrays; what the pipeline hands to the writer.

    Attributes
    ----------
    movie_ids, titles, years, genres
        The catalogue, ascending by movie id, one entry per title (int64; str; int or None; tuples).
    n_ratings, means, histograms
        int32 (n_movies,), float32 (n_movies,) with NaN where unrated, int32 (n_movies, n_levels).
    similar
        SIMILAR_DTYPE (n_movies, n_similar), best first, padded with movie -1.
    movie_factors, movie_biases
        float32 (n_movies, n_factors) and (n_movies,); zero factors where no factor model is served.
    votes_by_period, viewers
        VOTES_DTYPE (n_movies, n_periods) and VIEWERS_DTYPE (n_movies, n_bands); the mean is NaN
        where nobody rated.
    lovers
        LOVERS_DTYPE, of the shape of `similar`: of the viewers who love the similar movie and rated
        this one, how many there are, and how many love this one too.
    fold_in
        What folds new visitors in.
    user_ids
        int64 (n_users,), ascending.
    user_errors
        ERRORS_DTYPE (n_users,): the served model's errors on each user's held-out ratings; NaN
        where there were none.
    top
        `top_dtype` (n_users, top_n), best first, padded with movie -1. May be a memory map.
    history_indptr, history_movies, history_ratings, history_days
        CSR by user: int64, int32 (movie index), float32, int32 (days since 1970-01-01, or NO_DAY).
    report
        The evaluation as JSON, a file of its own; `processing.report` writes and reads it.
    figures
        File name to bytes; these go to the figures' store, not into the release.
    """

    movie_ids: NDArray[np.int64]
    titles: list[str]
    years: list[int | None]
    genres: list[tuple[str, ...]]
    n_ratings: NDArray[np.int32]
    means: NDArray[np.float32]
    histograms: NDArray[np.int32]
    similar: NDArray[np.void]
    movie_factors: NDArray[np.float32]
    movie_biases: NDArray[np.float32]
    votes_by_period: NDArray[np.void]
    viewers: NDArray[np.void]
    lovers: NDArray[np.void]
    fold_in: FoldIn
    user_ids: NDArray[np.int64]
    user_errors: NDArray[np.void]
    top: NDArray[np.void]
    history_indptr: NDArray[np.int64]
    history_movies: NDArray[np.int32]
    history_ratings: NDArray[np.float32]
    history_days: NDArray[np.int32]
    report: bytes
    figures: dict[str, bytes]

    @property
    def n_reasons(self) -> int:
        """How many reasons a recommendation has room for."""
        if "reasons" not in (self.top.dtype.names or ()):
            return 0
        return math.prod(self.top.dtype["reasons"].shape)


def manifest_to_json(manifest: Manifest) -> dict[str, Any]:
    """Turn a manifest into JSON-ready values."""
    first = {"format_version": manifest.format_version, "release_id": manifest.release_id}
    return first | asdict(manifest)


def manifest_from_json(document: Any, where: str) -> Manifest:
    """Read a manifest strictly.

    Raises
    ------
    ReleaseFormatError
        If it is of another format version, or a key is missing or unknown; `where` names the file.
    """
    version = document.get("format_version") if isinstance(document, dict) else None
    if version != FORMAT_VERSION:
        raise ReleaseFormatError(
            f"{where}: the release is of format version {version!r}; expected {FORMAT_VERSION}. "
            "Publish again with this version of the project, or use the one that wrote it."
        )
    if wrong := {f.name for f in fields(Manifest)} ^ document.keys():
        raise ReleaseFormatError(
            f"{where}: manifest keys {sorted(wrong)} are missing or unknown. "
            "The file was not written by this project or was changed; publish again."
        )
    try:
        return Manifest(**_typed(document))
    except (TypeError, ValueError, AttributeError) as error:
        raise ReleaseFormatError(
            f"{where}: a value of the manifest has the wrong form: {error}. "
            "The file was not written by this project or was changed; publish again."
        ) from error


def _typed(document: dict[str, Any]) -> dict[str, Any]:
    """Turn the lists and objects of a manifest's JSON into tuples and dataclasses."""
    values = dict(document)
    plain = ("scale", "histogram_levels", "contribution_groups", "figures")
    for name in (*plain, "periods", "viewer_bands"):
        values[name] = tuple(values[name])
    values["source"] = SourceInfo(**values["source"])
    values["left_out"] = tuple(LeftOut(**item) for item in values["left_out"])
    values["start_users"] = tuple(StartUser(**item) for item in values["start_users"])
    values["user_shards"] = tuple(UserShard(**item) for item in values["user_shards"])
    values["files"] = {name: FileInfo(**item) for name, item in values["files"].items()}
    return values
