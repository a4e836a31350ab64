import json
import logging

import pytest

from processing.tools import machine
from processing.tools.stages import Stages


def _writes(text, calls):
    def work(directory):
        calls.append(text)
        (directory / "out.txt").write_text(text)
        return "wrote it"

    return work


def test_run_when_done_before_then_skipped(tmp_path, caplog):
    calls = []
    with caplog.at_level(logging.INFO):
        first = Stages(tmp_path, "key").run("a/b", _writes("one", calls))
        again = Stages(tmp_path, "key").run("a/b", _writes("two", calls))
    assert calls == ["one"]
    assert again == first
    assert (again.path / "out.txt").read_text() == "one"
    assert "a/b: wrote it (" in caplog.text
    assert "a/b: done before" in caplog.text


def test_run_when_the_key_has_changed_then_done_again(tmp_path):
    calls = []
    Stages(tmp_path, "key").run("a", _writes("one", calls))
    stage = Stages(tmp_path, "other").run("a", _writes("two", calls))
    assert calls == ["one", "two"]
    assert (stage.path / "out.txt").read_text() == "two"


def test_run_when_cut_off_then_nothing_looks_done_and_it_starts_over(tmp_path):
    def dies(directory):
        (directory / "half.txt").write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Stages(tmp_path, "key").run("a", dies)
    assert not (tmp_path / "a").exists()
    stage = Stages(tmp_path, "key").run("a", _writes("whole", []))
    assert sorted(p.name for p in stage.path.iterdir()) == ["out.txt", "stage.json"]


def test_run_when_the_marker_is_damaged_then_done_again(tmp_path):
    calls = []
    Stages(tmp_path, "key").run("a", _writes("one", calls))
    (tmp_path / "a" / "stage.json").write_text("{")
    Stages(tmp_path, "key").run("a", _writes("two", calls))
    assert calls == ["one", "two"]


def _holds(n_bytes):
    def work(directory):
        assert len(b"x" * n_bytes) == n_bytes
        return "held it"

    return work


def _marker(stage):
    return json.loads((stage.path / "stage.json").read_text())


@pytest.mark.skipif(machine.PeakMemory().of_whole_process, reason="needs Linux to count anew")
def test_peak_when_a_stage_needs_less_than_the_one_before_then_its_own(tmp_path, caplog):
    stages = Stages(tmp_path, "key")
    with caplog.at_level(logging.INFO):
        large, small = (_marker(stages.run(n, _holds(s))) for n, s in (("a", 3 << 27), ("b", 9)))
    assert large["peak_memory_bytes"] - small["peak_memory_bytes"] > 1 << 28
    assert not small["peak_of_whole_process"]
    assert "of the process" not in caplog.text


def test_peak_when_it_cannot_be_counted_anew_then_said_in_words(tmp_path, caplog, monkeypatch):
    monkeypatch.setattr(machine, "CLEAR_REFS", tmp_path / "nowhere" / "clear_refs")
    with caplog.at_level(logging.INFO):
        marker = _marker(Stages(tmp_path, "key").run("a", _holds(9)))
    assert marker["peak_of_whole_process"]
    assert "peak memory of the process so far" in caplog.text
