"""The ranker, taught by stack ratings: which of its candidates people turned out to like.

Everything that it is told of a candidate comes from ratings outside stack and test; the stack
ratings are labels alone, and the test ratings have no say.
"""

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from processing.data.ratings import Ratings
from processing.evaluation.steps.held_out import HeldOut
from processing.evaluation.steps.rankings import COLUMNS, PartRankings, names_of
from processing.evaluation.topn import ndcg_of_places
from processing.ranking.candidates import Candidates
from processing.ranking.columns import plain_names
from processing.ranking.order import KNOWN_WEIGHTS, Turn, first_of
from processing.ranking.ranker import Ranker
from processing.ranking.registry import BASELINES
from processing.report.schema import RankerFit
from processing.runs.grams import KnownGrams
from processing.runs.run import Run
from processing.tools.stages import Stage

ABOUT = "about.json"
LEAST_KEPT = 0.8  # of the NDCG@10 that turning a list to well or less known movies has to leave


@dataclass(frozen=True, kw_only=True)
class Taught:
    """A part of the ratings: what is held out, what is proposed, and what the ranker is told of it.

    `grams` are those of the split's known ratings.
    """

    held: HeldOut
    rankings: PartRankings
    columns: Stage
    grams: KnownGrams


@dataclass(frozen=True, kw_only=True)
class RankerStage:
    """The fitted ranker's folder, what it learned from, and what turns its lists.

    `path` is None where nobody liked any candidate: then lists are in the order of the first
    ranking model.
    """

    path: Path | None
    fit: RankerFit | None
    known_weight: float


def fit_ranker(run: Run, name: str, parts: list[Taught]) -> Stage:
    """Fit the ranker on the candidates of all stack sets of a split, in a stage."""
    return run.stages.run(f"{name}/ranker", _fitting(run, parts))


def read_ranker(stage: Stage) -> RankerStage:
    """Read what `fit_ranker` left."""
    about = json.loads((stage.path / ABOUT).read_text())
    if about["fit"] is None:
        return RankerStage(path=None, fit=None, known_weight=about["known_weight"])
    return RankerStage(
        path=stage.path, fit=RankerFit(**about["fit"]), known_weight=about["known_weight"]
    )


def liked_pairs(ratings: Ratings, held: HeldOut, candidates: Candidates) -> NDArray[np.bool_]:
    """Whether each candidate is a held-out rating that is a like, bool (n_pairs,)."""
    users, movies, _ = candidates.pairs()
    places = ratings.locate(users, movies)
    found = places >= 0
    found[found] = held.rows[places[found]]
    liked = np.zeros(len(users), bool)
    liked[found] = ratings.by_user.values[places[found]] >= np.float32(ratings.scale.like)
    return liked


def _fitting(run: Run, parts: list[Taught]) -> Callable[[Path], str]:
    def work(directory: Path) -> str:
        names = names_of(run)
        read = [part.rankings.read_candidates() for part in parts]
        columns = np.concatenate([np.load(part.columns.path / COLUMNS) for part in parts])
        liked = np.concatenate(
            [
                liked_pairs(run.ratings, part.held, each)
                for part, each in zip(parts, read, strict=True)
            ]
        )
        sizes = np.concatenate([np.diff(each.indptr) for each in read])
        indptr = np.concatenate(([0], np.cumsum(sizes)))
        n_likes = int(liked.sum())
        if n_likes == 0:
            (directory / ABOUT).write_text(json.dumps({"fit": None, "known_weight": 0.0}))
            return "nobody liked a candidate"
        models = [spec.name for spec in run.rankings if spec not in BASELINES]
        plain = plain_names(models, [spec.name for spec in run.models])
        held_back = [f"{model}_z" for model in models[1:]]
        ranker = Ranker(run.profile.ranker, names, plain, held_back)
        ranker.fit(columns, indptr, liked, run.seed).save(directory)
        fit = RankerFit(
            n_users=int(np.count_nonzero(np.add.reduceat(liked, indptr[:-1], dtype=np.int64))),
            n_rows=len(liked),
            n_likes=n_likes,
            n_trees=ranker.n_trees_,
            weights=ranker.weights(),
        )
        weight = _known_weight(run, parts, ranker)
        about = {"fit": msgspec.to_builtins(fit), "known_weight": weight}
        (directory / ABOUT).write_text(json.dumps(about))
        return f"{ranker.n_trees_} trees, from {n_likes:,} likes of {fit.n_users:,} users"

    return work


def _known_weight(run: Run, parts: list[Taught], ranker: Ranker) -> float:
    """What turns lists as far as leaves `LEAST_KEPT` of the NDCG on the stack, both ways.

    The first that leaves less ends the search.
    """
    lists = []
    for part in parts:
        candidates, near = part.rankings.read_candidates(), part.rankings.read_near()
        liked = liked_pairs(run.ratings, part.held, candidates)
        orders = ranker.predict(np.load(part.columns.path / COLUMNS))
        logs = np.log1p(run.ratings.part(part.held.fit_on).movie_counts)
        lists.append((candidates, orders, near, liked, logs))

    def worth(weight: float) -> float:
        gains = []
        for candidates, orders, near, liked, logs in lists:
            turn = Turn(run.profile.recommend.top_n, weight, logs)
            listed = first_of(candidates, orders, near, turn)
            gains.append(ndcg_of_places(candidates.indptr, liked, listed))
        return float(np.concatenate(gains).mean())

    least = LEAST_KEPT * worth(0.0)
    kept = itertools.takewhile(
        lambda weight: min(worth(weight), worth(-weight)) >= least, KNOWN_WEIGHTS
    )
    return max(kept, default=0.0)
