"""Lists turned to well known and less known movies, on pages, in addresses and in files."""

import csv
import io

import numpy as np
import pytest

from app.model.turned import turned
from processing.release.spread import spread
from tests.app.html import text, texts

USERS = ("/users/7", "/users/1", "/users/305")


def _record(app, path):
    return app.extensions["current"].opened().record(int(path.rpartition("/")[2]))


def _ids(client, address):
    rows = csv.DictReader(io.StringIO(client.get(address).text))
    return [int(row["movie_id"]) for row in rows]


@pytest.mark.parametrize("path", USERS)
def test_list_when_not_turned_then_as_its_record_has_it(client, app, path):
    assert _ids(client, f"{path}.csv") == (_record(app, path).top["movie"] + 1).tolist()


@pytest.mark.parametrize(("known", "sign"), [("well", 1), ("less", -1)])
@pytest.mark.parametrize("path", USERS)
def test_list_when_turned_then_the_same_movies_by_order_and_votes_and_spread(
    client, app, path, known, sign
):
    release = app.extensions["current"].opened().release
    top = _record(app, path).top
    votes = release.stats["n_ratings"][top["movie"]]
    order = top["order"].astype(float)
    keys = order + sign * 0.25 * (np.std(order) or 1.0) * np.log(1 + votes)
    best = top["movie"][np.argsort(-keys, kind="stable")]
    expected = spread(best.astype(np.int64), release.weights.near) + 1
    assert _ids(client, f"{path}.csv?known={known}") == expected.tolist()
    found = client.get(f"{path}.json?known={known}").json
    assert found["choice"]["known"] == known
    assert [row["rank"] for row in found["recommendations"]] == list(
        range(1, 1 + len(found["recommendations"]))
    )


@pytest.mark.parametrize("known", ["well", "less"])
def test_list_when_ordered_in_another_unit_then_turned_as_far(app, known):
    """What orders a visitor's list is a hundredth of what orders a user's."""
    opened = app.extensions["current"].opened()
    top = opened.record(7).top
    movies, order = top["movie"].astype(np.int64), top["order"].astype(np.float64)
    found = turned(opened, movies, order, known)
    np.testing.assert_array_equal(found, turned(opened, movies, order / 1024, known))
    assert found.tolist() != list(range(len(movies)))


def test_list_when_turned_then_each_movie_keeps_its_stars_reasons_and_account(client):
    rows = {}
    for known in ("", "well", "less"):
        for row in client.get(f"/users/7.json?known={known}&sort=title").json["recommendations"]:
            rank = row.pop("rank")
            before = rows.setdefault(row["movie"]["movie_id"], (row, []))
            assert row == before[0]
            before[1].append(rank)
    assert any(len(set(ranks)) > 1 for _, ranks in rows.values())


def test_control_when_shown_then_three_links_that_keep_the_choice_and_one_is_current(show):
    page = show("/users/7?known=well&sort=title&genre=Drama")
    links = page.select("nav.turn a")
    assert texts(links) == ["As listed", "Well known", "Less known"]
    rest = "sort=title&genre=Drama"
    assert [link["href"] for link in links] == [
        f"/users/7?{rest}",
        f"/users/7?known=well&{rest}",
        f"/users/7?known=less&{rest}",
    ]
    assert [link.get("aria-current") for link in links] == [None, "true", None]
    assert page.select_one("form.tools input[name=known]")["value"] == "well"
    assert page.select_one("form.tools a")["href"] == "/users/7?known=well"
    assert show("/users/7").select_one("form.tools input[name=known]") is None


@pytest.mark.parametrize("path", ["/users/7", "/mine"])
def test_order_when_a_list_is_shown_then_one_sentence_says_it(show, path):
    page = show(path)  # the browser writes it on /mine
    shown = text(page.select_one("[aria-labelledby=picks] > p"))
    told = shown or page.select_one("form.tools")["data-best"]
    you, they = ("User 7 is", "they") if path == "/users/7" else ("you are", "you")
    assert told == (
        f"Ordered by how likely {you} to watch and like each movie; "
        f"the stars say what {they} would give it."
    )


def test_order_when_turned_or_sorted_then_the_sentence_says_so(show):
    assert "Less known ones are moved up." in text(show("/users/7?known=less").main)
    assert "Sorted by: Newest." in text(show("/users/7?known=less&sort=new").main)


@pytest.mark.parametrize("ending", ["", ".json", ".csv"])
def test_list_when_turned_another_way_then_400_says_what_was_expected(client, ending):
    response = client.get(f"/users/7{ending}?known=much")
    assert response.status_code == 400
    assert "Choose one of well, less." in response.text
