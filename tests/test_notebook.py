"""The notebook runs from top to bottom on a set that is simulated, and is kept without outputs."""

import ast
import re
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from processing import api
from processing.simulation.simulate import simulate

NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "NetflixMoviesRecommendation.ipynb"


@pytest.fixture
def notebook():
    return nbformat.read(NOTEBOOK, as_version=4)


def test_notebook_when_kept_then_without_outputs(notebook):
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert len(code) > 10
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)


def test_notebook_when_read_then_imports_the_verbs_and_matplotlib_alone(notebook):
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    imports = [n for n in ast.walk(ast.parse(code)) if isinstance(n, ast.Import | ast.ImportFrom)]
    names = {alias.name for node in imports for alias in node.names}
    assert names == {"matplotlib.pyplot", "processing"}
    assert set(re.findall(r"\brec\.(\w+)", code)) <= {*api.__all__}


# A kernel is a process of its own: how it talks to us is not ours to warn about.
@pytest.mark.filterwarnings("default")
@pytest.mark.environment
def test_notebook_when_executed_then_every_cell_says_something(notebook, tmp_path, monkeypatch):
    root = str(NOTEBOOK.parents[1])
    monkeypatch.setenv("PYTHONPATH", root)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:/usr/bin:/bin")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    small = simulate(tmp_path / "source", n_users=200, n_movies=80, n_ratings=6_000)
    parameters = f"SOURCE = {str(small.directory)!r}"
    for cell in notebook.cells:
        cell.source = cell.source.replace("SOURCE = None", parameters)
    client = NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}})
    executed = client.execute()
    code = [cell for cell in executed.cells if cell.cell_type == "code"]
    silent = [cell.source.splitlines()[0] for cell in code if not cell.outputs]
    assert silent == [parameters]
    shown = "\n".join(str(cell.outputs) for cell in code)
    assert "Ensemble (XGBoost)" in shown
    assert shown.count("image/png") == 2
