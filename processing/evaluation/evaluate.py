"""What the models are worth: held-out predictions, the ensemble, and errors on the test part."""

import functools
import json
import logging
from pathlib import Path
from typing import Any

import numpy as np

from processing.data.dataset import Dataset
from processing.data.ratings import Ratings
from processing.data.splits import Split, make_splits
from processing.ensemble.stacking import Ensemble
from processing.errors import ModelError
from processing.evaluation.sampled_lists import sample_size
from processing.evaluation.steps.ensembles import stack
from processing.evaluation.steps.held_out import hold_out
from processing.evaluation.steps.newcomers import fit_newcomers
from processing.evaluation.steps.rankings import score_lists
from processing.evaluation.steps.reporting import Assessed, document, user_errors
from processing.models.linear import LinearModel
from processing.models.registry import MODELS
from processing.profile import ModelSpec, Profile
from processing.tools.machine import memory_bytes
from processing.tools.stages import Stages

logger = logging.getLogger(__name__)

EVALUATION = "evaluation"
REPORT = "report.json"
USER_ERRORS = "user_errors.npy"


def assess(
    stages: Stages, dataset: Dataset, profile: Profile, protocol: str, seed: int
) -> dict[str, Any]:
    """Evaluate a profile on a data set; returns the report, JSON-ready.

    The ensemble of the last split is kept in the stage `SPLIT/ensemble`; it is the one that is
    looked into: importance, ablation, learning and newcomers are of the last split.
    """
    specs, left_out = fitting_models(profile, dataset.ratings, memory_bytes())
    for item in left_out:
        logger.warning("%s is left out: %s", item["label"], item["reason"])
    splits = make_splits(dataset, protocol, seed)
    n_listed = -(-sample_size(dataset.ratings.n_movies) // len(splits))
    assessed = [
        _assess_split(
            stages, dataset.ratings, split, profile, specs, seed, n_listed, split is splits[-1]
        )
        for split in splits
    ]
    arguments = (dataset, profile, specs, assessed, protocol, seed)
    report = stages.run(EVALUATION, functools.partial(_report, *arguments))
    found: dict[str, Any] = json.loads((report.path / REPORT).read_text(encoding="utf-8"))
    return found | {"left_out": left_out}


def fitting_models(
    profile: Profile, ratings: Ratings, available_bytes: int
) -> tuple[list[ModelSpec], list[dict[str, str]]]:
    """The models that this machine's memory can hold, and those that are left out, with reasons.

    Raises
    ------
    ModelError
        If no model that can find candidates is left.
    """
    fitting, left_out = [], []
    for spec in profile.models:
        need, words = MODELS[spec.kind].memory_need(spec.settings, ratings, spec.engine)
        if need <= available_bytes:
            fitting.append(spec)
            continue
        reason = (
            f"fitting it needs {need / 1e9:,.3g} GB of memory ({words}); "
            f"this machine has {available_bytes / 1e9:,.3g} GB."
        )
        left_out.append({"model": spec.name, "label": spec.label, "reason": reason})
    if not any(issubclass(MODELS[spec.kind], LinearModel) for spec in fitting):
        raise ModelError(
            f"No model of profile {profile.name!r} fits into this machine's "
            f"{available_bytes / 1e9:,.3g} GB of memory. Use a larger machine or fewer ratings."
        )
    return fitting, left_out


def _assess_split(
    stages: Stages,
    ratings: Ratings,
    split: Split,
    profile: Profile,
    specs: list[ModelSpec],
    seed: int,
    n_listed: int,
    compare: bool,
) -> Assessed:
    name = split.name.replace(" ", "-")
    stacks = [
        hold_out(
            stages,
            f"{name}/stack-{k}",
            ratings,
            split.known & ~rows,
            rows,
            specs,
            seed,
            n_listed if k == 0 else 0,
        )
        for k, rows in enumerate(split.stacks)
    ]
    test = hold_out(stages, f"{name}/test", ratings, split.known, split.test, specs, seed, n_listed)
    stack_ratings = np.concatenate([ratings.by_user.values[rows] for rows in split.stacks])
    groups = {spec.name: spec.blank().contribution_group() for spec in specs}
    blank = Ensemble(profile.ensemble, groups, ratings.scale)
    stacked = stack(stages, name, blank, stacks, stack_ratings, test, seed, compare)
    newcomers = None
    if compare:
        listed = test.read_lists().users
        newcomers = fit_newcomers(stages, name, ratings, split, specs, listed, seed)
    return Assessed(
        split=split,
        n_stack=len(stack_ratings),
        test=test,
        stacked=stacked,
        listed_stack=score_lists(stages, f"{name}/stack-0", stacked.ensemble, stacks[0]),
        listed_test=score_lists(stages, f"{name}/test", stacked.ensemble, test),
        newcomers=newcomers,
    )


def _report(
    dataset: Dataset,
    profile: Profile,
    specs: list[ModelSpec],
    assessed: list[Assessed],
    protocol: str,
    seed: int,
    directory: Path,
) -> str:
    report = document(dataset, profile, specs, assessed, protocol, seed)
    (directory / REPORT).write_text(json.dumps(report), encoding="utf-8")
    np.save(directory / USER_ERRORS, user_errors(dataset.ratings, assessed))
    return f"{report['n_test']:,} test ratings measured"
