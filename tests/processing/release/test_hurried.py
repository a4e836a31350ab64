"""A store that answers in time or not at all."""

import subprocess
import sys
import threading
import time

import pytest

from processing.errors import StorageNotFoundError, StorageUnavailableError
from processing.release import FolderStorage, HurriedStorage
from processing.release import hurried as module
from tests.conftest import ROOT
from tests.contracts_store import StoreContract

DEADLINE_S = 0.2


class StuckStorage(FolderStorage):
    """A folder whose reads wait until they are let go."""

    def __init__(self, root):
        super().__init__(root)
        self.go = threading.Event()
        self.n_reads = 0

    def read(self, name):
        self.n_reads += 1
        assert self.go.wait(30)
        return super().read(name)


class TestHurriedStorage(StoreContract):
    @pytest.fixture
    def storage(self, tmp_path):
        self.root = tmp_path / "store"
        return HurriedStorage(FolderStorage(self.root), 30.0, 50)

    def raw_get(self, name):
        path = self.root / name
        return path.read_bytes() if path.exists() else None

    def raw_put(self, name, data):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


@pytest.fixture
def stuck(tmp_path):
    (tmp_path / "a").write_bytes(b"a")
    storage = StuckStorage(tmp_path)
    yield storage
    storage.go.set()


def test_read_when_the_store_is_stuck_then_refused_in_time_and_says_how_long(stuck):
    began = time.monotonic()
    with pytest.raises(StorageUnavailableError, match=r"Cannot read 'a' .* within 0\.2 s"):
        HurriedStorage(stuck, DEADLINE_S, 3).read("a")
    assert time.monotonic() - began < 10 * DEADLINE_S


def test_read_when_as_many_as_may_are_under_way_then_others_wait_for_their_turn(stuck):
    hurried = HurriedStorage(stuck, 30.0, 2)
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(hurried.read("a"))) for _ in range(5)]
    for thread in threads:
        thread.start()
    while stuck.n_reads < 2:
        time.sleep(0.001)
    time.sleep(0.05)
    assert stuck.n_reads == 2
    stuck.go.set()
    for thread in threads:
        thread.join(30)
    assert answers == [b"a"] * 5


def test_read_when_others_take_all_of_its_time_then_refused(stuck):
    hurried = HurriedStorage(stuck, DEADLINE_S, 1)
    threads = [threading.Thread(target=_refused, args=(hurried,)) for _ in range(3)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert time.monotonic() - began < 10 * DEADLINE_S
    assert stuck.n_reads == 1


def _refused(hurried):
    with pytest.raises(StorageUnavailableError):
        hurried.read("a")


GREENLETS = """
from gevent import monkey, spawn, joinall
monkey.patch_all()
import sys
from pathlib import Path
from processing.release import FolderStorage, HurriedStorage
hurried = HurriedStorage(FolderStorage(Path(sys.argv[1])), 30.0, 2)
reads = [spawn(lambda: [hurried.read("a") for _ in range(50)]) for _ in range(8)]
joinall(reads)
print({len(read.value) for read in reads})
"""


def test_read_when_in_greenlets_then_each_gets_its_answer(tmp_path):
    (tmp_path / "a").write_bytes(b"a")
    command = [sys.executable, "-c", GREENLETS, tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout == "{50}\n"


def test_read_when_several_came_too_late_then_left_alone_and_tried_again_after_a_rest(
    stuck, monkeypatch
):
    now = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    hurried = HurriedStorage(stuck, 0.05, 100)
    for _ in range(module.MOST_LATE):
        with pytest.raises(StorageUnavailableError, match="within"):
            hurried.read("a")
    for _ in range(5):
        with pytest.raises(StorageUnavailableError, match="left alone"):
            hurried.read("a")
    assert stuck.n_reads == module.MOST_LATE
    now[0] += module.REST_S + 1
    with pytest.raises(StorageUnavailableError, match="within"):
        hurried.read("a")  # one is let through
    with pytest.raises(StorageUnavailableError, match="left alone"):
        hurried.read("a")
    stuck.go.set()
    now[0] += module.REST_S + 1
    assert [hurried.read("a") for _ in range(3)] == [b"a"] * 3


def test_read_when_names_are_missing_then_the_store_is_not_left_alone(tmp_path):
    hurried = HurriedStorage(FolderStorage(tmp_path), 30.0, 3)
    for _ in range(2 * module.MOST_LATE):
        with pytest.raises(StorageNotFoundError):
            hurried.read("nothing")
    assert hurried.stamp("nothing") is None
