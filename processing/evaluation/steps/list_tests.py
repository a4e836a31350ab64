"""How good the lists are: by each ranking model, by stars, and as they are served.

The served lists are those of the ranker, which was taught by stack ratings; here they and all that
they are compared with meet the test ratings, which had no say.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from processing.ensemble.stacking import Ensemble
from processing.evaluation.bootstrap import interval, resampled_means
from processing.evaluation.sampled_lists import Lists, in_chunks
from processing.evaluation.steps.held_out import SCORES, HeldOutScores
from processing.evaluation.steps.rankers import Taught, read_ranker
from processing.evaluation.steps.rankings import COLUMNS
from processing.evaluation.topn import (
    Likes,
    Outcome,
    find_likes,
    list_quality,
    merged,
    outcome,
    paired_gains,
)
from processing.ranking.candidates import Candidates
from processing.ranking.near import Correlations
from processing.ranking.order import Turn, best_of, first_of
from processing.ranking.ranker import Ranker
from processing.report.schema import (
    LIST,
    POPULAR,
    POPULAR_LATELY,
    STARS,
    ListOrder,
    ListPosition,
    ListResults,
)
from processing.runs.grams import part_grams
from processing.runs.run import Run
from processing.tools.stages import Stage

MOST_USERS = 20_000  # whose lists are measured
UNSPREAD = "unspread"
POSITIONS = {"well": ("Well known", 1), "listed": ("As listed", 0), "less": ("Less known", -1)}
LABELS = {LIST: "List, as served", STARS: "Ensemble, by stars alone"}


@dataclass(frozen=True, kw_only=True)
class ListTest:
    """What is measured in one split: its test part, the stars of its lists, and the ranker."""

    part: Taught
    scores: HeldOutScores
    list_stars: Stage
    ranker: Stage


def score_lists(run: Run, name: str, ensemble: Stage, held_out: HeldOutScores) -> Stage:
    """Let the ensemble score the lists of held-out ratings."""
    return run.stages.run(f"{name}/lists-ensemble", _scoring(ensemble, held_out))


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


def list_results(run: Run, tests: list[ListTest], labels: dict[str, str]) -> ListResults | None:
    """The report's part on lists; None where the users like nothing in the test.

    `labels`: of the star members, by name.
    """
    measured = [_Measured(run, test) for test in tests]
    if not any(each.n_likes for each in measured):
        return None
    names = {LIST: LABELS[LIST]} | {spec.name: spec.label for spec in run.rankings}
    names |= {STARS: LABELS[STARS]} | labels
    rows = tuple(
        _row(measured, model, label, run.seed)
        for model, label in names.items()
        if any(len(each.found[model].users) for each in measured)
    )
    ranker = read_ranker(tests[-1].ranker)
    plain = list_quality([each.found[UNSPREAD] for each in measured]).ndcg_10
    return ListResults(
        like=run.ratings.scale.like,
        n_users=rows[0].n_users,
        n_likes=sum(each.n_likes for each in measured),
        rows=rows,
        positions=tuple(
            ListPosition(position=position, label=label, **_quality(measured, position))
            for position, (label, _) in POSITIONS.items()
        ),
        spread_cost=1 - rows[0].ndcg_10 / plain if plain else None,
        known_weight=ranker.known_weight,
        ranker=ranker.fit,
        cut=measured[-1].cut,
    )


def _quality(measured: list["_Measured"], order: str) -> dict[str, Any]:
    """The measures of an order, by name."""
    outcomes = [each.found[order] for each in measured]
    distances = np.concatenate([each.distances(order) for each in measured])
    return msgspec.structs.asdict(list_quality(outcomes, distances))


def _row(measured: list["_Measured"], model: str, label: str, seed: int) -> ListOrder:
    """The measures of a model, and its NDCG less those of the lists that are all the same."""
    above: dict[str, Any] = {}
    for name, other in (("above_popular", POPULAR), ("above_lately", POPULAR_LATELY)):
        if model != other:
            pairs = [(each.found[model], each.found[other]) for each in measured]
            gains = np.concatenate([paired_gains(one, another) for one, another in pairs])
            above[name] = float(gains.mean())
            above[f"{name}_interval"] = interval(resampled_means(gains, seed))
    return ListOrder(
        model=model,
        label=label,
        n_users=sum(len(each.found[model].hits) for each in measured),
        fit_seconds=measured[-1].seconds.get(model),
        **above,
        **_quality(measured, model),
    )


class _Measured:
    """The lists of one split's test, in every order: an `Outcome` by model or position."""

    def __init__(self, run: Run, test: ListTest) -> None:
        self._run, self._test = run, test
        self._known = run.ratings.part(test.part.held.fit_on)
        self._models = test.part.rankings.load()
        grams = part_grams(run, test.part.held.fit_on, test.part.grams)
        self._correlations = Correlations(self._known, grams)
        self.seconds = test.part.rankings.seconds()
        self.cut = tuple(words for model in self._models.values() if (words := model.cut()))
        csr, rows = run.ratings.by_user, test.part.held.rows
        self._held = csr.rows()[rows], csr.indices[rows], csr.values[rows]
        self.n_likes = 0
        self.found = self._of_stars() | self._of_rankings()

    def distances(self, order: str) -> NDArray[np.float64]:
        """How far apart the first ten of each user are."""
        return self._correlations.distances(self.found[order].top)

    def _of_stars(self) -> dict[str, Outcome]:
        """The orders by stars: of the sample of users that the star models score all movies for."""
        scores = self._test.scores
        lists = scores.read_lists()
        likes = self._likes(lists)
        every = {STARS: np.load(self._test.list_stars.path / SCORES), **scores.list_scores()}
        return {model: outcome(lists, likes, stars) for model, stars in every.items()}

    def _of_rankings(self) -> dict[str, Outcome]:
        """The orders of the ranking models and of the ranker, some users at a time."""
        candidates = self._test.part.rankings.read_candidates()
        listed = self._listed(candidates)
        chunks: dict[str, list[Outcome]] = {name: [] for name in (*self._models, *listed)}
        for lists in in_chunks(self._known, candidates.users):
            likes, own = self._likes(lists), self._known.by_user.take(lists.users)
            self.n_likes += int(likes.liked.sum())
            scores = {
                name: lists.pairs_of(model.scores(own)) for name, model in self._models.items()
            }
            for name, of_model in scores.items():
                chunks[name].append(outcome(lists, likes, of_model))
            below = next(iter(scores.values()))
            places = np.searchsorted(candidates.users, lists.users)
            for name, movies in listed.items():
                order = with_first(lists, below, movies[places])
                chunks[name].append(outcome(lists, likes, order))
        return {name: merged(outcomes) for name, outcomes in chunks.items()}

    def _listed(self, candidates: Candidates) -> dict[str, NDArray[np.int32]]:
        """The movies of the ranker's lists, all candidates as served and a list turned each way."""
        test, ranker = self._test, read_ranker(self._test.ranker)
        orders = candidates.scores[:, 0]
        if ranker.path:
            orders = Ranker.load(ranker.path).predict(np.load(test.part.columns.path / COLUMNS))
        near, n = test.part.rankings.read_near(), self._run.profile.recommend.top_n
        logs = np.log1p(self._known.movie_counts)
        most = int(np.diff(candidates.indptr).max(initial=1))
        places = {
            UNSPREAD: best_of(candidates, orders, most),
            LIST: first_of(candidates, orders, near, Turn(most, 0.0, logs)),
        }
        for position, (_, way) in POSITIONS.items():
            turn = Turn(n, way * ranker.known_weight, logs)
            places[position] = first_of(candidates, orders, near, turn)
        movies = np.append(candidates.movies, np.int32(-1))
        return {name: movies[of_list] for name, of_list in places.items()}

    def _likes(self, lists: Lists) -> Likes:
        return find_likes(lists, *self._held, self._run.ratings.scale, self._run.seed)


def with_first(
    lists: Lists, below: NDArray[np.float32], first: NDArray[np.int32]
) -> NDArray[np.float32]:
    """Scores that put some movies first, in their order, and all others below in that of `below`.

    `first`: int32 (n_users, n), movies of each user's list, -1 beyond the last.
    """
    if not len(below):
        return below
    span = float(below.max() - below.min()) or 1.0
    scores: NDArray[np.float32] = ((below - below.max()) / span - 1).astype(np.float32)
    rows, places = np.nonzero(first >= 0)
    scores[lists.places(rows, first[rows, places])] = 1 - places / first.shape[1]
    return scores
