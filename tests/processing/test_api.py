"""The verbs: few, typed, light to import, and a screen of help."""

import importlib
import inspect
import json
import pydoc
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import processing
from processing import api
from tests.small_profile import PROFILE

SCREEN = (60, 100)  # lines, columns


@pytest.mark.parametrize("name", ["processing", "processing.api"])
def test_help_when_asked_for_then_fits_a_screen(name):
    text = pydoc.render_doc(importlib.import_module(name), renderer=pydoc.plaintext)
    lines = [part for line in text.splitlines() for part in textwrap.wrap(line, SCREEN[1]) or [""]]
    assert len(lines) <= SCREEN[0]


def test_verbs_when_listed_then_those_of_the_package_and_each_is_explained():
    assert set(api.__all__) <= set(dir(processing))
    assert all(getattr(processing, name) is getattr(api, name) for name in api.__all__)
    assert all(f"rec.{name}(" in processing.__doc__ for name in api.__all__)
    with pytest.raises(AttributeError, match="no attribute 'recommend'"):
        _ = processing.recommend
    for name in api.__all__:
        assert inspect.getdoc(getattr(api, name))
        assert all(
            each.annotation is not inspect.Parameter.empty
            for each in inspect.signature(getattr(api, name)).parameters.values()
        )
    assert (Path(processing.__file__).parent / "py.typed").is_file()


def test_package_when_imported_then_neither_its_verbs_nor_what_they_need_are():
    program = "import sys, json, processing; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert not {"processing.api", "config", "numpy", "pandas"} & set(json.loads(done.stdout))


def test_profile_when_evaluated_and_fitted_then_one_report_in_the_same_folder(
    tmp_path, monkeypatch
):
    monkeypatch.setattr("processing.frames.fitting.load_profile", lambda _, name: PROFILE)
    data = api.simulate(n_users=60, n_movies=30, n_ratings=1_200, work=tmp_path)
    report = api.evaluate(data, protocol="random")
    assert "Ensemble (XGBoost)" in report.tables["errors"].index
    assert "protocol random" in repr(report)
    assert json.loads(report.to_json())["protocol"] == "random"
    assert report.to_html().count("<svg") > 2
    model = api.fit(data, protocol="random")
    ours = model.report.tables["errors"]["RMSE"]
    assert ours.equals(report.tables["errors"]["RMSE"])
    assert {path.name.partition("-")[0] for path in tmp_path.iterdir()} >= {"evaluate", "run"}


def test_verb_when_something_is_not_installed_then_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    for name in [each for each in sys.modules if each.startswith("processing.frames")]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(ModuleNotFoundError, match=r"pandas is not installed\. .*'\.\[export\]'"):
        api.open_release("predictions")
