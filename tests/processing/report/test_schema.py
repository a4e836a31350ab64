"""The report as a type: written and read as JSON, and what it refuses by name."""

import json
import math

import pytest
from msgspec.structs import replace

from processing.errors import ReportError
from processing.report.schema import (
    ErrorsBySupport,
    report_from_json,
    report_to_json,
    without_times,
)
from tests.report_example import example_report, old_report

TABLE = ErrorsBySupport(
    user_bounds=(1, 20, 100),
    movie_bounds=(1, 10),
    rmse=((1.2, 1.1), (None, 0.9), (0.85, 0.8)),
    n=((40, 50), (3, 60), (70, 80)),
)


def _document():
    return json.loads(report_to_json(example_report()))


@pytest.mark.parametrize("report", [example_report(), old_report()], ids=["whole", "old"])
def test_json_when_read_then_what_was_written(report):
    assert report_from_json(report_to_json(report), "the report") == report


def test_json_when_keys_are_not_known_then_passed_over():
    document = _document() | {"later": {}}
    document["models"][0]["later"] = 1
    assert report_from_json(json.dumps(document).encode(), "x") == example_report()


BROKEN = {
    "without a protocol": (lambda report: report.pop("protocol"), "`protocol`"),
    "without an error": (lambda report: report["models"][0].pop("mae"), r"`mae`.*\$\.models\[0\]"),
    "misspelt": (
        lambda report: report["ablation"][1].update(rsme=report["ablation"][1].pop("rmse")),
        r"`rmse` - at `\$\.ablation\[1\]`",
    ),
    "interval of three": (
        lambda report: report["models"][0].update(rmse_interval=[1, 2, 3]),
        r"\$\.models\[0\]\.rmse_interval",
    ),
    "slices as a list": (lambda report: report.update(slices=[1]), r"\$\.slices"),
    "slice without the ensemble": (
        lambda report: report["slices"]["user_support"][0]["rmse"].pop("ensemble"),
        r"'ensemble' - at `\$\.slices\.user_support\[0\]`",
    ),
    "table without a row": (
        lambda report: report["error_table"]["rmse"].pop(),
        r"row for each user bound.*\$\.error_table",
    ),
    "residuals without an edge": (
        lambda report: report["residuals"]["edges"].pop(),
        r"\$\.residuals",
    ),
    "ranking without rows": (lambda report: report["ranking"].pop("rows"), r"\$\.ranking"),
    "ranking without the list as served": (
        lambda report: report["ranking"]["rows"].pop(),
        r"\['list'\] - at `\$\.ranking`",
    ),
    "newcomers without a rating": (
        lambda report: report["newcomers"]["rows"].pop(0),
        r"\$\.newcomers",
    ),
    "part of text": (lambda report: report.update(calibration="none"), r"\$\.calibration"),
    "settings as text": (lambda report: report.update(settings="none"), r"\$\.settings"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_json_when_something_is_wrong_then_the_message_says_what_and_where(case):
    breaks, fault = BROKEN[case]
    document = _document()
    breaks(document)
    with pytest.raises(ReportError, match=rf"out\.json is not a report .*{fault}"):
        report_from_json(json.dumps(document).encode(), "out.json")


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b"\xff\xfe"])
def test_json_when_it_is_none_then_refused(data):
    with pytest.raises(ReportError, match=r"out\.json is not a report"):
        report_from_json(data, "out.json")


@pytest.mark.parametrize("key", ["rmse", "mape"])
def test_report_when_a_number_is_nan_then_not_written(key):
    first, *others = example_report().models
    models = (replace(first, **{key: math.nan}), *others)
    with pytest.raises(ReportError, match="report"):
        report_to_json(example_report(models=models))


def test_models_when_ordered_then_by_error_and_members_are_those_that_predict_alone():
    report = example_report()
    names = ["ensemble", "blend", "svd", "baseline", "mean"]
    assert [row.model for row in report.by_error] == list(report.labels) == names
    assert [row.model for row in report.members] == ["svd", "baseline"]
    assert report.best_member.model == "svd"
    assert report.errors_of("blend").rmse == 0.9203
    assert report.errors_of("knn_user") is None


def test_without_times_when_taken_then_nothing_that_differs_from_run_to_run():
    report = example_report()
    kept = without_times(report)
    text = report_to_json(kept).decode()
    assert "seconds" not in text
    assert "peak" not in text
    assert [row.rmse for row in kept.models] == [row.rmse for row in report.models]
    assert [row.ndcg_10 for row in kept.ranking.rows] == [
        row.ndcg_10 for row in report.ranking.rows
    ]
    assert without_times(example_report(ranking=None)).ranking is None


@pytest.mark.parametrize(
    ("user", "movie", "error"),
    [
        (1, 1, 1.2),
        (19, 10, 1.1),
        (20, 9, None),
        (99, 10_000, 0.9),
        (100, 1, 0.85),
        (10**6, 10**6, 0.8),
        (0, 5, None),
        (5, 0, None),
    ],
)
def test_typical_error_when_looked_up_then_the_cell_of_both_supports(user, movie, error):
    assert TABLE.typical(user, movie) == error
