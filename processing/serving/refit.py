"""The models and features that are served: fitted once more, on all ratings."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from processing.data.ratings import Ratings
from processing.data.rows import NO_DAY
from processing.ensemble.features import Features
from processing.ensemble.stacking import Ensemble
from processing.models.base import AnyModel
from processing.models.registry import load_model
from processing.profile import ModelSpec
from processing.runs.decisions import Decisions
from processing.runs.run import Run
from processing.tools.stages import Stage

SERVED = "served"


@dataclass(frozen=True, kw_only=True)
class RefittedStages:
    """Where the models, by name, and the features lie that were fitted on all ratings."""

    models: dict[str, Stage]
    features: Stage


@dataclass(frozen=True, kw_only=True)
class ServedModels:
    """What recommendations are made with, all fitted on all ratings.

    `models` are the ensemble's members by name, in the ensemble's order. `order_z` says how many
    standard errors a score loses in the order of the lists (`processing.release.order`).
    """

    ratings: Ratings
    models: dict[str, AnyModel]
    features: Features
    ensemble: Ensemble
    order_z: float

    @cached_property
    def deviation(self) -> float:
        """Standard deviation of all ratings, in stars."""
        return float(np.std(self.ratings.by_user.values, dtype=np.float64))

    @cached_property
    def day(self) -> int:
        """The day that is predicted for: the last of all ratings, NO_DAY where they have none."""
        return int(self.ratings.by_user.days.max()) if self.ratings.dated else NO_DAY


def refit(run: Run) -> RefittedStages:
    """Fit the run's models and the features on all ratings."""
    return RefittedStages(
        models={
            spec.name: run.stages.run(f"{SERVED}/{spec.name}", _fitting(run, spec))
            for spec in run.models
        },
        features=run.stages.run(f"{SERVED}/features", _making_features(run)),
    )


def load_served(run: Run, stages: RefittedStages, decisions: Decisions) -> ServedModels:
    """Load what was fitted on all ratings, and the ensemble that the evaluation decided on."""
    return ServedModels(
        ratings=run.ratings,
        models={
            spec.name: load_model(spec.kind, stages.models[spec.name].path) for spec in run.models
        },
        features=Features.load(stages.features.path, run.ratings),
        ensemble=Ensemble.load(decisions.ensemble),
        order_z=decisions.order_z,
    )


def _fitting(run: Run, spec: ModelSpec) -> Callable[[Path], str]:
    def work(directory: Path) -> str:
        spec.blank().fit(run.ratings, run.seed).save(directory)
        return f"fitted on all {run.ratings.n_ratings:,} ratings"

    return work


def _making_features(run: Run) -> Callable[[Path], str]:
    def work(directory: Path) -> str:
        ratings = run.ratings
        Features().fit(ratings).save(directory)
        n_users, n_movies = ratings.n_users, ratings.n_movies
        return f"averages and neighbours of {n_users:,} users and {n_movies:,} movies"

    return work
