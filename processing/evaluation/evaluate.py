"""What the models are worth: held-out predictions, the ensemble, and errors on the test part."""

import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from processing.data.splits import Split, make_splits
from processing.evaluation.sampled_lists import sample_size
from processing.evaluation.steps.ensembles import StackRows, fit_ensembles
from processing.evaluation.steps.held_out import HeldOut, HeldOutScores, hold_out
from processing.evaluation.steps.list_tests import MOST_USERS, ListTest, score_lists
from processing.evaluation.steps.newcomers import fit_newcomers, read_about
from processing.evaluation.steps.rankers import Taught, fit_ranker, read_ranker
from processing.evaluation.steps.rankings import describe, propose
from processing.evaluation.steps.reporting import SplitResults, make_report, user_errors
from processing.evaluation.steps.visitor_orders import default_about
from processing.report.schema import Report, report_from_json, report_to_json
from processing.runs.decisions import Decisions
from processing.runs.grams import KnownGrams, known_grams
from processing.runs.run import Run

logger = logging.getLogger(__name__)

EVALUATION = "evaluation"
REPORT = "report.json"
USER_ERRORS = "user_errors.npy"


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """What an evaluation says, and what it decided about what is served."""

    report: Report
    decisions: Decisions


def evaluate(run: Run) -> Evaluation:
    """Evaluate a profile on a data set.

    The ensemble of the last split is the one that is looked into, and that is served: importance,
    ablation, learning and newcomers are of the last split.
    """
    for model in run.left_out:
        logger.warning("%s is left out: %s", model.label, model.reason)
    splits = make_splits(run.dataset, run.protocol, run.seed)
    results = [_evaluate_split(run, split, len(splits), split is splits[-1]) for split in splits]

    def work(directory: Path) -> str:
        report = make_report(run, results)
        (directory / REPORT).write_bytes(report_to_json(report))
        np.save(directory / USER_ERRORS, user_errors(run.ratings, results))
        return f"{report.n_test:,} test ratings measured"

    stage = run.stages.run(EVALUATION, work)
    path = stage.path / REPORT
    report = report_from_json(path.read_bytes(), str(path))
    ranker = read_ranker(results[-1].lists.ranker)
    newcomers = results[-1].newcomers
    scale = run.ratings.scale
    decisions = Decisions(
        ensemble=results[-1].ensembles.ensemble.path,
        ranker=ranker.path,
        user_errors=stage.path / USER_ERRORS,
        known_weight=ranker.known_weight,
        grams=results[-1].lists.part.grams,
        affinity=read_about(newcomers) if newcomers else default_about((scale.low, scale.high)),
    )
    return Evaluation(report=report, decisions=decisions)


def _evaluate_split(run: Run, split: Split, n_splits: int, last: bool) -> SplitResults:
    """Do the stages of a split; ablation, learning and newcomers are of the last one alone."""
    name = split.name.replace(" ", "-")
    grams = known_grams(run, name, split.known)
    n_listed = -(-sample_size(run.ratings.n_movies) // n_splits)
    most_taught = -(-run.profile.ranker.most_users // len(split.stacks))
    taught, stacks = [], []
    for k, rows in enumerate(split.stacks):
        held = HeldOut(fit_on=split.known & ~rows, rows=rows)
        part, scores = _part(run, f"{name}/stack-{k}", held, (grams, most_taught, 0))
        taught.append(part)
        stacks.append(scores)
    held = HeldOut(fit_on=split.known, rows=split.test)
    most_tested = -(-MOST_USERS // n_splits)
    tested, test = _part(run, f"{name}/test", held, (grams, most_tested, n_listed))
    taught_by = StackRows(run, stacks, test)
    ensembles = fit_ensembles(run, name, taught_by, last)
    newcomers = None
    if last:
        newcomers = fit_newcomers(run, name, split, test.read_lists().users, grams)
    return SplitResults(
        split=split,
        n_stack=len(taught_by.ratings),
        test=test,
        ensembles=ensembles,
        lists=ListTest(
            part=tested,
            scores=test,
            list_stars=score_lists(run, f"{name}/test", ensembles.ensemble, test),
            ranker=fit_ranker(run, name, taught),
        ),
        newcomers=newcomers,
    )


def _part(
    run: Run, name: str, held: HeldOut, asked: tuple[KnownGrams, int, int]
) -> tuple[Taught, HeldOutScores]:
    """Fit all models on a part of the ratings, and predict and propose for another.

    `asked`: the Gram matrix of the known ratings, how many users movies are proposed to, and
    to how many of them the star models score all movies.
    """
    grams, most_users, n_listed = asked
    rankings = propose(run, name, held, grams, most_users)
    scores = hold_out(run, name, held, rankings.candidates, n_listed)
    columns = describe(run, name, held, rankings, scores)
    return Taught(held=held, rankings=rankings, columns=columns, grams=grams), scores
