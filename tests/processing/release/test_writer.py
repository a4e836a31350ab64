"""Staging and publishing, also when they are cut off."""

import dataclasses
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from processing.errors import ReleaseError, ReleaseFormatError, StorageExistsError
from processing.release import (
    AffinityAbout,
    FolderStorage,
    list_releases,
    open_release,
    publish,
    stage_release,
    top_dtype,
    verify_release,
)
from tests.make_golden_release import golden_about, golden_contents, stage_golden

LATER = "2006-10-03T08:30:00Z"


def everything(*folders: Path) -> dict[str, bytes]:
    """Every file below some folders, by its path in them."""
    return {
        f"{i}/{path.relative_to(folder).as_posix()}": path.read_bytes()
        for i, folder in enumerate(folders)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_stage_when_done_twice_then_same_bytes(tmp_path: Path):
    stage_golden(tmp_path / "a")
    stage_golden(tmp_path / "b")
    assert everything(tmp_path / "a") == everything(tmp_path / "b")


def test_stage_when_an_earlier_try_was_killed_then_its_rest_does_no_harm(tmp_path: Path):
    stage_golden(tmp_path / "again")
    (tmp_path / "again" / "manifest.json").unlink()
    (tmp_path / "again" / "movies.json").write_bytes(b"half")
    stage_golden(tmp_path / "again")
    stage_golden(tmp_path / "fresh")
    assert everything(tmp_path / "again") == everything(tmp_path / "fresh")


def test_stage_when_anything_differs_then_another_id(tmp_path: Path):
    ids = {
        stage_golden(tmp_path / "a"),
        stage_golden(tmp_path / "b", seed=8),
        stage_golden(tmp_path / "c", created_utc=LATER),
    }
    figures = dataclasses.replace(golden_contents(), figures={"rmse.svg": b"other"})
    ids.add(stage_release(tmp_path / "d", figures, golden_about()).release_id)
    assert len(ids) == 4


def test_stage_when_users_fill_shards_unevenly_then_every_record_reads_back(
    tmp_path: Path, folder_storage: FolderStorage, figure_storage: FolderStorage
):
    for shard_users in (1, 3, 4096):
        about = msgspec.structs.replace(golden_about(), shard_users=shard_users)
        manifest = stage_release(tmp_path / str(shard_users), golden_contents(), about)
        publish(tmp_path / str(shard_users), folder_storage, figure_storage)
        assert verify_release(folder_storage, figure_storage, manifest.release_id) == []
        release = open_release(folder_storage, manifest.release_id)
        assert [len(release.user_record(i).history) for i in range(3)] == [3, 2, 0]
        assert [len(release.user_record(i).top) for i in range(3)] == [1, 2, 1]


def test_stage_when_no_reasons_and_no_groups_then_records_are_small(
    tmp_path: Path, folder_storage: FolderStorage, figure_storage: FolderStorage
):
    top = np.zeros((3, 1), top_dtype(0, 0))
    contents = dataclasses.replace(golden_contents(), top=top)
    about = msgspec.structs.replace(golden_about(), contribution_groups=())
    stage_release(tmp_path, contents, about)
    publish(tmp_path, folder_storage, figure_storage)
    release = open_release(folder_storage)
    assert release.manifest.n_reasons == 0
    assert release.user_record(1).top["movie"].tolist() == [0]


WRONG_CONTENTS: list[tuple[dict[str, Any], str]] = [
    ({"movie_ids": np.array([8, 3, 28, 17770])}, "movie_ids: id 3 follows 8"),
    ({"user_ids": np.array([6, 6, 7])}, "user_ids.npy: id 6 follows 6"),
    ({"user_ids": np.array([], np.int64)}, "0 users"),
    ({"titles": ["one"]}, "titles: 1 entries; expected one for each of the 4"),
    ({"means": np.zeros(4)}, r"means: the array is float64 .*expected float32"),
    ({"histograms": np.zeros((4, 3), np.int32)}, r"histograms.npy: .*expected int32 .*\(4, 5\)"),
    ({"movie_factors": np.zeros(4, np.float32)}, r"movie_factors.npy: .*\(4, any\)"),
    ({"history_indptr": np.array([0, 3, 2, 5])}, "history_indptr: expected it to rise"),
    ({"history_movies": np.array([0, 1, 2, 0, 4], np.int32)}, "history_movies: .*expected 0 to 3"),
    ({"top": np.zeros((3, 2), [("movie", "<i4")])}, "top: the array is"),
    (
        {"affinity": AffinityAbout(neutral=np.nan, popularity=((0, 1),))},
        "affinity.json: neutral is",
    ),
    ({"affinity": AffinityAbout(neutral=3, popularity=((0, np.nan),))}, "a weight that is not fin"),
    ({"report": b"[]"}, "report.json: Expected `object`, got `array`"),
    ({"report": b"{"}, "report.json: Input data was truncated"),
    ({"figures": {"../escape.svg": b""}}, "is not allowed in a store"),
]


@pytest.mark.parametrize(("changes", "message"), WRONG_CONTENTS)
def test_stage_when_contents_do_not_fit_then_refuses_and_leaves_no_manifest(
    tmp_path: Path, changes: dict[str, Any], message: str
):
    contents = dataclasses.replace(golden_contents(), **changes)
    with pytest.raises(ReleaseFormatError, match=message):
        stage_release(tmp_path, contents, golden_about())
    assert not (tmp_path / "manifest.json").exists()


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("movie", -1, "padding stands before a movie"),
        ("movie", 4, "movie indices run from -1 to 4; expected -1 to 3"),
        ("score", np.nan, "a score is not finite"),
        ("order", np.inf, "an order is not finite"),
        ("contributions", np.nan, "nan stars from their score"),
        ("contributions", [0.25, -0.125, 0.25], "0.250 stars from their score; expected at most"),
    ],
)
def test_stage_when_a_recommendation_is_wrong_then_refuses(tmp_path, field, value, message):
    contents = golden_contents()
    contents.top[field][1, 0] = value
    with pytest.raises(ReleaseFormatError, match=message):
        stage_release(tmp_path, contents, golden_about())


