"""The ensemble over held-out predictions, and what it is without a member or with fewer rows.

Everything here learns from stack rows, and scores test rows without their ratings.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from processing.ensemble.stacking import Ensemble
from processing.evaluation.steps.held_out import SCORES, HeldOutScores, write_seconds
from processing.runs.run import Run
from processing.tools.stages import Stage

ABLATION_ROWS = 1_000_000
LEARNING_SHARES = (0.1, 0.3)
IMPORTANCE_ROWS = 10_000


@dataclass(frozen=True, kw_only=True)
class SplitEnsembles:
    """The ensembles of one split, and where their scores of the test rows are kept.

    `without` maps each member to the ensemble that was fitted without it, and `reference` is the
    one with all members that these compare with. `fewer` maps each of `LEARNING_SHARES` to the
    ensemble that learned from that share of the stack rows. Both are empty where nothing was to be
    compared.
    """

    ensemble: Stage
    reference: Stage
    without: dict[str, Stage]
    fewer: dict[float, Stage]


class StackRows:
    """Member scores, features and ratings of the stack rows, and of the test rows no ratings."""

    def __init__(self, run: Run, stacks: list[HeldOutScores], test: HeldOutScores) -> None:
        self._stacks, self._test = stacks, test
        values = run.ratings.by_user.values
        self.ratings: NDArray[np.float32] = np.concatenate([values[s.rows] for s in stacks])

    @cached_property
    def scores(self) -> NDArray[np.float32]:
        """Each member's score of each stack row, float32 (n, n_members)."""
        return np.concatenate([stack.scores() for stack in self._stacks])

    @cached_property
    def features(self) -> NDArray[np.float32]:
        """The features of each stack row, float32 (n, n_features)."""
        return np.concatenate([stack.row_features() for stack in self._stacks])

    @cached_property
    def test_scores(self) -> NDArray[np.float32]:
        """Each member's score of each test row, float32 (n_test, n_members)."""
        return self._test.scores()

    @cached_property
    def test_features(self) -> NDArray[np.float32]:
        """The features of each test row, float32 (n_test, n_features)."""
        return self._test.row_features()


def fit_ensembles(run: Run, name: str, rows: StackRows, compare: bool) -> SplitEnsembles:
    """Fit the ensemble and, to `compare`, those without each member and with fewer stack rows."""
    groups = {spec.name: spec.blank().contribution_group() for spec in run.models}
    members, n = list(groups), len(rows.ratings)

    def fit(stage: str, kept: list[str], n_rows: int) -> Stage:
        blank = Ensemble(
            run.profile.ensemble, {name: groups[name] for name in kept}, run.ratings.scale
        )
        columns = [members.index(name) for name in kept]
        return run.stages.run(f"{name}/{stage}", _fitting(blank, rows, columns, n_rows, run.seed))

    whole = fit("ensemble", members, n)
    n_ablation = min(n, ABLATION_ROWS)
    if not compare:
        return SplitEnsembles(ensemble=whole, reference=whole, without={}, fewer={})
    without = {}
    if len(members) > 1:
        without = {
            left_out: fit(f"without/{left_out}", [m for m in members if m != left_out], n_ablation)
            for left_out in members
        }
    return SplitEnsembles(
        ensemble=whole,
        reference=fit("with-all", members, n_ablation) if without and n_ablation < n else whole,
        without=without,
        fewer={
            share: fit(f"stack-share/{share:g}", members, share_of(n, share))
            for share in LEARNING_SHARES
        },
    )


def share_of(n_rows: int, share: float) -> int:
    """A share of the stack rows, two at least: what the ensemble needs."""
    return max(2, int(share * n_rows))


def importance(ensembles: SplitEnsembles, test: HeldOutScores, seed: int) -> dict[str, float]:
    """The mean of |stars| that each column adds to the ensemble's scores, of some test rows."""
    ensemble = Ensemble.load(ensembles.ensemble.path)
    scores, features = test.scores(), test.row_features()
    chosen = _some(len(scores), IMPORTANCE_ROWS, seed)
    return ensemble.importance(scores[chosen], features[chosen])


def _fitting(
    blank: Ensemble, rows: StackRows, columns: list[int], n_rows: int, seed: int
) -> Callable[[Path], str]:
    """Fit on `n_rows` random stack rows and the members in `columns`, and score the test rows."""

    def work(directory: Path) -> str:
        n = len(rows.ratings)
        chosen = _some(n, n_rows, seed)
        started = time.perf_counter()
        ensemble = blank.fit(
            rows.scores[chosen][:, columns], rows.features[chosen], rows.ratings[chosen], seed
        )
        fitted = time.perf_counter()
        scores = ensemble.predict(rows.test_scores[:, columns], rows.test_features)
        predicted = time.perf_counter()
        ensemble.save(directory)
        np.save(directory / SCORES, scores)
        write_seconds(directory, started, fitted, predicted)
        n_trees = ensemble.booster_.num_boosted_rounds()
        return f"{n_trees} trees over {len(columns)} models, from {min(n, n_rows):,} ratings"

    return work


def _some(n: int, n_wanted: int, seed: int) -> NDArray[np.int64] | slice:
    """Up to `n_wanted` random rows of `n`, ascending; fewer are among more."""
    if n_wanted >= n:
        return slice(None)
    return np.sort(np.random.default_rng(seed).permutation(n)[:n_wanted])
