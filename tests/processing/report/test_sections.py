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
        "ranking",
        "newcomers",
        "comparisons",
        "slices",
        "calibration",
        "ablation",
        "importance",
        "learning",
        "settings",
    ]
    assert [name for name, section in _sections().items() if section.leads] == [
        "ranking",
        "newcomers",
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


def test_ablation_when_an_interval_is_above_zero_then_the_model_is_needed():
    assert _sections()["ablation"].text.endswith("Clearly needed, most first: SVD.")
    last = tuple(row for row in example_report().ablation if row.model != "svd")
    assert "No single model is clearly needed" in _sections(ablation=last)["ablation"].text


def test_learning_when_there_are_many_trees_then_few_rows_with_first_best_and_last():
    rows = _tables()["trees"].rows
    assert len(rows) <= 23
    assert {"1", "33", "60"} <= {row.label for row in rows}
    assert [row.label for row in rows if row.best] == ["33"]
    assert "33 are kept" in _sections()["learning"].text


def test_ranking_when_told_then_served_lists_against_popular_movies():
    text = _sections()["ranking"].text
    assert "Of 62 users with a movie to find (set aside, given 4 stars or more), 34.0 %" in text
    assert "among the ten most popular, 30.0 %." in text
    assert "0.0240 above that of the most popular movies (95 % interval +0.0130 to" in text
    assert "cannot tell the list and those popular lately apart" in text
    assert "on fewer users, down to 40." in text
    table = _tables()["lists"]
    assert [row.label for row in table.rows if row.best] == ["The list as served"]
    users, hits, _, above, interval, *_ = table.rows[3].cells
    assert (users, hits) == (40, 0.21)
    assert above == pytest.approx(0.051 - 0.084)
    assert interval == pytest.approx((above - 0.011, above + 0.011))


def test_ranking_when_rows_have_the_same_users_then_nothing_of_fewer():
    found = example_report().ranking
    rows = tuple(replace(row, n_users=62) for row in found.rows)
    assert "fewer users" not in _sections(ranking=replace(found, rows=rows))["ranking"].text


def test_ranking_when_the_served_list_has_fewer_users_then_both_numbers_are_said():
    found = example_report().ranking
    rows = tuple(replace(row, n_users=50) if row.model == "list" else row for row in found.rows)
    text = _sections(ranking=replace(found, rows=rows))["ranking"].text
    assert "Of 50 users" in text
    assert "30.0 % (of 62 users)." in text


def test_ranking_when_told_then_what_the_ranker_learned_and_what_spread_and_turning_cost():
    text = _sections()["ranking"].text
    assert "155 likes among 1,750 candidates of 70 users" in text
    assert "40 trees were added" in text
    assert "costs 0.4 % of the NDCG" in text
    assert "0.35 times the logarithm" in text
    assert text.endswith("EASE weighs the 20 most rated of 29 movies.")
    rows = _tables()["ranker"].rows
    assert [row.label for row in rows] == [
        "Score by EASE",
        "How many rated the movie",
        "Predicted stars, above the candidates’ mean",
    ]
    assert [row.cells for row in rows] == [(0.82,), (0.31,), (-0.0412,)]
    assert [row.label for row in _tables()["positions"].rows] == [
        "Well known",
        "As listed",
        "Less known",
    ]


@pytest.mark.parametrize(
    ("cost", "words"), [(-0.012, "brings 1.2 %"), (0.0, "costs 0.0 %"), (None, "")]
)
def test_ranking_when_spreading_costs_or_brings_something_then_said(cost, words):
    text = _sections(ranking=replace(example_report().ranking, spread_cost=cost))["ranking"].text
    assert words in text
    assert ("Among ten movies in a row" in text) == (cost is not None)


def test_ranking_when_no_ranker_could_learn_then_only_the_lists():
    found = replace(example_report().ranking, positions=(), ranker=None, spread_cost=None, cut=())
    (section,) = (s for s in _sections(ranking=found).values() if s.name == "ranking")
    assert [table.name for table in section.tables] == ["lists"]
    assert section.text.count("\n\n") == 1


def test_newcomers_when_told_then_each_count_of_ratings_and_the_ensemble():
    text = _sections()["newcomers"].text
    assert "16 users were treated as newcomers" in text
    assert "Of the 15 who have something to find, one is among the first ten of 30.0 % w" in text
    assert "without any, 31.0 % after 1 rating, 32.0 % after 3 ratings" in text
    assert "From 3 ratings on, NDCG is above that of most popular for certain." in text
    assert "on 64 test ratings is 1.0251; after 1 rating it is 1.0107; after 3 ratings" in text
    assert "knows all their other ratings, has 0.9155" in text
    assert "a rating of 2.75 stars speaks neither for nor against" in text
    rows = _tables()["given"].rows
    assert rows[4].cells[0] == 10
    assert rows[4].cells[1:3] == (0.36, pytest.approx(0.06))
    assert rows[4].cells[4] == 0.109
    assert rows[4].cells[7:] == (0.9634, (0.9634 - 0.04, 0.9634 + 0.045))
    assert rows[-1].cells == (None, 0.3, None, None, 0.088, None, None, None, None)


def test_newcomers_when_told_then_what_the_order_of_asking_makes_of_the_most_answers():
    text = _sections()["newcomers"].text
    assert "With 10 answers NDCG is 0.111 after asking about 21.5 movies in the order “by" in text
    assert "0.106" not in text
    assert len(_tables()["asking"].rows) == 4
    found = replace(example_report().newcomers, asking=())
    assert "asking" not in _tables(newcomers=found)
    assert "another order" not in _sections(newcomers=found)["newcomers"].text


def test_newcomers_when_no_list_is_better_for_certain_then_said():
    found = example_report().newcomers
    rows = tuple(
        replace(row, above_popular_interval=(-0.01, 0.01) if row.above_popular else None)
        for row in found.rows
    )
    text = _sections(newcomers=replace(found, rows=rows))["newcomers"].text
    assert "none of these lists is better than most popular for certain" in text


def test_newcomers_when_nobody_likes_anything_then_dashes_for_lists():
    found = example_report().newcomers
    nothing = dict.fromkeys(
        (
            "hit_rate_10",
            "ndcg_10",
            "above_popular",
            "above_popular_interval",
            "above_popular_hits",
            "above_popular_hits_interval",
        )
    )
    without = replace(found, rows=tuple(replace(row, **nothing) for row in found.rows))
    assert {row.cells[1:7] for row in _tables(newcomers=without)["given"].rows} == {(None,) * 6}
    text = _sections(newcomers=without)["newcomers"].text
    assert "something to find" not in text
    assert "NDCG" not in text.partition("Movies can be asked")[0]


def test_newcomers_when_no_stars_are_predicted_then_only_lists():
    found = example_report().newcomers
    rows = tuple(replace(row, rmse=None, rmse_interval=None) for row in found.rows)
    assert "RMSE" not in _sections(newcomers=replace(found, rows=rows))["newcomers"].text


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
        (0.04, "signed_share", "+4.0 %"),
        ((-0.0115, 0.002), "signed_share_interval", "−1.1 % to +0.2 %"),
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
