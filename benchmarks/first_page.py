"""How long `script/run` takes from a bare clone to a served page, stage by stage; then once more.

Run: python benchmarks/first_page.py

It clones the project into a temporary folder, where there is neither an environment nor a compiled
kernel, and needs the network, or pip's cache.
"""

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from itertools import pairwise
from pathlib import Path
from typing import Any

from _common import ROOT, say, write_result

STAGE = "== "  # what `script/run` says begins so
LAST = "Serving"
PATIENCE_S = 60


def main() -> None:
    """Measure, and write the result beside this file."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
        result = {"first": run(clone), "again": run(clone), "others_load_before": round(load, 1)}
    say(write_result("first_page", result).read_text())


def run(clone: Path) -> list[dict[str, Any]]:
    """Seconds of each stage of `script/run`, the last up to the first page."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    starts = [("Start", time.perf_counter())]
    process = subprocess.Popen(
        ["script/run", "--port", str(port)],
        cwd=clone,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        for line in process.stderr:
            sys.stderr.write(line)
            if line.startswith(STAGE):
                starts.append((line.removeprefix(STAGE).strip(), time.perf_counter()))
            if starts[-1][0].startswith(LAST):
                break
        else:
            sys.exit("script/run ended before it served a page: see above.")
        wait_for_page(f"http://127.0.0.1:{port}/")
        starts.append(("", time.perf_counter()))
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate()
    return [
        {"stage": stage.replace(f":{port}", ""), "seconds": round(end - start, 2)}
        for (stage, start), (_, end) in pairwise(starts)
    ]


def wait_for_page(url: str) -> None:
    """Ask until a page comes."""
    until = time.perf_counter() + PATIENCE_S
    while True:
        try:
            with urllib.request.urlopen(url) as response:
                if response.status == 200:
                    return
        except urllib.error.URLError:
            if time.perf_counter() > until:
                raise
        time.sleep(0.05)


if __name__ == "__main__":
    main()
