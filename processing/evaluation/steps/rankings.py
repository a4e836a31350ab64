"""How good the lists are, and how cautious their order has to be.

The caution z of the order is chosen on the lists of the first stack set, by stack ratings. What it
is worth is measured on the test lists, which had no say.
"""

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from processing.data.ratings import Ratings
from processing.evaluation.sampled_lists import Lists
from processing.evaluation.steps import ensembles as stacked
from processing.evaluation.steps.held_out import SCORES, HeldOut
from processing.evaluation.test_scores import ENSEMBLE
from processing.evaluation.topn import Likes, find_likes, measures, outcome
from processing.release.order import ordering_scores
from processing.tools.stages import Stage, Stages

CAUTIONS = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0)  # beyond that a list is one of popular movies
EXTRA_LABELS = {"ordered": "Ensemble, as listed", "popular": "Most popular"}


@dataclass(frozen=True, kw_only=True)
class Listed:
    """Lists of held-out ratings, and where the ensemble's scores of them are kept."""

    held_out: HeldOut
    ensemble: Stage


def score_lists(stages: Stages, name: str, ensemble: Stage, held_out: HeldOut) -> Listed:
    """Let the ensemble score the lists of held-out ratings."""
    work = functools.partial(stacked.score_lists, ensemble, held_out)
    return Listed(held_out=held_out, ensemble=stages.run(f"{name}/lists-ensemble", work))


def ranking(
    ratings: Ratings,
    stack: list[Listed],
    test: list[Listed],
    labels: dict[str, str],
    seed: int,
) -> dict[str, Any] | None:
    """The report's part on rankings; None where the sampled users like nothing in the test.

    `stack`, `test`: the lists of each split. `labels`: of the members and the ensemble, by name.
    """
    on_test = [_Judged(ratings, listed, seed) for listed in test]
    n_likes = sum(int(judged.likes.liked.sum()) for judged in on_test)
    if n_likes == 0:
        return None
    orders = _orders([_Judged(ratings, listed, seed) for listed in stack])
    z = max(orders, key=lambda order: (order["ndcg_10"], -order["z"]))["z"] if orders else 0.0
    rows = []
    for model, label in (labels | EXTRA_LABELS).items():
        outcomes = [
            outcome(judged.lists, judged.likes, judged.scores(model, z)) for judged in on_test
        ]
        rows.append({"model": model, "label": label, **measures(outcomes)})
    return {
        "like": ratings.scale.like,
        "n_users": sum(len(found.hits) for found in outcomes),
        "n_likes": n_likes,
        "order": z,
        "rows": rows,
        "orders": orders,
    }


class _Judged:
    """The lists of one part with what their users turned out to like."""

    lists: Lists
    likes: Likes

    def __init__(self, ratings: Ratings, listed: Listed, seed: int) -> None:
        held_out, csr = listed.held_out, ratings.by_user
        self._members = held_out.list_scores()
        self._ensemble: NDArray[np.float32] = np.load(listed.ensemble.path / SCORES)
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
        if model == "popular":
            return counts.astype(np.float32)
        ordered = ordering_scores(self._ensemble, counts, float(self.lists.sd), z)
        return np.asarray(ordered, np.float32)


def _orders(stack: list[_Judged]) -> list[dict[str, Any]]:
    """What each caution is worth on the stack lists; nothing where nobody likes anything."""
    if not any(judged.likes.liked.any() for judged in stack):
        return []
    return [
        {
            "z": z,
            **measures([outcome(one.lists, one.likes, one.scores("ordered", z)) for one in stack]),
        }
        for z in CAUTIONS
    ]
