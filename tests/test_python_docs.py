"""The examples of `docs/python.md` and of README.md print what the pages say."""

import doctest
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")


def test_page_when_its_examples_are_run_then_they_print_what_it_says():
    page = str(ROOT / "docs" / "python.md")
    found = doctest.testfile(page, module_relative=False, encoding="utf-8")
    assert found.attempted > 25
    assert found.failed == 0


def test_readme_when_its_example_is_run_then_its_tables_are_there():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(import processing as rec\n.*?)```", readme, re.DOTALL)
    small = 'rec.simulate(n_users=200, n_movies=80, n_ratings=6_000, work="runs")'
    names: dict[str, object] = {}
    exec(re.sub(r"rec\.read\(.*?\)", small, code), names)
    assert names["lists"]["user_id"].nunique() == 200
    assert (names["errors"]["RMSE"] > 0).all()
