"""What Lighthouse says of the site's pages: performance, accessibility, best practices, SEO.

Run: python benchmarks/lighthouse.py --predictions DIR
"""

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import Any

from _common import ROOT, say, write_result

VERSION = "12.8.2"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
CACHE = Path(tempfile.gettempdir()) / f"lighthouse-{VERSION}"
TRIES = 3
START_S = 60


def install() -> Path:
    """Install Lighthouse with npm outside the project, once; return its program.

    Raises
    ------
    RuntimeError
        If npm or Chromium are not there, or npm fails.
    """
    for program in ("npm", "chromium"):
        if shutil.which(program) is None:
            raise RuntimeError(f"There is no {program}; Lighthouse needs Node.js 18 and Chromium.")
    lighthouse = CACHE / "node_modules" / ".bin" / "lighthouse"
    if not lighthouse.exists():
        command = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(CACHE)]
        environment = {**os.environ, "PUPPETEER_SKIP_DOWNLOAD": "1"}
        done = subprocess.run(
            [*command, f"lighthouse@{VERSION}"], env=environment, capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeError(f"npm could not install Lighthouse: {done.stderr[-1000:]}")
    return lighthouse


def judge(address: str) -> dict[str, Any]:
    """Scores of 100 for each category, what weighs against them, and the bytes of the page.

    Performance varies with what else the machine does: the best of a few tries counts, and the
    first in which all is well ends them.
    """
    program, best = install(), None
    for _ in range(TRIES):
        found = _once(program, address)
        if found and (best is None or found["performance"] > best["performance"]):
            best = found
        if best and min(best[name] for name in CATEGORIES) >= 95:
            break
    if best is None:
        raise RuntimeError(f"Lighthouse could not look at {address}, {TRIES} times.")
    return best


def _once(program: Path, address: str) -> dict[str, Any] | None:
    """One look; None where the browser failed to record it."""
    sandbox = " --no-sandbox" if os.geteuid() == 0 else ""
    chrome = f"--chrome-flags=--headless --disable-gpu{sandbox}"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.json"
        subprocess.run(
            [program, address, "--quiet", "--output=json", f"--output-path={path}", chrome],
            env={**os.environ, "CHROME_PATH": shutil.which("chromium") or ""},
            capture_output=True,
            timeout=180,
        )
        if not path.exists():
            return None
        report = json.loads(path.read_text())
    if report.get("runtimeError"):
        return None
    scores = {name: round(100 * report["categories"][name]["score"]) for name in CATEGORIES}
    return scores | {"bytes": _bytes(report), "against": _against(report)}


def _bytes(report: dict[str, Any]) -> int:
    return round(float(report["audits"]["total-byte-weight"]["numericValue"]))


def _against(report: dict[str, Any]) -> list[str]:
    """The audits that cost points."""
    weighed = {
        each["id"]
        for category in report["categories"].values()
        for each in category["auditRefs"]
        if each["weight"] > 0
    }
    audits = report["audits"]
    return sorted(
        name
        for name in weighed
        if audits[name]["score"] is not None and audits[name]["score"] < 0.9
    )


def main() -> None:
    """Serve a folder of predictions, look at its home, a user's and a movie's page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--predictions", type=Path, required=True, help="what ICP_PRED_DIR names")
    given = parser.parse_args()
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        site = f"http://127.0.0.1:{probe.getsockname()[1]}"
    command = [sys.executable, "-m", "gunicorn", "--bind", site.removeprefix("http://")]
    environment = {**os.environ, "ICP_BUCKET": "", "ICP_PRED_DIR": str(given.predictions)}
    quiet = subprocess.DEVNULL
    server = subprocess.Popen(
        [*command, "wsgi:app"], cwd=ROOT, env=environment, stdout=quiet, stderr=quiet
    )
    try:
        home = _answer(f"{site}/index.json")
        user, movie = home["start_users"][0]["user_id"], home["loved"][0]["movie_id"]
        paths = {"home": "/", "user": f"/users/{user}", "movie": f"/movies/{movie}"}
        pages = {name: judge(site + path) for name, path in paths.items()}
    finally:
        server.terminate()
        server.wait()
    say(write_result("lighthouse", {"lighthouse": VERSION, "pages": pages}).read_text())


def _answer(address: str) -> Any:
    end = time.monotonic() + START_S
    while True:
        try:
            with urllib.request.urlopen(address) as response:
                return json.load(response)
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


if __name__ == "__main__":
    main()
