"""The report as one file: whole, self-contained, and the same numbers as the JSON."""

import re

import pytest
from bs4 import BeautifulSoup
from msgspec.structs import replace

from processing.report.figures import report_figures
from processing.report.html import report_html
from processing.report.schema import without_times
from tests.report_example import LEFT_OUT, example_report


def _page(**changes):
    return BeautifulSoup(report_html(example_report(**changes)), "html.parser")


@pytest.fixture(scope="module")
def shown():
    return _page()


def _text(element):
    return " ".join(element.get_text().split())


def _table(page, name):
    caption = page.find(id=f"{name}-caption")
    return [
        [_text(cell) for cell in row.find_all(["th", "td"])]
        for row in caption.find_parent("table").find_all("tr")
    ]


def test_page_when_opened_then_asks_nobody_for_anything(shown):
    assert shown.find_all(["script", "link", "img", "iframe", "object"]) == []
    references = [
        element[name]
        for element in shown.find_all(True)
        for name in ("href", "src", "srcset", "xlink:href", "action")
        if element.has_attr(name)
    ]
    assert references
    assert {reference[0] for reference in references} == {"#"}
    css = "".join(style.get_text() for style in shown.find_all("style"))
    assert "url(" not in css
    assert "@import" not in css


def test_page_when_opened_then_outline_and_ids_are_sound(shown):
    assert shown.html["lang"] == "en"
    headings = [heading.name for heading in shown.find_all(re.compile("^h[1-6]$"))]
    sections = len(shown.find_all("section"))
    assert headings == ["h1", *["h2"] * 3, "h3", *["h2"] * (sections - 3)]
    outline = [heading["id"] for heading in shown.find_all("h2")]
    assert outline[:4] == ["ranking", "newcomers", "models", "comparisons"]
    contents = [link["href"].removeprefix("#") for link in shown.nav.find_all("a")]
    assert contents == [name for name in outline if name != "words"]
    ids = [element["id"] for element in shown.find_all(id=True)]
    assert len(ids) == len(set(ids))
    for element in shown.find_all(attrs={"aria-labelledby": True}):
        assert element["aria-labelledby"] in ids
    for link in shown.find_all("a"):
        assert link["href"].removeprefix("#") in ids


def test_page_when_opened_then_every_figure_is_in_it_and_has_words(shown):
    drawings = shown.select("figure svg")
    assert len(drawings) == len(report_figures(example_report()))
    for drawing in drawings:
        assert drawing["role"] == "img"
        assert drawing["aria-label"] == _text(drawing.find_next("figcaption"))
    assert len(shown.find_all("style")) == 1


def test_page_when_opened_then_every_table_has_a_caption_and_whole_rows(shown):
    tables = shown.find_all("table")
    assert len(tables) == 18
    for table in tables:
        assert _text(table.caption)
        assert len({len(row.find_all(["th", "td"])) for row in table.find_all("tr")}) == 1
        assert {th["scope"] for th in table.find_all("th")} == {"col", "row"}


def test_models_when_shown_then_best_first_with_what_they_cost(shown):
    head, *rows = _table(shown, "errors")
    assert head == [
        "Model",
        "RMSE",
        "95 % interval",
        "MAE",
        "MAPE",
        "Fitting",
        "Predicting",
        "Peak memory",
    ]
    assert rows[0] == [
        "XGBoost ensemble",
        "0.9123",
        "0.9013 to 0.9243",
        "0.7207",
        "25.0 %",
        "12 s",
        "0.25 s",
        "251 MB",
    ]
    assert rows[-1][0] == "Global mean"
    assert rows[-1][-1] == "–"


def test_page_when_a_release_is_read_then_nothing_of_seconds():
    page = BeautifulSoup(report_html(without_times(example_report())), "html.parser")
    head = _table(page, "errors")[0]
    assert head == ["Model", "RMSE", "95 % interval", "MAE", "MAPE"]
    assert "Fitting" not in _table(page, "lists")[0]


def test_lists_when_shown_then_how_often_they_help_is_said_first(shown):
    first = _text(shown.find("p", class_="lead"))
    assert "34.0 % find one among their first ten; among the ten most popular, 30.0 %." in first
    head, *rows = _table(shown, "lists")
    assert head[-1] == "Fitting"
    assert rows[2][:6] == ["EASE", "62", "33.0 %", "0.104", "+0.0160", "+0.0050 to +0.0270"]
    assert [row[-1] for row in rows] == ["–", "–", "1.50 s", "–", "–", "–"]
    told = [_text(paragraph) for paragraph in shown.find(id="ranking").parent.find_all("p")]
    assert len(told) == 3


def test_page_when_opened_then_says_what_it_was_made_of(shown):
    told = {_text(dt): _text(dt.find_next("dd")) for dt in shown.find_all("dt")}
    assert told["SHA-256 of the data"] == "ab" * 32
    assert told["To be predicted"] == "300 ratings"
    assert told["Ratings in all"] == "1,100"
    assert told["Scale"] == "1 to 5 stars, in steps of 1"
    assert told["Seed"] == "0"
    assert told["KNN, users"] == LEFT_OUT
    assert ["SVD", "n_factors 64, lr_all 0.01"] in _table(shown, "values")
    assert "Simulated data." in _text(shown.header)


@pytest.mark.parametrize(
    ("changes", "gone"),
    [
        ({"ranking": None}, {"lists", "positions", "ranker"}),
        ({"ablation": ()}, {"without"}),
        ({"slices": replace(example_report().slices, month=())}, {"month"}),
    ],
)
def test_page_when_a_part_is_missing_then_the_rest_stands(shown, changes, gone):
    captions = {caption["id"].removesuffix("-caption") for caption in shown.find_all("caption")}
    found = _page(**changes).find_all("caption")
    assert {caption["id"].removesuffix("-caption") for caption in found} == captions - gone


def test_page_when_names_hold_markup_then_they_are_text():
    name = "</title><script>alert(1)</script>"
    source = replace(example_report().source, name=name)
    page = _page(source=source)
    assert page.find_all("script") == []
    assert name in _text(page.h1)
    assert name in _text(page.title)
