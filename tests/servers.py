"""Real servers for tests: the site in gunicorn or another server, on a free loopback port."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
START_S = 60


@dataclass(kw_only=True)
class RunningSite:
    """A site that answers at `url`; its output goes to the file `log`."""

    url: str
    process: "subprocess.Popen[bytes]"
    log: Path

    def stop(self) -> int:
        """Ask it to end as a platform does, and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)


@contextlib.contextmanager
def running_site(
    folder: Path, command: Sequence[str | Path], cwd: Path = ROOT, **environment: str
) -> Iterator[RunningSite]:
    """Run `command`, in which {address} stands for a free one on loopback, until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    log = folder / f"site-{address.partition(':')[2]}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(part).format(address=address) for part in command],
            cwd=cwd,
            env={**os.environ, "GUNICORN_CMD_ARGS": "", "SENTRY_INIT": "", **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    site = RunningSite(url=f"http://{address}", process=process, log=log)
    try:
        _wait(site)
        yield site
    finally:
        process.kill()
        process.wait()


def gunicorn_site(
    folder: Path, target: str = "wsgi:app", **environment: str
) -> contextlib.AbstractContextManager[RunningSite]:
    """Serve `target` with the project's own gunicorn.conf.py until the block ends."""
    command = [sys.executable, "-m", "gunicorn", "--bind", "{address}", target]
    return running_site(folder, command, **environment)


def fetch(url: str) -> tuple[int, bytes]:
    """Status and body of an address, errors included."""
    try:
        with urllib.request.urlopen(url, timeout=30) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def _wait(site: RunningSite) -> None:
    end = time.monotonic() + START_S
    while site.process.poll() is None and time.monotonic() < end:
        with contextlib.suppress(OSError):
            fetch(f"{site.url}/healthz")
            return
        time.sleep(0.05)
    raise RuntimeError(f"the site did not start: {site.log.read_text()[-2000:]}")
