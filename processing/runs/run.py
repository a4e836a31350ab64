"""A run: a data set, a profile and a protocol, and the folder that its stages fill."""

import hashlib
import json
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from processing.data.dataset import Dataset, dataset_hash
from processing.data.ratings import Ratings
from processing.profile import ModelSpec, Profile
from processing.ranking.registry import RankingSpec
from processing.report.schema import LeftOutModel
from processing.runs.memory import fitting_models, fitting_rankings
from processing.tools.files import write_text
from processing.tools.machine import memory_bytes
from processing.tools.stages import Stages

PACKAGE = Path(__file__).parents[1]


@dataclass(frozen=True, kw_only=True)
class Run:
    """Everything that decides what comes out, and where it is kept.

    `models` and `rankings` are those of the profile that this machine's memory can hold;
    `left_out` are the others.
    """

    stages: Stages
    dataset: Dataset
    profile: Profile
    models: tuple[ModelSpec, ...]
    rankings: tuple[RankingSpec, ...]
    left_out: tuple[LeftOutModel, ...]
    protocol: str
    seed: int

    @property
    def ratings(self) -> Ratings:
        """All ratings of the data set."""
        return self.dataset.ratings

    @property
    def directory(self) -> Path:
        """The run's folder."""
        return self.stages.directory


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How a run is measured, and which models it does without, by name with what was found."""

    protocol: str
    seed: int
    diverged: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class RunOrigin:
    """When a run was begun (UTC, as 2006-10-02T08:30:00Z), and by which commit."""

    created_utc: str
    commit: str


def open_run(
    runs: Path,
    purpose: str,
    dataset: Dataset,
    profile: Profile,
    *,
    plan: Plan,
) -> Run:
    """Open a run's folder: named by `purpose`, source, profile and a hash of all that decides it.

    That includes the models that this machine can hold, and that did not diverge: with others it is
    another run.

    Raises
    ------
    ModelError
        If no model that visitors can be folded into is left.
    """
    protocol, seed = plan.protocol, plan.seed
    models, left_out = fitting_models(profile, dataset.ratings, memory_bytes(), plan.diverged)
    rankings, also_left_out = fitting_rankings(profile, dataset.ratings, memory_bytes())
    inputs = [
        dataset.sha256,
        dataset_hash(dataset),
        profile.as_json(),
        [*(spec.name for spec in models), *(spec.name for spec in rankings)],
        protocol,
        seed,
        _code_hash(),
    ]
    key = hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()
    slug = re.sub(r"[^a-z0-9]+", "-", dataset.name.lower()).strip("-")
    directory = runs / f"{purpose}-{slug}-{profile.name}-{protocol}-{key[:8]}"
    return Run(
        stages=Stages(directory, key),
        dataset=dataset,
        profile=profile,
        models=models,
        rankings=rankings,
        left_out=(*left_out, *also_left_out),
        protocol=protocol,
        seed=seed,
    )


def origin_of(run: Run) -> RunOrigin:
    """When a run was begun and by which commit, written down at its first start."""
    path = run.directory / "run.json"
    if not path.exists():
        created = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        write_text(path, json.dumps({"created_utc": created, "commit": _commit()}))
    return RunOrigin(**json.loads(path.read_text()))


def _code_hash() -> str:
    """Hash of this package's code: a run is not resumed by code that would do it otherwise."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        digest.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _commit() -> str:
    """The commit of this code; "unknown" where it is installed, in somebody's repository or not."""
    command = ["git", "rev-parse", "HEAD", "HEAD:./__init__.py"]
    try:
        found = subprocess.run(command, cwd=PACKAGE, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return found.stdout.split()[0]
