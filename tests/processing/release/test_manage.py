"""Looking after releases."""

import contextlib
import itertools
import json
import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from processing.errors import ReleaseError, ReleaseFormatError, UnknownReleaseError
from processing.release import (
    FolderStorage,
    activate,
    active_id,
    list_releases,
    prune,
    publish,
    rollback,
    verify_release,
)
from processing.release.pointer import load_pointer
from tests.cut_storage import CutOffError, CutStorage
from tests.make_golden_release import stage_golden

Publish = Callable[[int], list[str]]
NOW = datetime(2006, 10, 12, 8, 30, tzinfo=UTC)
LEFTOVER = "20061011T083000Z-0123abcd"  # a day old at NOW


@pytest.fixture
def storage(folder_storage: FolderStorage) -> FolderStorage:
    return folder_storage


def test_list_when_nothing_is_published_then_empty(storage: FolderStorage):
    assert list_releases(storage) == []


def test_list_when_some_are_whole_and_some_not_then_says_so(
    storage: FolderStorage, published: Publish
):
    ids = published(2)
    storage.create(f"releases/{LEFTOVER}/movies.json", b"{}")
    storage.create("releases/not-ours/manifest.json", b"{}")
    storage.delete(f"releases/{ids[0]}/manifest.json")
    storage.create(f"releases/{ids[0]}/manifest.json", b'{"format_version": 99}')
    listed = [(each.release_id, each.active, each.problem) for each in list_releases(storage)]
    assert listed == [
        (ids[0], False, "unreadable"),
        (ids[1], True, ""),
        (LEFTOVER, False, "incomplete"),
    ]


def test_activate_when_published_then_active(storage: FolderStorage, published: Publish):
    ids = published(3)
    assert active_id(storage) == ids[2]
    assert activate(storage, ids[0]).release_id == ids[0]
    assert active_id(storage) == ids[0]


@pytest.mark.parametrize("release_id", [LEFTOVER, "nonsense"])
def test_activate_when_not_published_then_refuses_and_changes_nothing(
    storage: FolderStorage, published: Publish, release_id: str
):
    (active,) = published(1)
    storage.create(f"releases/{LEFTOVER}/movies.json", b"{}")
    with pytest.raises(UnknownReleaseError, match=f"'{release_id}' is not published"):
        activate(storage, release_id)
    assert active_id(storage) == active


def test_activate_when_done_often_then_twenty_are_remembered(
    storage: FolderStorage, published: Publish
):
    ids = published(2)
    for i in range(30):
        activate(storage, ids[i % 2])
    assert active_id(storage) == ids[1]
    assert json.loads(storage.read("latest.json"))["history"] == [ids[1], ids[0]] * 10


def test_activate_when_active_already_then_nothing_changes(
    storage: FolderStorage, published: Publish
):
    ids = published(2)
    before = storage.stamp("latest.json")
    activate(storage, ids[1])
    assert storage.stamp("latest.json") == before


def test_pointer_when_broken_then_list_and_activate_mend_it_and_prune_refuses(
    storage: FolderStorage, figure_storage: FolderStorage, published: Publish
):
    ids = published(2)
    storage.replace("latest.json", b"?")
    assert [each.active for each in list_releases(storage)] == [False, False]
    with pytest.raises(ReleaseFormatError, match="releases activate ID"):
        prune(storage, figure_storage, keep=1, now=NOW)
    activate(storage, ids[0])
    assert active_id(storage) == ids[0]


def test_rollback_when_repeated_then_goes_back_step_by_step(
    storage: FolderStorage, published: Publish
):
    ids = published(3)
    assert rollback(storage).release_id == ids[1]
    assert rollback(storage).release_id == ids[0]
    with pytest.raises(UnknownReleaseError, match="No earlier release is left"):
        rollback(storage)
    assert active_id(storage) == ids[0]


def test_rollback_when_an_earlier_one_was_pruned_then_passes_over_it(
    storage: FolderStorage, figure_storage: FolderStorage, published: Publish
):
    ids = published(3)
    activate(storage, ids[0])
    activate(storage, ids[2])
    activate(storage, ids[1])
    storage.delete(f"releases/{ids[2]}/manifest.json")
    assert rollback(storage).release_id == ids[0]


def test_rollback_when_nothing_was_published_then_says_so(storage: FolderStorage):
    with pytest.raises(UnknownReleaseError, match="No earlier release is left"):
        rollback(storage)


@pytest.mark.parametrize("damaged", ["figure", "manifest"])
def test_verify_when_a_figure_or_the_manifest_was_changed_then_said(
    storage: FolderStorage,
    figure_storage: FolderStorage,
    published: Publish,
    damaged: str,
):
    (release_id,) = published(1)
    assert verify_release(storage, figure_storage, release_id) == []
    if damaged == "figure":
        figure_storage.replace(f"{release_id}/rmse.svg", b"<svg/>")
    else:
        name = f"releases/{release_id}/manifest.json"
        storage.replace(name, storage.read(name).replace(b"0.9375", b"0.1234"))
    (problem,) = verify_release(storage, figure_storage, release_id)
    assert "was changed or damaged" in problem


