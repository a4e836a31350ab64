"""What the models are worth: held-out predictions, the ensemble, and errors on the test part."""

import functools
import json
import logging
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from processing.data.dataset import Dataset
from processing.data.ratings import Ratings
from processing.ensemble.features import Features
from processing.ensemble.stacking import Ensemble
from processing.errors import ModelError
from processing.evaluation.protocols import Mask, Split, make_splits
from processing.evaluation.report import ENSEMBLE, MEAN, Tested, model_rows, split_rows
from processing.machine import memory_bytes
from processing.models.linear import LinearModel
from processing.models.registry import MODELS
from processing.profile import ModelSpec, Profile
from processing.stages import Stage, Stages

logger = logging.getLogger(__name__)

SCORES, MADE, SECONDS = "scores.npy", "made.npy", "seconds.json"


def assess(
    stages: Stages, dataset: Dataset, profile: Profile, protocol: str, seed: int
) -> dict[str, Any]:
    """Evaluate a profile on a data set; returns the report, JSON-ready.

    The ensemble of the last split is kept in the stage `SPLIT/ensemble`.
    """
    specs, left_out = fitting_models(profile, dataset.ratings, memory_bytes())
    for item in left_out:
        logger.warning("%s is left out: %s", item["label"], item["reason"])
    splits = make_splits(dataset, protocol, seed)
    tested = [_assess_split(stages, dataset, split, profile, specs, seed) for split in splits]
    labels = {spec.name: spec.label for spec in specs}
    labels |= {ENSEMBLE: "Ensemble (XGBoost)", MEAN: "Global mean"}
    ratings = dataset.ratings
    return {
        "source": {
            "name": dataset.name,
            "sha256": dataset.sha256,
            "simulated": dataset.simulated,
            "n_ratings": ratings.n_ratings,
            "n_users": ratings.n_users,
            "n_movies": int(np.count_nonzero(ratings.by_movie.counts)),
            "n_duplicates": dataset.n_duplicates,
            "n_bad_lines": dataset.n_bad,
        },
        "protocol": protocol,
        "profile": profile.name,
        "seed": seed,
        "scale": [ratings.scale.low, ratings.scale.high, ratings.scale.step],
        "n_train": int(np.mean([split.n_train for split in tested])),
        "n_stack": int(np.mean([split.n_stack for split in tested])),
        "n_test": int(np.sum([len(split.ratings) for split in tested])),
        "models": [asdict(row) for row in model_rows(tested, labels)],
        "splits": split_rows(tested, labels),
        "left_out": left_out,
        "settings": {spec.name: asdict(spec.settings) for spec in specs}
        | {ENSEMBLE: asdict(profile.ensemble)},
    }


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
    dataset: Dataset,
    split: Split,
    profile: Profile,
    specs: list[ModelSpec],
    seed: int,
) -> Tested:
    ratings = dataset.ratings
    name = split.name.replace(" ", "-")
    stacks = [
        _held_out(stages, f"{name}/stack-{k}", ratings, split.known & ~stack, stack, specs, seed)
        for k, stack in enumerate(split.stacks)
    ]
    test = _held_out(stages, f"{name}/test", ratings, split.known, split.test, specs, seed)
    stack_ratings = np.concatenate([ratings.by_user.values[stack] for stack in split.stacks])
    members = tuple(spec.name for spec in specs)
    blank = Ensemble(profile.ensemble, members, ratings.scale)
    ensemble = stages.run(
        f"{name}/ensemble",
        functools.partial(_ensemble, blank, stacks, stack_ratings, test, seed),
    )
    actual = ratings.by_user.values[split.test]
    mean = np.mean(ratings.by_user.values[split.known], dtype=np.float64)
    scores = {member: test.scores[:, m] for m, member in enumerate(members)}
    scores[ENSEMBLE] = np.load(ensemble.path / SCORES)
    scores[MEAN] = np.full(len(actual), mean, np.float32)
    return Tested(
        name=split.name,
        ratings=actual,
        scores=scores,
        seconds=test.seconds | {ENSEMBLE: _read_seconds(ensemble), MEAN: (0.0, 0.0)},
        n_train=int(split.known.sum()),
        n_stack=len(stack_ratings),
    )


class _HeldOut:
    """Member scores and features of held-out rows, and what each member took."""

    def __init__(self, members: list[Stage], features: Stage, specs: list[ModelSpec]) -> None:
        self.scores = np.column_stack([np.load(stage.path / SCORES) for stage in members])
        self.made = np.load(features.path / MADE)
        self.seconds = {
            spec.name: _read_seconds(stage) for spec, stage in zip(specs, members, strict=True)
        }


def _held_out(
    stages: Stages,
    name: str,
    ratings: Ratings,
    fit_on: Mask,
    rows: Mask,
    specs: list[ModelSpec],
    seed: int,
) -> _HeldOut:
    """Fit each model on one part of the ratings, and predict another part that it never saw."""
    part = functools.cache(lambda: ratings.part(fit_on))
    users, movies = ratings.by_user.rows()[rows], ratings.by_user.indices[rows]
    days = ratings.by_user.days[rows]
    pairs = (users, movies, days)
    members = [
        stages.run(f"{name}/{spec.name}", functools.partial(_member, spec, part, pairs, seed))
        for spec in specs
    ]
    features = stages.run(f"{name}/features", functools.partial(_features, part, pairs))
    return _HeldOut(members, features, specs)


def _member(
    spec: ModelSpec,
    part: Callable[[], Ratings],
    pairs: tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]],
    seed: int,
    directory: Path,
) -> str:
    ratings = part()
    started = time.perf_counter()
    model = spec.blank().fit(ratings, seed)
    fitted = time.perf_counter()
    scores = model.predict(*pairs)
    predicted = time.perf_counter()
    np.save(directory / SCORES, scores)
    (directory / SECONDS).write_text(json.dumps([fitted - started, predicted - fitted]))
    return f"fitted on {ratings.n_ratings:,} ratings, {len(scores):,} held-out ones predicted"


def _features(
    part: Callable[[], Ratings],
    pairs: tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]],
    directory: Path,
) -> str:
    made = Features().fit(part()).make(pairs[0], pairs[1])
    np.save(directory / MADE, made)
    return f"{made.shape[1]} features of {len(made):,} held-out ratings"


def _ensemble(
    blank: Ensemble,
    stacks: list[_HeldOut],
    stack_ratings: NDArray[np.float32],
    test: _HeldOut,
    seed: int,
    directory: Path,
) -> str:
    started = time.perf_counter()
    ensemble = blank.fit(
        np.concatenate([stack.scores for stack in stacks]),
        np.concatenate([stack.made for stack in stacks]),
        stack_ratings,
        seed,
    )
    fitted = time.perf_counter()
    scores = ensemble.predict(test.scores, test.made)
    predicted = time.perf_counter()
    ensemble.save(directory)
    np.save(directory / SCORES, scores)
    (directory / SECONDS).write_text(json.dumps([fitted - started, predicted - fitted]))
    n_trees = ensemble.booster_.num_boosted_rounds()
    return f"{n_trees} trees over {len(blank.members)} models, from {len(stack_ratings):,} ratings"


def _read_seconds(stage: Stage) -> tuple[float, float]:
    fit, predict = json.loads((stage.path / SECONDS).read_text())
    return fit, predict
