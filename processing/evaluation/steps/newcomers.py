"""How good the list of a newcomer is, of whom nothing is known but a few ratings.

Newcomers are users of the last split's test lists. A model, the prior and the asking list are
fitted on the known ratings of everyone else. Then each newcomer is folded in with some of their own
known ratings, those of the movies that come first in the asking list, and is predicted like anyone
else. The caution of their lists is chosen by their own ratings of the first stack set, which they
have not given then: the test has no say in it.
"""

import dataclasses
import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from processing.data.ratings import Ratings
from processing.data.splits import Mask, Split
from processing.evaluation.bootstrap import interval, resampled_rmse
from processing.evaluation.comparisons import mean_rmse
from processing.evaluation.sampled_lists import Lists, sample_lists
from processing.evaluation.steps.held_out import SCORES
from processing.evaluation.steps.interviews import Asked, asking_order, people_of
from processing.evaluation.steps.rankings import CAUTIONS, Listed
from processing.evaluation.test_scores import ENSEMBLE, Tested
from processing.evaluation.topn import Likes, find_likes, measures, outcome
from processing.models.linear import LinearModel
from processing.profile import ModelSpec
from processing.release.fold_in import FoldIn, FoldingModel
from processing.release.order import ordering_scores
from processing.tools.stages import Stage, Stages
from processing.visitors.fitting import fit_fold_in, folded_into

GIVEN = (5, 10, 20)
GIVEN_TO_CHOOSE = 10
FEWEST_KNOWN, FEWEST_USERS = 20, 10
MOST_SHARE = 0.2  # of the users: without more of them it would be another model
ABOUT = "newcomers.json"
AVERAGES, FOLD_IN = "Movie averages", "Fold-in"
KNOWN, POPULAR = "Ensemble, all ratings known", "Most popular"


@dataclass(frozen=True, kw_only=True)
class Newcomers:
    """Who they are, user indices int32 ascending, and where what was fitted without them is."""

    users: NDArray[np.int32]
    fitted: Stage


@dataclass(frozen=True, kw_only=True)
class _Fitted:
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
    stages: Stages,
    name: str,
    ratings: Ratings,
    split: Split,
    specs: list[ModelSpec],
    listed: NDArray[np.int32],
    seed: int,
) -> Newcomers | None:
    """Fit what newcomers are folded into, in a stage; None where there are too few of them.

    `listed` are the users of the test lists, whom newcomers are drawn from.
    """
    users = draw(ratings, split, listed, seed)
    if len(users) < FEWEST_USERS:
        return None
    work = functools.partial(_fit, folded_into(specs), ratings, split, users, seed)
    return Newcomers(users=users, fitted=stages.run(f"{name}/newcomers", work))


def draw(ratings: Ratings, split: Split, listed: NDArray[np.int32], seed: int) -> NDArray[np.int32]:
    """Users of the lists with enough known ratings, ascending; random ones if there are many."""
    csr = ratings.by_user
    n_test = np.bincount(csr.rows()[split.test], minlength=ratings.n_users)
    able = listed[(csr.counts - n_test)[listed] >= FEWEST_KNOWN]
    most = int(MOST_SHARE * np.count_nonzero(csr.counts))
    return np.sort(np.random.default_rng(seed).permutation(able)[:most]).astype(np.int32)


def newcomers(
    ratings: Ratings,
    split: Split,
    found: Newcomers | None,
    tested: Tested,
    listed: Listed,
    order_z: float,
    seed: int,
) -> dict[str, Any] | None:
    """The report's part on newcomers; None where there are too few of them.

    `tested` and `listed` are the split's test rows and test lists; `order_z` is the caution of the
    ensemble's lists, and of the newcomers' where none could be chosen.
    """
    if found is None:
        return None
    fitted = _read(found.fitted.path)
    z = order_z if fitted.z is None else fitted.z
    rows = np.isin(tested.users, found.users)
    lists, pairs = _lists_of(listed.held_out.read_lists(), found.users)
    asked = Asked(tested.users[rows], ratings.by_user.indices[split.test][rows], lists)
    places = asking_order(fitted.folding, fitted.counts)
    people = people_of(ratings, split.known, found.users, places)
    ensemble = np.load(listed.ensemble.path / SCORES)[pairs]
    known_counts = lists.movie_counts[lists.movies]
    scores = {KNOWN: tested.scores[ENSEMBLE][rows]}
    orders = {
        KNOWN: ordering_scores(ensemble, known_counts, float(lists.sd), order_z),
        POPULAR: fitted.counts[lists.movies].astype(np.float32),
    }
    for given in (0, *GIVEN):
        of_rows, of_pairs = asked.scores(fitted.folding, people, given)
        scale = ratings.scale
        scores[str(given)] = of_rows.clip(scale.low, scale.high).astype(np.float32)
        orders[str(given)] = fitted.order(of_pairs, lists, z)
    judged = _restricted(tested, rows, scores)
    likes = find_likes(lists, judged.users, asked.movies, judged.ratings, ratings.scale, seed)
    return {
        "n_users": len(found.users),
        "n_test": len(judged.ratings),
        "n_listed": len(np.unique(lists.rows()[likes.liked])),
        "order_z": z,
        "rows": _rows(judged, lists, likes, orders, seed),
    }


