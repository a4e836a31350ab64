"""Figures of the report: which there are, what they say, and that everyone can read them."""

import re
import xml.etree.ElementTree as ET

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from msgspec.structs import replace

from processing.figures.style import INK, LINE, ON_DARK, PAPER, QUIET
from processing.figures.svg import svg_bytes
from processing.report import figures, report_sections
from processing.report.figures import report_figures
from processing.report.schema import report_from_json, report_to_json, without_times
from tests.report_example import example_report, old_report

SVG = "{http://www.w3.org/2000/svg}"
ALL = {
    "error-by-model.svg",
    "error-by-user-support.svg",
    "error-by-movie-support.svg",
    "error-by-month.svg",
    "calibration.svg",
    "residuals.svg",
    "ablation.svg",
    "importance.svg",
    "ranking.svg",
    "newcomers.svg",
    "learning-trees.svg",
    "learning-stack.svg",
}
REPORT = example_report()
WITHOUT = {
    "no days": ({"slices": replace(REPORT.slices, month=())}, {"error-by-month.svg"}),
    "few in every month": (
        {"slices": replace(REPORT.slices, month=REPORT.slices.month[:1])},
        {"error-by-month.svg"},
    ),
    "no likes": ({"ranking": None}, {"ranking.svg"}),
    "no newcomers": ({"newcomers": None}, {"newcomers.svg"}),
    "newcomers without likes": (
        {
            "newcomers": replace(
                REPORT.newcomers,
                rows=tuple(
                    replace(row, hit_rate_10=None, ndcg_10=None) for row in REPORT.newcomers.rows
                ),
            )
        },
        {"newcomers.svg"},
    ),
    "one member": ({"ablation": ()}, {"ablation.svg"}),
    "no trees": (
        {"learning": replace(REPORT.learning, trees=())},
        {"learning-trees.svg"},
    ),
}


@pytest.fixture(scope="module")
def drawn():
    return report_figures(example_report())


def _texts(svg):
    return [element.text for element in ET.fromstring(svg).iter(f"{SVG}text")]


def test_figures_when_the_report_has_all_parts_then_all_small_and_always_the_same(drawn):
    assert drawn.keys() == ALL
    assert max(map(len, drawn.values())) < 60_000
    figures._figures.cache_clear()
    assert report_figures(report_from_json(report_to_json(REPORT), "the report")) == drawn


def test_figures_when_asked_for_with_times_and_without_then_drawn_once(drawn, monkeypatch):
    report = example_report()
    assert without_times(report) != report
    assert report_figures(report) == drawn

    monkeypatch.setattr(figures, "_DRAWN", {})
    assert report_figures(without_times(report)) == drawn


@pytest.mark.parametrize("case", WITHOUT)
def test_figures_when_a_part_is_missing_then_without_its_figure(case):
    changes, missing = WITHOUT[case]
    assert report_figures(example_report(**changes)).keys() == ALL - missing


def test_figures_when_the_report_is_an_old_one_then_only_the_models():
    assert report_figures(old_report()).keys() == {"error-by-model.svg"}


def test_figures_when_sections_name_theirs_then_each_has_one_place():
    placed = [name for section in report_sections(REPORT, ALL) for name in section.figures]
    assert sorted([*placed, "error-by-model.svg"]) == sorted(ALL)


def test_error_by_model_when_drawn_then_best_on_top_with_its_number(drawn):
    root = ET.fromstring(drawn["error-by-model.svg"])
    texts = list(root.iter(f"{SVG}text"))
    height = {element.text: float(element.get("y")) for element in texts if element.get("y")}
    order = ["XGBoost ensemble", "Linear blend", "SVD", "Baseline"]
    numbers = ["0.9123", "0.9203", "0.9381", "0.9437"]
    for names in (order, numbers):
        assert sorted(names, key=height.__getitem__) == names
    for name, number in zip(order, numbers, strict=True):
        assert height[name] == pytest.approx(height[number], abs=2)
    assert "Global mean, not drawn: 1.1204" in [element.text for element in texts]


def test_error_by_support_when_rows_are_few_then_left_out_and_counts_are_said(drawn):
    texts = _texts(drawn["error-by-movie-support.svg"])
    assert [text for text in texts if "–" in text] == ["1–9", "10–29"]
    assert {"(96)", "(200)", "(without 1 of under 30 test ratings)"} <= set(texts)
    assert {"XGBoost ensemble", "SVD", "Global mean"} <= set(texts)
    assert not {"Baseline", "Linear blend"} & set(texts)


def test_ablation_when_drawn_then_differences_have_signs(drawn):
    assert {"+0.0061", "−0.0004", "without SVD"} <= set(_texts(drawn["ablation.svg"]))


