"""What a platform relies on: gunicorn starts and ends cleanly, Sentry hears, files agree."""

import contextlib
import gzip
import http.client
import json
import re
import socket
import threading
import time
import tomllib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from config import SETTINGS
from tests.app.sample import publish_sample
from tests.servers import fetch, gunicorn_site

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """A published sample, and the variables that lead the site to it."""
    folder = tmp_path_factory.mktemp("deployed")
    publish_sample(folder)
    return {
        "ICP_BUCKET": "",
        "ICP_PRED_DIR": str(folder / "predictions"),
        "ICP_UPLOAD_DIR": str(folder / "figures"),
    }


class _Sink(BaseHTTPRequestHandler):
    """Stands in for Sentry: keeps the envelopes that are sent to it."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        self.server.envelopes.append(body.decode())
        self.server.arrived.set()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        pass


@pytest.fixture
def sink():
    with ThreadingHTTPServer(("127.0.0.1", 0), _Sink) as server:
        server.envelopes, server.arrived = [], threading.Event()
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_gunicorn_when_started_and_asked_to_end_then_serves_and_exits_cleanly(
    environment, tmp_path
):
    with gunicorn_site(tmp_path, **environment, WEB_CONCURRENCY="2") as site:
        status, body = fetch(f"{site.url}/users/7")
        assert status == 200
        assert b"<h1>User 7</h1>" in body
        fetch(f"{site.url}/list/W1sxLDVdXQ.abc?sort=gap")
        assert json.loads(fetch(f"{site.url}/healthz")[1])["status"] == "ok"
        assert site.stop() == 0
    log = site.log.read_text()
    assert "Using worker: gevent" in log
    assert log.count("Booting worker") == 2
    assert "Traceback" not in log
    assert "Control socket" not in log
    assert '"GET /users/7 HTTP/1.1" 200' in log
    assert '"GET /list/***?sort=gap HTTP/1.1" 404' in log
    assert "W1sxLDVdXQ" not in log


def test_gunicorn_when_a_list_was_made_then_its_worker_has_one_thread(environment, tmp_path):
    with gunicorn_site(tmp_path, **environment, WEB_CONCURRENCY="1") as site:
        assert fetch(site.url + "/users/7")[0] == 200
        pid = site.process.pid
        (worker,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        status = Path(f"/proc/{worker}/status").read_text()
    assert re.search(r"^Threads:\t1$", status, re.MULTILINE)


def test_gunicorn_when_a_connection_is_kept_then_it_serves_one_page_after_the_other(
    environment, tmp_path
):
    with gunicorn_site(tmp_path, **environment) as site:
        connection = http.client.HTTPConnection(site.url.removeprefix("http://"))
        connection.connect()
        own = connection.sock
        for path in ("/", "/users/7", "/healthz", "/users/7"):
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            assert (answer.status, connection.sock) == (200, own)
        connection.close()


POST = b"POST /rate HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\na="


@pytest.mark.parametrize(
    ("n_clients", "sent"), [(500, b""), (500, b"GET / HTTP/1.1\r\nHost: x\r\nA: "), (100, POST)]
)
def test_gunicorn_when_many_clients_are_slow_then_they_cost_themselves_only(
    environment, tmp_path, n_clients, sent
):
    with gunicorn_site(tmp_path, **environment, WEB_CONCURRENCY="1") as site:
        host, _, port = site.url.removeprefix("http://").partition(":")
        with contextlib.ExitStack() as stack:
            for _ in range(n_clients):
                client = stack.enter_context(socket.create_connection((host, int(port))))
                client.sendall(sent)
            began = time.monotonic()
            for _ in range(5):
                assert fetch(f"{site.url}/healthz")[0] == 200
            assert time.monotonic() - began < 4  # a thread that waits for each would take 5 s


def test_gunicorn_when_a_release_is_published_then_shown_without_a_restart(tmp_path):
    environment = {
        "ICP_BUCKET": "",
        "ICP_PRED_DIR": str(tmp_path / "predictions"),
        "ICP_UPLOAD_DIR": str(tmp_path / "figures"),
    }
    with gunicorn_site(tmp_path, "tests.eager_site:app", **environment) as site:
        status, body = fetch(f"{site.url}/")
        assert status == 503
        assert b"Nothing has been published" in body
        for created in ("2026-10-02T08:30:00Z", "2026-10-03T08:30:00Z"):
            release_id = publish_sample(tmp_path, created).release_id
            for _ in range(200):
                found = json.loads(fetch(f"{site.url}/healthz")[1])["release_id"]
                if found == release_id:
                    break
            assert found == release_id


def test_sentry_when_a_worker_raises_then_receives_the_event(environment, sink, tmp_path):
    dsn = f"http://key@127.0.0.1:{sink.server_port}/1"
    with gunicorn_site(
        tmp_path, "tests.failing_site:app", **environment | {"SENTRY_INIT": dsn}
    ) as site:
        status, body = fetch(f"{site.url}/fail")
        assert status == 500
        assert b"The error is logged" in body
        assert sink.arrived.wait(30)
    (envelope,) = [e for e in sink.envelopes if "ZeroDivisionError" in e]
    event = json.loads(envelope.splitlines()[2])
    assert event["exception"]["values"][0]["type"] == "ZeroDivisionError"
    assert event["exception"]["values"][0]["value"] == "raised on purpose"
    assert event["request"]["url"].endswith("/fail")
    assert set(event["request"]) == {"method", "url"}
    assert not any("vars" in frame for frame in _frames(event))


def _frames(event):
    return [f for e in event["exception"]["values"] for f in e["stacktrace"]["frames"]]


@pytest.mark.parametrize("dsn", ["garbage", "http://127.0.0.1/no-key", "https://[broken"])
def test_sentry_when_the_dsn_is_bad_then_logged_and_the_site_runs(dsn, environment, tmp_path):
    with gunicorn_site(tmp_path, **environment | {"SENTRY_INIT": dsn}) as site:
        assert fetch(f"{site.url}/")[0] == 200
    assert "SENTRY_INIT is not a Sentry DSN" in site.log.read_text()


def test_python_versions_when_compared_then_agree():
    named = (ROOT / ".python-version").read_text().strip()
    assert (ROOT / "runtime.txt").read_text().strip() == f"python-{named}"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["requires-python"] == f">={named}"


def test_procfile_when_read_then_runs_the_site():
    assert (ROOT / "Procfile").read_text() == "web: gunicorn wsgi:app\n"


def test_app_json_when_read_then_names_every_variable_that_is_ours_to_set():
    document = json.loads((ROOT / "app.json").read_text())
    of_heroku = {"DYNO", "HEROKU_APP_DEFAULT_DOMAIN_NAME"}
    assert set(document["env"]) == {v.name for v in SETTINGS} - of_heroku
    defaults = {v.name: v.default for v in SETTINGS}
    for name, entry in document["env"].items():
        assert entry["description"]
        assert entry.get("value", "") in ("", defaults[name])


def test_slugignore_when_read_then_leaves_out_only_what_the_site_does_not_need():
    ignored = (ROOT / ".slugignore").read_text().split()
    assert not {"/app", "/config", "/processing", "/wsgi.py"} & set(ignored)
    assert all((ROOT / name.removeprefix("/")).exists() for name in ignored)


PINNED = re.compile(
    r"([a-z0-9.-]+)==([0-9.a-z]+)( ; [^\\]+)?((?: \\\n    --hash=sha256:[0-9a-f]{64})+)"
)


def test_requirements_when_read_then_all_that_is_asked_for_is_pinned_with_hashes():
    versions = {}
    for name in ("main", "export", "test"):
        file = "requirements.txt" if name == "main" else f"requirements-{name}.txt"
        lines = (ROOT / file).read_text().splitlines()
        text = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
        found = {(match[1], match[3]): match[2] for match in PINNED.finditer(text)}
        assert PINNED.sub("", text).strip() == ""
        asked = re.findall(
            r"^[a-z][a-z0-9-]*", (ROOT / f"requirements/{name}.in").read_text(), re.M
        )
        assert set(asked) <= {distribution for distribution, _ in found}
        for (distribution, marker), version in found.items():
            assert versions.setdefault((distribution, marker), version) == version
    assert all("darwin" in marker for name, marker in versions if name == "xgboost")
    named = {"flask", "gunicorn", "pandas", "numpy", "scipy", "scikit-surprise", "xgboost-cpu"}
    assert named | {"boto3", "sentry-sdk"} <= {name for name, _ in versions}


def test_lock_file_of_the_linters_when_read_then_names_no_registry():
    packages = json.loads((ROOT / "script" / "js" / "package-lock.json").read_text())["packages"]
    assert len(packages) > 100
    assert not any("resolved" in package for package in packages.values())
