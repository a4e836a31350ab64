"""The models and features that are served: fitted once more, on all ratings."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from processing.data.ratings import Ratings
from processing.data.rows import NO_DAY
from processing.ensemble.features import Features
from processing.ensemble.stacking import Ensemble
from processing.kernels.arrays import Csr
from processing.models.base import AnyModel
from processing.models.registry import load_model
from processing.profile import ModelSpec
from processing.ranking.base import AnyRankingModel
from processing.ranking.candidates import Candidates
from processing.ranking.columns import CandidateColumns
from processing.ranking.ease import Ease
from processing.ranking.evidence import evident_pairs
from processing.ranking.grades import Grading
from processing.ranking.gram import Grams
from processing.ranking.near import near_movies
from processing.ranking.ranker import Ranker
from processing.ranking.registry import RankingSpec, load_ranking
from processing.runs.decisions import Decisions
from processing.runs.grams import KnownGrams, all_grams, read_csr, write_csr
from processing.runs.run import Run
from processing.tools.stages import Stage
from processing.visitors.ranking_questions import choose_for_ranking

SERVED = "served"
ASK = "ask.npy"


@dataclass(frozen=True, kw_only=True)
class RefittedStages:
    """Where what was fitted on all ratings lies: star models and ranking models by name, features,
    which movies are near, and which may be a reason for another.
    """

    models: dict[str, Stage]
    features: Stage
    rankings: dict[str, Stage]
    near: Stage
    evident: Stage
    ask: Stage


@dataclass(frozen=True, kw_only=True)
class ServedModels:
    """What recommendations are made with, all fitted on all ratings.

    `models` are the ensemble's members by name, in the ensemble's order, `rankings` the ranking
    models; `ranker`, taught by the evaluation, orders what these propose, `n_candidates` movies by
    the first. `near`: the movies near to each; `evident`: those that may be a reason for it.
    """

    ratings: Ratings
    models: dict[str, AnyModel]
    features: Features
    ensemble: Ensemble
    rankings: dict[str, AnyRankingModel]
    ranker: Ranker | None
    near: Csr
    evident: Csr
    n_candidates: int

    def order(
        self, candidates: Candidates
    ) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
        """What orders the candidates, float32 (n_pairs,), and what it took from the members.

        That is the stars of each on the user's last day, float32 (n_pairs, n_models), or None.
        """
        if self.ranker is None:
            return np.ascontiguousarray(candidates.scores[:, 0]), None
        pairs = candidates.pairs()
        members = np.column_stack([model.predict(*pairs) for model in self.models.values()])
        return self.ranker.predict(self._columns.make(candidates, members)), members

    def grades(self) -> tuple[Csr, NDArray[np.bool_]]:
        """All ratings as grades from 0 to 1, and whether each is a like."""
        by_user, scale = self.ratings.by_user, self.ratings.scale
        return Grading.of(scale).shares(by_user), by_user.values >= np.float32(scale.like)

    def reasons_by_target(self) -> Csr | None:
        """EASE's weights that speak for a movie, by the movie; None where the run has no EASE."""
        for model in self.rankings.values():
            if isinstance(model, Ease):
                by_rated = model.arrays_.by_rated
                return by_rated.where(by_rated.values > 0).transposed(self.ratings.n_movies)
        return None

    @cached_property
    def _columns(self) -> CandidateColumns:
        return CandidateColumns(self.ratings)

    @cached_property
    def day(self) -> int:
        """The day that is predicted for: the last of all ratings, NO_DAY where they have none."""
        return int(self.ratings.by_user.days.max()) if self.ratings.dated else NO_DAY


def refit(run: Run, grams: KnownGrams) -> RefittedStages:
    """Fit the run's models and the features on all ratings.

    `grams` are those that the evaluation left, of the known ratings.
    """
    ranking = _Ranking(run, grams)
    return RefittedStages(
        models={
            spec.name: run.stages.run(f"{SERVED}/{spec.name}", _fitting(run, spec))
            for spec in run.models
        },
        features=run.stages.run(f"{SERVED}/features", _making_features(run)),
        rankings={
            spec.name: run.stages.run(f"{SERVED}/ranking/{spec.name}", ranking.fitting(spec))
            for spec in run.rankings
        },
        near=run.stages.run(f"{SERVED}/near", ranking.nearing),
        evident=run.stages.run(f"{SERVED}/evident", ranking.finding_reasons),
        ask=run.stages.run(f"{SERVED}/ask", ranking.asking),
    )


def load_rankings(run: Run, stages: RefittedStages) -> dict[str, AnyRankingModel]:
    """Load the ranking models that were fitted on all ratings."""
    return {
        spec.name: load_ranking(spec.kind, stages.rankings[spec.name].path) for spec in run.rankings
    }


def load_served(run: Run, stages: RefittedStages, decisions: Decisions) -> ServedModels:
    """Load what was fitted on all ratings, and what the evaluation decided on."""
    return ServedModels(
        ratings=run.ratings,
        models={
            spec.name: load_model(spec.kind, stages.models[spec.name].path) for spec in run.models
        },
        features=Features.load(stages.features.path, run.ratings),
        ensemble=Ensemble.load(decisions.ensemble),
        rankings=load_rankings(run, stages),
        ranker=Ranker.load(decisions.ranker) if decisions.ranker else None,
        near=read_csr(stages.near.path),
        evident=read_csr(stages.evident.path),
        n_candidates=run.profile.ranker.n_candidates,
    )


class _Ranking:
    """The work of the stages that need the Gram matrix of all ratings."""

    def __init__(self, run: Run, grams: KnownGrams) -> None:
        self._run, self._known = run, grams

    @cached_property
    def _grams(self) -> Grams:
        return all_grams(self._run, self._known)

    def fitting(self, spec: RankingSpec) -> Callable[[Path], str]:
        """Fit a ranking model."""

        def work(directory: Path) -> str:
            run = self._run
            spec.blank().fit(run.ratings, run.seed, self._grams).save(directory)
            return f"fitted on all {run.ratings.n_ratings:,} ratings"

        return work

    def nearing(self, directory: Path) -> str:
        """Find which movies are near to each other."""
        near = near_movies(self._run.ratings, self._grams)
        write_csr(directory, near)
        return f"{len(near.indices):,} pairs of near movies"

    def finding_reasons(self, directory: Path) -> str:
        """Find which movies may be a reason for each other."""
        genres = self._run.dataset.catalogue.genres
        evident = evident_pairs(self._run.ratings, self._grams, genres)
        write_csr(directory, evident)
        return f"{len(evident.indices):,} pairs of movies that may be reasons"

    def asking(self, directory: Path) -> str:
        """Choose which movies visitors are asked about."""
        ratings = self._run.ratings
        n_users = int(np.count_nonzero(ratings.by_user.counts))
        ask = choose_for_ranking(self._grams, ratings.movie_counts, n_users)
        np.save(directory / ASK, np.array(ask, np.int64))
        return f"{len(ask)} movies to ask about"


def _fitting(run: Run, spec: ModelSpec) -> Callable[[Path], str]:
    def work(directory: Path) -> str:
        kept = run.stages.checkpoint(f"{SERVED}/{spec.name}")
        spec.fitted(run.ratings, run.seed, kept).save(directory)
        return f"fitted on all {run.ratings.n_ratings:,} ratings"

    return work


def _making_features(run: Run) -> Callable[[Path], str]:
    def work(directory: Path) -> str:
        ratings = run.ratings
        Features().fit(ratings, run.profile.ensemble.similar_users).save(directory)
        return f"averages and neighbours, from {ratings.n_ratings:,} ratings"

    return work
