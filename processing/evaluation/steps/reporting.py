"""The report, put together from what the stages of an evaluation have left."""

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass

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
from processing.evaluation.predictions import SplitPredictions
from processing.evaluation.slices import calibration, error_table, residuals, slices
from processing.evaluation.steps.ensembles import (
    LEARNING_SHARES,
    SplitEnsembles,
    importance,
    share_of,
)
from processing.evaluation.steps.held_out import SCORES, HeldOutScores, read_peak, read_seconds
from processing.evaluation.steps.list_tests import ListTest, list_results
from processing.evaluation.steps.newcomers import NewcomerFit, newcomer_results
from processing.profile import LeftOut
from processing.release.schema import ERRORS_DTYPE
from processing.report.schema import (
    BLEND,
    ENSEMBLE,
    MEAN,
    Ablation,
    ColumnImportance,
    LearningCurves,
    LearningPoint,
    LeftOutModel,
    NewcomerResults,
    Report,
    Source,
    TreeErrors,
)
from processing.runs.run import Run
from processing.tools.stages import Stage

LABELS = {
    ENSEMBLE: "Ensemble (XGBoost)",
    BLEND: "Linear blend (ridge)",
    MEAN: "Global mean",
}


@dataclass(frozen=True, kw_only=True)
class SplitResults:
    """What the stages of one split have left, and the split."""

    split: Split
    n_stack: int
    test: HeldOutScores
    ensembles: SplitEnsembles
    lists: ListTest
    newcomers: NewcomerFit | None


def make_report(run: Run, results: list[SplitResults]) -> Report:
    """Put the report together from the results of all splits."""
    ratings, scale = run.ratings, run.ratings.scale
    members = {spec.name: spec.label for spec in run.models}
    labels = members | LABELS
    splits = [_predictions(ratings, of_split) for of_split in results]
    last, last_split = results[-1], splits[-1]
    resampled = resampled_rmse(splits, run.seed)
    lists = list_results(run, [of_split.lists for of_split in results], members)
    return Report(
        source=_source(run.dataset),
        protocol=run.protocol,
        profile=run.profile.name,
        seed=run.seed,
        scale=(scale.low, scale.high, scale.step),
        n_train=int(np.mean([split.n_train for split in splits])),
        n_stack=int(np.mean([split.n_stack for split in splits])),
        n_test=int(np.sum([len(split.ratings) for split in splits])),
        models=model_rows(splits, labels, resampled),
        comparisons=comparisons(splits, labels, resampled),
        splits=split_rows(splits, labels),
        slices=slices(splits),
        error_table=error_table(splits),
        calibration=calibration(splits),
        residuals=residuals(splits, scale),
        ablation=_ablation(last, last_split, members, run.seed),
        importance=_importance(last, run.seed),
        learning=LearningCurves(trees=_trees(last), stack=_learning(last, last_split)),
        ranking=lists,
        newcomers=_newcomers(run, last, last_split),
        settings={spec.name: asdict(spec.settings) for spec in run.models}
        | {spec.name: asdict(spec.settings) for spec in run.rankings}
        | {ENSEMBLE: asdict(run.profile.ensemble), "ranker": asdict(run.profile.ranker)},
        left_out=(*(_left_out(each) for each in run.profile.left_out), *run.left_out),
    )


def _left_out(model: LeftOut) -> LeftOutModel:
    return LeftOutModel(model=model.name, label=model.label, reason=model.reason)


def user_errors(ratings: Ratings, results: list[SplitResults]) -> NDArray[np.void]:
    """The ensemble's errors on each user's test ratings of all splits, ERRORS_DTYPE (n_users,)."""
    n, squares, sizes = (np.zeros(ratings.n_users) for _ in range(3))
    csr = ratings.by_user
    for of_split in results:
        rows = of_split.split.test
        users = csr.rows()[rows]
        off = np.abs(csr.values[rows] - np.load(of_split.ensembles.ensemble.path / SCORES))
        n += np.bincount(users, minlength=ratings.n_users)
        squares += np.bincount(users, off.astype(np.float64) ** 2, ratings.n_users)
        sizes += np.bincount(users, off, ratings.n_users)
    errors = np.zeros(ratings.n_users, ERRORS_DTYPE)
    some = n > 0
    errors["n"] = n
    errors["rmse"] = np.sqrt(np.divide(squares, n, out=np.full_like(n, np.nan), where=some))
    errors["mae"] = np.divide(sizes, n, out=np.full_like(n, np.nan), where=some)
    return errors


