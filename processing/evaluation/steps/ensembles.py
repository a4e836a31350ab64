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

ABLATION_ROWS = 200_000
COMPARED_ROWS = 500_000  # of the test, on which ensembles are compared with each other
LEARNING_SHARES = (0.1, 0.3)
IMPORTANCE_ROWS = 10_000


Rows = NDArray[np.int64] | slice


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which members an ensemble has, by column, which rows teach it, and which it scores."""

    columns: list[int]
    taught: Rows
    tested: Rows


@dataclass(frozen=True, kw_only=True)
class SplitEnsembles:
    """The ensembles of one split, and where their scores of the test rows are kept.

    `without` maps each member to the ensemble that was fitted without it, and `reference` is the
    one with all members that these compare with. `fewer` maps each of `LEARNING_SHARES` to the
    ensemble that learned from that share of the stack rows. Both are empty where nothing was to be
    compared. What all these score are the test rows of `compared`; `ensemble` scores all.
    """

    ensemble: Stage
    compared: Rows
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

    compared = some_of(len(rows.test_features), COMPARED_ROWS, run.seed)

    def fit(stage: str, kept: list[str], n_rows: int, tested: Rows = compared) -> Stage:
        blank = Ensemble(
            run.profile.ensemble, {name: groups[name] for name in kept}, run.ratings.scale
        )
        columns = [members.index(name) for name in kept]
        asked = Asked(columns=columns, taught=some_of(n, n_rows, run.seed), tested=tested)
        return run.stages.run(f"{name}/{stage}", _fitting(blank, rows, asked, run.seed))

    whole = fit("ensemble", members, n, slice(None))
    n_ablation = min(n, ABLATION_ROWS)
    if not compare:
        return SplitEnsembles(
            ensemble=whole, compared=compared, reference=whole, without={}, fewer={}
        )
    without = {}
    comparable = n_ablation == n and isinstance(compared, slice)
    if len(members) > 1:
        without = {
            left_out: fit(f"without/{left_out}", [m for m in members if m != left_out], n_ablation)
            for left_out in members
        }
    return SplitEnsembles(
        ensemble=whole,
        compared=compared,
        reference=whole if comparable or not without else fit("with-all", members, n_ablation),
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
    chosen = some_of(len(scores), IMPORTANCE_ROWS, seed)
    return ensemble.importance(scores[chosen], features[chosen])


def _fitting(blank: Ensemble, rows: StackRows, asked: Asked, seed: int) -> Callable[[Path], str]:
    """Fit on some stack rows and members, and score some test rows."""

    def work(directory: Path) -> str:
        columns, taught, tested = asked.columns, asked.taught, asked.tested
        ratings = rows.ratings[taught]
        started = time.perf_counter()
        ensemble = blank.fit(rows.scores[taught][:, columns], rows.features[taught], ratings, seed)
        fitted = time.perf_counter()
        scores = ensemble.predict(rows.test_scores[tested][:, columns], rows.test_features[tested])
        predicted = time.perf_counter()
        ensemble.save(directory)
        np.save(directory / SCORES, scores)
        write_seconds(directory, started, fitted, predicted)
        n_trees = ensemble.booster_.num_boosted_rounds()
        return f"{n_trees} trees over {len(columns)} models, from {len(ratings):,} ratings"

    return work


def some_of(n: int, n_wanted: int, seed: int) -> Rows:
    """Up to `n_wanted` random rows of `n`, ascending; fewer are among more."""
    if n_wanted >= n:
        return slice(None)
    return np.sort(np.random.default_rng(seed).permutation(n)[:n_wanted])