def test_importance_when_drawn_then_columns_and_groups_have_names(drawn):
    root = ET.fromstring(drawn["importance.svg"])
    texts = [element.text for element in root.iter(f"{SVG}text")]
    assert {"movie’s average", "SVD", "similar movie 1", "0.310"} <= set(texts)
    assert {"The movie’s average", "Taste", "Similar movies"} <= set(texts)
    bars = [element.get("fill") for element in root.iter(f"{SVG}path")]
    assert {"#cc6677", "#228833", "#a38d1a"} <= set(bars)


def test_learning_when_drawn_then_says_after_how_many_trees_it_is_best(drawn):
    assert "Trees (the dot: least error, after 33)" in _texts(drawn["learning-trees.svg"])


def test_newcomers_when_drawn_then_a_number_for_each_count_of_ratings(drawn):
    texts = _texts(drawn["newcomers.svg"])
    assert {"0.088", "0.094", "0.100", "0.104", "0.109", "0.113"} <= set(texts)
    assert {"30", "31", "32", "34", "36", "37"} <= set(texts)
    assert {"0", "1", "3", "5", "10", "20"} <= set(texts)
    assert {"the list", "most popular", "all ratings known"} <= set(texts)


def test_newcomers_when_nothing_is_known_of_popular_movies_then_only_the_list():
    rows = tuple(
        replace(row, above_popular=None, above_popular_hits=None, rmse=None)
        for row in REPORT.newcomers.rows
    )
    found = report_figures(example_report(newcomers=replace(REPORT.newcomers, rows=rows)))
    assert not {"most popular", "all ratings known"} & set(_texts(found["newcomers.svg"]))


def test_ranking_when_drawn_then_above_or_below_most_popular_the_best_on_top(drawn):
    root = ET.fromstring(drawn["ranking.svg"])
    texts = list(root.iter(f"{SVG}text"))
    height = {element.text: float(element.get("y")) for element in texts if element.get("y")}
    order = [
        "The list as served",
        "EASE",
        "Popular lately",
        "Most popular",
        "Stars alone",
        "SVD",
    ]
    numbers = ["0.112", "0.104", "0.090", "0.088", "0.062", "0.051"]
    for names in (order, numbers):
        assert sorted(names, key=height.__getitem__) == names


def test_figures_when_on_one_page_then_ids_do_not_clash_and_references_lead_somewhere(drawn):
    every = []
    for svg in drawn.values():
        ids = [element.get("id") for element in ET.fromstring(svg).iter() if element.get("id")]
        text = svg.decode()
        asked = set(re.findall(r"url\(#(.+?)\)", text)) | set(re.findall(r'href="#(.+?)"', text))
        assert set(ids) == asked
        every += ids
    assert len(every) == len(set(every)) > 0


def test_figures_when_a_policy_forbids_styles_then_colours_stay(drawn):
    for svg in drawn.values():
        elements = list(ET.fromstring(svg).iter())
        assert not [element for element in elements if "style" in element.attrib]
        used = {element.get(name) for element in elements for name in ("fill", "stroke")}
        assert {INK, PAPER} <= used
        assert used - {None, "none"} <= ON_DARK.keys()


def _contrast(one, other):
    """Contrast of two colours; source: WCAG 2.2, "contrast ratio" and "relative luminance"."""

    def luminance(colour):
        parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colour", sorted(ON_DARK.keys() - {PAPER, LINE}))
def test_colours_when_on_light_and_dark_paper_then_stand_out(colour):
    least = 7 if colour == INK else 4 if colour == QUIET else 3
    assert _contrast(colour, PAPER) >= least
    assert _contrast(ON_DARK[colour], ON_DARK[PAPER]) >= least


def test_figures_when_labels_are_long_then_nothing_is_cut_off(monkeypatch):
    def long(rows):
        return tuple(
            replace(row, label="KNNBaseline, movies, long") if row.model == "svd" else row
            for row in rows
        )

    report = example_report(
        models=long(REPORT.models),
        ablation=long(REPORT.ablation),
        ranking=replace(REPORT.ranking, rows=long(REPORT.ranking.rows)),
    )
    kept = []
    monkeypatch.setattr(figures, "svg_bytes", lambda figure, name: kept.append(figure) or b"")
    report_figures(report)
    assert len(kept) == len(ALL)
    for figure in kept:
        FigureCanvasAgg(figure).draw()
        inside = figure.get_tightbbox()
        width, height = figure.get_size_inches()
        assert inside.x0 > -0.02
        assert inside.y0 > -0.02
        assert inside.x1 < width + 0.02
        assert inside.y1 < height + 0.02


def test_svg_when_text_has_markup_then_it_is_text():
    figure = Figure(figsize=(3, 1))
    figure.text(0.1, 0.5, "<b>5 & 3</b>", color=INK)
    assert _texts(svg_bytes(figure)) == ["<b>5 & 3</b>"]
