"""The ranking models, fitted on one part of the ratings, and what they propose to whom."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from processing.data.ratings import Ratings
from processing.evaluation.sampled_lists import draw_users
from processing.evaluation.steps.held_out import HeldOut, HeldOutScores
from processing.kernels.arrays import Csr
from processing.ranking.base import AnyRankingModel
from processing.ranking.candidates import Candidates, all_candidates
from processing.ranking.columns import CandidateColumns, column_names
from processing.ranking.gram import Grams
from processing.ranking.near import near_movies
from processing.ranking.registry import RankingSpec, load_ranking
from processing.runs.grams import KnownGrams, part_grams, read_csr, write_csr
from processing.runs.run import Run
from processing.tools.stages import Stage

COLUMNS, SECONDS = "columns.npy", "seconds.json"


@dataclass(frozen=True, kw_only=True)
class PartRankings:
    """Ranking models by name, what they propose, and which movies are near, of one part."""

    specs: tuple[RankingSpec, ...]
    models: dict[str, Stage]
    near: Stage
    candidates: Stage

    def load(self) -> dict[str, AnyRankingModel]:
        """The fitted ranking models, in order."""
        return _load(self.specs, self.models)

    def read_candidates(self) -> Candidates:
        """What is proposed."""
        return Candidates.load(self.candidates.path)

    def read_near(self) -> Csr:
        """Near movies of each, with their correlations."""
        return read_csr(self.near.path)

    def seconds(self) -> dict[str, float]:
        """What it took to fit each model."""
        return {
            name: float(json.loads((stage.path / SECONDS).read_text()))
            for name, stage in self.models.items()
        }


def propose(run: Run, name: str, held: HeldOut, grams: KnownGrams, most_users: int) -> PartRankings:
    """Fit the ranking models on one part, and let them propose movies to users of the other."""
    part = _Part(run, held, grams)
    models = {
        spec.name: run.stages.run(f"{name}/ranking/{spec.name}", part.fitting(spec))
        for spec in run.rankings
    }
    near = run.stages.run(f"{name}/near", part.nearing)
    candidates = run.stages.run(f"{name}/candidates", part.proposing(models, most_users))
    return PartRankings(specs=run.rankings, models=models, near=near, candidates=candidates)


def describe(
    run: Run, name: str, held: HeldOut, rankings: PartRankings, scores: HeldOutScores
) -> Stage:
    """What the ranker is told of the candidates, in a stage."""

    def work(directory: Path) -> str:
        columns = CandidateColumns(run.ratings.part(held.fit_on)).make(
            rankings.read_candidates(), scores.candidate_scores()
        )
        np.save(directory / COLUMNS, columns)
        return f"{columns.shape[1]} columns of {len(columns):,} candidates"

    return run.stages.run(f"{name}/columns", work)


def names_of(run: Run) -> list[str]:
    """Names of the ranker's columns."""
    return column_names([spec.name for spec in run.rankings], [spec.name for spec in run.models])


def _load(specs: tuple[RankingSpec, ...], models: dict[str, Stage]) -> dict[str, AnyRankingModel]:
    return {spec.name: load_ranking(spec.kind, models[spec.name].path) for spec in specs}


class _Part:
    """The ratings that are fitted on, and the work of the stages."""

    def __init__(self, run: Run, held: HeldOut, grams: KnownGrams) -> None:
        self._run, self._held, self._known = run, held, grams

    @cached_property
    def _ratings(self) -> Ratings:
        return self._run.ratings.part(self._held.fit_on)

    @cached_property
    def _grams(self) -> Grams:
        return part_grams(self._run, self._held.fit_on, self._known)

    def fitting(self, spec: RankingSpec) -> Callable[[Path], str]:
        """Fit a ranking model."""

        def work(directory: Path) -> str:
            ratings, grams = self._ratings, self._grams
            started = time.perf_counter()
            spec.blank().fit(ratings, self._run.seed, grams).save(directory)
            seconds = time.perf_counter() - started
            (directory / SECONDS).write_text(json.dumps(seconds))
            return f"fitted on {ratings.n_ratings:,} ratings"

        return work

    def nearing(self, directory: Path) -> str:
        """Find which movies are near to each other."""
        near = near_movies(self._ratings, self._grams)
        write_csr(directory, near)
        return f"{len(near.indices):,} pairs of near movies"

    def proposing(self, models: dict[str, Stage], most_users: int) -> Callable[[Path], str]:
        """Propose movies to users of the held-out part."""

        def work(directory: Path) -> str:
            run, ratings = self._run, self._ratings
            held_users = run.ratings.by_user.rows()[self._held.rows]
            users = draw_users(ratings, held_users, most_users, run.seed)
            candidates = all_candidates(
                ratings, users, _load(run.rankings, models), run.profile.ranker.n_candidates
            )
            candidates.save(directory)
            return f"{len(candidates.movies):,} candidates of {len(candidates.users):,} users"

        return work
