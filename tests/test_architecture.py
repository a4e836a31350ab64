"""The rules of the house: who may import whom, and who may read the environment."""

import ast
import functools
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from config import SETTINGS

ROOT = Path(__file__).parents[1]
SOURCES = sorted(p for top in ("app", "config", "processing") for p in (ROOT / top).rglob("*.py"))

# A module may import those of its own line and of the lines that it names.
ALLOWED = {
    "config": [],
    "processing.errors": [],
    "processing.tools": ["processing.errors"],
    "processing.kernels": [],
    "processing.figures": [],
    "processing.ids": [],
    "processing.release": ["processing.ids", "processing.errors"],
    "processing.report": ["processing.figures", "processing.errors"],
    "processing.data": [
        "processing.kernels",
        "processing.tools",
        "processing.ids",
        "processing.errors",
    ],
    "processing.simulation": ["processing.kernels", "processing.tools", "processing.errors"],
    "processing.models": [
        "processing.data",
        "processing.kernels",
        "processing.tools",
        "processing.errors",
    ],
    "processing.algorithms": ["processing.models", "processing.kernels", "processing.errors"],
    "processing.ensemble": [
        "processing.models",
        "processing.data",
        "processing.kernels",
        "processing.tools",
        "processing.errors",
    ],
    "processing.ranking": [
        "processing.release",
        "processing.data",
        "processing.kernels",
        "processing.tools",
        "processing.errors",
    ],
    "processing.profile": [
        "processing.ensemble",
        "processing.ranking",
        "processing.models",
        "processing.data",
        "processing.tools",
        "processing.errors",
    ],
    "processing.runs": [
        "processing.profile",
        "processing.ranking",
        "processing.models",
        "processing.data",
        "processing.kernels",
        "processing.report",
        "processing.release",
        "processing.tools",
        "processing.errors",
    ],
    "processing.visitors": [
        "processing.profile",
        "processing.ranking",
        "processing.models",
        "processing.data",
        "processing.kernels",
        "processing.release",
    ],
    "processing.evaluation": [
        "processing.runs",
        "processing.visitors",
        "processing.profile",
        "processing.ranking",
        "processing.ensemble",
        "processing.data",
        "processing.kernels",
        "processing.tools",
        "processing.report",
        "processing.release",
    ],
    "processing.serving": [
        "processing.runs",
        "processing.visitors",
        "processing.profile",
        "processing.ranking",
        "processing.ensemble",
        "processing.models",
        "processing.data",
        "processing.kernels",
        "processing.tools",
        "processing.report",
        "processing.release",
    ],
    "processing.exploration": [
        "processing.evaluation",
        "processing.data",
        "processing.figures",
        "processing.errors",
    ],
    "processing.pipeline": [
        "processing.evaluation",
        "processing.serving",
        "processing.runs",
        "processing.report",
        "processing.profile",
        "processing.data",
        "processing.tools",
        "processing.errors",
    ],
    "processing.frames": [
        "processing.pipeline",
        "processing.evaluation",
        "processing.serving",
        "processing.runs",
        "processing.profile",
        "processing.ensemble",
        "processing.simulation",
        "processing.data",
        "processing.report",
        "processing.release",
        "processing.ids",
        "processing.errors",
    ],
    "processing.api": ["processing.frames", "config"],
    "processing.cli": [
        "processing.pipeline",
        "processing.exploration",
        "processing.simulation",
        "processing.profile",
        "processing.data",
        "processing.report",
        "processing.release",
        "processing.tools",
        "processing.errors",
        "config",
    ],
    "processing.__main__": ["processing.cli"],
    "app.languages": [],
    "app.private": [],
    "app.monitoring": ["app.private"],
    "app.model": [
        "app.languages",
        "processing.release",
        "processing.report",
        "processing.ids",
        "processing.errors",
        "config",
    ],
    "app.markup": ["app.model", "app.languages", "processing.report", "processing.ids"],
    "app.cards": ["app.markup", "app.model", "processing.ids"],
    "app.web": [
        "app.model",
        "app.languages",
        "app.private",
        "processing.ids",
        "processing.errors",
    ],
    "app.views": [
        "app.web",
        "app.cards",
        "app.markup",
        "app.model",
        "app.languages",
        "processing.ids",
    ],
    "app": [
        "app.views",
        "app.web",
        "app.markup",
        "app.model",
        "app.monitoring",
        "app.private",
        "processing.report",
        "config",
    ],
}
# Modules or rooms; a room does not speak for the rooms inside it.
ONLY_IMPORTERS = {
    "flask": ["app", "app.markup", "app.web", "app.views"],
    "werkzeug": ["app", "app.web"],
    "xgboost": [
        "processing.ensemble.stacking",
        "processing.ranking.ranker",
        "processing.tools.boosting",
    ],
    "faiss": ["processing.models.neighbour_search"],
    "surprise": ["processing.models.surprise_engine", "processing.algorithms"],
}


