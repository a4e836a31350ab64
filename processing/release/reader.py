"""Opening a published release: everything about movies in memory, users read one at a time."""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from processing.errors import ReleaseFormatError, StorageNotFoundError, UnknownReleaseError
from processing.ids import Id, Ids, checked_ids, find_id, unpacked
from processing.release import schema
from processing.release.affinity import AffinityAbout, Weights
from processing.release.checks import check_arrays, check_ids, check_report
from processing.release.encoding import PUBLISH_AGAIN, from_json, from_npy
from processing.release.fold_in import FoldIn
from processing.release.manifest import (
    FileInfo,
    Manifest,
    UserShard,
    check_identity,
    file_info,
    manifest_from_json,
)
from processing.release.names import figure_name, file_name, is_release_id
from processing.release.pointer import load_pointer
from processing.release.records import UserRecord, decode_record
from processing.release.schema import MovieColumns
from processing.release.storage import Storage

logger = logging.getLogger(__name__)

_ARRAYS = (
    schema.MOVIE_STATS,
    schema.HISTOGRAMS,
    schema.SIMILAR,
    schema.MOVIE_FACTORS,
    schema.MOVIE_BIASES,
    schema.USER_IDS,
    schema.USER_OFFSETS,
    schema.VOTES_BY_PERIOD,
    schema.VIEWERS,
    schema.LOVERS,
    schema.USER_ERRORS,
    schema.WEIGHTS_INDPTR,
    schema.WEIGHTS_MOVIES,
    schema.WEIGHTS_VALUES,
    schema.WEIGHTS_SCALES,
    schema.WEIGHTS_EVIDENT,
    schema.NEAR_INDPTR,
    schema.NEAR_MOVIES,
)


_DOCUMENTS = (schema.MOVIES, schema.REPORT, schema.FOLD_IN, schema.AFFINITY)


