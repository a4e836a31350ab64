"""Writing a release: staged in a local folder, then published to a store."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from processing.errors import (
    ReleaseError,
    ReleaseFormatError,
    StorageExistsError,
    UnknownReleaseError,
)
from processing.ids import packed
from processing.release import schema
from processing.release.checks import check_arrays, check_contents, check_top
from processing.release.encoding import to_json, to_npy
from processing.release.manifest import (
    FileInfo,
    Manifest,
    ReleaseAbout,
    UserShard,
    file_info,
    id_of,
    manifest_from_json,
    manifest_to_json,
)
from processing.release.names import figure_name, file_name
from processing.release.pointer import move_pointer
from processing.release.records import UserRecord, encode_record
from processing.release.schema import MovieColumns, ReleaseContents
from processing.release.storage import Storage, check_name

logger = logging.getLogger(__name__)


def stage_release(directory: Path, contents: ReleaseContents, about: ReleaseAbout) -> Manifest:
    """Write a release into a local folder, the manifest last.

    The same contents give the same bytes and the same id. Files of an earlier try are overwritten.

    Raises
    ------
    ReleaseFormatError
        If the contents do not fit together.
    """
    check_contents(contents, about)
    directory.mkdir(parents=True, exist_ok=True)
    (directory / schema.MANIFEST).unlink(missing_ok=True)
    arrays = _arrays(contents)
    shards, user_files, arrays[schema.USER_OFFSETS] = _write_users(directory, contents, about)
    data = {name: to_npy(packed(array)) for name, array in arrays.items()}
    data[schema.MOVIES] = _movies_json(contents)
    data[schema.FOLD_IN] = to_json(contents.fold_in, schema.FOLD_IN, indent=None)
    data[schema.AFFINITY] = to_json(contents.affinity, schema.AFFINITY, indent=None)
    data[schema.REPORT] = contents.report
    files = user_files | {name: _write(directory, name, each) for name, each in data.items()}
    figures = {
        name: _write(directory, f"{schema.FIGURES}/{name}", each)
        for name, each in sorted(contents.figures.items())
    }
    manifest = _manifest(contents, about, dict(sorted(files.items())), shards, figures)
    check_arrays(arrays, len(contents.movie_ids), manifest)
    _write(directory, schema.MANIFEST, manifest_to_json(manifest))
    logger.info("Staged release %s: %d bytes.", manifest.release_id, manifest.size_bytes)
    return manifest


def publish(directory: Path, storage: Storage, figure_storage: Storage) -> Manifest:
    """Publish the release that is staged in a folder, and activate it.

    The manifest is written after everything else: a publish that is interrupted leaves no release,
    and when it is run again it goes on where it was and ends with the same bytes.

    Raises
    ------
    StorageExistsError
        If one of the release's names is taken by other bytes.
    ReleaseFormatError
        If a staged file was changed since.
    """
    manifest = load_staged_manifest(directory)
    _create_files(directory, manifest, storage)
    for name in manifest.figures:
        data = _read_staged(directory / schema.FIGURES / check_name(name))
        _create(figure_storage, figure_name(manifest.release_id, name), data)
    _check_complete(manifest, storage)
    document = _read_staged(directory / schema.MANIFEST)
    name = file_name(manifest.release_id, schema.MANIFEST)
    _create(storage, name, document)
    try:
        move_pointer(storage, manifest.release_id, lambda: _check_complete(manifest, storage, name))
    except (IncompleteError, UnknownReleaseError):  # a prune took its files: so it is no release
        storage.delete(name)
        raise
    logger.info("Published release %s to %s.", manifest.release_id, storage.describe())
    return manifest


def load_staged_manifest(directory: Path) -> Manifest:
    """Read the manifest of a staged release; ReleaseError when nothing is staged there."""
    path = directory / schema.MANIFEST
    return manifest_from_json(_read_staged(path), str(path))


def _arrays(contents: ReleaseContents) -> dict[str, NDArray[Any]]:
    stats = np.empty(len(contents.movie_ids), schema.STATS_DTYPE)
    stats["n_ratings"] = contents.n_ratings
    stats["mean"] = contents.means
    return {
        schema.MOVIE_STATS: stats,
        schema.HISTOGRAMS: contents.histograms,
        schema.SIMILAR: contents.similar,
        schema.MOVIE_FACTORS: contents.movie_factors,
        schema.MOVIE_BIASES: contents.movie_biases,
        schema.VOTES_BY_PERIOD: contents.votes_by_period,
        schema.VIEWERS: contents.viewers,
        schema.LOVERS: contents.lovers,
        schema.USER_IDS: contents.user_ids,
        schema.USER_ERRORS: contents.user_errors,
        schema.WEIGHTS_INDPTR: contents.weights.indptr,
        schema.WEIGHTS_MOVIES: contents.weights.movies,
        schema.WEIGHTS_VALUES: contents.weights.values,
        schema.WEIGHTS_SCALES: contents.weights.scales,
        schema.WEIGHTS_EVIDENT: contents.weights.evident,
        schema.NEAR_INDPTR: contents.weights.near_indptr,
        schema.NEAR_MOVIES: contents.weights.near_movies,
    }


def _write_users(
    directory: Path, contents: ReleaseContents, about: ReleaseAbout
) -> tuple[tuple[UserShard, ...], dict[str, FileInfo], NDArray[np.int64]]:
    """Write the shards of user records; return them, their files and every record's offset."""
    shards: list[UserShard] = []
    files: dict[str, FileInfo] = {}
    lengths = np.zeros(len(contents.user_ids) + 1, np.int64)
    for first in range(0, len(contents.user_ids), about.shard_users):
        ids = contents.user_ids[first : first + about.shard_users].tolist()
        made = zip(_records(contents, about, first), ids, strict=True)
        records = [encode_record(record, user_id) for record, user_id in made]
        lengths[first + 1 : first + 1 + len(records)] = [len(record) for record in records]
        payload = np.frombuffer(b"".join(records), np.uint8)
        data = to_npy(payload)
        name = f"users-{len(shards):05d}.npy"
        shards.append(UserShard(name=name, first_user=first, data_offset=len(data) - len(payload)))
        files[name] = _write(directory, name, data)
    return tuple(shards), files, np.cumsum(lengths)


