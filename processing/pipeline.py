"""The run as a straight line: data set, worth, what is served, staged release."""

import hashlib
import json
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from processing.data.dataset import Dataset, dataset_hash
from processing.evaluation.evaluate import EVALUATION, USER_ERRORS, assess, fitting_models
from processing.profile import Profile
from processing.report.html import report_html
from processing.report.text import as_table
from processing.serving.serve import serve
from processing.tools.files import write_whole
from processing.tools.machine import memory_bytes
from processing.tools.stages import Stages

PACKAGE = Path(__file__).parent


def evaluate(
    dataset: Dataset, profile: Profile, protocol: str, seed: int, runs: Path
) -> dict[str, Any]:
    """Say how well ratings are predicted; what was computed is kept in a folder of `runs`."""
    stages = _open_run(runs, "evaluate", dataset, profile, protocol, seed)
    return assess(stages, dataset, profile, protocol, seed)


def run(dataset: Dataset, profile: Profile, runs: Path) -> tuple[Path, dict[str, Any]]:
    """Do every stage up to a staged release, or what is left of them.

    Returns the run's folder (the release is in `release` below it) and the report, which is also
    in `report.json`, `report.txt` and `report.html` there.
    """
    stages = _open_run(runs, "run", dataset, profile, profile.protocol, profile.seed)
    report = assess(stages, dataset, profile, profile.protocol, profile.seed)
    _write_text(stages.directory / "report.json", json.dumps(report, indent=1))
    _write_text(stages.directory / "report.txt", as_table(report) + "\n")
    _write_text(stages.directory / "report.html", report_html(report))
    ensemble = stages.directory / _last_split(report) / "ensemble"
    errors = stages.directory / EVALUATION / USER_ERRORS
    serve(stages, dataset, profile, ensemble, report, errors, _about_run(stages.directory))
    return stages.directory, report


def _open_run(
    runs: Path, purpose: str, dataset: Dataset, profile: Profile, protocol: str, seed: int
) -> Stages:
    """The run's folder, named by its source, profile and a hash of all that decides its result.

    That includes the models that this machine can hold: on a larger one it is another run.
    """
    specs, _ = fitting_models(profile, dataset.ratings, memory_bytes())
    inputs = [
        dataset.sha256,
        dataset_hash(dataset),
        profile.as_json(),
        [spec.name for spec in specs],
        protocol,
        seed,
        _code_hash(),
    ]
    key = hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()
    slug = re.sub(r"[^a-z0-9]+", "-", dataset.name.lower()).strip("-")
    return Stages(runs / f"{purpose}-{slug}-{profile.name}-{protocol}-{key[:8]}", key)


def _code_hash() -> str:
    """Hash of this package's code: a run is not resumed by code that would do it otherwise."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        digest.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _about_run(directory: Path) -> dict[str, str]:
    """When the run was begun and by which commit, written down at its first start."""
    path = directory / "run.json"
    if not path.exists():
        about = {
            "created_utc": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "commit": _commit(),
        }
        _write_text(path, json.dumps(about))
    return dict(json.loads(path.read_text()))


def _commit() -> str:
    try:
        found = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=PACKAGE, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return found.stdout.strip()


def _last_split(report: dict[str, Any]) -> str:
    return str(report["splits"][-1]["name"]).replace(" ", "-")


def _write_text(path: Path, text: str) -> None:
    write_whole(path, lambda partial: partial.write_text(text, encoding="utf-8"))
