"""Sections of a report: the numbers as they are, and sentences that say what they mean."""

import pytest
from msgspec.structs import replace

from processing.report import cell_text, figure_text, protocol_text, report_sections
from tests.report_example import RMSE, example_report, old_report


def _sections(**changes):
    return {section.name: section for section in report_sections(example_report(**changes), ())}


def _tables(**changes):
    return {t.name: t for section in _sections(**changes).values() for t in section.tables}


def test_sections_when_all_parts_are_there_then_in_reading_order():
    assert list(_sections()) == [
        "comparisons",
        "slices",
        "calibration",
        "ablation",
        "importance",
        "learning",
        "ranking",
        "newcomers",
        "settings",
    ]


def test_sections_when_the_report_is_an_old_one_then_only_its_settings():
    assert [section.name for section in report_sections(old_report(), ())] == ["settings"]


def test_sections_when_some_figures_are_there_then_only_these_are_named():
    there = {"residuals.svg", "ranking.svg", "other.svg"}
    sections = report_sections(example_report(), there)
    named = {section.name: section.figures for section in sections if section.figures}
    assert named == {"calibration": ("residuals.svg",), "ranking": ("ranking.svg",)}


@pytest.mark.parametrize(
    ("interval", "words"),
    [
        ((-0.03, -0.02), "The ensemble’s RMSE is 0.0258 stars below that of SVD."),
        ((0.01, 0.02), "The ensemble’s RMSE is 0.0258 stars above that of SVD."),
        ((-0.03, 0.0), "The test cannot tell the ensemble and SVD apart."),
    ],
)
def test_comparisons_when_the_best_member_is_as_good_or_not_then_said(interval, words):
    rows = tuple(
        replace(row, interval=interval) if row.model == "svd" else row
        for row in example_report().comparisons
    )
    assert _sections(comparisons=rows)["comparisons"].text.startswith(words)


def test_slices_when_told_then_numbers_of_every_model_with_the_ensemble_first():
    table = _tables()["user-support"]
    labels = [column.label for column in table.columns]
    assert labels == [
        "Test ratings",
        "XGBoost ensemble",
        "Linear blend",
        "SVD",
        "Baseline",
        "Global mean",
        "MAE",
        "MAPE",
    ]
    row = table.rows[0]
    assert row.label == "1–9"
    assert row.cells[:3] == (90, RMSE["ensemble"] + 0.06, RMSE["blend"] + 0.06)
    assert "0.972 for users with 1–9 known ratings to 0.882" in _sections()["slices"].text


def test_slices_when_nobody_is_new_then_a_row_of_dashes():
    row = _tables()["cold-start"].rows[1]
    assert (row.label, row.cells[0]) == ("New user", 0)
    assert set(row.cells[1:]) == {None}


def test_calibration_when_told_then_the_largest_gap():
    gaps = [abs(row.actual - row.predicted) for row in example_report().calibration]
    assert f"at most {max(gaps):.2f} stars" in _sections()["calibration"].text
    rows = _tables()["residuals"].rows
    assert tuple(row.cells[0] for row in rows) == example_report().residuals.counts
    assert sum(row.cells[1] for row in rows) == pytest.approx(1)
    assert rows[0].label == "−4.00 to −2.00"


def test_ablation_when_an_interval_is_above_zero_then_the_model_is_missed():
    assert _sections()["ablation"].text.endswith("Missed for certain, most first: SVD.")
    last = tuple(row for row in example_report().ablation if row.model != "svd")
    assert "None is missed for certain" in _sections(ablation=last)["ablation"].text


def test_learning_when_there_are_many_trees_then_few_rows_with_first_best_and_last():
    rows = _tables()["trees"].rows
    assert len(rows) <= 23
    assert {"1", "33", "60"} <= {row.label for row in rows}
    assert [row.label for row in rows if row.best] == ["33"]
    assert "33 are kept" in _sections()["learning"].text


def test_ranking_when_told_then_served_lists_against_popular_movies_and_the_caution_in_use():
    text = _sections()["ranking"].text
    assert "140 ratings of 4 stars or more" in text
    assert "34.0 % of them find one in the list as served, 30.0 % in one of the most" in text
    assert [row.label for row in _tables()["cautions"].rows if row.best] == ["2"]
    assert [row.label for row in _tables()["lists"].rows if row.best] == [
        "XGBoost ensemble, as listed"
    ]


def test_ranking_when_no_order_could_be_compared_then_only_the_lists():
    found = replace(example_report().ranking, orders=())
    assert "cautions" not in _tables(ranking=found)


def test_newcomers_when_told_then_each_count_of_ratings_and_the_ensemble():
    text = _sections()["newcomers"].text
    assert "16 users were treated as newcomers" in text
    assert "on 64 test ratings is 1.0251; with 5 ratings it is 0.9812, with 10 ratings" in text
    assert "knows all their other ratings, has 0.9155" in text
    assert "z = 2," in text
    rows = _tables()["given"].rows
    assert rows[2].cells == (10, 0.9634, (0.9634 - 0.04, 0.9634 + 0.045), 0.27, 0.06)
    assert rows[-1].cells == (None, None, None, 0.3, 0.088)


def test_newcomers_when_nobody_likes_anything_then_dashes_for_lists():
    found = example_report().newcomers
    without = tuple(replace(row, hit_rate_10=None, ndcg_10=None) for row in found.rows)
    rows = _tables(newcomers=replace(found, rows=without))["given"].rows
    assert {row.cells[3:] for row in rows} == {(None, None)}


def test_newcomers_when_there_are_too_few_then_no_section():
    assert "newcomers" not in _sections(newcomers=None)


def test_settings_when_there_are_folds_then_each_by_itself():
    assert "splits" not in _tables()
    (split,) = example_report().splits
    table = _tables(splits=(replace(split, name="u1"), replace(split, name="u2")))["splits"]
    assert [row.label for row in table.rows] == ["u1", "u2"]
    assert table.rows[0].cells == (300, *sorted(RMSE.values()))


@pytest.mark.parametrize(
    ("cell", "kind", "text"),
    [
        (None, "stars", "–"),
        (1234567, "count", "1,234,567"),
        (1, "ratings", "1 rating"),
        (2500, "ratings", "2,500 ratings"),
        (0.91234, "stars", "0.9123"),
        (-0.01, "signed", "−0.0100"),
        ((0.9, 0.95), "interval", "0.9000 to 0.9500"),
        ((-0.0115, 0.002), "signed_interval", "−0.0115 to +0.0020"),
        (24.56, "percent", "24.6 %"),
        (0.74, "share", "74.0 %"),
        (0.25, "ratio", "0.250"),
        (2.345, "seconds", "2.35 s"),
        (5000.2, "seconds", "5,000 s"),
        (250_540_032, "bytes", "251 MB"),
        ("a, b", "text", "a, b"),
    ],
)
def test_cell_when_written_then_as_readers_see_it(cell, kind, text):
    assert cell_text(cell, kind) == text


def test_words_when_a_name_is_not_known_then_made_of_it():
    assert figure_text("my_own-figure.png") == "My own figure"
    assert figure_text("learning-stack.svg").startswith("Line: RMSE on the test")
    assert "protocol 'mine'" in protocol_text("mine")
