"""The star models, fitted on one part of the ratings, and their scores of another part."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from processing.data.ratings import Ratings
from processing.data.splits import Mask
from processing.ensemble.features import Features
from processing.evaluation.sampled_lists import Lists, Pairs, fill, sample_lists
from processing.profile import ModelSpec
from processing.ranking.candidates import Candidates
from processing.runs.run import Run
from processing.tools.checkpoints import Checkpoint
from processing.tools.stages import MARKER, Stage

SCORES, FEATURES, SECONDS = "scores.npy", "features.npy", "seconds.json"
LIST_SCORES, LIST_FEATURES = "list_scores.npy", "list_features.npy"
CANDIDATE_SCORES = "candidate_scores.npy"


@dataclass(frozen=True, kw_only=True)
class HeldOut:
    """Which ratings are fitted on, and which are held out."""

    fit_on: Mask
    rows: Mask


@dataclass(frozen=True, kw_only=True)
class HeldOutScores:
    """Where the members' scores and the features of held-out rows are kept.

    `rows` marks the held-out ratings, in their order in `by_user`. `lists` is None where no lists
    were asked for.
    """

    rows: Mask
    members: dict[str, Stage]
    features: Stage
    lists: Stage | None

    def scores(self) -> NDArray[np.float32]:
        """Each member's score of each row, float32 (n, n_members)."""
        return np.column_stack([np.load(stage.path / SCORES) for stage in self.members.values()])

    def row_features(self) -> NDArray[np.float32]:
        """The features of each row, float32 (n, n_features)."""
        return np.asarray(np.load(self.features.path / FEATURES))

    def read_lists(self) -> Lists:
        """The lists that were asked for."""
        assert self.lists is not None
        return Lists.load(self.lists.path)

    def list_scores(self) -> dict[str, NDArray[np.float32]]:
        """Each member's score of each pair of the lists; files that are mapped into memory."""
        return {
            name: np.load(stage.path / LIST_SCORES, mmap_mode="r")
            for name, stage in self.members.items()
        }

    def candidate_scores(self) -> NDArray[np.float32]:
        """Each member's score of each candidate, float32 (n_pairs, n_members)."""
        return np.column_stack(
            [np.load(stage.path / CANDIDATE_SCORES) for stage in self.members.values()]
        )

    def list_features(self) -> NDArray[np.float32]:
        """The features of the pairs of the lists; a file that is mapped into memory."""
        return np.asarray(np.load(self.features.path / LIST_FEATURES, mmap_mode="r"))

    def seconds(self) -> dict[str, tuple[float, float]]:
        """What it took to fit each member, and to predict the rows."""
        return {name: read_seconds(stage) for name, stage in self.members.items()}

    def peaks(self) -> dict[str, int | None]:
        """Most bytes that were held while each member was fitted and predicted."""
        return {name: read_peak(stage) for name, stage in self.members.items()}


def hold_out(
    run: Run, name: str, held: HeldOut, candidates: Stage, n_listed_users: int = 0
) -> HeldOutScores:
    """Fit each model on one part of the ratings, and predict another part that it never saw.

    The models score the candidates too, and, of up to `n_listed_users` users with ratings in both
    parts, all movies that may be listed for them.
    """
    part = _Part(run, held, candidates)
    lists = None
    if n_listed_users:
        lists = run.stages.run(f"{name}/lists", part.sampling(n_listed_users))
    return HeldOutScores(
        rows=held.rows,
        members={
            spec.name: run.stages.run(
                f"{name}/{spec.name}",
                part.scoring(spec, lists, run.stages.checkpoint(f"{name}/{spec.name}")),
            )
            for spec in run.models
        },
        features=run.stages.run(f"{name}/features", part.describing(lists)),
        lists=lists,
    )


def read_seconds(stage: Stage) -> tuple[float, float]:
    """The seconds that a stage's fitting and predicting took."""
    fit, predict = json.loads((stage.path / SECONDS).read_text())
    return fit, predict


def read_peak(stage: Stage) -> int | None:
    """The most bytes that a stage held, None where the system counts for the process alone."""
    marker = json.loads((stage.path / MARKER).read_text())
    return None if marker["peak_of_whole_process"] else int(marker["peak_memory_bytes"])


def write_seconds(directory: Path, started: float, fitted: float, predicted: float) -> None:
    """Keep when a stage started, had fitted, and had predicted, as seconds of both."""
    (directory / SECONDS).write_text(json.dumps([fitted - started, predicted - fitted]))


class _Part:
    """The ratings that are fitted on, the pairs that are held out, and the work of the stages."""

    def __init__(self, run: Run, held: HeldOut, candidates: Stage) -> None:
        self._run, self._fit_on, self._candidates = run, held.fit_on, candidates
        csr, rows = run.ratings.by_user, held.rows
        self._pairs = Pairs(csr.rows()[rows], csr.indices[rows], csr.days[rows])

    @cached_property
    def _ratings(self) -> Ratings:
        return self._run.ratings.part(self._fit_on)

    def sampling(self, n_users: int) -> Callable[[Path], str]:
        """Draw users, and the movies that may be listed for them."""

        def work(directory: Path) -> str:
            lists = sample_lists(self._ratings, self._pairs.users, n_users, self._run.seed)
            lists.save(directory)
            n_pairs, n_drawn = len(lists.movies), len(lists.users)
            return f"{n_pairs:,} pairs of {n_drawn:,} users and movies new to them"

        return work

    def scoring(
        self, spec: ModelSpec, listed: Stage | None, checkpoint: Checkpoint
    ) -> Callable[[Path], str]:
        """Fit a model, and predict the held-out pairs and those of the lists."""

        def work(directory: Path) -> str:
            ratings = self._ratings
            started = time.perf_counter()
            model = spec.fitted(ratings, self._run.seed, checkpoint)
            fitted = time.perf_counter()
            scores = model.predict(*self._pairs)
            predicted = time.perf_counter()
            np.save(directory / SCORES, scores)
            write_seconds(directory, started, fitted, predicted)
            candidates = Candidates.load(self._candidates.path).pairs()
            np.save(directory / CANDIDATE_SCORES, model.predict(*candidates))
            if listed:
                lists = Lists.load(listed.path)
                fill(directory / LIST_SCORES, lists, (), lambda pairs: model.predict(*pairs))
            n_fitted, n_predicted = ratings.n_ratings, len(scores)
            return f"fitted on {n_fitted:,} ratings, {n_predicted:,} held-out ones predicted"

        return work

    def describing(self, listed: Stage | None) -> Callable[[Path], str]:
        """Make the features of the held-out pairs and of those of the lists."""

        def work(directory: Path) -> str:
            features = Features().fit(self._ratings, self._run.profile.ensemble.similar_users)
            of_rows = features.make(*self._pairs)
            np.save(directory / FEATURES, of_rows)
            if listed:
                lists, width = Lists.load(listed.path), (of_rows.shape[1],)
                fill(directory / LIST_FEATURES, lists, width, lambda pairs: features.make(*pairs))
            return f"{of_rows.shape[1]} features of {len(of_rows):,} held-out ratings"

        return work