def _rows(
    judged: Tested, lists: Lists, likes: Likes, orders: dict[str, NDArray[np.float32]], seed: int
) -> list[dict[str, Any]]:
    """A row for each number of given ratings, and for what they are to be compared with."""
    resampled = resampled_rmse([judged], seed)
    labels: list[tuple[str, str, int | None]] = [
        ("0", AVERAGES, 0),
        *((str(given), FOLD_IN, given) for given in GIVEN),
        (KNOWN, KNOWN, None),
        (POPULAR, POPULAR, None),
    ]
    return [
        {
            "label": label,
            "given": given,
            "rmse": mean_rmse([judged], name) if name in judged.scores else None,
            "rmse_interval": interval(resampled[name]) if name in judged.scores else None,
            **_first_ten(lists, likes, orders[name]),
        }
        for name, label, given in labels
    ]


def _first_ten(lists: Lists, likes: Likes, order: NDArray[np.float32]) -> dict[str, float | None]:
    """Hit rate and NDCG of the first ten; None where nobody likes anything."""
    names = ("hit_rate_10", "ndcg_10")
    if not likes.liked.any():
        return dict.fromkeys(names)
    found = measures([outcome(lists, likes, order)])
    return {name: found[name] for name in names}


def _fit(
    spec: ModelSpec,
    ratings: Ratings,
    split: Split,
    users: NDArray[np.int32],
    seed: int,
    directory: Path,
) -> str:
    """Fit on everyone else's known ratings, and choose a caution on newcomers' stack ratings."""
    part = ratings.part(split.known & ~_of(ratings, users))
    model = spec.blank().fit(part, seed)
    assert isinstance(model, LinearModel)
    biases = model.arrays_.movie_biases.astype(np.float32)
    factors = model.arrays_.movie_factors.astype(np.float32)
    fold_in = fit_fold_in(part, part.mean, biases, factors, seed, 0.0)
    fitted = _Fitted(
        folding=FoldingModel(fold_in, part.mean, biases, factors),
        counts=part.movie_counts,
        sd=float(np.std(part.by_user.values, dtype=np.float64)),
        z=None,
    )
    arrays = {"biases": biases, "factors": factors, "counts": fitted.counts}
    for name, array in arrays.items():
        np.save(directory / f"{name}.npy", array)
    about = {
        "mean": part.mean,
        "sd": fitted.sd,
        "order_z": _caution(ratings, split, users, fitted, seed),
        "fold_in": fold_in.to_json(),
    }
    (directory / ABOUT).write_text(json.dumps(about), encoding="utf-8")
    return f"{spec.label} without {len(users):,} newcomers, from {part.n_ratings:,} ratings"


def _read(directory: Path) -> _Fitted:
    """What `_fit` wrote."""
    arrays = [np.load(directory / f"{name}.npy") for name in ("biases", "factors", "counts")]
    biases, factors, counts = arrays
    about = json.loads((directory / ABOUT).read_text(encoding="utf-8"))
    where = str(directory / ABOUT)
    fold_in = FoldIn.from_json(about["fold_in"], factors.shape[1], len(biases), where)
    folding = FoldingModel(fold_in, about["mean"], biases, factors)
    return _Fitted(folding=folding, counts=counts, sd=about["sd"], z=about["order_z"])


def _caution(
    ratings: Ratings, split: Split, users: NDArray[np.int32], fitted: _Fitted, seed: int
) -> float | None:
    """The z whose lists are best by the newcomers' stack ratings; None where they like nothing."""
    stack, csr = split.stacks[0], ratings.by_user
    known = split.known & ~stack
    lists = sample_lists(ratings.part(known), users, len(users), seed)
    rows = stack & _of(ratings, lists.users)
    row_users, movies, values = csr.rows()[rows], csr.indices[rows], csr.values[rows]
    likes = find_likes(lists, row_users, movies, values, ratings.scale, seed)
    places = asking_order(fitted.folding, fitted.counts)
    people = people_of(ratings, known, lists.users, places)
    asked = Asked(row_users, movies, lists)
    _, scores = asked.scores(fitted.folding, people, GIVEN_TO_CHOOSE)
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


def _restricted(tested: Tested, rows: Mask, scores: dict[str, NDArray[np.float32]]) -> Tested:
    """The test rows of the newcomers, with scores of their own."""
    names = ("users", "days", "ratings", "user_support", "movie_support")
    some = {name: getattr(tested, name)[rows] for name in names}
    return dataclasses.replace(tested, **some, scores=scores)
