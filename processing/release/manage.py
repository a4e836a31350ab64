"""Looking after published releases: list, check, activate, roll back and prune."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec import structs

from processing.errors import (
    ReleaseError,
    ReleaseFormatError,
    UnknownReleaseError,
)
from processing.release import schema
from processing.release.manifest import Manifest, check_identity
from processing.release.names import (
    RELEASES,
    figure_name,
    file_name,
    is_release_id,
)
from processing.release.pointer import Pointer, change_pointer, load_pointer, move_pointer
from processing.release.reader import (
    Release,
    load_figure,
    load_file,
    load_manifest,
    open_release,
)
from processing.release.storage import Storage

logger = logging.getLogger(__name__)

_LEFTOVER_AGE = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class ReleaseSummary:
    """One release of a store; where there is no manifest, `problem` says why."""

    release_id: str
    active: bool
    manifest: Manifest | None
    problem: str = ""


def list_releases(storage: Storage) -> list[ReleaseSummary]:
    """List the releases of a store, oldest first, with those that are incomplete or unreadable."""
    try:
        pointer = load_pointer(storage)
    except ReleaseFormatError as error:
        logger.warning("%s", error)
        pointer = None
    active = pointer.release_id if pointer else None
    return [
        _summary(storage, release, finished, release == active)
        for release, finished in _release_ids(storage).items()
    ]


def activate(storage: Storage, release_id: str) -> Manifest:
    """Make a published release the active one; return its manifest.

    Raises
    ------
    UnknownReleaseError
        If it is not published.
    """
    move_pointer(storage, release_id, lambda: load_manifest(storage, release_id))
    return load_manifest(storage, release_id)


def rollback(storage: Storage) -> Manifest:
    """Go back to the release that was activated before the active one; return its manifest.

    Releases that were pruned since then are skipped.

    Raises
    ------
    UnknownReleaseError
        If none was activated before, or none of those is left.
    """
    if load_pointer(storage) is None:
        raise _no_earlier(storage)
    pointer = change_pointer(storage, lambda pointer: _gone_back(storage, pointer))
    assert pointer is not None
    return load_manifest(storage, pointer.release_id)


def _gone_back(storage: Storage, pointer: Pointer | None) -> Pointer:
    history = pointer.history if pointer else ()
    while pointer and history:
        *earlier, release = history
        history = tuple(earlier)
        try:
            load_manifest(storage, release)
        except UnknownReleaseError:
            logger.warning("Skipping release %s, which was pruned.", release)
            continue
        if release not in pointer.going:
            return Pointer(release_id=release, history=history, going=pointer.going)
    raise _no_earlier(storage)


def _no_earlier(storage: Storage) -> UnknownReleaseError:
    return UnknownReleaseError(
        f"No earlier release is left to go back to in {storage.describe()}. "
        "Choose one of `python -m processing releases list` with `releases activate ID`."
    )


def prune(
    storage: Storage, figure_storage: Storage, keep: int, now: datetime, dry_run: bool = False
) -> list[str]:
    """Delete all but the newest `keep` releases, and leftovers that are older than a day.

    The active release always stays. What is to go is noted in `latest.json` first, in which none of
    it can be made active any more: so nobody is left without a release, whoever else is at work. A
    release's manifest is deleted first, so that nobody sees an incomplete release; then its figures
    and its files. A prune that was interrupted is ended by the next one.

    Returns
    -------
    list of str
        The ids that were deleted, or would be without `dry_run`, oldest first.
    """
    if keep < 1:
        raise ReleaseError(f"Cannot keep {keep} releases; expected at least 1.")
    before = now - _LEFTOVER_AGE
    if dry_run:
        return _going(storage, load_pointer(storage), keep, before)
    load_pointer(storage)  # one that cannot be read is no reason to delete what it may name
    going: list[str] = []

    def note(pointer: Pointer | None) -> Pointer | None:
        going[:] = _going(storage, pointer, keep, before)
        return pointer and structs.replace(pointer, going=tuple(going))

    change_pointer(storage, note)
    for release in going:
        _delete(storage, figure_storage, release)
    change_pointer(storage, lambda pointer: pointer and _without(pointer, going))
    for each in (storage, figure_storage):
        each.tidy(before)
    return going


def _going(storage: Storage, pointer: Pointer | None, keep: int, before: datetime) -> list[str]:
    """The releases that are to go, oldest first; the age of leftovers is the store's own.

    Without a pointer none that is whole goes: nothing would keep it from becoming active.
    """
    active, noted = (pointer.release_id, pointer.going) if pointer else ("", ())
    finished = _release_ids(storage)
    newest: dict[str, datetime] = {}
    for name, written in storage.written(RELEASES).items():
        release = name.removeprefix(RELEASES).partition("/")[0]
        newest[release] = max(written, newest.get(release, written))
    whole = [release for release, is_whole in finished.items() if is_whole]
    old = {*whole[:-keep], *noted} if pointer else set()
    leftovers = {
        release
        for release, is_whole in finished.items()
        if not is_whole and release in newest and newest[release] < before
    }
    return sorted((old | leftovers) - {active})


def _without(pointer: Pointer, gone: list[str]) -> Pointer:
    going = tuple(release for release in pointer.going if release not in gone)
    return structs.replace(pointer, going=going)


def verify_release(storage: Storage, figure_storage: Storage, release_id: str) -> list[str]:
    """Read the whole release again; return a sentence for each problem.

    Raises
    ------
    UnknownReleaseError
        If it is not published.
    """
    manifest = load_manifest(storage, release_id)
    shards = {shard.name for shard in manifest.user_shards}
    problems = _file_problems(storage, manifest, set(manifest.files) - shards)
    try:
        release = open_release(storage, release_id)
    except ReleaseFormatError as error:
        problems.append(str(error))
        problems += _file_problems(storage, manifest, shards)
    else:
        problems += _record_problems(release)
    problems += _stray_files(storage, manifest)
    problems += _identity_problems(manifest) + _figure_problems(figure_storage, manifest)
    return list(dict.fromkeys(problems))


def _figure_problems(figure_storage: Storage, manifest: Manifest) -> list[str]:
    problems = []
    for name in manifest.figures:
        try:
            load_figure(figure_storage, manifest, name)
        except ReleaseFormatError as error:
            problems.append(str(error))
    return problems


def _identity_problems(manifest: Manifest) -> list[str]:
    try:
        check_identity(manifest)
    except ReleaseFormatError as error:
        return [str(error)]
    return []


def _release_ids(storage: Storage) -> dict[str, bool]:
    """Map every release id in a store, oldest first, to whether it has a manifest."""
    found: dict[str, bool] = {}
    for name in storage.names(RELEASES):
        release, _, file = name.removeprefix(RELEASES).partition("/")
        if is_release_id(release):
            found[release] = found.get(release, False) or file == schema.MANIFEST
    return dict(sorted(found.items()))


def _summary(storage: Storage, release: str, finished: bool, active: bool) -> ReleaseSummary:
    manifest, problem = None, "incomplete"
    if finished:
        try:
            manifest, problem = load_manifest(storage, release), ""
        except ReleaseFormatError as error:
            logger.warning("%s", error)
            problem = "unreadable"
        except UnknownReleaseError:  # pruned since the names were listed
            pass
    return ReleaseSummary(release_id=release, active=active, manifest=manifest, problem=problem)


def _delete(storage: Storage, figure_storage: Storage, release: str) -> None:
    storage.delete(file_name(release, schema.MANIFEST))
    for name in figure_storage.names(figure_name(release, "")):
        figure_storage.delete(name)
    for name in storage.names(file_name(release, "")):
        storage.delete(name)
    logger.info("Deleted release %s from %s.", release, storage.describe())


def _file_problems(storage: Storage, manifest: Manifest, names: set[str]) -> list[str]:
    problems = []
    for name in sorted(names):
        try:
            load_file(storage, manifest, name)
        except ReleaseFormatError as error:
            problems.append(str(error))
    return problems


def _record_problems(release: Release) -> list[str]:
    problems = []
    for shard in release.manifest.user_shards:
        try:
            for _ in release.shard_records(shard):
                pass
        except ReleaseFormatError as error:
            problems.append(str(error))
    return problems


def _stray_files(storage: Storage, manifest: Manifest) -> list[str]:
    prefix = file_name(manifest.release_id, "")
    known = {prefix + name for name in (schema.MANIFEST, *manifest.files)}
    return [
        f"{name}: the manifest does not list this file."
        for name in storage.names(prefix)
        if name not in known
    ]