def test_prune_when_more_than_kept_then_oldest_go_with_their_figures(
    storage: FolderStorage, figure_storage: FolderStorage, published: Publish
):
    ids = published(4)
    assert prune(storage, figure_storage, keep=2, now=NOW) == ids[:2]
    assert [each.release_id for each in list_releases(storage)] == ids[2:]
    assert figure_storage.names() == [f"{each}/rmse.svg" for each in ids[2:]]
    assert not any(ids[0] in name for name in storage.names())
    for release_id in ids[2:]:
        assert verify_release(storage, figure_storage, release_id) == []


def test_prune_when_dry_then_says_the_same_and_deletes_nothing(
    storage: FolderStorage, figure_storage: FolderStorage, published: Publish
):
    ids = published(3)
    before = storage.names()
    assert prune(storage, figure_storage, keep=1, now=NOW, dry_run=True) == ids[:2]
    assert storage.names() == before


def test_prune_when_active_is_old_then_it_stays(
    storage: FolderStorage, figure_storage: FolderStorage, published: Publish
):
    ids = published(4)
    activate(storage, ids[0])
    assert prune(storage, figure_storage, keep=1, now=NOW) == ids[1:3]
    assert active_id(storage) == ids[0]


@pytest.mark.parametrize(("hours", "gone"), [(-1, []), (24, []), (24.1, [LEFTOVER])])
def test_prune_when_leftovers_then_only_those_older_than_a_day_go(
    storage: FolderStorage,
    figure_storage: FolderStorage,
    tmp_path: Path,
    hours: float,
    gone: list[str],
):
    """By the store's clock, whatever the id says: publishing an old run is nothing left over."""
    old = (NOW - timedelta(days=9)).timestamp()
    for name, written in (("movies.json", NOW.timestamp()), ("report.json", old)):
        storage.create(f"releases/{LEFTOVER}/{name}", b"{}")
        os.utime(tmp_path / "predictions" / "releases" / LEFTOVER / name, (written, written))
    storage.create("releases/not-ours/file", b"")
    assert prune(storage, figure_storage, keep=1, now=NOW + timedelta(hours=hours)) == gone
    assert "releases/not-ours/file" in storage.names()


def test_prune_when_a_killed_writer_left_partial_files_then_old_ones_go(
    storage: FolderStorage, figure_storage: FolderStorage, tmp_path: Path
):
    folder = tmp_path / "predictions" / "releases" / LEFTOVER
    folder.mkdir(parents=True)
    for name, age in (("old", timedelta(hours=25)), ("young", timedelta(hours=23))):
        path = folder / f".{name}.0123.partial"
        path.write_bytes(b"x")
        os.utime(path, ((NOW - age).timestamp(),) * 2)
    prune(storage, figure_storage, keep=1, now=NOW)
    assert [path.name for path in folder.iterdir()] == [".young.0123.partial"]


class ForgetfulStorage(CutStorage):
    """Reads latest.json wrong from the second time on, as a bad disk or line would."""

    def read(self, name: str) -> bytes:
        data = super().read(name)
        n_read = sum(call == "read" for call in self.calls)
        return data if name != "latest.json" or n_read == 1 else b"{"


def test_prune_when_the_pointer_is_read_wrong_meanwhile_then_no_release_goes(
    storage: FolderStorage, figure_storage: FolderStorage, published: Publish
):
    ids = published(3)
    activate(storage, ids[0])
    forgetful = ForgetfulStorage(storage, cut_at=10**9, after=False)
    with contextlib.suppress(ReleaseError):
        prune(forgetful, figure_storage, keep=1, now=NOW)
    for release_id in ids:
        assert verify_release(storage, figure_storage, release_id) == []


class MeddledStorage(CutStorage):
    """Lets somebody else do something before the `at`-th call, as another process would."""

    def __init__(self, storage: FolderStorage, at: int, meddle: Callable[[], object]) -> None:
        super().__init__(storage, cut_at=10**9, after=False)
        self.meddled, self._at, self._meddle = False, at, meddle

    def _call(self, method: str, *args: object) -> object:
        if len(self.calls) == self._at:
            self.meddled = True
            with contextlib.suppress(ReleaseError):
                self._meddle()
        return super()._call(method, *args)


def _publishing_again(storage, figures, tmp_path):
    staged = tmp_path / "again"
    stage_golden(staged)
    publish(staged, storage, figures)


MEDDLING = {
    "activate the oldest": lambda s, f, ids, _: activate(s, ids[0]),
    "roll back": lambda s, f, ids, _: rollback(s),
    "prune": lambda s, f, ids, _: prune(s, f, keep=1, now=NOW),
    "publish": lambda s, f, ids, tmp: _publishing_again(s, f, tmp),
}


