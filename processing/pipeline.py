"""The run as a straight line: data set, worth, what is served, staged release."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from processing.data.dataset import Dataset
from processing.data.splits import working_protocol
from processing.errors import DivergedError
from processing.evaluation.evaluate import Evaluation
from processing.evaluation.evaluate import evaluate as evaluate_run
from processing.profile import Profile
from processing.report.html import report_html
from processing.report.schema import Report, report_to_json
from processing.report.text import as_table
from processing.runs.run import Plan, Run, open_run
from processing.serving.stage import serve
from processing.tools.files import write_text

T = TypeVar("T")


def evaluate(dataset: Dataset, profile: Profile, protocol: str, seed: int, runs: Path) -> Report:
    """Say how well ratings are predicted; what was computed is kept in a folder of `runs`."""

    def work(plan: Plan) -> Report:
        return evaluate_run(open_run(runs, "evaluate", dataset, profile, plan=plan)).report

    return _without_diverged(Plan(protocol=protocol, seed=seed), work)


def measure(
    dataset: Dataset, profile: Profile, runs: Path, protocol: str | None = None
) -> tuple[Run, Evaluation]:
    """Do the first half of a run: what it is worth, and what that decides about what is served.

    Without a `protocol` it is the profile's, or one that works where the data set lacks what that
    one needs, such as dates; a warning says so.
    """
    protocol = protocol or working_protocol(dataset, profile.protocol, profile.seed)

    def work(plan: Plan) -> tuple[Run, Evaluation]:
        opened = open_run(runs, "run", dataset, profile, plan=plan)
        return opened, evaluate_run(opened)

    return _without_diverged(Plan(protocol=protocol, seed=profile.seed), work)


def stage(opened: Run, evaluation: Evaluation) -> Path:
    """Do the second half of a run, up to a staged release, whose folder is returned.

    Beside it are the report's `report.json`, `report.txt` and `report.html`.
    """
    report, directory = evaluation.report, opened.directory
    write_text(directory / "report.json", report_to_json(report).decode())
    write_text(directory / "report.txt", as_table(report) + "\n")
    write_text(directory / "report.html", report_html(report))
    return serve(opened, report, evaluation.decisions).path


def run(
    dataset: Dataset, profile: Profile, runs: Path, protocol: str | None = None
) -> tuple[Path, Report]:
    """Do every stage, or what is left of them; the run's folder, and the report.

    The release is in `release` below that folder. `protocol`: as of `measure`.
    """
    protocol = protocol or working_protocol(dataset, profile.protocol, profile.seed)

    def work(plan: Plan) -> tuple[Path, Report]:
        opened = open_run(runs, "run", dataset, profile, plan=plan)
        evaluation = evaluate_run(opened)
        stage(opened, evaluation)
        return opened.directory, evaluation.report

    return _without_diverged(Plan(protocol=protocol, seed=profile.seed), work)


def _without_diverged(plan: Plan, work: Callable[[Plan], T]) -> T:
    """Do the work; each time that a model diverges, do it anew without that model."""
    while True:
        try:
            return work(plan)
        except DivergedError as error:
            if error.model is None:
                raise
            plan = replace(plan, diverged={**plan.diverged, error.model: str(error)})