def _module(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@functools.cache
def _imports(path):
    """Full names of what a file imports when it runs, inside functions too."""
    return set(_import_names(path))


def _import_names(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
        for node in ast.walk(block)
    }
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            submodules = names & MODULES.keys()
            yield from submodules
            if names - submodules:
                yield node.module


MODULES = {_module(path): path for path in SOURCES}


def _inside(module, room):
    return module == room or module.startswith(room + ".")


def _room(module):
    rooms = [room for room in ALLOWED if _inside(module, room)]
    return max(rooms, key=len, default=None)


def _forbidden(module, name):
    """Whether a module may not import what has this name."""
    if name == "processing":
        return False
    if name.split(".")[0] in ("app", "config", "processing"):
        room = _room(module)
        return not any(_inside(name, each) for each in (room, *ALLOWED[room]))
    return any(
        _inside(name, package) and not {module, _room(module)} & {*users}
        for package, users in ONLY_IMPORTERS.items()
    )


def test_imports_when_listed_then_go_one_way():
    modules = MODULES.keys() - {"processing"}
    homeless = sorted(module for module in modules if not _room(module))
    assert homeless == [], "These modules belong to no room; name their imports in ALLOWED."
    wrong = {f"{m} → {n}" for m in modules for n in _imports(MODULES[m]) if _forbidden(m, n)}
    assert sorted(wrong) == []


def test_imports_when_followed_then_have_no_cycle():
    graph = {
        module: {name for name in _imports(path) if name in MODULES and name != module}
        for module, path in MODULES.items()
    }
    done, open_ = set(), []

    def visit(module):
        assert module not in open_, f"cycle: {' → '.join([*open_, module])}"
        if module not in done:
            open_.append(module)
            for other in sorted(graph[module]):
                visit(other)
            open_.pop()
            done.add(module)

    for module in graph:
        visit(module)


def _modules_where(fault):
    """Names of the modules whose text has a fault."""
    return [module for module, path in MODULES.items() if fault(path.read_text(encoding="utf-8"))]


def test_environment_when_read_then_only_in_settings():
    reading = _modules_where(re.compile(r"os\.environ|os\.getenv|\benviron\b").search)
    assert reading == ["config.settings"]


def _begins_badly(text):
    docstring = ast.get_docstring(ast.parse(text)) or ""
    return not (docstring[:1].isupper() or docstring[:1] == "`")


def test_modules_when_opened_then_begin_with_a_sentence():
    assert _modules_where(_begins_badly) == []


def test_pickle_when_searched_then_nobody_unpickles():
    assert _modules_where(re.compile(r"import pickle|allow_pickle=True|joblib\.load").search) == []


HEAVY = [
    "numba",
    "faiss",
    "scipy",
    "pandas",
    "surprise",
    "xgboost",
    "matplotlib",
    "pyarrow",
    "boto3",
]


@pytest.mark.parametrize(
    ("module", "forbidden"),
    [
        ("wsgi", HEAVY),
        ("processing.cli.main", [*HEAVY, "numpy"]),
        ("processing.api", [*HEAVY, "numpy"]),
        ("processing.release", HEAVY),
        ("processing.frames.release", sorted({*HEAVY} - {"pandas", "pyarrow"})),
    ],
)
def test_import_when_in_a_fresh_interpreter_then_stays_light(module, forbidden):
    program = f"import sys, json, {module}; print(json.dumps(sorted(sys.modules)))"
    found = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert not set(forbidden) & set(json.loads(found.stdout.splitlines()[-1]))


def test_readme_when_read_then_names_every_environment_variable():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [each.name for each in SETTINGS if f"`{each.name}`" not in readme] == []


def test_architecture_page_when_compared_with_the_rooms_then_names_each_and_no_other():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z_/]+)(?:/|\.py)` \| .* \|(.*)\|$", page, re.MULTILINE)
    assert [name for name, _ in rows if not list(ROOT.glob(f"{name}*"))] == []
    said = {name.replace("/", "."): imports.strip() for name, imports in rows}
    short = {name: [room.rpartition(".")[2] for room in rooms] for name, rooms in ALLOWED.items()}
    del short["app"], short["processing.__main__"]  # the one puts together, the other starts
    assert said == {name: ", ".join(rooms) for name, rooms in short.items()}


PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("benchmarks/*.md")])
NAMED_FILE = re.compile(r"`((?:app|benchmarks|config|docs|processing|script|tests)/[\w./-]+)`")


def test_docs_when_they_link_to_or_name_a_file_then_it_is_there():
    dead = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        linked = [page.parent / link for link in re.findall(r"\]\(([^)#:]+)\)", text)]
        named = [ROOT / name for name in NAMED_FILE.findall(text) if "NAME" not in name]
        dead += [f"{page.name} → {path}" for path in linked + named if not path.exists()]
    assert dead == []


def test_files_when_counted_then_stay_small():
    assert _modules_where(lambda text: len(text.splitlines()) > 400) == []
