"""The report page: every number of its JSON in a table, with the release's figures."""

from processing.report import cell_text
from tests.app.html import facts, text, texts


def test_report_page_when_opened_then_models_best_first(show):
    page = show("/report")
    head, *rows = page.find(id="errors-caption").find_parent("table").select("tr")
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
        words = "\n\n".join(text(p) for p in part.find_all("p", class_="told"))
        assert words == section["text"]
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
