"""How good the list of a newcomer is, of whom nothing is known but a few ratings.

Newcomers are users of the last split's test lists. A model, the prior and the asking list are
fitted on the known ratings of everyone else. Then each newcomer is folded in with some of their own
known ratings, those of the movies that come first in the asking list, and is predicted like anyone
else. The caution of their lists is chosen by their own ratings of the first stack set, which they
have not given then: the test has no say in it.
"""

import dataclasses
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from processing.data.ratings import Ratings
from processing.data.splits import Mask, Split
from processing.evaluation.bootstrap import interval, resampled_rmse
from processing.evaluation.comparisons import mean_rmse
from processing.evaluation.predictions import SplitPredictions
from processing.evaluation.sampled_lists import Lists, sample_lists
from processing.evaluation.steps.held_out import SCORES
from processing.evaluation.steps.interviews import Interviews, asking_places, people_of
from processing.evaluation.steps.list_tests import CAUTIONS, ScoredLists
from processing.evaluation.topn import Likes, find_likes, list_quality, outcome
from processing.release.encoding import to_json
from processing.release.fold_in import FoldIn, FoldingModel
from processing.release.order import ordering_scores
from processing.release.schema import FOLD_IN
from processing.report.schema import ENSEMBLE, NewcomerErrors, NewcomerResults
from processing.runs.run import Run
from processing.tools.stages import Stage
from processing.visitors.fitting import fit_fold_in, folded_into, movie_arrays

GIVEN = (5, 10, 20)
GIVEN_TO_CHOOSE = 10
FEWEST_KNOWN, FEWEST_USERS = 20, 10
MOST_SHARE = 0.2  # of the users: without more of them it would be another model
ABOUT = "newcomers.json"
AVERAGES, FOLDED_IN = "Movie averages", "Fold-in"
KNOWN, POPULAR = "Ensemble, all ratings known", "Most popular"


@dataclass(frozen=True, kw_only=True)
class NewcomerFit:
    """Who the newcomers are, user indices int32 ascending, and the fit without them."""

    users: NDArray[np.int32]
    stage: Stage


@dataclass(frozen=True, kw_only=True)
class _FoldInFit:
    """What was fitted without the newcomers.

    `counts`: the ratings of each movie, int64 (n_movies,). `sd`: their standard deviation. `z`: the
    caution of lists, None where none could be chosen.
    """

    folding: FoldingModel
    counts: NDArray[np.int64]
    sd: float
    z: float | None

    def order(self, scores: NDArray[np.float32], lists: Lists, z: float) -> NDArray[np.float32]:
        """What lists are ordered by, of scores of their pairs."""
        return ordering_scores(scores, self.counts[lists.movies], self.sd, z)


def fit_newcomers(
    run: Run, name: str, split: Split, list_users: NDArray[np.int32]
) -> NewcomerFit | None:
    """Fit what newcomers are folded into, in a stage; None where there are too few of them.

    `list_users` are the users of the test lists, whom newcomers are drawn from.
    """
    users = draw(run.ratings, split, list_users, run.seed)
    if len(users) < FEWEST_USERS:
        return None
    return NewcomerFit(
        users=users, stage=run.stages.run(f"{name}/newcomers", _fitting(run, split, users))
    )


def draw(
    ratings: Ratings, split: Split, list_users: NDArray[np.int32], seed: int
) -> NDArray[np.int32]:
    """Users of the lists with enough known ratings, ascending; random ones if there are many."""
    csr = ratings.by_user
    n_test = np.bincount(csr.rows()[split.test], minlength=ratings.n_users)
    able = list_users[(csr.counts - n_test)[list_users] >= FEWEST_KNOWN]
    most = int(MOST_SHARE * np.count_nonzero(csr.counts))
    return np.sort(np.random.default_rng(seed).permutation(able)[:most]).astype(np.int32)


