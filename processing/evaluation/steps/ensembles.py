"""The ensemble over held-out predictions, and what it is without a member or with fewer rows.

Everything here learns from stack rows, and scores test rows without their ratings.
"""

import functools
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from processing.ensemble.stacking import Ensemble
from processing.evaluation.steps.held_out import SCORES, HeldOut, write_seconds
from processing.tools.stages import Stage, Stages

ABLATION_ROWS = 1_000_000
LEARNING_SHARES = (0.1, 0.3)
IMPORTANCE_ROWS = 10_000


@dataclass(frozen=True, kw_only=True)
class Stacked:
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


class _Rows:
    """Member scores, features and ratings of the stack rows, and of the test rows no ratings."""

    def __init__(
        self, stacks: list[HeldOut], stack_ratings: NDArray[np.float32], test: HeldOut
    ) -> None:
        self._stacks, self._test = stacks, test
        self.ratings = stack_ratings

    @functools.cached_property
    def scores(self) -> NDArray[np.float32]:
        return np.concatenate([stack.scores() for stack in self._stacks])

    @functools.cached_property
    def made(self) -> NDArray[np.float32]:
        return np.concatenate([stack.made() for stack in self._stacks])

    @functools.cached_property
    def test_scores(self) -> NDArray[np.float32]:
        return self._test.scores()

    @functools.cached_property
    def test_made(self) -> NDArray[np.float32]:
        return self._test.made()


def stack(
    stages: Stages,
    name: str,
    blank: Ensemble,
    stacks: list[HeldOut],
    stack_ratings: NDArray[np.float32],
    test: HeldOut,
    seed: int,
    compare: bool,
) -> Stacked:
    """Fit the ensemble and, to `compare`, those without each member and with fewer stack rows.

    `stack_ratings` are the ratings of the rows of all `stacks`, one after the other.
    """
    rows = _Rows(stacks, stack_ratings, test)
    n = len(stack_ratings)
    members = list(blank.members)

    def fit(stage: str, kept: list[str], n_rows: int) -> Stage:
        part = Ensemble(blank.settings, {name: blank.members[name] for name in kept}, blank.scale)
        columns = [members.index(name) for name in kept]
        work = functools.partial(_fit, part, rows, columns, n_rows, seed)
        return stages.run(f"{name}/{stage}", work)

    whole = fit("ensemble", members, n)
    n_ablation = min(n, ABLATION_ROWS)
    if not compare:
        return Stacked(ensemble=whole, reference=whole, without={}, fewer={})
    without = {}
    if len(members) > 1:
        without = {
            left_out: fit(f"without/{left_out}", [m for m in members if m != left_out], n_ablation)
            for left_out in members
        }
    return Stacked(
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


def importance(stacked: Stacked, test: HeldOut, seed: int) -> dict[str, float]:
    """The mean of |stars| that each column adds to the ensemble's scores, of some test rows."""
    ensemble = Ensemble.load(stacked.ensemble.path)
    scores, made = test.scores(), test.made()
    chosen = _some(len(scores), IMPORTANCE_ROWS, seed)
    return ensemble.importance(scores[chosen], made[chosen])


def score_lists(ensemble: Stage, held_out: HeldOut, directory: Path) -> str:
    """Write the ensemble's scores of the pairs of the lists: a stage's work."""
    lists, loaded = held_out.read_lists(), Ensemble.load(ensemble.path)
    members, made = list(held_out.list_scores().values()), held_out.list_made()
    out = np.empty(len(lists.movies), np.float32)
    for where, _ in lists.blocks():
        scores = np.column_stack([member[where] for member in members])
        out[where] = loaded.predict(scores, made[where])
    np.save(directory / SCORES, out)
    return f"{len(out):,} pairs of {len(lists.users):,} users scored"


def _fit(
    blank: Ensemble, rows: _Rows, columns: list[int], n_rows: int, seed: int, directory: Path
) -> str:
    """Fit on `n_rows` random stack rows, and score the test rows."""
    n = len(rows.ratings)
    chosen = _some(n, n_rows, seed)
    started = time.perf_counter()
    ensemble = blank.fit(
        rows.scores[chosen][:, columns], rows.made[chosen], rows.ratings[chosen], seed
    )
    fitted = time.perf_counter()
    scores = ensemble.predict(rows.test_scores[:, columns], rows.test_made)
    predicted = time.perf_counter()
    ensemble.save(directory)
    np.save(directory / SCORES, scores)
    write_seconds(directory, started, fitted, predicted)
    n_trees = ensemble.booster_.num_boosted_rounds()
    return f"{n_trees} trees over {len(columns)} models, from {min(n, n_rows):,} ratings"


def _some(n: int, n_wanted: int, seed: int) -> NDArray[np.int64] | slice:
    """Up to `n_wanted` random rows of `n`, ascending; fewer are among more."""
    if n_wanted >= n:
        return slice(None)
    return np.sort(np.random.default_rng(seed).permutation(n)[:n_wanted])