@dataclass(frozen=True, kw_only=True, eq=False)
class Release:
    """An opened release. Its arrays are read-only; movies and users go by index.

    Attributes
    ----------
    movie_ids, titles, years, genres
        The catalogue, ascending by movie id (int64, or texts as objects).
    imdb_ids, tmdb_ids
        The movies' numbers at IMDb and TMDB, None where not known; both empty where none is.
    stats, histograms, similar, movie_factors, movie_biases
        As `docs/release-format.md` describes the files of these names, one row per movie.
    votes_by_period, viewers, lovers, user_errors
        As the page describes them, one row per movie or user.
    fold_in
        What folds new visitors in.
    affinity, weights
        What orders the lists of new visitors.
    user_ids, user_offsets
        (n_users,), ids like those of movies, ascending; int64 (n_users + 1,), where each record
        begins.
    report
        The evaluation as JSON, which `processing.report` reads.
    """

    manifest: Manifest
    storage: Storage
    movie_ids: Ids
    titles: list[str]
    years: list[int | None]
    genres: list[tuple[str, ...]]
    imdb_ids: list[int | None]
    tmdb_ids: list[int | None]
    stats: NDArray[np.void]
    histograms: NDArray[np.int32]
    similar: NDArray[np.void]
    movie_factors: NDArray[np.float32]
    movie_biases: NDArray[np.float32]
    votes_by_period: NDArray[np.void]
    viewers: NDArray[np.void]
    lovers: NDArray[np.void]
    user_errors: NDArray[np.void]
    fold_in: FoldIn
    affinity: AffinityAbout
    weights: Weights
    user_ids: Ids
    user_offsets: NDArray[np.int64]
    report: bytes

    def find_movie(self, movie_id: Id) -> int | None:
        """Return a movie's index, or None when the release does not know it."""
        return find_id(self.movie_ids, movie_id)

    def find_user(self, user_id: Id) -> int | None:
        """Return a user's index, or None when the release does not know them."""
        return find_id(self.user_ids, user_id)

    def user_id(self, user_index: int) -> Id:
        """Return a user's id."""
        found: Id = self.user_ids[user_index : user_index + 1].tolist()[0]
        return found

    def movie_id(self, movie_index: int) -> Id:
        """Return a movie's id."""
        found: Id = self.movie_ids[movie_index : movie_index + 1].tolist()[0]
        return found

    def user_record(self, user_index: int) -> UserRecord:
        """Read one user's recommendations and ratings with a single ranged read.

        Raises
        ------
        ReleaseFormatError
            If the bytes are not a valid record.
        """
        shard = self.manifest.user_shards[user_index // self.manifest.shard_users]
        start, end = (int(self.user_offsets[user_index + i]) for i in (0, 1))
        before = int(self.user_offsets[shard.first_user]) - shard.data_offset
        name = file_name(self.manifest.release_id, shard.name)
        data = self.storage.read_range(name, start - before, end - start)
        return self._decode(data, user_index, name)

    def shard_records(self, shard: UserShard) -> Iterator[tuple[int, UserRecord]]:
        """Read a whole shard with one read, check its sha256, and go through its users.

        Yields
        ------
        (user_index, record)
        """
        data = load_file(self.storage, self.manifest, shard.name)
        end = min(shard.first_user + self.manifest.shard_users, len(self.user_ids))
        offsets = self.user_offsets[shard.first_user : end + 1]
        places = (offsets - offsets[0] + shard.data_offset).tolist()
        for i, user_index in enumerate(range(shard.first_user, end)):
            yield user_index, self._decode(data[places[i] : places[i + 1]], user_index, shard.name)

    def _decode(self, data: bytes, user_index: int, name: str) -> UserRecord:
        user_id = self.user_id(user_index)
        where = f"{name}, user {user_id}"
        return decode_record(data, user_id, self.manifest.top_dtype, len(self.movie_ids), where)


def open_release(storage: Storage, release_id: str | None = None) -> Release:
    """Open a release, by default the active one, and check every file but the user shards.

    Raises
    ------
    UnknownReleaseError
        If there is no such release, or none is active.
    ReleaseFormatError
        If a file is missing, damaged, or not what the manifest says.
    """
    manifest = load_manifest(storage, active_id(storage) if release_id is None else release_id)
    files = _load_files(storage, manifest, (*_ARRAYS, *_DOCUMENTS))
    movies = _movies(files[schema.MOVIES])
    arrays = {name: from_npy(files.pop(name), name) for name in _ARRAYS}
    arrays[schema.USER_IDS] = _user_ids(arrays[schema.USER_IDS])
    movie_ids = _movie_ids(movies)
    report = files[schema.REPORT]
    check_report(report)
    check_arrays(arrays, len(movies.titles), manifest)
    release = Release(
        manifest=manifest,
        storage=storage,
        movie_ids=movie_ids,
        titles=movies.titles,
        years=movies.years,
        genres=movies.genres,
        imdb_ids=movies.imdb_ids,
        tmdb_ids=movies.tmdb_ids,
        stats=arrays[schema.MOVIE_STATS],
        histograms=arrays[schema.HISTOGRAMS],
        similar=arrays[schema.SIMILAR],
        movie_factors=arrays[schema.MOVIE_FACTORS],
        movie_biases=arrays[schema.MOVIE_BIASES],
        votes_by_period=arrays[schema.VOTES_BY_PERIOD],
        viewers=arrays[schema.VIEWERS],
        lovers=arrays[schema.LOVERS],
        user_errors=arrays[schema.USER_ERRORS],
        fold_in=_fold_in(files[schema.FOLD_IN], arrays[schema.MOVIE_FACTORS].shape),
        affinity=AffinityAbout.read(files[schema.AFFINITY], schema.AFFINITY),
        weights=Weights(
            indptr=arrays[schema.WEIGHTS_INDPTR],
            movies=arrays[schema.WEIGHTS_MOVIES],
            values=arrays[schema.WEIGHTS_VALUES],
            scales=arrays[schema.WEIGHTS_SCALES],
            evident=arrays[schema.WEIGHTS_EVIDENT],
            near_indptr=arrays[schema.NEAR_INDPTR],
            near_movies=arrays[schema.NEAR_MOVIES],
        ),
        user_ids=arrays[schema.USER_IDS],
        user_offsets=arrays[schema.USER_OFFSETS],
        report=report,
    )
    check_identity(manifest)
    logger.info("Opened release %s in %s.", manifest.release_id, storage.describe())
    return release


def active_id(storage: Storage) -> str:
    """Id of the active release; UnknownReleaseError when there is none."""
    pointer = load_pointer(storage)
    if pointer is None:
        raise UnknownReleaseError(
            f"No release is active in {storage.describe()}. Publish one with "
            "`python -m processing run SOURCE`."
        )
    return pointer.release_id


def load_manifest(storage: Storage, release_id: str) -> Manifest:
    """Read the manifest of a release.

    Raises
    ------
    UnknownReleaseError
        If there is none: the release does not exist, or was never finished.
    ReleaseFormatError
        If it cannot be read, or belongs to another release.
    """
    name = file_name(release_id, schema.MANIFEST)
    try:
        data = storage.read(name) if is_release_id(release_id) else None
    except StorageNotFoundError:
        data = None
    if data is None:
        raise UnknownReleaseError(
            f"Release {release_id!r} is not published in {storage.describe()}. "
            "See `python -m processing releases list` for those that are."
        )
    manifest = manifest_from_json(data, name)
    if manifest.release_id != release_id:
        raise ReleaseFormatError(f"{name}: the manifest is that of {manifest.release_id!r}.")
    return manifest


def load_file(storage: Storage, manifest: Manifest, name: str) -> bytes:
    """Read a whole file of a release and check its size and sha256."""
    info = manifest.files.get(name)
    if info is None:
        raise ReleaseFormatError(f"{schema.MANIFEST} of {manifest.release_id} lists no {name!r}.")
    return _load(storage, manifest, file_name(manifest.release_id, name), info)


def load_figure(storage: Storage, manifest: Manifest, name: str) -> bytes:
    """Read a figure of a release and check its size and sha256."""
    target = figure_name(manifest.release_id, name)
    return _load(storage, manifest, target, manifest.figures[name])


def _load(storage: Storage, manifest: Manifest, target: str, info: FileInfo) -> bytes:
    name = target.rpartition("/")[2]
    try:
        data = storage.read(target)
    except StorageNotFoundError as error:
        raise ReleaseFormatError(
            f"{name}: the file is missing from release {manifest.release_id} in "
            f"{storage.describe()}. Publish its run again, or activate another release."
        ) from error
    if file_info(data) != info:
        raise ReleaseFormatError(
            f"{name}: {len(data)} bytes of release {manifest.release_id} in {storage.describe()} "
            f"are not the {info.size_bytes} that the manifest promises (sha256 differs). The file "
            "was changed or damaged; activate another release, or publish a new one."
        )
    return data


def _load_files(storage: Storage, manifest: Manifest, names: tuple[str, ...]) -> dict[str, bytes]:
    """Read files all at once: a store that takes seconds for each takes no longer for all."""
    with ThreadPoolExecutor(len(names), thread_name_prefix="release-file") as pool:
        found = pool.map(lambda name: load_file(storage, manifest, name), names)
        return dict(zip(names, found, strict=True))


def _fold_in(data: bytes, shape: tuple[int, ...]) -> FoldIn:
    n_movies, n_factors = shape
    return FoldIn.read(data, n_factors, n_movies, schema.FOLD_IN)


def _movies(data: bytes) -> MovieColumns:
    movies = from_json(data, MovieColumns, schema.MOVIES)
    sizes = {len(each) for each in (movies.movie_ids, movies.titles, movies.years, movies.genres)}
    sizes |= {len(numbers) for numbers in (movies.imdb_ids, movies.tmdb_ids) if numbers}
    if len(sizes) > 1:
        raise ReleaseFormatError(f"{schema.MOVIES}: its lists are not equally long.")
    return movies


def _movie_ids(movies: MovieColumns) -> Ids:
    try:
        ids = checked_ids(movies.movie_ids)
    except ValueError as error:
        raise ReleaseFormatError(f"{schema.MOVIES}: {error}. {PUBLISH_AGAIN}") from error
    check_ids(ids, schema.MOVIES)
    ids.flags.writeable = False
    return ids


def _user_ids(stored: NDArray[Any]) -> Ids:
    try:
        ids = unpacked(stored)
    except (ValueError, IndexError) as error:
        raise ReleaseFormatError(f"{schema.USER_IDS}: {error}. {PUBLISH_AGAIN}") from error
    ids.flags.writeable = False
    return ids
