"""The folder store."""

import os
import stat
from pathlib import Path
from types import SimpleNamespace

import pytest

from processing.errors import StorageUnavailableError
from processing.release import FolderStorage, open_figure_storage, open_release_storage
from processing.release.s3 import S3Storage
from tests.contracts_store import StoreContract


class TestFolderStorage(StoreContract):
    @pytest.fixture
    def storage(self, tmp_path: Path) -> FolderStorage:
        self.root = tmp_path / "not" / "yet" / "there"
        return FolderStorage(self.root)

    def raw_get(self, name: str) -> bytes | None:
        path = self.root / name
        return path.read_bytes() if path.is_file() else None

    def raw_put(self, name: str, data: bytes) -> None:
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).write_bytes(data)


def test_create_when_killed_while_writing_then_no_name_and_no_trace_after_delete(tmp_path: Path):
    storage = FolderStorage(tmp_path)
    storage.create("a/b", b"x")
    (tmp_path / "a" / ".c.0123.partial").write_bytes(b"half")  # what a killed writer leaves
    assert storage.names() == ["a/b"]
    storage.delete("a/b")
    assert list(tmp_path.iterdir()) == []


def test_create_when_a_folder_of_that_name_became_empty_then_name_is_free(tmp_path: Path):
    storage = FolderStorage(tmp_path)
    storage.create("a/b", b"x")
    storage.delete("a/b")
    storage.create("a", b"now a file")
    assert storage.names() == ["a"]


def test_create_when_done_then_file_and_folder_were_flushed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    flushed: list[bool] = []
    monkeypatch.setattr(os, "fsync", lambda fd: flushed.append(stat.S_ISDIR(os.fstat(fd).st_mode)))
    FolderStorage(tmp_path).create("a", b"x")
    assert flushed == [False, True]


def test_create_when_it_fails_then_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def no_link(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", no_link)
    with pytest.raises(
        StorageUnavailableError, match=r"Cannot write .*not supported.*ICP_PRED_DIR"
    ):
        FolderStorage(tmp_path).create("a", b"x")
    assert list(tmp_path.iterdir()) == []


def test_write_when_a_file_stands_where_a_folder_must_then_says_so(tmp_path: Path):
    storage = FolderStorage(tmp_path)
    storage.create("a", b"x")
    with pytest.raises(StorageUnavailableError, match="Check the rights"):
        storage.create("a/b", b"y")


def test_open_storage_when_no_bucket_then_folders():
    settings = SimpleNamespace(bucket="", pred_dir="p/x", upload_dir="f")
    assert open_release_storage(settings).describe() == "folder 'p/x'"
    assert open_figure_storage(settings).describe() == "folder 'f'"


def test_open_storage_when_bucket_then_prefixes_in_it():
    settings = SimpleNamespace(
        bucket="films",
        bucket_region="eu-west-1",
        aws_access_key="",
        aws_secret_key="",
        pred_dir="/p/",
        upload_dir="f",
    )
    assert isinstance(open_release_storage(settings), S3Storage)
    assert open_release_storage(settings).describe() == "s3://films/p"
    assert open_figure_storage(settings).describe() == "s3://films/f"
