"""The site shows the golden release."""

from dataclasses import replace

import pytest

from app import create_app
from tests.app.html import parse
from tests.app.sample import NEVER_S, SETTINGS
from tests.make_golden_release import GOLDEN

PAGES = ("/", "/users/6", "/users/6/ratings", "/movies/3", "/search?q=film", "/report")


@pytest.fixture
def visitor():
    """A visitor of the site that shows the golden release."""
    settings = replace(SETTINGS, pred_dir=str(GOLDEN), upload_dir=str(GOLDEN / "figures"))
    return create_app(settings, check_every_s=NEVER_S).test_client()


@pytest.mark.parametrize("page", PAGES)
def test_page_when_the_release_is_golden_then_shown(visitor, page):
    parse(visitor.get(page), 200)


def test_user_page_when_the_release_says_the_start_then_contributions_sum_to_scores(visitor):
    page = visitor.get("/users/7.json").json
    shown = parse(visitor.get("/users/7"), 200).select(".pick table.account")
    assert [pick["score"] for pick in page["recommendations"]] == [4.0, 2.5]
    assert len(shown) == 2
    for pick in page["recommendations"]:
        account = pick["account"]
        total = account["start"] + sum(part["stars"] for part in account["parts"])
        assert total == pytest.approx(pick["score"], abs=0.005)


def test_user_page_when_a_reason_was_rated_below_what_counts_as_liking_then_not_named(visitor):
    (pick,) = visitor.get("/users/6.json").json["recommendations"]
    assert [(reason["movie_id"], reason["rating"]) for reason in pick["reasons"]] == [(3, 5.0)]
    why = parse(visitor.get("/users/6"), 200).select_one(".pick .why p")
    assert why.get_text() == "Because they liked The First Film."