def newcomer_results(
    run: Run,
    split: Split,
    fit: NewcomerFit,
    predictions: SplitPredictions,
    scored: ScoredLists,
    order_z: float,
) -> NewcomerResults:
    """The report's part on newcomers.

    `predictions` and `scored` are of the split's test rows and test lists; `order_z` is the caution
    of the ensemble's lists, and of the newcomers' where none could be chosen.
    """
    fitted = _read(fit.stage.path)
    z = order_z if fitted.z is None else fitted.z
    rows = np.isin(predictions.users, fit.users)
    lists, pairs = _lists_of(scored.held_out.read_lists(), fit.users)
    movies = run.ratings.by_user.indices[split.test][rows]
    places = asking_places(fitted.folding, fitted.counts)
    people = people_of(run.ratings, split.known, fit.users, places)
    interviews = Interviews(predictions.users[rows], movies, lists, people)
    ensemble = np.load(scored.ensemble.path / SCORES)[pairs]
    known_counts = lists.movie_counts[lists.movies]
    scores = {KNOWN: predictions.scores[ENSEMBLE][rows]}
    orders = {
        KNOWN: ordering_scores(ensemble, known_counts, float(lists.sd), order_z),
        POPULAR: fitted.counts[lists.movies].astype(np.float32),
    }
    scale = run.ratings.scale
    for given in (0, *GIVEN):
        of_rows, of_pairs = interviews.scores(fitted.folding, given)
        scores[str(given)] = of_rows.clip(scale.low, scale.high).astype(np.float32)
        orders[str(given)] = fitted.order(of_pairs, lists, z)
    own = _restricted(predictions, rows, scores)
    likes = find_likes(lists, own.users, movies, own.ratings, scale, run.seed)
    return NewcomerResults(
        n_users=len(fit.users),
        n_test=len(own.ratings),
        n_listed=len(np.unique(lists.rows()[likes.liked])),
        order_z=z,
        rows=_rows(own, lists, likes, orders, run.seed),
    )


def _rows(
    own: SplitPredictions,
    lists: Lists,
    likes: Likes,
    orders: dict[str, NDArray[np.float32]],
    seed: int,
) -> tuple[NewcomerErrors, ...]:
    """A row for each number of given ratings, and for what they are to be compared with."""
    resampled = resampled_rmse([own], seed)
    labels: list[tuple[str, str, int | None]] = [
        ("0", AVERAGES, 0),
        *((str(given), FOLDED_IN, given) for given in GIVEN),
        (KNOWN, KNOWN, None),
        (POPULAR, POPULAR, None),
    ]
    return tuple(
        NewcomerErrors(
            label=label,
            given=given,
            rmse=mean_rmse([own], name) if name in own.scores else None,
            rmse_interval=interval(resampled[name]) if name in own.scores else None,
            **_first_ten(lists, likes, orders[name]),
        )
        for name, label, given in labels
    )


def _first_ten(lists: Lists, likes: Likes, order: NDArray[np.float32]) -> dict[str, float | None]:
    """Hit rate and NDCG of the first ten; None where nobody likes anything."""
    if not likes.liked.any():
        return {"hit_rate_10": None, "ndcg_10": None}
    found = list_quality([outcome(lists, likes, order)])
    return {"hit_rate_10": found.hit_rate_10, "ndcg_10": found.ndcg_10}