def _source(dataset: Dataset) -> Source:
    ratings = dataset.ratings
    return Source(
        name=dataset.name,
        sha256=dataset.sha256,
        simulated=dataset.simulated,
        n_ratings=ratings.n_ratings,
        n_users=ratings.n_users,
        n_movies=int(np.count_nonzero(ratings.movie_counts)),
        n_duplicates=dataset.n_duplicates,
        n_bad_lines=dataset.n_bad,
    )


def _predictions(ratings: Ratings, results: SplitResults) -> SplitPredictions:
    """The test rows of a split with every model's scores."""
    csr, rows, test = ratings.by_user, results.split.test, results.test
    ensemble = results.ensembles.ensemble
    users, movies = csr.rows()[rows], csr.indices[rows]
    member_scores = test.scores()
    scores = {name: member_scores[:, m] for m, name in enumerate(test.members)}
    scores[ENSEMBLE] = np.load(ensemble.path / SCORES)
    fit_seconds, predict_seconds = read_seconds(ensemble)
    started = time.perf_counter()
    scores[BLEND] = Ensemble.load(ensemble.path).blend(member_scores, test.row_features())
    blend_seconds = time.perf_counter() - started
    mean = np.mean(csr.values[results.split.known], dtype=np.float64)
    scores[MEAN] = np.full(len(users), mean, np.float32)
    user_counts = csr.counts - np.bincount(users, minlength=ratings.n_users)
    movie_counts = ratings.movie_counts - np.bincount(movies, minlength=ratings.n_movies)
    return SplitPredictions(
        name=results.split.name,
        users=users,
        days=csr.days[rows],
        ratings=csr.values[rows],
        user_support=user_counts[users],
        movie_support=movie_counts[movies],
        scores=scores,
        seconds=test.seconds()
        | {
            ENSEMBLE: (fit_seconds, predict_seconds),
            BLEND: (fit_seconds, blend_seconds),
            MEAN: (0.0, 0.0),
        },
        peaks=test.peaks() | {ENSEMBLE: read_peak(ensemble), BLEND: None, MEAN: None},
        n_train=ratings.n_ratings - len(users),
        n_stack=results.n_stack,
    )


def _ablation(
    results: SplitResults, predictions: SplitPredictions, labels: dict[str, str], seed: int
) -> tuple[Ablation, ...]:
    """The last split's ensemble without each member; nothing where there is one member alone."""
    if not results.ensembles.without:
        return ()
    stages = results.ensembles.without | {WITH_ALL: results.ensembles.reference}
    return ablation_rows([_compared(results, predictions, stages)], labels, seed)


def _importance(results: SplitResults, seed: int) -> tuple[ColumnImportance, ...]:
    """What each column adds to the scores of the last split's ensemble, most first."""
    groups = Ensemble.load(results.ensembles.ensemble.path).columns
    found = importance(results.ensembles, results.test, seed)
    return tuple(
        ColumnImportance(column=column, group=groups[column], stars=float(stars))
        for column, stars in sorted(found.items(), key=lambda item: (-item[1], item[0]))
    )


def _trees(results: SplitResults) -> tuple[TreeErrors, ...]:
    """The last split's errors on the rows it learned from and those that say when to stop."""
    rounds = Ensemble.load(results.ensembles.ensemble.path).rounds_
    return tuple(
        TreeErrors(n=n + 1, learn=float(learn), stop=float(stop))
        for n, (learn, stop) in enumerate(rounds)
    )


def _learning(results: SplitResults, predictions: SplitPredictions) -> tuple[LearningPoint, ...]:
    """The last split's error on the test by how many stack rows the ensemble learned from."""
    fewer = {f"{share:g}": stage for share, stage in results.ensembles.fewer.items()}
    compared = [_compared(results, predictions, fewer)]
    points = [
        LearningPoint(n=share_of(results.n_stack, share), rmse=mean_rmse(compared, f"{share:g}"))
        for share in LEARNING_SHARES
    ]
    rows = results.ensembles.compared
    own = predictions.some(rows, {ENSEMBLE: predictions.scores[ENSEMBLE][rows]})
    whole = LearningPoint(n=results.n_stack, rmse=mean_rmse([own], ENSEMBLE))
    return (*points, whole)


def _newcomers(
    run: Run, results: SplitResults, predictions: SplitPredictions
) -> NewcomerResults | None:
    """What the last split's newcomers are worth; None where there are too few of them."""
    if results.newcomers is None:
        return None
    lists = results.test.read_lists()
    return newcomer_results(run, results.split, results.newcomers, predictions, lists)


def _compared(
    results: SplitResults, predictions: SplitPredictions, stages: Mapping[str, Stage]
) -> SplitPredictions:
    """The test rows that ensembles are compared on, with the scores that some stages have kept."""
    scores = {name: np.load(stage.path / SCORES) for name, stage in stages.items()}
    return predictions.some(results.ensembles.compared, scores)
