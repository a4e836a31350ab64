"""The report as text for a terminal."""

from msgspec.structs import replace

from processing.report.schema import without_times
from processing.report.text import as_table
from tests.report_example import LEFT_OUT, example_report


def _line(report, start):
    """The line about a model's errors, or of other words; lists stand above it."""
    errors = as_table(report).partition("RMSE")[2].splitlines()
    (line,) = (line for line in errors if line.startswith(start))
    return line


def test_table_when_read_then_errors_intervals_and_what_the_ensemble_gains():
    first, *others = example_report().models
    report = example_report(models=(replace(first, mape=None), *others))
    lines = as_table(report).splitlines()
    assert lines[0] == (
        "A Small Invented Set: protocol last, profile fast, seed 0; 800 ratings to learn from "
        "(of them 150 taught the ensemble), 300 to test."
    )
    assert _line(report, "SVD ").split() == (
        "SVD 0.9381 0.9271, 0.9501 0.7411 25.00% 12.5 0.25".split()
    )
    assert _line(report, "Global mean").split()[-3:] == ["-", "12.5", "0.25"]
    assert "Ensemble less best member (SVD): -0.0258 [-0.0298, -0.0218] stars of RMSE." in lines
    assert lines[-3] == f"KNN, users was left out: {LEFT_OUT}"
    assert max(len(line) for line in lines[2:16]) <= 100


def test_table_when_read_then_lists_come_first_and_the_last_line_says_how_often_they_help():
    lines = as_table(example_report()).splitlines()
    assert lines[2].split() == (
        "list by users hit@10 NDCG@10 less most popular 95 % interval".split()
    )
    assert lines[3].split() == "Most popular 62 30.0% 0.0880 -".split()
    assert lines[6].split() == "SVD 40 21.0% 0.0510 -0.0330 -0.0440, -0.0220".split()
    assert lines[8].split()[:4] == "The list as served".split()
    assert lines[9] == ""
    assert lines[10].startswith("model")
    assert lines[-1] == (
        "Of 62 users with a movie to find (set aside, given 4 stars or more), 34.0 % find one "
        "among their first ten; among the ten most popular, 30.0 %."
    )


def test_table_when_there_are_folds_then_says_how_many():
    (split,) = example_report().splits
    assert ", in 2 folds." in as_table(example_report(splits=(split, split)))


def test_table_when_times_are_not_known_then_dashes():
    assert _line(without_times(example_report()), "SVD ").split()[-2:] == ["-", "-"]


def test_table_when_nobody_likes_anything_then_says_nothing_of_lists():
    text = as_table(example_report(ranking=None))
    assert "users with a movie to find" not in text
    assert "list by" not in text
