"""How good the lists are, and how cautious their order has to be.

The caution z of the order is chosen on the lists of the first stack set, by stack ratings. What it
is worth is measured on the test lists, which had no say.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from processing.data.ratings import Ratings
from processing.ensemble.stacking import Ensemble
from processing.evaluation.sampled_lists import Lists
from processing.evaluation.steps.held_out import SCORES, HeldOutScores
from processing.evaluation.topn import Likes, find_likes, list_quality, outcome
from processing.release.order import ordering_scores
from processing.report.schema import (
    ENSEMBLE,
    MOST_POPULAR,
    SERVED_LIST,
    Caution,
    ListOrder,
    ListQuality,
    ListResults,
)
from processing.runs.run import Run
from processing.tools.stages import Stage

CAUTIONS = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0)  # beyond that a list is one of popular movies
EXTRA_LABELS = {SERVED_LIST: "Ensemble, as listed", MOST_POPULAR: "Most popular"}


@dataclass(frozen=True, kw_only=True)
class ScoredLists:
    """Lists of held-out ratings, and where the ensemble's scores of them are kept."""

    held_out: HeldOutScores
    ensemble: Stage


def score_lists(run: Run, name: str, ensemble: Stage, held_out: HeldOutScores) -> ScoredLists:
    """Let the ensemble score the lists of held-out ratings."""
    stage = run.stages.run(f"{name}/lists-ensemble", _scoring(ensemble, held_out))
    return ScoredLists(held_out=held_out, ensemble=stage)


def _scoring(ensemble: Stage, held_out: HeldOutScores) -> Callable[[Path], str]:
    """Write the ensemble's scores of the pairs of the lists."""

    def work(directory: Path) -> str:
        lists, loaded = held_out.read_lists(), Ensemble.load(ensemble.path)
        members, features = list(held_out.list_scores().values()), held_out.list_features()
        out = np.empty(len(lists.movies), np.float32)
        for where, _ in lists.blocks():
            scores = np.column_stack([member[where] for member in members])
            out[where] = loaded.predict(scores, features[where])
        np.save(directory / SCORES, out)
        return f"{len(out):,} pairs of {len(lists.users):,} users scored"

    return work


def list_results(
    run: Run, stack: list[ScoredLists], test: list[ScoredLists], labels: dict[str, str]
) -> ListResults | None:
    """The report's part on lists; None where the sampled users like nothing in the test.

    `stack`, `test`: the lists of each split. `labels`: of the members and the ensemble, by name.
    """
    on_test = [_ListTest(run.ratings, lists, run.seed) for lists in test]
    n_likes = sum(int(one.likes.liked.sum()) for one in on_test)
    if n_likes == 0:
        return None
    orders = _cautions([_ListTest(run.ratings, lists, run.seed) for lists in stack])
    z = max(orders, key=lambda order: (order.ndcg_10, -order.z)).z if orders else 0.0
    rows = []
    for model, label in (labels | EXTRA_LABELS).items():
        outcomes = [outcome(one.lists, one.likes, one.scores(model, z)) for one in on_test]
        quality = msgspec.structs.asdict(list_quality(outcomes))
        rows.append(ListOrder(model=model, label=label, **quality))
    return ListResults(
        like=run.ratings.scale.like,
        n_users=sum(len(found.hits) for found in outcomes),
        n_likes=n_likes,
        order=z,
        rows=tuple(rows),
        orders=orders,
    )


class _ListTest:
    """The lists of one part with what their users turned out to like."""

    lists: Lists
    likes: Likes

    def __init__(self, ratings: Ratings, scored: ScoredLists, seed: int) -> None:
        held_out, csr = scored.held_out, ratings.by_user
        self._members = held_out.list_scores()
        self._ensemble: NDArray[np.float32] = np.load(scored.ensemble.path / SCORES)
        self.lists = held_out.read_lists()
        rows = held_out.rows
        self.likes = find_likes(
            self.lists,
            csr.rows()[rows],
            csr.indices[rows],
            csr.values[rows],
            ratings.scale,
            seed,
        )

    def scores(self, model: str, z: float) -> NDArray[np.float32]:
        """What the lists are ordered by, float32 (n_pairs,)."""
        if model == ENSEMBLE:
            return self._ensemble
        if model in self._members:
            return self._members[model]
        counts = self.lists.movie_counts[self.lists.movies]
        if model == MOST_POPULAR:
            return counts.astype(np.float32)
        ordered = ordering_scores(self._ensemble, counts, float(self.lists.sd), z)
        return np.asarray(ordered, np.float32)


def _cautions(stack: list[_ListTest]) -> tuple[Caution, ...]:
    """What each caution is worth on the stack lists; nothing where nobody likes anything."""
    if not any(one.likes.liked.any() for one in stack):
        return ()
    return tuple(Caution(z=z, **msgspec.structs.asdict(_quality(stack, z))) for z in CAUTIONS)


def _quality(stack: list[_ListTest], z: float) -> ListQuality:
    return list_quality(
        [outcome(one.lists, one.likes, one.scores(SERVED_LIST, z)) for one in stack]
    )
