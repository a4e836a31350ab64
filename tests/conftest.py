"""What every test may use, what each needs, and how they share two cores and compiled kernels."""

import hashlib
import logging
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.s3_server import S3Server, s3_server

ROOT = Path(__file__).parents[1]
COMPILED = ROOT / ".numba-cache"
NEEDS = {  # a test that uses one of these fixtures gets the mark
    "real_data": {"ratings_data"},
    "browser": {"browser", "lighthouse"},
    "s3": {"s3"},
    "environment": {"installed", "wheel", "first_calls"},
}


LEVELS = {name: logging.getLogger(name).level for name in ("", "processing", "urllib3")}
HANDLERS = logging.getLogger().handlers.copy()


@pytest.fixture(autouse=True)
def _logs_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin with the log as it was at first: fixtures of modules run commands, which set it up."""
    monkeypatch.setattr(logging.getLogger(), "handlers", HANDLERS.copy())
    for name, level in LEVELS.items():
        logging.getLogger(name).setLevel(level)


def pytest_configure(config: pytest.Config) -> None:
    """Keep compiled kernels until one changes, and let threads wait without spinning.

    Numba compiles a kernel anew when its own file changed, but not when a kernel that it calls
    did; so the folder of what is compiled is named after the text of them all.
    """
    text = hashlib.sha256()
    for path in sorted((ROOT / "processing" / "kernels").glob("*.py")):
        text.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    folder = COMPILED / text.hexdigest()[:16]
    os.environ |= {"NUMBA_CACHE_DIR": str(folder), "OMP_WAIT_POLICY": "passive"}
    if hasattr(config, "workerinput"):
        return
    for other in COMPILED.glob("*"):
        if other != folder:
            shutil.rmtree(other)
    if config.getoption("numprocesses", None):
        os.environ["OMP_NUM_THREADS"] = "1"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with what it needs, and begin with what takes longest.

    Then one worker compiles most kernels by the runs on real data, while another drives a browser.
    """
    for item in items:
        for name, fixtures in NEEDS.items():
            if fixtures & set(item.fixturenames):
                item.add_marker(name)
    items.sort(key=lambda item: not item.get_closest_marker("browser"))
    items.sort(key=lambda item: not item.get_closest_marker("real_data"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Under CI, where all that tests need has to be there, let a skipped test fail."""
    report = yield
    if report.skipped and os.environ.get("CI"):
        report.outcome = "failed"
        report.longrepr = f"Under CI no test may be skipped: {report.longrepr[2]}"
    return report


@pytest.fixture(scope="session")
def ratings_data() -> Callable[[str], Path]:
    """Give the path of a real data set by its file name, from the folder that RATINGS_DATA names.

    Without it the test is skipped.
    """

    def path_of(name: str) -> Path:
        folder = os.environ.get("RATINGS_DATA")
        if folder and (Path(folder) / name).exists():
            return Path(folder) / name
        missing = f"is not in {folder!r}" if folder else "is needed, and RATINGS_DATA is not set"
        pytest.skip(f"{name} {missing}; RATINGS_DATA names the folder of the real data sets.")

    return path_of


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Server]:
    """A running S3 server."""
    with s3_server() as running:
        yield running
