"""The report, put together from what the stages of an evaluation have left."""

import dataclasses
import time
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from processing.data.dataset import Dataset
from processing.data.ratings import Ratings
from processing.data.splits import Split
from processing.ensemble.stacking import Ensemble
from processing.evaluation.bootstrap import resampled_rmse
from processing.evaluation.comparisons import (
    WITH_ALL,
    ablation_rows,
    comparisons,
    mean_rmse,
    model_rows,
    split_rows,
)
from processing.evaluation.slices import calibration, error_table, residuals, slices
from processing.evaluation.steps.ensembles import LEARNING_SHARES, Stacked, importance, share_of
from processing.evaluation.steps.held_out import SCORES, HeldOut, read_peak, read_seconds
from processing.evaluation.steps.newcomers import Newcomers, newcomers
from processing.evaluation.steps.rankings import Listed, ranking
from processing.evaluation.test_scores import BLEND, ENSEMBLE, MEAN, Tested
from processing.profile import ModelSpec, Profile
from processing.release.schema import ERRORS_DTYPE
from processing.tools.stages import Stage

LABELS = {
    ENSEMBLE: "Ensemble (XGBoost)",
    BLEND: "Linear blend (ridge)",
    MEAN: "Global mean",
}


@dataclass(frozen=True, kw_only=True)
class Assessed:
    """What the stages of one split have left, and the split."""

    split: Split
    n_stack: int
    test: HeldOut
    stacked: Stacked
    listed_stack: Listed
    listed_test: Listed
    newcomers: Newcomers | None


def document(
    dataset: Dataset,
    profile: Profile,
    specs: list[ModelSpec],
    assessed: list[Assessed],
    protocol: str,
    seed: int,
) -> dict[str, Any]:
    """Put the report together, JSON-ready."""
    ratings = dataset.ratings
    members = {spec.name: spec.label for spec in specs}
    labels = members | LABELS
    tested = [_tested(ratings, one) for one in assessed]
    resampled = resampled_rmse(tested, seed)
    lists = [one.listed_stack for one in assessed], [one.listed_test for one in assessed]
    ranked = ranking(ratings, *lists, members | {ENSEMBLE: LABELS[ENSEMBLE]}, seed)
    return {
        "source": _source(dataset),
        "protocol": protocol,
        "profile": profile.name,
        "seed": seed,
        "scale": [ratings.scale.low, ratings.scale.high, ratings.scale.step],
        "n_train": int(np.mean([split.n_train for split in tested])),
        "n_stack": int(np.mean([split.n_stack for split in tested])),
        "n_test": int(np.sum([len(split.ratings) for split in tested])),
        "models": [asdict(row) for row in model_rows(tested, labels, resampled)],
        "comparisons": comparisons(tested, labels, resampled),
        "splits": split_rows(tested, labels),
        "slices": slices(tested),
        "error_table": error_table(tested),
        "calibration": calibration(tested),
        "residuals": residuals(tested, ratings.scale),
        "ablation": _ablation(assessed[-1], tested[-1], members, seed),
        "importance": _importance(assessed[-1], seed),
        "learning": {
            "trees": _trees(assessed[-1]),
            "stack": _learning(assessed[-1], tested[-1]),
        },
        "ranking": ranked,
        "newcomers": _newcomers(ratings, assessed[-1], tested[-1], ranked, seed),
        "settings": {spec.name: asdict(spec.settings) for spec in specs}
        | {ENSEMBLE: asdict(profile.ensemble)},
    }


def user_errors(ratings: Ratings, assessed: list[Assessed]) -> NDArray[np.void]:
    """The ensemble's errors on each user's test ratings of all splits, ERRORS_DTYPE (n_users,)."""
    n, squares, sizes = (np.zeros(ratings.n_users) for _ in range(3))
    csr = ratings.by_user
    for one in assessed:
        rows = one.split.test
        users = csr.rows()[rows]
        off = np.abs(csr.values[rows] - np.load(one.stacked.ensemble.path / SCORES))
        n += np.bincount(users, minlength=ratings.n_users)
        squares += np.bincount(users, off.astype(np.float64) ** 2, ratings.n_users)
        sizes += np.bincount(users, off, ratings.n_users)
    errors = np.zeros(ratings.n_users, ERRORS_DTYPE)
    some = n > 0
    errors["n"] = n
    errors["rmse"] = np.sqrt(np.divide(squares, n, out=np.full_like(n, np.nan), where=some))
    errors["mae"] = np.divide(sizes, n, out=np.full_like(n, np.nan), where=some)
    return errors


