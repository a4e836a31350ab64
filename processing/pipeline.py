"""The run as a straight line: data set, worth, what is served, staged release."""

from pathlib import Path

from processing.data.dataset import Dataset
from processing.data.splits import working_protocol
from processing.evaluation.evaluate import evaluate as evaluate_run
from processing.profile import Profile
from processing.report.html import report_html
from processing.report.schema import Report, report_to_json
from processing.report.text import as_table
from processing.runs.run import open_run
from processing.serving.stage import serve
from processing.tools.files import write_text


def evaluate(dataset: Dataset, profile: Profile, protocol: str, seed: int, runs: Path) -> Report:
    """Say how well ratings are predicted; what was computed is kept in a folder of `runs`."""
    run = open_run(runs, "evaluate", dataset, profile, protocol=protocol, seed=seed)
    return evaluate_run(run).report


def run(
    dataset: Dataset, profile: Profile, runs: Path, protocol: str | None = None
) -> tuple[Path, Report]:
    """Do every stage up to a staged release, or what is left of them.

    Without a `protocol` it is the profile's, or one that works where the data set lacks what that
    one needs, such as dates; a warning says so.

    Returns the run's folder (the release is in `release` below it) and the report, which is also
    in `report.json`, `report.txt` and `report.html` there.
    """
    protocol = protocol or working_protocol(dataset, profile.protocol, profile.seed)
    opened = open_run(runs, "run", dataset, profile, protocol=protocol, seed=profile.seed)
    evaluation = evaluate_run(opened)
    report = evaluation.report
    write_text(opened.directory / "report.json", report_to_json(report).decode())
    write_text(opened.directory / "report.txt", as_table(report) + "\n")
    write_text(opened.directory / "report.html", report_html(report))
    serve(opened, report, evaluation.decisions)
    return opened.directory, report
