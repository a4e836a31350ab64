"""The sister addresses: the same page objects as JSON."""

import json
import math

import pytest
from flask import template_rendered

from app.model.page import SiteInfo
from app.model.report import ReportPage
from app.model.scale import RatingScale
from app.web.responses import json_response, page_document
from processing.report import ModelErrors
from tests.app.addresses import PAGES, PATHS, sister
from tests.app.html import parse
from tests.app.sample import UNRATED_ID

SISTERS = [
    (path, sister(path))
    for path in PATHS
    if path not in (PAGES["mine"], PAGES["linked"], PAGES["you"])  # the browser fills these
]


@pytest.mark.parametrize(("path", "sister"), SISTERS)
def test_json_when_asked_for_then_equals_the_page_object(app, client, path, sister):
    shown = []

    def note(sender, template, context, **extra):
        shown.append(context["page"])

    with template_rendered.connected_to(note, app):
        client.get(path)
    response = client.get(sister)
    assert response.status_code == 200
    assert response.mimetype == "application/json"
    assert response.json == json.loads(json.dumps(page_document(shown[0]), allow_nan=False))


@pytest.mark.parametrize(("path", "sister"), SISTERS)
def test_page_when_shown_then_links_to_its_json(show, path, sister):
    page = show(path)
    (link,) = page.find_all("link", rel="alternate", type="application/json")
    assert link["href"] == sister
    assert page.footer.select_one("a:-soup-contains('JSON')")["href"] == sister


@pytest.mark.parametrize(("path", "sister"), SISTERS)
def test_json_when_numbers_are_unknown_then_null_never_nan(client, path, sister):
    def refuse(name):
        raise AssertionError(f"{name} in {sister}")

    json.loads(client.get(sister).text, parse_constant=refuse)


def test_json_when_nobody_rated_the_movie_then_its_mean_is_null(client):
    page = client.get(f"/movies/{UNRATED_ID}.json").json
    assert page["movie"]["mean"] is None
    assert page["movie"]["votes"] == 0
    assert {level["votes"] for level in page["histogram"]["levels"]} == {0}
    assert {level["share"] for level in page["histogram"]["levels"]} == {0}


def test_json_when_titles_are_accented_then_written_as_they_are(client):
    assert "Amélie" in client.get("/search.json?q=amelie").text


@pytest.mark.parametrize("sister", ["/users/7.json", "/users/42.json", "/users/305.json"])
def test_json_when_reasons_are_given_then_shares_are_parts_of_one(client, sister):
    for pick in client.get(sister).json["recommendations"]:
        shares = [reason["share"] for reason in pick["reasons"]]
        assert shares == sorted(shares, reverse=True)
        assert sum(shares) <= 1


def test_json_when_ranks_are_given_then_they_go_down_the_scores(client):
    picks = client.get("/users/7.json").json["recommendations"]
    assert [pick["rank"] for pick in picks] == list(range(1, len(picks) + 1))
    scores = [pick["score"] for pick in picks]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("/users/8.json", "There is no viewer 8."),
        ("/users/x.json", "“x” is not a whole number"),
        ("/movies/31.json", "There is no movie 31 here."),
        ("/users/7/ratings.json?page=2", "There is no page 2 of"),
        ("/nowhere.json", "There is no page at /nowhere.json."),
    ],
)
def test_json_when_the_page_does_not_exist_then_the_error_is_json(client, path, what):
    response = client.get(path)
    assert response.status_code == 404
    assert response.mimetype == "application/json"
    assert response.json.keys() == {"title", "site", "status", "what", "advice"}
    assert response.json["status"] == 404
    assert what in response.json["what"]


def test_json_when_posted_to_then_405_is_json(client):
    response = client.post("/index.json")
    assert response.status_code == 405
    assert response.json["status"] == 405


def test_json_when_a_model_has_no_mape_then_null(app):
    with app.test_request_context():
        found = json.loads(json_response(_report_page(_result())).get_data())
    assert found["models"][0]["mape"] is None


def test_report_page_when_a_model_has_no_mape_then_a_dash(app):
    row = _result()
    with app.test_request_context("/report"):
        text = app.jinja_env.get_template("report.html").render(page=_report_page(row))
    assert text.count("<td") == 4
    assert text.count(">–</td>") == 2


def test_json_when_a_number_is_nan_then_refused(app):
    row = _result(rmse=math.nan)
    with app.test_request_context(), pytest.raises(ValueError, match="not JSON compliant"):
        json_response(_report_page(row))


def _result(rmse=1.0):
    return ModelErrors(model="m", label="M", rmse=rmse, mae=0.8, mape=None)


def _report_page(result):
    site = SiteInfo(
        release_id="20261002T083000Z-00000000",
        created_utc="2026-10-02T08:30:00Z",
        source_name="Set",
        set_key="abcdef",
        simulated=False,
        n_ratings=1,
        n_users=1,
        n_movies=1,
        profile="fast",
        scale=RatingScale(low=1.0, high=5.0, step=1.0),
        examples=(),
        problem=None,
    )
    return ReportPage(
        title="Report",
        site=site,
        protocol="last",
        protocol_text="Text.",
        seed=0,
        commit="",
        n_train=1,
        n_stack=1,
        n_test=1,
        found=None,
        models=(result,),
        left_out=(),
        sections=(),
        figures=(),
    )


def test_json_and_html_when_compared_then_the_same_predictions(client):
    page = client.get("/users/9.json").json
    shown = [b.text for b in parse(client.get("/users/9")).select("p.score b")]
    assert shown == [
        "5+" if pick["unclipped"] >= 5.05 else f"{pick['score']:.1f}"
        for pick in page["recommendations"]
    ]
