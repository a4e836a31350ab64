"""A real Chromium, and the site that it looks at."""

import os
import shutil
from pathlib import Path

import pytest

from tests.app.sample import publish_sample
from tests.servers import gunicorn_site

QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
UPDATING = "tests.updating_site:app"
SCREENSHOTS = Path(__file__).parents[2] / "screenshots"


@pytest.fixture(scope="session")
def browser_type_launch_args():
    """How to start Debian's Chromium; without one the test is skipped."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("There is no chromium; on Debian: apt-get install chromium.")
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {"executable_path": chromium, "args": [*QUIET, *as_root]}


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The address of the running site."""
    folder = tmp_path_factory.mktemp("site")
    publish_sample(folder)
    with gunicorn_site(
        folder,
        ICP_BUCKET="",
        ICP_PRED_DIR=str(folder / "predictions"),
        ICP_UPLOAD_DIR=str(folder / "figures"),
    ) as running:
        yield running.url


@pytest.fixture(scope="session")
def screenshots():
    """The folder of screenshots."""
    SCREENSHOTS.mkdir(exist_ok=True)
    return SCREENSHOTS


@pytest.fixture
def folder(tmp_path):
    """A folder with a published sample, for one test's site."""
    publish_sample(tmp_path)
    return tmp_path


@pytest.fixture
def own_site(folder):
    """A running site for one test, which may stop it or deploy it anew."""
    with gunicorn_site(
        folder,
        UPDATING,
        ICP_BUCKET="",
        ICP_PRED_DIR=str(folder / "predictions"),
        ICP_UPLOAD_DIR=str(folder / "figures"),
    ) as running:
        yield running


@pytest.fixture
def context(browser):
    """A visitor's browser without anything from before."""
    context = browser.new_context(reduced_motion="reduce")
    yield context
    context.close()
