"""A user's page, read by element as a browser and a screen reader would."""

from collections import Counter

import pytest

from tests.app.html import text, texts
from tests.app.sample import (
    FEW_ID,
    FILMS,
    N_REASONS,
    NO_REASONS_ID,
    TOP_N,
    UNRATED_ID,
    USER_IDS,
)


def test_user_page_when_opened_then_every_pick_tells_its_numbers(client, show):
    page = client.get("/users/7.json").json
    rows = show("/users/7").select("ol.picks > li")
    assert len(rows) == len(page["recommendations"]) > N_REASONS
    errors = [pick["error"] for pick in page["recommendations"] if pick["error"] is not None]
    ((usual, _),) = Counter(f"{error:.1f}" for error in errors).most_common(1)
    told = text(show("/users/7").select_one("#list > .error-told"))
    assert told.endswith(f"Predictions here are typically off by about {usual} stars.")
    assert text(rows[0].select_one(".score b")) == "5+"
    for i, (row, pick) in enumerate(zip(rows, page["recommendations"], strict=True)):
        title, year, genres = FILMS[pick["movie"]["movie_id"] - 1]
        assert row.select_one(".rank[aria-hidden=true]").text == f"{i + 1}"
        assert text(row.h3) == f"Rank {i + 1}: {title}"
        assert row.h3.a["href"] == f"/movies/{pick['movie']['movie_id']}?user=7"
        known = ([str(year)] if year else []) + list(genres)
        assert text(row.select_one(".what .meta")) == " · ".join(known)
        shown = "5+" if pick["unclipped"] >= 5.05 else f"{pick['unclipped']:.1f}"
        assert text(row.select_one(".score b")) == shown
        error = None if pick["error"] is None else f"{pick['error']:.1f}"
        sure = "" if error in (None, usual) else f", give or take ±{error}"
        assert text(row.select_one(".score")).endswith(f"predicted, of 5{sure}")
        _check_community(row, pick)


def _check_community(row, pick):
    mean, votes = pick["movie"]["mean"], pick["movie"]["votes"]
    everyone = text(row.select(".how-much .meta")[0])
    difference = row.select_one(".difference")
    if mean is None:
        assert everyone == "no votes yet"
        assert difference is None
        return
    few = " few votes" if votes < 10 else ""
    assert everyone == f"everyone {mean:.1f} · {votes} votes{few}"
    assert pick["difference"] == pytest.approx(pick["unclipped"] - mean)
    if difference is None:
        assert abs(pick["difference"]) < 0.0501
        assert text(row.select(".how-much .meta")[1]) == "as everyone"
        return
    stars, _, words = text(difference).partition(" ")
    assert words == f"{'more' if pick['difference'] > 0 else 'less'} than everyone"
    shown = float(stars) * (1 if pick["difference"] > 0 else -1)
    assert shown == pytest.approx(pick["difference"], abs=0.0501)


def test_user_page_when_opened_then_each_pick_says_its_typical_error(client, app):
    errors = app.extensions["current"].opened().report.error_table
    page = client.get("/users/7.json").json
    for pick in page["recommendations"]:
        assert pick["error"] == errors.typical(page["n_ratings"], pick["movie"]["votes"])


def test_user_page_when_opened_then_the_account_sums_to_the_score(client, show):
    data = client.get("/users/7.json").json
    accounts = show("/users/7").select(".pick table.account")
    assert len(accounts) == len(data["recommendations"]) > 0
    for table, row in zip(accounts, data["recommendations"], strict=True):
        parts = [float(text.replace("−", "-")) for text in texts(table.select("tbody td.num"))]
        (total,) = texts(table.select("tfoot td.num"))
        assert parts[0] == row["account"]["start"]
        assert round(sum(parts), 2) == float(total) == float(f"{row['score']:.2f}")
        assert [part["stars"] for part in row["account"]["parts"]] == parts[1:]
        names = [part["label"] for part in row["account"]["parts"]]
        assert texts(table.select("tbody th"))[1:] == names
        large = ["How generous they are", "How well liked the movie is", "Their taste"]
        cut = ["Cannot go above 5"] if row["unclipped"] > 5 else []
        assert names in ([*large, *cut], ["Their taste", "Everything else"])


