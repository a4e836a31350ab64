"""What the README promises users of Windows, as far as it can be held on other systems."""

import json
import subprocess
import sys

import pytest

from processing.tools import machine
from tests.app.sample import publish_sample
from tests.servers import ROOT, fetch, running_site


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc to see what is open")
def test_run_when_what_windows_refuses_is_refused_then_publishes(tmp_path):
    program = [sys.executable, "-m", "tests.as_on_windows", tmp_path]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "predictions" / "latest.json").exists()
    assert "does not tell its memory" in done.stderr


def test_peak_when_the_system_is_silent_then_said_to_be_unmeasured(tmp_path, monkeypatch):
    monkeypatch.setattr(machine, "STATUS", tmp_path / "nowhere")
    monkeypatch.setattr(machine, "resource", None)
    assert machine.PeakMemory().of_whole_process
    assert str(machine.PeakMemory()) == "peak memory not measured"


def test_waitress_when_it_serves_the_site_then_pages_and_files_are_sent(tmp_path):
    publish_sample(tmp_path)
    folders = {"ICP_PRED_DIR": tmp_path / "predictions", "ICP_UPLOAD_DIR": tmp_path / "figures"}
    environment = {"ICP_BUCKET": "", **{name: str(folder) for name, folder in folders.items()}}
    command = [sys.executable, "-m", "waitress", "--listen={address}", "wsgi:app"]
    with running_site(tmp_path, command, **environment) as site:
        assert json.loads(fetch(f"{site.url}/healthz")[1])["status"] == "ok"
        status, body = fetch(f"{site.url}/users/7")
        assert status == 200
        assert b"<h1>User 7</h1>" in body
        assert fetch(f"{site.url}/movies/999999")[0] == 404
