"""Progress: a bar on a terminal, one line per stage elsewhere, nothing when quiet."""

import logging
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from processing.tools.progress import counting, progress

ROOT = Path(__file__).parents[3]
SIZES = ["--users", "3000", "--movies", "300", "--ratings", "200000"]


def on_a_terminal(*arguments):
    """What a command writes to a terminal that does not say how large it is."""
    main, side = pty.openpty()
    command = [sys.executable, "-m", "processing", *map(str, arguments)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=side, stdout=subprocess.DEVNULL, stderr=side
    ) as process:
        os.close(side)
        parts = []
        while part := _read(main):
            parts.append(part)
        os.close(main)
    assert process.returncode == 0
    return b"".join(parts).decode()


def _read(terminal):
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # Linux says so when the other side has gone
        return b""


def in_a_pipe(*arguments):
    command = [sys.executable, "-m", "processing", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stderr


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("progress") / "set"
    return folder, on_a_terminal("simulate", folder, *SIZES)


def test_simulate_when_on_a_terminal_then_a_bar_with_rate_and_time_left(simulated):
    shown = simulated[1]
    assert re.search(r"Simulating: +\d+%\|.*/200k \[\d\d:\d\d<[\d:?]+, +\S+ ratings/s\]", shown)
    last = shown.rsplit("\r", 1)[0].splitlines()[-1]
    assert "Simulated 200000 ratings" in last


def test_ingest_when_on_a_terminal_then_a_bar_in_bytes(simulated, tmp_path):
    shown = on_a_terminal("ingest", simulated[0], "--runs", tmp_path)
    assert re.search(r"Reading Simulated ratings: +\d+%\|.*MB? \[\d\d:\d\d<[\d:?]+, ", shown)
    assert shown.count("read and checked") == 1


def test_commands_when_in_a_pipe_then_one_line_each(simulated, tmp_path):
    folder = tmp_path / "set"
    for arguments in (
        ["simulate", folder, *SIZES],
        ["ingest", folder, "--runs", tmp_path / "runs"],
    ):
        (line,) = in_a_pipe(*arguments).splitlines()
        assert re.match(r"\d\d:\d\d:\d\d ", line)


def test_commands_when_quiet_then_nothing_even_on_a_terminal(simulated, tmp_path):
    assert on_a_terminal("ingest", simulated[0], "--runs", tmp_path, "--quiet") == ""
    assert in_a_pipe("ingest", simulated[0], "--runs", tmp_path, "--quiet") == ""


class Terminal:
    """Standard error of a terminal, as far as bars look at it."""

    encoding = "utf-8"

    def __init__(self):
        self.main, self.side = pty.openpty()
        self.text = ""

    def isatty(self):
        return True

    def fileno(self):
        return self.side

    def write(self, text):
        self.text += text

    def flush(self):
        pass


@pytest.fixture
def terminal(caplog):
    terminal = Terminal()
    with caplog.at_level(logging.INFO, logger="processing"):
        yield terminal
    os.close(terminal.main)
    os.close(terminal.side)


def test_progress_when_iterated_then_the_items_and_their_count(terminal, monkeypatch):
    monkeypatch.setattr(sys, "stderr", terminal)
    assert list(progress(range(5), "SVD", "epochs")) == [0, 1, 2, 3, 4]
    assert "SVD:   0%" in terminal.text
    assert re.search(r"0/5 \[.*epochs/s\]", terminal.text)


def test_progress_when_items_have_no_length_then_shown_without_an_end(terminal, monkeypatch):
    monkeypatch.setattr(sys, "stderr", terminal)
    assert list(progress(iter("ab"), "Blocks", "blocks")) == ["a", "b"]
    assert re.search(r"Blocks: 0.00 blocks \[", terminal.text)


def test_counting_when_the_work_fails_then_the_error_and_no_bar_left(terminal, monkeypatch):
    monkeypatch.setattr(sys, "stderr", terminal)
    with pytest.raises(ZeroDivisionError):
        list(progress((1 // k for k in (1, 0)), "Work", "steps"))
    assert terminal.text.endswith("\r")


def test_counting_when_not_on_a_terminal_then_silent(capfd):
    with counting(3, "Work", "steps") as advance:
        advance(3)
    assert capfd.readouterr() == ("", "")