def test_user_page_when_opened_then_reasons_have_shares_in_details(client, show):
    page = client.get("/users/7.json").json
    own = {r["movie_id"]: r["rating"] for r in client.get("/users/7/ratings.json").json["ratings"]}
    assert all(own[r["movie_id"]] >= 4 for pick in page["recommendations"] for r in pick["reasons"])
    rows = show("/users/7").select("ol.picks > li")
    for row, pick in zip(rows, page["recommendations"], strict=True):
        reasons = pick["reasons"]
        titles = [FILMS[reason["movie_id"] - 1][0] for reason in reasons]
        assert 1 <= len(reasons) <= 2
        assert texts(row.select(".why > p:first-child cite")) == titles
        assert text(row.select_one(".why > p")).startswith(f"Because they liked {titles[0]}")
        table = row.select("table.bars")[-1]
        assert texts(table.select("tbody th")) == titles
        shares = texts(table.select("tbody td.num"))
        assert shares == [f"{round(100 * reason['share'])} %" for reason in reasons]
        assert text(row.select_one("details summary"))


def test_user_page_when_there_are_no_reasons_then_it_says_what_else_counts(client, show):
    picks = client.get(f"/users/{NO_REASONS_ID}.json").json["recommendations"]
    rows = show(f"/users/{NO_REASONS_ID}").select("ol.picks > li")
    assert len(rows) == len(picks) > 0
    for row, pick in zip(rows, picks, strict=True):
        assert pick["reasons"] == []
        assert text(row.select_one(".why")).startswith(
            "No one movie that they liked brings it here"
        )


def test_user_page_when_nearly_all_is_rated_then_the_list_is_short(show):
    titles = texts(show(f"/users/{FEW_ID}").select("ol.picks h3 a"))
    assert titles == [FILMS[UNRATED_ID - 1][0], "Das Boot"]


@pytest.mark.parametrize("user_id", USER_IDS)
def test_user_page_when_opened_then_no_rated_movie_is_recommended(client, show, user_id):
    rated = client.get(f"/users/{user_id}/ratings.json").json
    picks = show(f"/users/{user_id}").select("ol.picks h3 a")
    assert len(rated["ratings"]) == rated["n_ratings"]
    assert 0 < len(picks) <= TOP_N
    links = {link["href"] for link in picks}
    assert links.isdisjoint(f"/movies/{own['movie_id']}" for own in rated["ratings"])
    assert len(links) == len(picks)


def test_user_page_when_opened_then_own_ratings_are_latest_first(client, show):
    page = show(f"/users/{FEW_ID}")
    ratings = client.get(f"/users/{FEW_ID}.json").json["ratings"]
    own = page.aside.select("ul.own > li")
    assert text(page.aside.h2) == "Latest ratings"
    assert texts([row.a for row in own]) == [each["title"] for each in ratings]
    assert len(own) == 12
    assert all(row.a["href"].endswith(f"?user={FEW_ID}") for row in own)
    days = [row.time["datetime"] for row in own]
    assert days == sorted(days, reverse=True)
    assert texts([row.select_one(".meta .num") for row in own]) == [
        f"{each['rating']:g}" for each in ratings
    ]
    assert page.aside.select_one("a.more")["href"] == f"/users/{FEW_ID}/ratings"
    assert text(page.aside.select_one("a.more")) == "All 28 ratings"


@pytest.mark.parametrize("user_id", [-3, 2**40, 1_488_844])
def test_user_page_when_id_is_negative_or_huge_then_shown(show, user_id):
    assert text(show(f"/users/{user_id}").h1) == f"User {user_id}"


@pytest.mark.parametrize("user_id", ["8", "-4", "9" * 40, str(2**63), str(-(2**63) - 1)])
def test_user_page_when_id_is_unknown_then_404_says_which_there_are(show, user_id):
    page = show(f"/users/{user_id}", 404)
    assert text(page.select_one(".what")).startswith(
        f"There is no viewer {user_id}. Numbers run from"
    )
