"""The site shows releases of every format version that is read."""

from dataclasses import replace

import pytest

from app import create_app
from tests.app.html import parse
from tests.app.sample import NEVER_S, SETTINGS
from tests.make_golden_release import GOLDEN, GOLDEN_1, GOLDEN_2

PAGES = ("/", "/users/6", "/users/6/ratings", "/movies/3", "/search?q=film", "/report")


@pytest.fixture(params=[GOLDEN, GOLDEN_2, GOLDEN_1], ids=["version 3", "version 2", "version 1"])
def visitor(request):
    """A visitor of the site that shows a golden release."""
    golden = request.param
    settings = replace(SETTINGS, pred_dir=str(golden), upload_dir=str(golden / "figures"))
    return create_app(settings, check_every_s=NEVER_S).test_client()


@pytest.mark.parametrize("page", PAGES)
def test_page_when_the_release_is_golden_then_shown(visitor, page):
    parse(visitor.get(page), 200)


def test_user_page_when_the_release_says_the_start_then_contributions_sum_to_scores(visitor):
    page = visitor.get("/users/7.json").json
    shown = parse(visitor.get("/users/7"), 200).select(".pick table.account")
    assert [pick["score"] for pick in page["recommendations"]] == [4.0, 2.5]
    if page["recommendations"][0]["account"] is None:
        assert [pick["account"] for pick in page["recommendations"]] == [None, None]
        assert shown == []
        return
    assert len(shown) == 2
    for pick in page["recommendations"]:
        account = pick["account"]
        total = account["start"] + sum(part["stars"] for part in account["parts"])
        assert total == pytest.approx(pick["score"], abs=0.005)