@pytest.mark.parametrize("name", ["imdb_ids", "tmdb_ids"])
def test_stage_when_numbers_elsewhere_do_not_fit_the_catalogue_then_refuses(tmp_path: Path, name):
    contents = dataclasses.replace(golden_contents(), **{name: [1, None]})
    with pytest.raises(ReleaseFormatError, match=f"{name}: 2 entries; expected one for each"):
        stage_release(tmp_path, contents, golden_about())


def test_stage_when_a_start_user_is_unknown_then_refuses(tmp_path: Path):
    (start,) = golden_about().start_users
    about = msgspec.structs.replace(
        golden_about(), start_users=(dataclasses.replace(start, user_id=99),)
    )
    with pytest.raises(ReleaseFormatError, match=r"start_users: \[99\]"):
        stage_release(tmp_path, golden_contents(), about)


def test_stage_when_time_is_of_another_form_then_refuses(tmp_path: Path):
    with pytest.raises(ReleaseFormatError, match="'2006-10-02' is not of the form"):
        stage_golden(tmp_path, created_utc="2006-10-02")


def test_publish_when_nothing_is_staged_then_says_how_to_make_it(
    tmp_path: Path, folder_storage: FolderStorage, figure_storage: FolderStorage
):
    with pytest.raises(ReleaseError, match=r"make one with `python -m processing run SOURCE`"):
        publish(tmp_path, folder_storage, figure_storage)


def test_publish_when_a_staged_file_was_changed_then_refuses(
    tmp_path: Path, folder_storage: FolderStorage, figure_storage: FolderStorage
):
    stage_golden(tmp_path)
    (tmp_path / "movies.json").write_bytes(b"{}")
    with pytest.raises(ReleaseFormatError, match=r"movies\.json' is not the file that was staged"):
        publish(tmp_path, folder_storage, figure_storage)
    assert [each.problem for each in list_releases(folder_storage)] in ([], ["incomplete"])


def test_publish_when_other_bytes_lie_there_then_refuses(
    tmp_path: Path, folder_storage: FolderStorage, figure_storage: FolderStorage
):
    release_id = stage_golden(tmp_path)
    folder_storage.create(f"releases/{release_id}/movies.json", b"other")
    with pytest.raises(StorageExistsError, match="with other bytes than the staged ones"):
        publish(tmp_path, folder_storage, figure_storage)


def test_publish_when_files_vanish_meanwhile_then_no_manifest(
    tmp_path: Path, folder_storage: FolderStorage, monkeypatch: pytest.MonkeyPatch
):
    release_id = stage_golden(tmp_path)

    class Pruned(FolderStorage):
        def create(self, name: str, data: bytes) -> None:
            super().create(name, data)
            folder_storage.delete(f"releases/{release_id}/movies.json")

    with pytest.raises(ReleaseError, match=r"movies\.json.* went missing .*Publish again"):
        publish(tmp_path, folder_storage, Pruned(tmp_path / "figures"))
    assert folder_storage.stamp(f"releases/{release_id}/manifest.json") is None