def _source(dataset: Dataset) -> dict[str, Any]:
    ratings = dataset.ratings
    return {
        "name": dataset.name,
        "sha256": dataset.sha256,
        "simulated": dataset.simulated,
        "n_ratings": ratings.n_ratings,
        "n_users": ratings.n_users,
        "n_movies": int(np.count_nonzero(ratings.movie_counts)),
        "n_duplicates": dataset.n_duplicates,
        "n_bad_lines": dataset.n_bad,
    }


def _tested(ratings: Ratings, one: Assessed) -> Tested:
    """The test rows of a split with every model's scores."""
    csr, rows = ratings.by_user, one.split.test
    users, movies = csr.rows()[rows], csr.indices[rows]
    member_scores = one.test.scores()
    scores = {name: member_scores[:, m] for m, name in enumerate(one.test.members)}
    scores[ENSEMBLE] = np.load(one.stacked.ensemble.path / SCORES)
    fit_seconds, predict_seconds = read_seconds(one.stacked.ensemble)
    started = time.perf_counter()
    scores[BLEND] = Ensemble.load(one.stacked.ensemble.path).blend(member_scores, one.test.made())
    blend_seconds = time.perf_counter() - started
    mean = np.mean(csr.values[one.split.known], dtype=np.float64)
    scores[MEAN] = np.full(len(users), mean, np.float32)
    user_counts = csr.counts - np.bincount(users, minlength=ratings.n_users)
    movie_counts = ratings.movie_counts - np.bincount(movies, minlength=ratings.n_movies)
    return Tested(
        name=one.split.name,
        users=users,
        days=csr.days[rows],
        ratings=csr.values[rows],
        user_support=user_counts[users],
        movie_support=movie_counts[movies],
        scores=scores,
        seconds=one.test.seconds()
        | {
            ENSEMBLE: (fit_seconds, predict_seconds),
            BLEND: (fit_seconds, blend_seconds),
            MEAN: (0.0, 0.0),
        },
        peaks=one.test.peaks()
        | {ENSEMBLE: read_peak(one.stacked.ensemble), BLEND: None, MEAN: None},
        n_train=ratings.n_ratings - len(users),
        n_stack=one.n_stack,
    )


def _ablation(
    one: Assessed, tested: Tested, labels: dict[str, str], seed: int
) -> list[dict[str, Any]]:
    """The last split's ensemble without each member; nothing where there is one member alone."""
    if not one.stacked.without:
        return []
    stages = one.stacked.without | {WITH_ALL: one.stacked.reference}
    return ablation_rows([_with_scores(tested, stages)], labels, seed)


def _importance(one: Assessed, seed: int) -> list[dict[str, Any]]:
    """What each column adds to the scores of the last split's ensemble, most first."""
    groups = Ensemble.load(one.stacked.ensemble.path).columns
    found = importance(one.stacked, one.test, seed)
    return [
        {"column": column, "group": groups[column], "stars": float(stars)}
        for column, stars in sorted(found.items(), key=lambda item: (-item[1], item[0]))
    ]


def _trees(one: Assessed) -> list[dict[str, Any]]:
    """The last split's errors on the rows it learned from and those that say when to stop."""
    rounds = Ensemble.load(one.stacked.ensemble.path).rounds_
    return [
        {"n": n + 1, "learn": float(learn), "stop": float(stop)}
        for n, (learn, stop) in enumerate(rounds)
    ]


def _learning(one: Assessed, tested: Tested) -> list[dict[str, Any]]:
    """The last split's error on the test by how many stack rows the ensemble learned from."""
    fewer = {f"{share:g}": stage for share, stage in one.stacked.fewer.items()}
    compared = [_with_scores(tested, fewer)]
    points = [
        {"n": share_of(one.n_stack, share), "rmse": mean_rmse(compared, f"{share:g}")}
        for share in LEARNING_SHARES
    ]
    return [*points, {"n": one.n_stack, "rmse": mean_rmse([tested], ENSEMBLE)}]


def _newcomers(
    ratings: Ratings, one: Assessed, tested: Tested, ranked: dict[str, Any] | None, seed: int
) -> dict[str, Any] | None:
    """What the last split's newcomers are worth, beside the ensemble in its chosen order."""
    z = ranked["order"] if ranked else 0.0
    return newcomers(ratings, one.split, one.newcomers, tested, one.listed_test, z, seed)


def _with_scores(split: Tested, stages: dict[str, Stage]) -> Tested:
    """The test rows with the scores that some stages have kept."""
    scores = {name: np.load(stage.path / SCORES) for name, stage in stages.items()}
    return dataclasses.replace(split, scores=scores)