def _records(contents: ReleaseContents, about: ReleaseAbout, first: int) -> Iterator[UserRecord]:
    """Yield the records of a shard of users from `first` on, without the padding."""
    top = np.asarray(contents.top[first : first + about.shard_users])
    check_top(top, len(contents.movie_ids), first, about)
    indptr = contents.history_indptr[first : first + len(top) + 1]
    ratings = slice(int(indptr[0]), int(indptr[-1]))
    history = np.empty(ratings.stop - ratings.start, schema.HISTORY_DTYPE)
    history["movie"] = contents.history_movies[ratings]
    history["rating"] = contents.history_ratings[ratings]
    history["day"] = contents.history_days[ratings]
    n_top = np.count_nonzero(top["movie"] != schema.NO_MOVIE, axis=1)
    places = indptr - indptr[0]
    for i in range(len(top)):
        yield UserRecord(top=top[i, : n_top[i]], history=history[places[i] : places[i + 1]])


def _manifest(
    contents: ReleaseContents,
    about: ReleaseAbout,
    files: dict[str, FileInfo],
    shards: tuple[UserShard, ...],
    figures: dict[str, FileInfo],
) -> Manifest:
    manifest = Manifest(
        **msgspec.structs.asdict(about),
        format_version=schema.FORMAT_VERSION,
        release_id="",
        top_n=contents.top.shape[1],
        n_reasons=contents.n_reasons,
        user_shards=shards,
        figures=figures,
        files=files,
    )
    return msgspec.structs.replace(manifest, release_id=id_of(manifest))


def _movies_json(contents: ReleaseContents) -> bytes:
    movies = MovieColumns(
        movie_ids=contents.movie_ids.tolist(),
        titles=contents.titles,
        years=contents.years,
        genres=contents.genres,
        imdb_ids=contents.imdb_ids,
        tmdb_ids=contents.tmdb_ids,
    )
    return to_json(movies, schema.MOVIES, indent=None)


def _write(directory: Path, name: str, data: bytes) -> FileInfo:
    path = directory / check_name(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return file_info(data)


def _create_files(directory: Path, manifest: Manifest, storage: Storage) -> None:
    present = set(storage.names(file_name(manifest.release_id, "")))
    for name, info in sorted(manifest.files.items()):
        path = directory / check_name(name)
        data = _read_staged(path)
        if file_info(data) != info:
            raise ReleaseFormatError(
                f"{str(path)!r} is not the file that was staged: its size or sha256 differs. "
                "Run `python -m processing run SOURCE` again."
            )
        target = file_name(manifest.release_id, name)
        if target in present:
            _check_same(storage, target, data)
        else:
            _create(storage, target, data)


def _create(storage: Storage, name: str, data: bytes) -> None:
    try:
        storage.create(name, data)
    except StorageExistsError:
        _check_same(storage, name, data)


def _check_same(storage: Storage, name: str, data: bytes) -> None:
    if storage.read(name) != data:
        raise StorageExistsError(
            f"{name!r} exists in {storage.describe()} with other bytes than the staged ones. What "
            "is published is never rewritten: run again to get a release with a new id."
        )


class IncompleteError(ReleaseError):
    """A release some of whose files were deleted while it was published."""


def _check_complete(manifest: Manifest, storage: Storage, *more: str) -> None:
    """Check that nothing was deleted while the files were being written."""
    prefix = file_name(manifest.release_id, "")
    wanted = {*more, *(prefix + name for name in manifest.files)}
    if missing := wanted.difference(storage.names(prefix)):
        raise IncompleteError(
            f"{sorted(missing)} went missing from {storage.describe()} while the release was being "
            "published; a prune may have deleted them as leftovers. Publish again."
        )


def _read_staged(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ReleaseError(
            f"{str(path)!r} cannot be read: {error.strerror}. Expected a staged release, "
            "which a finished run holds; make one with `python -m processing run SOURCE`."
        ) from error