@pytest.mark.parametrize("own", MEDDLING)
@pytest.mark.parametrize("other", MEDDLING)
def test_stores_when_two_are_at_work_then_the_active_release_is_whole_wherever_they_meet(
    tmp_path: Path, published: Publish, own: str, other: str
):
    """One does all of its work before a call of the other's, for each of its calls.

    A publish makes many calls that are alike: there, for each third.
    """
    ids = published(3)
    for at in itertools.count(step=3 if own == "publish" else 1):
        root = tmp_path / f"{at}"
        for name in ("predictions", "figures"):
            shutil.copytree(tmp_path / name, root / name)
        storage, figures = FolderStorage(root / "predictions"), FolderStorage(root / "figures")
        meddle = partial(MEDDLING[other], storage, figures, ids, root)
        meddled = MeddledStorage(storage, at, meddle)
        with contextlib.suppress(ReleaseError):
            MEDDLING[own](meddled, figures, ids, root)
        active = active_id(storage)
        assert verify_release(storage, figures, active) == [], (own, other, at)
        for each in list_releases(storage):
            assert each.manifest is None or verify_release(storage, figures, each.release_id) == []
        shutil.rmtree(root)
        if not meddled.meddled:
            break
    assert at > 2


def test_prune_when_killed_then_what_it_noted_cannot_be_activated_and_the_next_one_ends_it(
    storage: FolderStorage, figure_storage: FolderStorage, published: Publish
):
    ids = published(3)
    cut = CutStorage(storage, cut_at=8, after=True)
    with pytest.raises(CutOffError):
        prune(cut, figure_storage, keep=1, now=NOW)
    with pytest.raises(UnknownReleaseError, match="is being deleted"):
        activate(storage, ids[0])
    assert active_id(storage) == ids[2]
    prune(storage, figure_storage, keep=1, now=NOW)
    assert load_pointer(storage).going == ()


def test_prune_when_keep_is_none_then_refuses(
    storage: FolderStorage, figure_storage: FolderStorage
):
    with pytest.raises(ReleaseError, match="Cannot keep 0 releases"):
        prune(storage, figure_storage, keep=0, now=NOW)


def test_prune_when_cut_off_anywhere_then_no_broken_release_and_next_one_ends_it(
    tmp_path: Path, published: Publish
):
    ids = published(3)
    for cut_at in itertools.count():
        storage = FolderStorage(tmp_path / f"{cut_at}" / "predictions")
        figures = FolderStorage(tmp_path / f"{cut_at}" / "figures")
        for name in ("predictions", "figures"):
            shutil.copytree(tmp_path / name, tmp_path / f"{cut_at}" / name)
        cut = CutStorage(storage, cut_at, after=True)
        with contextlib.suppress(CutOffError):
            prune(cut, figures, keep=1, now=NOW)
        for each in list_releases(storage):
            assert each.manifest is None or verify_release(storage, figures, each.release_id) == []
        prune(storage, figures, keep=1, now=NOW)
        assert {name.split("/")[1] for name in storage.names("releases/")} == {ids[2]}
        assert figures.names() == [f"{ids[2]}/rmse.svg"]
        if not cut.dead:
            break
    assert cut_at > 20


def test_verify_when_much_is_wrong_then_names_everything(
    tmp_path: Path, storage: FolderStorage, figure_storage: FolderStorage, published: Publish
):
    (release_id,) = published(1)
    folder = tmp_path / "predictions" / "releases" / release_id
    (folder / "similar.npy").unlink()
    (folder / "report.json").write_bytes(b"{}")
    (folder / "users-00001.npy").write_bytes(b"")
    (folder / "stray.txt").write_bytes(b"")
    figure_storage.delete(f"{release_id}/rmse.svg")
    problems = verify_release(storage, figure_storage, release_id)
    assert [each.split(":")[0].rpartition("/")[2] for each in problems] == [
        "report.json",
        "similar.npy",
        "users-00001.npy",
        "stray.txt",
        "rmse.svg",
    ]


def test_verify_when_only_a_shard_is_damaged_then_names_it(
    tmp_path: Path, storage: FolderStorage, figure_storage: FolderStorage, published: Publish
):
    (release_id,) = published(1)
    shard = tmp_path / "predictions" / "releases" / release_id / "users-00000.npy"
    data = bytearray(shard.read_bytes())
    data[-1] ^= 1
    shard.write_bytes(data)
    (problem,) = verify_release(storage, figure_storage, release_id)
    assert problem.startswith("users-00000.npy: ")


def test_verify_when_not_published_then_says_so(
    storage: FolderStorage, figure_storage: FolderStorage
):
    with pytest.raises(UnknownReleaseError):
        verify_release(storage, figure_storage, LEFTOVER)


def test_pointer_when_brackets_never_end_then_refused_and_mended_by_activate(
    storage: FolderStorage, published: Publish
):
    (release_id,) = published(1)
    storage.replace("latest.json", b"[" * 100_000)
    with pytest.raises(ReleaseFormatError, match="Name a release"):
        active_id(storage)
    activate(storage, release_id)
    assert active_id(storage) == release_id
