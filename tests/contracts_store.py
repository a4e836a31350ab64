"""What every store must do. A store's test class inherits this and says how to reach its bytes.

`raw_get` and `raw_put` bypass the store, so that reading and writing are checked separately.
"""

import contextlib
import itertools
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from processing.errors import (
    ReleaseFormatError,
    StorageChangedError,
    StorageExistsError,
    StorageNotFoundError,
)
from processing.release import Storage, open_release, publish, verify_release
from tests.cut_storage import CutOffError, CutStorage
from tests.make_golden_release import stage_golden

UNSAFE_NAMES = ["", "/a", "a/", "a//b", "..", "../a", "a/../b", "./a", ".hidden", "a/.b", "a\\b"]


class StoreContract:
    """One contract for all stores; a publish is cut off at every `cut_step`-th call."""

    cut_step = 1

    @pytest.fixture
    def storage(self) -> Storage:
        """A store that is empty."""
        raise NotImplementedError

    def raw_get(self, name: str) -> bytes | None:
        """Read a name, bypassing the store; None when there is none."""
        raise NotImplementedError

    def raw_put(self, name: str, data: bytes) -> None:
        """Write a name, bypassing the store."""
        raise NotImplementedError

    @pytest.mark.parametrize("name", ["a", "releases/x/users-00000.npy", "Ünïcode & space+.svg"])
    def test_create_when_name_is_free_then_bytes_lie_there(self, storage: Storage, name: str):
        storage.create(name, b"\x00bytes")
        assert self.raw_get(name) == b"\x00bytes"

    def test_create_when_name_is_taken_then_refuses_and_keeps_the_old(self, storage: Storage):
        self.raw_put("a/b", b"old")
        with pytest.raises(StorageExistsError, match="'a/b' exists in"):
            storage.create("a/b", b"new")
        assert self.raw_get("a/b") == b"old"

    def test_create_when_eight_race_then_one_wins_whole(self, storage: Storage):
        outcomes: list[bytes | None] = []

        def create(data: bytes) -> None:
            try:
                storage.create("race", data)
                outcomes.append(data)
            except StorageExistsError:
                outcomes.append(None)

        threads = [threading.Thread(target=create, args=(b"%d" % i * 50_000,)) for i in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        winners = [each for each in outcomes if each is not None]
        assert len(outcomes) == 8
        assert [self.raw_get("race")] == winners

    def test_replace_when_name_is_free_or_taken_then_new_bytes_lie_there(self, storage: Storage):
        storage.replace("latest.json", b"1")
        assert self.raw_get("latest.json") == b"1"
        storage.replace("latest.json", b"22")
        assert self.raw_get("latest.json") == b"22"

    def test_replace_when_others_read_then_they_see_old_or_new(self, storage: Storage):
        versions = {b"a" * 30_000, b"b" * 30_000}
        storage.replace("latest.json", b"a" * 30_000)
        seen: set[bytes] = set()
        reader = threading.Thread(
            target=lambda: seen.update(storage.read("latest.json") for _ in range(20))
        )
        reader.start()
        for i in range(10):
            storage.replace("latest.json", (b"b" if i % 2 else b"a") * 30_000)
        reader.join()
        assert seen
        assert seen <= versions

    def test_replace_if_when_the_stamp_is_still_the_same_then_written(self, storage: Storage):
        storage.replace_if("latest.json", b"1", None)
        stamp = storage.stamp("latest.json")
        storage.replace_if("latest.json", b"22", stamp)
        assert self.raw_get("latest.json") == b"22"

    def test_replace_if_when_somebody_else_was_quicker_then_their_bytes_stay(
        self, storage: Storage
    ):
        with pytest.raises(StorageChangedError, match="changed by somebody else"):
            storage.replace_if("latest.json", b"1", '"0123456789abcdef0123456789abcdef"')
        assert self.raw_get("latest.json") is None
        storage.replace("latest.json", b"1")
        stamp = storage.stamp("latest.json")
        storage.replace("latest.json", b"22")
        for old in (None, stamp):
            with pytest.raises(StorageChangedError, match="changed by somebody else"):
                storage.replace_if("latest.json", b"333", old)
        assert self.raw_get("latest.json") == b"22"

    def test_replace_if_when_eight_race_then_no_change_is_lost(self, storage: Storage):
        storage.replace("latest.json", b"")

        def add(letter: bytes) -> None:
            while True:
                stamp, data = storage.stamp("latest.json"), storage.read("latest.json")
                with contextlib.suppress(StorageChangedError):
                    return storage.replace_if("latest.json", data + letter, stamp)

        threads = [threading.Thread(target=add, args=(b"%d" % i,)) for i in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(storage.read("latest.json")) == sorted(b"01234567")

    def test_written_when_asked_then_the_time_of_each_name(self, storage: Storage):
        earliest = datetime.now(UTC) - timedelta(seconds=2)
        storage.create("a/b", b"1")
        storage.create("c", b"1")
        found = storage.written("a/")
        assert list(found) == ["a/b"]
        assert earliest < found["a/b"] < datetime.now(UTC) + timedelta(seconds=2)
        assert set(storage.written()) == {"a/b", "c"}

    def test_read_when_name_is_there_then_its_bytes(self, storage: Storage):
        self.raw_put("a/b", b"raw")
        assert storage.read("a/b") == b"raw"

    @pytest.mark.parametrize("name", ["nothing", "folder", "folder/file/below"])
    def test_read_when_name_is_not_there_then_says_so(self, storage: Storage, name: str):
        self.raw_put("folder/file", b"x")
        for read in (storage.read, lambda each: storage.read_range(each, 0, 1)):
            with pytest.raises(StorageNotFoundError, match=f"'{name}' does not exist in"):
                read(name)

    def test_read_range_when_inside_then_exactly_these_bytes(self, storage: Storage):
        self.raw_put("digits", b"0123456789")
        assert storage.read_range("digits", 0, 10) == b"0123456789"
        assert storage.read_range("digits", 3, 4) == b"3456"
        assert storage.read_range("digits", 9, 1) == b"9"

    @pytest.mark.parametrize(("start", "length"), [(8, 3), (10, 1), (99, 1), (-1, 2), (0, 0)])
    def test_read_range_when_not_inside_then_refuses(self, storage: Storage, start, length):
        self.raw_put("digits", b"0123456789")
        with pytest.raises(ReleaseFormatError, match="'digits'"):
            storage.read_range("digits", start, length)

    def test_stamp_when_bytes_change_then_changes(self, storage: Storage):
        assert storage.stamp("latest.json") is None
        storage.replace("latest.json", b"1")
        first = storage.stamp("latest.json")
        assert first is not None
        assert storage.stamp("latest.json") == first
        storage.replace("latest.json", b"2")
        assert storage.stamp("latest.json") != first

    def test_stamp_when_name_is_a_folder_then_none(self, storage: Storage):
        self.raw_put("folder/file", b"x")
        assert storage.stamp("folder") is None

    def test_names_when_empty_then_none(self, storage: Storage):
        assert storage.names() == []
        assert storage.names("releases/") == []

    def test_names_when_prefix_then_all_below_sorted(self, storage: Storage):
        for name in ("b", "releases/2/y", "releases/10/x", "releases/2/a/deep", "releasesx", "a"):
            self.raw_put(name, b"")
        below = ["releases/10/x", "releases/2/a/deep", "releases/2/y"]
        assert storage.names("releases/") == below
        assert storage.names("releases/2/") == below[1:]
        assert storage.names("releases") == [*below, "releasesx"]
        assert storage.names() == ["a", "b", *below, "releasesx"]

    def test_delete_when_done_then_name_is_free_again(self, storage: Storage):
        self.raw_put("a/b", b"x")
        self.raw_put("a/c", b"y")
        storage.delete("a/b")
        storage.delete("a/b")
        assert self.raw_get("a/b") is None
        assert storage.names() == ["a/c"]
        storage.create("a/b", b"z")
        assert self.raw_get("a/b") == b"z"

    def test_names_that_lead_out_when_used_then_refused(self, storage: Storage):
        uses = [storage.read, storage.stamp, storage.delete]
        uses += [lambda each: storage.create(each, b""), lambda each: storage.replace(each, b"")]
        for name, use in itertools.product(UNSAFE_NAMES, uses):
            with pytest.raises(ReleaseFormatError, match="is not allowed in a store"):
                use(name)

    @pytest.mark.parametrize("after", [False, True])
    def test_publish_when_cut_off_then_old_release_stays_and_next_try_ends_it(
        self, storage: Storage, tmp_path: Path, after: bool
    ):
        old = stage_golden(tmp_path / "old")
        new = stage_golden(tmp_path / "new", "2006-10-03T08:30:00Z")
        publish(tmp_path / "old", storage, storage)
        publish(tmp_path / "new", storage, storage)
        whole = {name: self.raw_get(name) for name in storage.names()}
        for cut_at in itertools.count(0, self.cut_step):
            for name in storage.names():
                storage.delete(name)
            publish(tmp_path / "old", storage, storage)
            cut = CutStorage(storage, cut_at, after)
            with contextlib.suppress(CutOffError):
                publish(tmp_path / "new", cut, cut)
            release = open_release(storage)
            moved = cut.calls[-1] == "replace_if" and (after or not cut.dead)
            assert release.manifest.release_id == (new if moved else old)
            assert release.user_record(0).top["score"].tolist() == [4.25]
            if self.raw_get(f"releases/{new}/manifest.json"):
                assert verify_release(storage, storage, new) == []
            publish(tmp_path / "new", storage, storage)
            assert {name: self.raw_get(name) for name in storage.names()} == whole
            if not cut.dead:
                break
        assert cut_at > 15

    def test_publish_when_two_publish_at_once_then_both_exist_and_one_is_active(
        self, storage: Storage, tmp_path: Path
    ):
        ids = [stage_golden(tmp_path / str(seed), seed=seed) for seed in (0, 1)]
        errors: list[Exception] = []

        def publish_one(seed: int) -> None:
            try:
                publish(tmp_path / str(seed), storage, storage)
            except Exception as error:
                errors.append(error)

        threads = [threading.Thread(target=publish_one, args=(i % 2,)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        assert [verify_release(storage, storage, each) for each in ids] == [[], []]
        assert open_release(storage).manifest.release_id in ids
