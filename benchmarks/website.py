"""What the site takes at the size of the Netflix Prize: start, memory, time of a page, throughput.

Run: python benchmarks/website.py --work DIR
"""

import argparse
import contextlib
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from _common import ROOT, say, write_result
from _invented_release import SYLLABLES, publish_invented

from app import create_app
from config import load_settings

NETFLIX = (480_189, 17_770, 100_480_507)
N_WORKERS = 2
N_CONNECTIONS = 8
N_IN_PROCESS = 500
N_REQUESTS = 3000
N_ROTATED = 200
N_BEFORE_MEMORY = 2000
ROUNDS = 3
WORST_QUERIES = {  # each is another part of a search at its longest
    "a letter": "a",
    "a digit": "1",
    "nine letters": "o+n+i+a+e+r+s+t+l",
    "three words that many have": "in+on+ar",
    "twenty letters": "+".join("abcdefghijklmnopqrst"),
    "nonsense": "x" * 100,
    "mistyped five times": "+".join(f"{a}lomtia" for a in SYLLABLES[:5]),
}
BARE = """from pathlib import Path

from flask import Flask, Response

app = Flask(__name__)
BODY = Path(__file__).with_name("body.bin").read_bytes()


@app.get("/users/<int:user_id>")
def page(user_id):
    return Response(BODY, mimetype="text/html", headers={"Content-Encoding": "gzip"})
"""


def pages_in_process(work: Path, users: np.ndarray) -> dict[str, dict[str, float]]:
    """Milliseconds of the server's part of pages, asked of the app itself, gzip included."""
    client = create_app(_settings(work), check_every_s=1e9).test_client()
    client.get("/")
    rated = {f"movie-{movie}": "4" for movie in range(1, 11)}
    token = client.post("/rate", data=rated).location
    some = users[:N_IN_PROCESS]
    return {
        "user page, first": _timed(client, [f"/users/{user}" for user in some]),
        "user page, again": _timed(client, [f"/users/{user}" for user in some[-50:]]),
        "movie page": _timed(client, [f"/movies/{n + 1}" for n in range(200)]),
        "search": _timed(client, [f"/search?q={a}+{b}" for a in SYLLABLES for b in SYLLABLES[:8]]),
        "mistyped search": _timed(
            client, [f"/search?q={a}lomti{b}" for a in SYLLABLES for b in "abc"]
        ),
        **{
            f"search, {name}": _timed(client, [f"/search?q={query}&turn={n}" for n in range(20)])
            for name, query in WORST_QUERIES.items()
        },
        "visitor's list": _timed(client, [f"{token}?votes={n}" for n in range(50)]),
    }


def _timed(client: Any, paths: list[str]) -> dict[str, float]:
    client.get(paths[0] + ("&" if "?" in paths[0] else "?") + "warm=1")
    seconds, sizes = [], []
    for path in paths:
        started = time.perf_counter()
        response = client.get(path, headers={"Accept-Encoding": "gzip"})
        seconds.append(time.perf_counter() - started)
        if response.status_code != 200:
            raise RuntimeError(f"{path} answered {response.status_code}.")
        sizes.append(len(response.data))
    return {
        "median_ms": round(1e3 * statistics.median(seconds), 2),
        "p99_ms": round(1e3 * float(np.quantile(seconds, 0.99)), 2),
        "gzip_kb": round(statistics.median(sizes) / 1e3, 1),
    }


@contextlib.contextmanager
def served(work: Path, target: str, log: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Serve as gunicorn.conf.py says, but for renewing workers; gives the port and the process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "ICP_BUCKET": "",
        "ICP_PRED_DIR": str(work / "predictions"),
        "ICP_UPLOAD_DIR": str(work / "figures"),
        "WEB_CONCURRENCY": str(N_WORKERS),
        "GUNICORN_CMD_ARGS": "",
    }
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--max-requests", "0", "--pythonpath", str(work), target],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield port, process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def start_seconds(work: Path, user: int) -> float:
    """Seconds from launching gunicorn until a user's page is there."""
    started = time.perf_counter()
    with served(work, "wsgi:app", work / "start.log") as (port, _):
        _wait_for(port, f"/users/{user}")
        return time.perf_counter() - started


