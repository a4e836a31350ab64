"""What Lighthouse says of the home, a user's and a movie's page."""

import shutil
import sys
from pathlib import Path

import pytest

from tests.app.addresses import PAGES

LEAST = 95
JUDGED = ("home", "user", "movie")


@pytest.fixture(scope="module")
def lighthouse():
    """The benchmark's module; without npm or Chromium skipped."""
    if missing := [program for program in ("npm", "chromium") if shutil.which(program) is None]:
        pytest.skip(f"There is no {' and no '.join(missing)}; Lighthouse needs Node.js, Chromium.")
    folder = str(Path(__file__).parents[2] / "benchmarks")
    sys.path.insert(0, folder)
    try:
        import lighthouse
    finally:
        sys.path.remove(folder)
    return lighthouse


@pytest.mark.parametrize("name", JUDGED)
def test_page_when_lighthouse_looks_then_at_least_95_of_100_in_every_category(
    name, site, lighthouse
):
    found = lighthouse.judge(site + PAGES[name])
    assert {each: found[each] for each in lighthouse.CATEGORIES if found[each] < LEAST} == {}, found
    assert found["bytes"] <= 100_000
