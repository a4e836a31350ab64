"""How good the list of a newcomer is, of whom nothing is known but a few ratings.

Newcomers are users of the last split's test lists. Fold-in, EASE and asking list are fitted on the
known ratings of everyone else. Then each newcomer gives some of their own known ratings, those of
the movies that come first in the asking list: they are folded in for their stars, and their lists
are ordered as the site orders them (`processing.release.affinity`).
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
from processing.evaluation.bootstrap import interval, resampled_means, resampled_rmse
from processing.evaluation.comparisons import mean_rmse
from processing.evaluation.predictions import SplitPredictions
from processing.evaluation.sampled_lists import Lists, sample_lists
from processing.evaluation.steps.interviews import Interviews, Person, asking_places, people_of
from processing.evaluation.steps.visitor_orders import (
    GIVEN,
    Newcomers,
    choose_about,
    default_about,
    orders,
    spread_orders,
)
from processing.evaluation.topn import (
    Likes,
    Outcome,
    find_likes,
    list_quality,
    outcome,
    paired_gains,
)
from processing.ranking.ease import Ease, EaseSettings
from processing.ranking.near import near_movies
from processing.release.affinity import Affinity, AffinityAbout, Weights
from processing.release.encoding import from_json, to_json
from processing.release.fold_in import FoldIn, FoldingModel
from processing.release.schema import AFFINITY, FOLD_IN
from processing.report.schema import ENSEMBLE, AskingOrder, NewcomerErrors, NewcomerResults
from processing.runs.grams import KnownGrams, part_grams
from processing.runs.run import Run
from processing.tools.stages import Stage
from processing.visitors.fitting import fit_fold_in, folded_into, movie_arrays
from processing.visitors.prior import Prior
from processing.visitors.questions import choose_movies
from processing.visitors.ranking_questions import choose_for_ranking
from processing.visitors.weights import published

FEWEST_KNOWN, FEWEST_USERS = 20, 10
MOST_SHARE = 0.2  # of the users: without more of them it would be another model
ABOUT = "newcomers.json"
AVERAGES, FOLDED_IN = "Movie averages, most popular first", "Ratings given"
KNOWN, POPULAR = "Ensemble, all ratings known", "Most popular"
ASKED = {"ranking": "by the ranking", "stars": "by the stars"}


@dataclass(frozen=True, kw_only=True)
class NewcomerFit:
    """Who the newcomers are, user indices int32 ascending, and the fit without them."""

    users: NDArray[np.int32]
    stage: Stage


@dataclass(frozen=True, kw_only=True)
class _Fitted:
    """What was fitted without the newcomers; `counts` are the ratings of each movie, int64.

    `asking`: the asking lists, by what they are for; that of the ranking is also the fold-in's.
    """

    folding: FoldingModel
    affinity: Affinity
    counts: NDArray[np.int64]
    asking: dict[str, list[int]]


def fit_newcomers(
    run: Run, name: str, split: Split, list_users: NDArray[np.int32], grams: KnownGrams
) -> NewcomerFit | None:
    """Fit what newcomers are ranked by, in a stage; None where there are too few of them.

    `list_users` are the users of the test lists, whom newcomers are drawn from; `grams` are
    those of the split's known ratings.
    """
    users = draw(run.ratings, split, list_users, run.seed)
    if len(users) < FEWEST_USERS:
        return None
    return NewcomerFit(
        users=users, stage=run.stages.run(f"{name}/newcomers", _fitting(run, split, users, grams))
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


def read_about(fit: NewcomerFit) -> AffinityAbout:
    """How the few ratings of visitors weigh, as was chosen with the newcomers."""
    data = (fit.stage.path / AFFINITY).read_bytes()
    return from_json(data, AffinityAbout, AFFINITY)


def newcomer_results(
    run: Run, split: Split, fit: NewcomerFit, predictions: SplitPredictions, lists: Lists
) -> NewcomerResults:
    """The report's part on newcomers; `predictions` and `lists` are of the split's test."""
    fitted, scale = _read(run, fit.stage.path), run.ratings.scale
    rows = np.isin(predictions.users, fit.users)
    own_lists = _lists_of(lists, fit.users)
    movies = run.ratings.by_user.indices[split.test][rows]
    people = _people(run.ratings, split.known, fit.users, fitted, "ranking")
    interviews = Interviews(predictions.users[rows], movies, people)
    scores = {KNOWN: predictions.scores[ENSEMBLE][rows]}
    for given in (0, *GIVEN):
        of_rows = interviews.scores(fitted.folding, given)
        scores[str(given)] = of_rows.clip(scale.low, scale.high).astype(np.float32)
    own = predictions.some(rows, scores)
    likes = find_likes(own_lists, own.users, movies, own.ratings, scale, run.seed)
    return NewcomerResults(
        n_users=len(fit.users),
        n_test=len(own.ratings),
        n_listed=len(np.unique(own_lists.rows()[likes.liked])),
        neutral=fitted.affinity.about.neutral,
        rows=_rows(own, Newcomers(people, own_lists, likes), fitted, run.seed),
        asking=_asking(run, split, fit, fitted, own_lists, likes),
    )


def _rows(
    own: SplitPredictions, newcomers: Newcomers, fitted: _Fitted, seed: int
) -> tuple[NewcomerErrors, ...]:
    """A row for each number of given ratings, and for what they are to be compared with."""
    resampled = resampled_rmse([own], seed)
    people, lists, likes = newcomers
    popular = _popular(fitted, lists, likes)
    labels: list[tuple[str, str, int | None]] = [
        ("0", AVERAGES, 0),
        *((str(given), FOLDED_IN, given) for given in GIVEN),
        (KNOWN, KNOWN, None),
        (POPULAR, POPULAR, None),
    ]
    rows = []
    for name, label, given in labels:
        found = popular if name == POPULAR else None
        if given is not None and popular is not None:
            order = orders(fitted.affinity, people, lists, given)
            found = outcome(lists, likes, spread_orders(order, lists, fitted.affinity.weights))
        rows.append(
            NewcomerErrors(
                label=label,
                given=given,
                rmse=mean_rmse([own], name) if name in own.scores else None,
                rmse_interval=interval(resampled[name]) if name in own.scores else None,
                **_first_ten(found, popular, seed),
            )
        )
    return tuple(rows)


def _popular(fitted: _Fitted, lists: Lists, likes: Likes) -> Outcome | None:
    """The lists with the most popular first; None where nobody likes anything."""
    if not likes.liked.any():
        return None
    return outcome(lists, likes, fitted.counts[lists.movies].astype(np.float32))


def _first_ten(found: Outcome | None, popular: Outcome | None, seed: int) -> dict[str, Any]:
    """Hit rate and NDCG of the first ten, and how far they are above most popular."""
    if found is None or popular is None:
        return {"hit_rate_10": None, "ndcg_10": None}
    quality = list_quality([found])
    measures = {"hit_rate_10": quality.hit_rate_10, "ndcg_10": quality.ndcg_10}
    if found is popular:
        return measures
    gains = paired_gains(found, popular)
    hits = found.hits.astype(np.float64) - popular.hits
    return measures | {
        "above_popular": float(gains.mean()),
        "above_popular_interval": interval(resampled_means(gains, seed)),
        "above_popular_hits": float(hits.mean()),
        "above_popular_hits_interval": interval(resampled_means(hits, seed)),
    }


def _asking(
    run: Run, split: Split, fit: NewcomerFit, fitted: _Fitted, lists: Lists, likes: Likes
) -> tuple[AskingOrder, ...]:
    """What the lists are worth after the same number of answers, by what was asked for."""
    if not likes.liked.any():
        return ()
    rows = []
    for given in GIVEN:
        for purpose, label in ASKED.items():
            people = _people(run.ratings, split.known, fit.users, fitted, purpose)
            places = asking_places(fitted.asking[purpose], fitted.counts)
            n_asked = [int(places[person.movies[:given]].max()) + 1 for person in people]
            order = orders(fitted.affinity, people, lists, given)
            found = outcome(lists, likes, spread_orders(order, lists, fitted.affinity.weights))
            quality = list_quality([found])
            rows.append(
                AskingOrder(
                    label=label,
                    given=given,
                    n_asked=float(np.mean(n_asked)),
                    hit_rate_10=quality.hit_rate_10,
                    ndcg_10=quality.ndcg_10,
                )
            )
    return tuple(rows)


def _people(
    ratings: Ratings, mask: Mask, users: NDArray[np.int32], fitted: _Fitted, purpose: str
) -> list[Person]:
    return people_of(ratings, mask, users, asking_places(fitted.asking[purpose], fitted.counts))


def _fitting(
    run: Run, split: Split, users: NDArray[np.int32], grams: KnownGrams
) -> Callable[[Path], str]:
    """Fit on everyone else's known ratings, and choose weights on newcomers' stack ratings."""

    def work(directory: Path) -> str:
        spec, fit_on = folded_into(run.models), split.known & ~_of(run.ratings, users)
        part = run.ratings.part(fit_on)
        biases, factors = movie_arrays(spec.fitted(part, run.seed))
        own_grams = part_grams(run, fit_on, grams)
        n_users = int(np.count_nonzero(part.by_user.counts))
        ask = choose_for_ranking(own_grams, part.movie_counts, n_users)
        fold_in = fit_fold_in(part, part.mean, biases, factors, run.seed, ask)
        prior = Prior(fold_in.mean, fold_in.covariance, fold_in.noise_variance)
        loadings = np.hstack((np.ones((len(biases), 1)), factors)).astype(np.float64)
        asking = {
            "ranking": list(ask),
            "stars": list(choose_movies(loadings, prior, part.movie_counts, n_users)),
        }
        ease = Ease(ease_settings(run)).fit(part, run.seed, own_grams)
        by_rated, unnamed = ease.arrays_.by_rated, np.zeros(len(ease.arrays_.weights), bool)
        weights = published(by_rated, near_movies(part, own_grams), unnamed)
        arrays: dict[str, NDArray[Any]] = {
            "biases": biases,
            "factors": factors,
            "counts": part.movie_counts,
            **vars(weights),
        }
        for name, array in arrays.items():
            np.save(directory / f"{name}.npy", array)
        (directory / ABOUT).write_text(json.dumps({"mean": part.mean, "asking": asking}))
        (directory / FOLD_IN).write_bytes(to_json(fold_in, FOLD_IN, indent=None))
        places = asking_places(asking["ranking"], part.movie_counts)
        newcomers = _on_stack(run, split, users, places)
        scale = (run.ratings.scale.low, run.ratings.scale.high)
        chosen = default_about(scale)
        if newcomers.likes.liked.any():
            chosen = choose_about(weights, scale, part.movie_counts, newcomers)
        (directory / AFFINITY).write_bytes(to_json(chosen, AFFINITY))
        return f"{spec.label} without {len(users):,} newcomers, from {part.n_ratings:,} ratings"

    return work


def ease_settings(run: Run) -> EaseSettings:
    """The settings of the run's EASE, by which visitors are ranked; its own where it has none."""
    found = [spec.settings for spec in run.profile.rankings if spec.kind == Ease.kind]
    return found[0] if found else EaseSettings()