def worker_memory(work: Path, users: np.ndarray) -> list[dict[str, float]]:
    """Megabytes of each worker after many different pages."""
    with served(work, "wsgi:app", work / "memory.log") as (port, process):
        _wait_for(port, f"/users/{users[0]}")
        _ask(work, port, [f"/users/{user}" for user in users[:N_BEFORE_MEMORY]])
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        return [_memory(int(child)) for child in children]


def _memory(process: int) -> dict[str, float]:
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()[1:]
    kilobytes = {line.split(":")[0]: int(line.split()[1]) for line in lines}
    return {name.lower() + "_mb": round(kilobytes[name] / 1e3, 1) for name in ("Rss", "Pss")}


def throughput(work: Path, users: np.ndarray) -> dict[str, dict[str, Any]]:
    """Requests a second of the user page, and of a bare route that sends the same bytes."""
    (work / "bare.py").write_text(BARE)
    client = create_app(_settings(work), check_every_s=1e9).test_client()
    path = f"/users/{users[0]}"
    body = client.get(path, headers={"Accept-Encoding": "gzip"}).data
    (work / "body.bin").write_bytes(body)
    rotated = [f"/users/{user}" for user in users[:N_ROTATED]]
    kinds: dict[str, Callable[[int], list[str]]] = {
        "one page": lambda _: [path] * N_REQUESTS,
        f"{N_ROTATED} pages in turn": lambda _: [
            rotated[n % len(rotated)] for n in range(N_REQUESTS)
        ],
        "pages never seen": lambda round_: [
            f"/users/{user}" for user in users[1000 + round_ * N_REQUESTS :][:N_REQUESTS]
        ],
    }
    found = {}
    with (
        served(work, "wsgi:app", work / "site.log") as (site, _),
        served(work, "bare:app", work / "bare.log") as (bare, _),
    ):
        for port in (site, bare):
            _wait_for(port, path)
            _ask(work, port, rotated * 3)
        for kind, paths in kinds.items():
            ours, theirs = [], []
            for round_ in range(ROUNDS):
                addresses = paths(round_)
                ours.append(len(addresses) / _ask(work, site, addresses))
                theirs.append(N_REQUESTS / _ask(work, bare, [path] * N_REQUESTS))
            ratios = [a / b for a, b in zip(ours, theirs, strict=True)]
            found[kind] = {
                "site_per_second": round(statistics.median(ours)),
                "bare_per_second": round(statistics.median(theirs)),
                "ratio": round(statistics.median(ratios), 2),
                "ratios": [round(ratio, 2) for ratio in ratios],
            }
    return found


def _ask(work: Path, port: int, paths: list[str]) -> float:
    """Ask for paths from a process of its own; return the seconds."""
    listed = work / "paths.txt"
    listed.write_text("\n".join(paths))
    program = Path(__file__).with_name("_load.py")
    done = subprocess.run(
        [sys.executable, program, str(port), listed, str(N_CONNECTIONS)],
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


def _wait_for(port: int, path: str) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30).read()
            return
        time.sleep(0.01)
    raise RuntimeError(f"Nothing answered at {path} within a minute.")


def _settings(work: Path) -> Any:
    return replace(
        load_settings({}), pred_dir=str(work / "predictions"), upload_dir=str(work / "figures")
    )


def main() -> None:
    """Make the release where there is none, measure, and write the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, required=True, help="folder; what is there is reused")
    parser.add_argument(
        "--size",
        nargs=3,
        type=int,
        default=NETFLIX,
        metavar=("USERS", "MOVIES", "RATINGS"),
        help="of the release that is made; by default the Netflix Prize's",
    )
    given = parser.parse_args()
    if not (given.work / "predictions" / "latest.json").exists():
        say("Making a release; at full size this takes minutes.")
        publish_invented(given.work, *given.size)
    users = 1 + np.random.default_rng(1).permutation(given.size[0])
    result = {
        **dict(zip(("n_users", "n_movies", "n_ratings"), given.size, strict=True)),
        "start_seconds": [round(start_seconds(given.work, users[0]), 2) for _ in range(ROUNDS)],
        "worker_memory": worker_memory(given.work, users),
        "pages": pages_in_process(given.work, users),
        "throughput": throughput(given.work, users),
    }
    say(write_result("website", result).read_text())


if __name__ == "__main__":
    main()
