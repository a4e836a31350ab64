"""The package installs from a wheel, and each extra brings what its users need and no more.

Every environment here is empty but for the wheel and for links to the distributions that the extra
asks for, by name and in turn: what it forgets is missing, and what it spares is not there.
"""

import json
import re
import subprocess
import sys
import tomllib
import venv
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import processing
from tests.app.sample import publish_sample
from tests.servers import fetch, running_site

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
PACKAGES = ("app", "config", "processing")
FILES = ("requirements.txt", "requirements-export.txt", "requirements-test.txt")
CROSS_VALIDATE = """
import json, sys
from surprise import Dataset, Reader
from surprise.model_selection import cross_validate
from processing.algorithms import SVDpp
data = Dataset.load_from_file(sys.argv[1], Reader(line_format="user item rating", sep=","))
found = cross_validate(SVDpp(n_factors=2, n_epochs=1, random_state=0, exact=True), data, cv=2)
print(json.dumps([len(found["test_rmse"]), sorted(sys.modules)]))
"""


@dataclass(frozen=True)
class Installed:
    """An environment with the package in it, used from a folder that is not the project's."""

    environment: Path
    elsewhere: Path

    def run(self, program, *arguments, check=True):
        """What a program of the environment says when it is started from elsewhere."""
        return subprocess.run(
            [self.environment / "bin" / program, *arguments],
            cwd=self.elsewhere,
            env={"PATH": "/usr/bin:/bin", "HOME": str(self.elsewhere)},
            capture_output=True,
            text=True,
            check=check,
        )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The project's wheel, built from what git would hand out."""
    source, to = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    names = ["pyproject.toml", "README.md", "LICENSE", *packaged_files()]
    for name in names:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes((ROOT / name).read_bytes())
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    built = [*pip, "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*built, "--wheel-dir", to, source], check=True, cwd=to)
    return next(to.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """Make an environment with the package and one of its extras ("" for none)."""

    def make(extra):
        environment = tmp_path_factory.mktemp(f"with-{extra or 'nothing'}")
        venv.create(environment, with_pip=False)
        python = environment / "bin" / "python"
        pip = [sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check"]
        subprocess.run([*pip, "install", "--quiet", "--no-deps", "--no-index", wheel], check=True)
        (library,) = environment.glob("lib/python*/site-packages")
        for path in distribution_files(needed(extra)):
            if not (library / path.name).exists():  # two may share a namespace
                (library / path.name).symlink_to(path)
        return Installed(environment, tmp_path_factory.mktemp("elsewhere"))

    return make


def packaged_files():
    """The files of the packages, but for what Python makes of them."""
    found = [path for name in PACKAGES for path in (ROOT / name).rglob("*") if path.is_file()]
    return [str(path.relative_to(ROOT)) for path in found if path.parent.name != "__pycache__"]


def requirements(extra):
    """What the project asks for with an extra; extras that it names in turn are followed."""
    found = [] if extra else list(map(Requirement, PROJECT["project"]["dependencies"]))
    for requirement in map(Requirement, EXTRAS.get(extra, ())):
        if requirement.name == PROJECT["project"]["name"]:
            found += [each for name in requirement.extras for each in requirements(name)]
        else:
            found.append(requirement)
    return found


def needed(extra):
    """Names of all distributions that the project and an extra bring, each one's own included."""
    names = set()
    left = requirements("") + requirements(extra)
    while left:
        requirement = left.pop()
        here = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        name = canonicalize_name(requirement.name)
        if here and name not in names:
            names.add(name)
            left += map(Requirement, distribution(requirement.name).requires or ())
    return names


def distribution_files(names):
    """Folders and modules that distributions put beside each other."""
    for name in names:
        found = distribution(name)
        for top in {path.parts[0] for path in found.files or ()} - {"..", "__pycache__"}:
            yield Path(str(found.locate_file(top)))


def pins(name):
    """Version of each distribution that a file of requirements pins for this system."""
    text = (ROOT / name).read_text(encoding="utf-8")
    pinned = map(Requirement, re.findall(r"^([\w.-]+==[^\\\n]+)", text, re.MULTILINE))
    here = [each for each in pinned if each.marker is None or each.marker.evaluate()]
    return {each.name: str(each.specifier).removeprefix("==") for each in here}


def test_wheel_when_listed_then_holds_every_file_of_the_packages_and_nothing_else(wheel):
    listed = subprocess.run(
        [sys.executable, "-m", "zipfile", "-l", wheel], capture_output=True, text=True, check=True
    )
    names = {line.split()[0] for line in listed.stdout.splitlines()[1:]}
    about = {name for name in names if ".dist-info/" in name}
    assert names - about == set(packaged_files())
    assert wheel.name.startswith(f"movie_recommendations-{processing.__version__}-")


def test_command_when_nothing_else_is_installed_then_helps_and_names_the_extra(installed):
    here = installed("")
    assert "Train on ratings" in here.run("movie-recommendations", "--help").stdout
    version = here.run("movie-recommendations", "--version").stdout
    assert version == f"movie-recommendations, version {processing.__version__}\n"
    nothing = here.run("movie-recommendations", "releases", "list").stdout
    assert nothing.startswith("No release is published.")
    failed = here.run("movie-recommendations", "simulate", "set", check=False)
    assert failed.returncode == 1
    assert re.fullmatch(r"Error: this command needs \w+, .*\.\[train\]'.*\n", failed.stderr)


def test_surprise_extra_when_cross_validated_elsewhere_then_needs_no_site(installed, tmp_path):
    rows = [f"{user},{item},{(user * item) % 5 + 1}" for user in range(8) for item in range(6)]
    (tmp_path / "ratings.csv").write_text("\n".join(rows))
    here = installed("surprise")
    done = here.run("python", "-c", CROSS_VALIDATE, tmp_path / "ratings.csv")
    folds, modules = json.loads(done.stdout.splitlines()[-1])
    assert folds == 2
    assert not {"flask", "jinja2", "xgboost", "boto3"} & needed("surprise")
    assert not {"click", "app", "config"} & set(modules)


def test_site_extra_when_served_elsewhere_then_needs_nothing_that_trains(installed, tmp_path):
    publish_sample(tmp_path)
    here = installed("site")
    command = [here.environment / "bin" / "python", "-m", "gunicorn", "--bind", "{address}"]
    environment = {"ICP_BUCKET": "", "ICP_PRED_DIR": str(tmp_path / "predictions")}
    environment["ICP_UPLOAD_DIR"] = str(tmp_path / "figures")
    site = running_site(tmp_path, [*command, "app:create_app()"], here.elsewhere, **environment)
    with site as running:
        assert json.loads(fetch(f"{running.url}/healthz")[1])["status"] == "ok"
        assert fetch(f"{running.url}/users/7")[0] == 200
    trains = {"numba", "scipy", "pandas", "matplotlib", "xgboost-cpu", "faiss-cpu"}
    assert not trains & needed("site")


def test_train_when_in_a_strange_repository_then_whole_and_without_its_commit(installed):
    here = installed("train")
    git = ["git", "-c", "user.name=N", "-c", "user.email=e@localhost", "-C", here.environment]
    for command in (["init", "--quiet"], ["commit", "--quiet", "--allow-empty", "-m", "theirs"]):
        subprocess.run([*git, *command], check=True)
    program = (
        "import importlib, pkgutil, processing\n"
        "for each in pkgutil.walk_packages(processing.__path__, 'processing.'):\n"
        "    if each.name not in ('processing.__main__', 'processing.release.export'):\n"
        "        importlib.import_module(each.name)\n"
        "import faiss, tqdm\n"
        "assert processing.runs.run._commit() == 'unknown'\n"
    )
    here.run("python", "-c", program)


def test_export_extra_when_a_release_is_opened_elsewhere_then_answers(installed, tmp_path):
    publish_sample(tmp_path)
    program = (
        "import sys, processing, processing.release.export\n"
        "release = processing.open_release(sys.argv[1])\n"
        "tables = release.top(7), release.scores(7), release.reasons(7), release.similar()\n"
        "print(*(len(each) > 0 for each in tables), 'RMSE' in release.report.tables['errors'])\n"
    )
    here = installed("export")
    done = here.run("python", "-c", program, tmp_path / "predictions")
    assert done.stdout == "True True True True True\n"
    assert not {"numba", "matplotlib", "xgboost-cpu", "flask"} & needed("export")
    failed = here.run("python", "-c", "import processing; processing.simulate()", check=False)
    assert "Install the package with its extra 'train'" in failed.stderr


def test_extras_when_compared_with_the_pins_then_ask_for_what_is_pinned():
    pinned = {name: version for file in FILES for name, version in pins(file).items()}
    for requirement in [each for extra in ("", *EXTRAS) for each in requirements(extra)]:
        name = requirement.name
        pin = pinned["xgboost-cpu" if name == "xgboost" else name]  # the same code for macOS
        least = ".".join(pin.split(".")[:2])
        assert str(requirement.specifier) == f">={least}", requirement.name
    assert needed("test") >= pinned.keys()
    assert needed("train") | needed("site") >= pins("requirements.txt").keys()


def test_changelog_when_read_then_unreleased_comes_first_and_the_version_after_the_newest_cut():
    headings = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert headings[0] == "Unreleased"
    cut = [re.fullmatch(r"(\d+\.\d+\.\d+) \(\d{4}-\d{2}-\d{2}\)", each) for each in headings[1:]]
    versions = [Version(each[1]) for each in cut]
    assert versions == sorted(versions, reverse=True)
    assert Version(processing.__version__) > versions[0]


def test_build_backend_when_compared_with_the_pins_then_is_the_tested_one():
    (backend,) = PROJECT["build-system"]["requires"]
    assert backend == f"setuptools=={pins('requirements-test.txt')['setuptools']}"