def _fitting(run: Run, split: Split, users: NDArray[np.int32]) -> Callable[[Path], str]:
    """Fit on everyone else's known ratings, and choose a caution on newcomers' stack ratings."""

    def work(directory: Path) -> str:
        spec = folded_into(run.models)
        part = run.ratings.part(split.known & ~_of(run.ratings, users))
        biases, factors = movie_arrays(spec.blank().fit(part, run.seed))
        fold_in = fit_fold_in(part, part.mean, biases, factors, run.seed, order_z=0.0)
        fitted = _FoldInFit(
            folding=FoldingModel(fold_in, part.mean, biases, factors),
            counts=part.movie_counts,
            sd=float(np.std(part.by_user.values, dtype=np.float64)),
            z=None,
        )
        arrays: dict[str, NDArray[Any]] = {
            "biases": biases,
            "factors": factors,
            "counts": fitted.counts,
        }
        for name, array in arrays.items():
            np.save(directory / f"{name}.npy", array)
        about = {
            "mean": part.mean,
            "sd": fitted.sd,
            "order_z": _caution(run, split, users, fitted),
        }
        (directory / ABOUT).write_text(json.dumps(about), encoding="utf-8")
        (directory / FOLD_IN).write_bytes(to_json(fold_in, FOLD_IN, indent=None))
        return f"{spec.label} without {len(users):,} newcomers, from {part.n_ratings:,} ratings"

    return work


def _read(directory: Path) -> _FoldInFit:
    """What `_fitting` wrote."""
    arrays = [np.load(directory / f"{name}.npy") for name in ("biases", "factors", "counts")]
    biases, factors, counts = arrays
    about = json.loads((directory / ABOUT).read_text(encoding="utf-8"))
    path = directory / FOLD_IN
    fold_in = FoldIn.read(path.read_bytes(), factors.shape[1], len(biases), str(path))
    folding = FoldingModel(fold_in, about["mean"], biases, factors)
    return _FoldInFit(folding=folding, counts=counts, sd=about["sd"], z=about["order_z"])


def _caution(run: Run, split: Split, users: NDArray[np.int32], fitted: _FoldInFit) -> float | None:
    """The z whose lists are best by the newcomers' stack ratings; None where they like nothing."""
    ratings, stack = run.ratings, split.stacks[0]
    csr, known = ratings.by_user, split.known & ~stack
    lists = sample_lists(ratings.part(known), users, len(users), run.seed)
    rows = stack & _of(ratings, lists.users)
    row_users, movies, values = csr.rows()[rows], csr.indices[rows], csr.values[rows]
    likes = find_likes(lists, row_users, movies, values, ratings.scale, run.seed)
    places = asking_places(fitted.folding, fitted.counts)
    people = people_of(ratings, known, lists.users, places)
    interviews = Interviews(row_users, movies, lists, people)
    _, scores = interviews.scores(fitted.folding, GIVEN_TO_CHOOSE)
    gains = {z: _first_ten(lists, likes, fitted.order(scores, lists, z)) for z in CAUTIONS}
    worth = {z: gain["ndcg_10"] for z, gain in gains.items() if gain["ndcg_10"] is not None}
    return max(worth, key=lambda z: (worth[z], -z), default=None)


def _of(ratings: Ratings, users: NDArray[np.int32]) -> Mask:
    """Which ratings are of `users`."""
    among = np.zeros(ratings.n_users, bool)
    among[users] = True
    return np.repeat(among, ratings.by_user.counts)


def _lists_of(lists: Lists, users: NDArray[np.int32]) -> tuple[Lists, NDArray[np.bool_]]:
    """The lists of some of the users, and which pairs are theirs."""
    kept, sizes = np.isin(lists.users, users), np.diff(lists.indptr)
    pairs = np.repeat(kept, sizes)
    some = dataclasses.replace(
        lists,
        users=lists.users[kept],
        days=lists.days[kept],
        indptr=np.concatenate(([0], np.cumsum(sizes[kept]))),
        movies=lists.movies[pairs],
    )
    return some, pairs


def _restricted(
    predictions: SplitPredictions, rows: Mask, scores: dict[str, NDArray[np.float32]]
) -> SplitPredictions:
    """The test rows of the newcomers, with scores of their own."""
    return dataclasses.replace(
        predictions,
        users=predictions.users[rows],
        days=predictions.days[rows],
        ratings=predictions.ratings[rows],
        user_support=predictions.user_support[rows],
        movie_support=predictions.movie_support[rows],
        scores=scores,
    )