def _read(run: Run, directory: Path) -> _Fitted:
    """What `_fitting` wrote."""
    names = ("biases", "factors", "counts", *Weights.__dataclass_fields__)
    arrays = {name: np.load(directory / f"{name}.npy") for name in names}
    biases, factors, counts = (arrays.pop(name) for name in names[:3])
    about = json.loads((directory / ABOUT).read_text(encoding="utf-8"))
    path = directory / FOLD_IN
    fold_in = FoldIn.read(path.read_bytes(), factors.shape[1], len(biases), str(path))
    chosen = from_json((directory / AFFINITY).read_bytes(), AffinityAbout, AFFINITY)
    scale = (run.ratings.scale.low, run.ratings.scale.high)
    return _Fitted(
        folding=FoldingModel(fold_in, about["mean"], biases, factors),
        affinity=Affinity(chosen, Weights(**arrays), scale, counts),
        counts=counts,
        asking=about["asking"],
    )


def _on_stack(
    run: Run, split: Split, users: NDArray[np.int32], places: NDArray[np.int64]
) -> Newcomers:
    """The newcomers without their stack ratings, and what of these they like."""
    ratings, stack = run.ratings, split.stacks[0]
    csr, known = ratings.by_user, split.known & ~stack
    lists = sample_lists(ratings.part(known), users, len(users), run.seed)
    rows = stack & _of(ratings, lists.users)
    likes = find_likes(
        lists, csr.rows()[rows], csr.indices[rows], csr.values[rows], ratings.scale, run.seed
    )
    return Newcomers(people_of(ratings, known, lists.users, places), lists, likes)


def _of(ratings: Ratings, users: NDArray[np.int32]) -> Mask:
    """Which ratings are of `users`."""
    among = np.zeros(ratings.n_users, bool)
    among[users] = True
    return np.repeat(among, ratings.by_user.counts)


def _lists_of(lists: Lists, users: NDArray[np.int32]) -> Lists:
    """The lists of some of the users."""
    kept, sizes = np.isin(lists.users, users), np.diff(lists.indptr)
    pairs = np.repeat(kept, sizes)
    return dataclasses.replace(
        lists,
        users=lists.users[kept],
        days=lists.days[kept],
        indptr=np.concatenate(([0], np.cumsum(sizes[kept]))),
        movies=lists.movies[pairs],
    )
