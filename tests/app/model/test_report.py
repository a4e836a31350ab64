"""The report page: every number of its JSON in a table, and reports that it refuses."""

import copy

import pytest

from app.model.evaluation import read_evaluation
from processing.errors import ReleaseFormatError
from processing.report import cell_text
from tests.app.html import facts, text, texts
from tests.report_example import example_report


def test_report_page_when_opened_then_models_best_first(show):
    page = show("/report")
    head, *rows = page.select("table.models tr")
    assert len({len(row.find_all(["th", "td"])) for row in (head, *rows)}) == 1
    assert texts([row.th for row in rows]) == [
        "XGBoost ensemble",
        "Linear blend",
        "SVD",
        "Baseline",
        "Global mean",
    ]
    assert texts(rows[0].find_all("td")) == [
        "0.9123",
        "0.9013 to 0.9243",
        f"{0.9123 * 0.79:.4f}",
        "25.0 %",
    ]


def test_report_page_when_opened_then_its_tables_say_what_its_json_says(client, show):
    page = show("/report")
    sections = client.get("/report.json").json["sections"]
    assert len(sections) == 9
    for section in sections:
        part = page.find(id=section["name"]).find_parent("section")
        assert text(part.h2) == section["title"]
        assert text(part.p) == section["text"]
        tables = part.find_all("table")
        assert len(tables) == len(section["tables"]) > 0
        for shown, table in zip(tables, section["tables"], strict=True):
            assert text(shown.caption) == table["caption"]
            kinds = [column["kind"] for column in table["columns"]]
            for row, wanted in zip(shown.select("tbody tr"), table["rows"], strict=True):
                assert text(row.th) == wanted["label"]
                cells = [
                    tuple(cell) if isinstance(cell, list) else cell for cell in wanted["cells"]
                ]
                assert texts(row.find_all("td")) == list(map(cell_text, cells, kinds))


def test_report_page_when_tables_scroll_then_by_keyboard_and_with_a_name(show):
    boxes = show("/report").select("div.scroll")
    assert len(boxes) > 10
    for box in boxes:
        assert box["tabindex"] == "0"
        assert box["role"] == "group"
        assert box["aria-labelledby"]


def test_report_page_when_opened_then_figures_lie_with_their_sections(show, client):
    page = show("/report")
    places = {
        image["src"].rpartition("/")[2]: image.find_parent("section").h2["id"]
        for image in page.select("figure img")
    }
    assert places == {
        "error-by-model.svg": "models",
        "calibration.svg": "calibration",
        "my_own.svg": "figures",
    }
    for image in page.select("figure img"):
        assert image["alt"] == text(image.find_next("figcaption"))
        assert client.get(image["src"]).mimetype == "image/svg+xml"
    assert texts(page.select("#figures ~ .parts figcaption")) == ["My own"]


def test_report_page_when_opened_then_protocol_and_left_out(show):
    page = show("/report")
    told = facts(page.select_one("#measured ~ dl"))
    assert told["Seed"] == "0"
    assert told["Code"] == "0123456789ab"
    assert [value for value in told.values() if value.endswith("ratings")] == [
        "800 ratings",
        "150 ratings",
        "300 ratings",
    ]
    (reason,) = facts(page.select_one("dl.left-out")).values()
    assert reason.startswith("It needs 139 GB of memory")


def test_evaluation_when_a_model_has_no_mape_then_none():
    report = example_report()
    for row in report["models"]:
        row["mape"] = None
    found = read_evaluation(report, "x")
    assert {result.mape for result in found.models} == {None}
    assert found.served.rmse_interval == pytest.approx((0.9013, 0.9243))


def test_evaluation_when_the_report_is_an_old_one_then_read_without_its_new_parts():
    report = example_report()
    new = ("comparisons", "slices", "calibration", "residuals", "ablation", "importance")
    for key in (*new, "learning", "ranking", "newcomers"):
        del report[key]
    for row in report["models"]:
        del row["rmse_interval"]
    found = read_evaluation(report, "x")
    assert found.served.rmse_interval is None
    assert [section.name for section in found.sections] == ["settings"]


BROKEN = {
    "without a protocol": lambda report: report.pop("protocol"),
    "without an error": lambda report: report["models"][0].pop("mae"),
    "interval of three": lambda report: report["models"][0].update(rmse_interval=[1, 2, 3]),
    "slices as a list": lambda report: report.update(slices=[1]),
    "slice without a model": lambda report: report["slices"]["user_support"][0]["rmse"].clear(),
    "ranking without orders": lambda report: report["ranking"].pop("orders"),
    "newcomers without averages": lambda report: report["newcomers"]["rows"].pop(0),
    "part of text": lambda report: report.update(calibration="none"),
    "settings as text": lambda report: report.update(settings="none"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_evaluation_when_the_report_has_another_form_then_refused_by_name(case):
    report = copy.deepcopy(example_report())
    BROKEN[case](report)
    with pytest.raises(ReleaseFormatError, match=r"report\.json of release x .*Publish again"):
        read_evaluation(report, "x")
