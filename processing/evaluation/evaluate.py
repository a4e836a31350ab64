"""What the models are worth: held-out predictions, the ensemble, and errors on the test part."""

import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from processing.data.splits import Split, make_splits
from processing.evaluation.sampled_lists import sample_size
from processing.evaluation.steps.ensembles import StackRows, fit_ensembles
from processing.evaluation.steps.held_out import hold_out
from processing.evaluation.steps.list_tests import score_lists
from processing.evaluation.steps.newcomers import fit_newcomers
from processing.evaluation.steps.reporting import SplitResults, make_report, user_errors
from processing.report.schema import Report, report_from_json, report_to_json
from processing.runs.decisions import Decisions
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
    n_listed = -(-sample_size(run.ratings.n_movies) // len(splits))
    results = [
        _evaluate_split(run, split, n_listed, compare=split is splits[-1]) for split in splits
    ]

    def work(directory: Path) -> str:
        report = make_report(run, results)
        (directory / REPORT).write_bytes(report_to_json(report))
        np.save(directory / USER_ERRORS, user_errors(run.ratings, results))
        return f"{report.n_test:,} test ratings measured"

    stage = run.stages.run(EVALUATION, work)
    path = stage.path / REPORT
    report = report_from_json(path.read_bytes(), str(path))
    order_z = report.ranking.order if report.ranking else 0.0
    decisions = Decisions(
        ensemble=results[-1].ensembles.ensemble.path,
        user_errors=stage.path / USER_ERRORS,
        order_z=order_z,
        visitors_order_z=report.newcomers.order_z if report.newcomers else order_z,
    )
    return Evaluation(report=report, decisions=decisions)


def _evaluate_split(run: Run, split: Split, n_listed: int, compare: bool) -> SplitResults:
    """Do the stages of a split; ablation, learning and newcomers only to `compare`."""
    name = split.name.replace(" ", "-")
    stacks = [
        hold_out(run, f"{name}/stack-{k}", split.known & ~rows, rows, n_listed if k == 0 else 0)
        for k, rows in enumerate(split.stacks)
    ]
    test = hold_out(run, f"{name}/test", split.known, split.test, n_listed)
    rows = StackRows(run, stacks, test)
    ensembles = fit_ensembles(run, name, rows, compare)
    newcomers = None
    if compare:
        newcomers = fit_newcomers(run, name, split, test.read_lists().users)
    return SplitResults(
        split=split,
        n_stack=len(rows.ratings),
        test=test,
        ensembles=ensembles,
        stack_lists=score_lists(run, f"{name}/stack-0", ensembles.ensemble, stacks[0]),
        test_lists=score_lists(run, f"{name}/test", ensembles.ensemble, test),
        newcomers=newcomers,
    )
