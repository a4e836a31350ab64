"""One list for two people: by two links, by a form, and in turn."""

from urllib.parse import parse_qs, urlencode, urlsplit

import numpy as np
import pytest

from processing.release.pair import pair_order
from processing.release.spread import spread
from tests.app.html import parse, text
from tests.app.links import token_of, token_of_stars

A = {1: 5.0, 2: 4.0, 4: 1.0}
B = {1: 1.0, 9: 5.0, 12: 2.0, 20: 4.0}


def address(a=A, b=B, suffix="", **choice):
    tokens = {"a": token_of_stars(a), "b": token_of_stars(b)}
    return f"/both{suffix}?{urlencode(tokens | choice)}"


@pytest.fixture
def opened(app):
    return app.extensions["current"].opened()


def test_pair_order_when_both_choose_in_turn_then_what_is_nearer_to_either_top_comes_first():
    orders = np.array([[9.0, 8.0, 7.0, 1.0], [1.0, 3.0, 8.0, 9.0]])
    # Places: 0 and 3, 1 and 2, 2 and 1, 3 and 0: both first choices, then both second ones.
    assert np.argsort(-pair_order(orders), kind="stable").tolist() == [0, 3, 1, 2]
    assert pair_order(np.empty((2, 0))).tolist() == []


def test_pair_order_when_two_are_as_near_then_first_the_one_that_suits_the_other_better():
    orders = np.array([[5.0, 4.0, 3.0, 2.0], [2.0, 4.0, 3.0, 9.0]])
    # 0 is first for A and last for B, 3 is first for B and last for A; 1 is second for both.
    orders[0, 3] = 4.5
    assert np.argsort(-pair_order(orders), kind="stable").tolist() == [3, 0, 1, 2]


def test_pair_order_when_the_two_change_places_then_the_same():
    orders = np.random.default_rng(1).normal(size=(2, 200))
    assert pair_order(orders).tolist() == pair_order(orders[::-1]).tolist()


def test_list_for_both_when_made_then_in_turn_of_what_neither_rated(client, opened):
    release = opened.release
    given = [
        (np.array([n - 1 for n in stars], np.int64), np.array(list(stars.values())))
        for stars in (A, B)
    ]
    new = [
        index
        for index in range(len(release.titles))
        if index + 1 not in A | B and release.stats["n_ratings"][index]
    ]
    orders = np.array([opened.affinity.order(*own)[new] for own in given])
    best = np.array(new)[np.argsort(-pair_order(orders), kind="stable")]
    expected = spread(best, release.weights.near) + 1
    found = client.get(address(suffix=".json", per_page=50)).json
    rows = found["recommendations"]
    assert [row["movie"]["movie_id"] for row in rows] == expected.tolist()
    for row in rows:
        index = row["movie"]["movie_id"] - 1
        for each, (movies, stars) in zip(row["for_each"], given, strict=True):
            person = opened.folding.fold(movies, stars.astype(np.float32))
            (score,) = opened.clipped(opened.folding.score(person, np.array([index])))
            assert each["score"] == pytest.approx(score, abs=1e-4)
            if each["reason"]:
                own = A if each["name"] == "A" else B
                assert own[each["reason"]["movie_id"]] >= 4
    assert [len(person["given"]) for person in found["people"]] == [3, 4]


def test_list_for_both_when_the_links_change_places_then_the_same_movies(client):
    one, other = (client.get(address(*pair, suffix=".json")).json for pair in ((A, B), (B, A)))
    ids = [[row["movie"]["movie_id"] for row in each["recommendations"]] for each in (one, other)]
    assert ids[0] == ids[1]


def test_list_for_both_when_shown_then_says_what_each_would_give(client):
    page = parse(client.get(address()))
    rows = client.get(address(suffix=".json")).json["recommendations"]
    for item, row in zip(page.select(".pick"), rows, strict=True):
        shown = [text(each) for each in item.select(".score")]
        assert shown == [f"{own['name']} {own['score']:.1f}" for own in row["for_each"]]


def test_list_for_both_when_sorted_or_paged_then_the_links_stay_in_the_address(client):
    page = parse(client.get(address(sort="title")))
    for link in page.select("nav.pages a, nav.turn a, form.tools a"):
        assert {"a", "b"} <= parse_qs(urlsplit(link["href"]).query).keys()
    fields = {each["name"] for each in page.select("form.tools input[type=hidden]")}
    assert {"a", "b"} <= fields
    titles = [text(each.h3.a) for each in page.select(".pick")]
    assert titles == sorted(titles, key=str.casefold)


def test_list_for_both_when_taken_as_csv_then_both_stars_are_columns(client):
    head, *lines = client.get(address(suffix=".csv")).text.splitlines()
    columns = "rank,movie_id,title,year,genres,predicted_a,predicted_b,because_a,because_b"
    assert head == f"{columns},mean,votes"
    assert len(lines) == 23


def test_form_when_two_links_are_pasted_then_leads_to_their_list(client):
    tokens = [token_of_stars(A), token_of_stars(B)]
    pasted = {
        "a": f" https://films.example/list/{tokens[0]}?sort=gap ",
        "b": f"https://films.example/list#{tokens[1]}",
    }
    response = client.post("/both", data=pasted)
    assert response.status_code == 303
    assert parse_qs(urlsplit(response.location).query) == {"a": [tokens[0]], "b": [tokens[1]]}
    assert parse(client.get(response.location)).select(".pick")


@pytest.mark.parametrize("pasted", [{}, {"a": ""}])
def test_form_when_empty_then_shown_again(client, pasted):
    response = client.post("/both", data=pasted)
    assert len(parse(client.get(response.location)).select("form.pair input")) == 2


def test_form_when_one_link_is_given_then_asks_for_the_other(client):
    token = token_of_stars(A)
    response = client.post("/both", data={"a": token, "b": ""})
    page = parse(client.get(response.location))
    assert [each["value"] for each in page.select("form.pair input")] == [token, ""]
    assert page.select(".pick") == []


@pytest.mark.parametrize("pasted", ["eJxnothing", "https://films.example/list/eJx"])
def test_form_when_a_link_is_broken_then_says_so(client, pasted):
    response = client.post("/both", data={"a": pasted, "b": token_of_stars(B)})
    assert response.status_code == 404
    assert "cut off or changed" in response.text


def test_form_when_the_links_are_too_long_together_then_the_list_itself(client):
    rng = np.random.default_rng(0)
    odd = [(n, "".join(rng.choice(list("abcdefgh"), 24)), 1990, 3.0) for n in range(100, 350)]
    long = token_of([(1, "Alien", 1979, 5.0), *odd], "ffffff")
    response = client.post("/both", data={"a": long, "b": long})
    page = parse(response)
    assert response.cache_control.no_store
    assert len(page.select(".pick")) == 28
    assert "too many ratings for a link" in text(page.find("main"))


def test_list_for_both_when_one_link_has_none_of_the_films_then_says_whose(client):
    other = token_of([(1, "Rashomon", 1950, 5.0)], "ffffff")
    response = client.get(f"/both?a={token_of_stars(A)}&b={other}")
    assert response.status_code == 404
    assert "None of the movies that link B has ratings of is in this data" in response.text
