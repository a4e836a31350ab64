import logging

import numpy as np
import pytest

from processing.errors import DiskError
from processing.tools import checkpoints
from processing.tools.checkpoints import Checkpoint
from processing.tools.stages import Stages

STATE = {"place": np.array(7), "rows": np.arange(4000, dtype=np.float32).reshape(40, 100)}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "stack" / ".model.checkpoint"


def test_read_when_written_under_the_same_key_then_the_arrays_are_back(path):
    Checkpoint(path, "key").write(STATE)
    checkpoint = Checkpoint(path, "key")
    back = checkpoint.read()
    assert back.keys() == STATE.keys()
    np.testing.assert_array_equal(back["rows"], STATE["rows"])
    assert back["rows"].dtype == np.float32
    assert checkpoint.exists
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_read_when_nothing_was_written_then_none(path):
    checkpoint = Checkpoint(path, "key")
    assert checkpoint.read() is None
    assert not checkpoint.exists


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty"])
def test_read_when_the_file_is_damaged_then_it_says_so_and_is_gone(path, damage, caplog):
    Checkpoint(path, "key").write(STATE)
    whole = path.read_bytes()
    middle = len(whole) // 2
    flipped = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
    path.write_bytes({"cut": whole[:middle], "flipped": flipped, "empty": b""}[damage])
    with caplog.at_level(logging.WARNING):
        assert Checkpoint(path, "key").read() is None
    assert f"{path} is damaged" in caplog.text
    assert "begins anew" in caplog.text
    assert not path.exists()


def test_read_when_the_key_is_another_then_it_says_so_and_is_gone(path, caplog):
    Checkpoint(path, "key").write(STATE)
    with caplog.at_level(logging.WARNING):
        assert Checkpoint(path, "other").read() is None
    assert "other ratings, settings or code" in caplog.text
    assert not path.exists()


def test_write_when_the_disk_is_full_then_the_work_goes_on_with_the_last_state(
    path, monkeypatch, caplog
):
    checkpoint = Checkpoint(path, "key")
    checkpoint.write(STATE)

    def full(path, write):
        raise DiskError("the disk has no room")

    monkeypatch.setattr(checkpoints, "write_whole", full)
    checkpoint.write({"place": np.array(8)})
    assert "the disk has no room" in caplog.text
    assert Checkpoint(path, "key").read()["place"] == 7


def test_due_when_the_seconds_are_over_then_until_it_is_written(path, monkeypatch):
    now = [100.0]
    monkeypatch.setattr(checkpoints.time, "monotonic", lambda: now[0])
    checkpoint = Checkpoint(path, "key")
    assert not checkpoint.due
    now[0] += checkpoints.EVERY_SECONDS
    assert checkpoint.due
    checkpoint.write(STATE)
    assert not checkpoint.due


def test_run_when_a_stage_is_done_then_its_checkpoint_is_gone(tmp_path):
    stages = Stages(tmp_path, "key")

    def work(directory):
        stages.checkpoint("stack/model").write(STATE)
        assert Stages(tmp_path, "key").checkpoint("stack/model").read() is not None
        return "done"

    stages.run("stack/model", work)
    assert [file.name for file in (tmp_path / "stack").iterdir()] == ["model"]


def test_checkpoint_when_of_another_stage_or_run_then_its_state_is_not_taken(tmp_path):
    Stages(tmp_path, "key").checkpoint("stack/model").write(STATE)
    kept = tmp_path / "stack" / ".model.checkpoint"
    kept.rename(tmp_path / "stack" / ".other.checkpoint")
    assert Stages(tmp_path, "key").checkpoint("stack/other").read() is None
