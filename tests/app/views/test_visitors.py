"""Rate a few, get a list: the form, the link, and the list that follows from it."""

import json
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from app import create_app
from app.model.film_index import CUT_LETTERS, FilmIndex
from app.model.rate import ASKED_PER_PAGE
from app.web.tokens import LONGEST_TOKEN, read_token
from processing.release.spread import spread
from tests.app.html import parse, text, texts
from tests.app.links import token_of
from tests.app.sample import NEVER_S, sample_settings

GIVEN = {1: 5.0, 2: 4.0, 4: 1.0, 9: 5.0, 12: 2.0}


def form(ratings, **fields):
    return {f"movie-{movie_id}": str(stars) for movie_id, stars in ratings.items()} | fields


def link(client, ratings=GIVEN):
    """The address of the list that ratings lead to."""
    response = client.post("/rate", data=form(ratings))
    assert response.status_code == 303
    return response.location


@pytest.fixture
def opened(app):
    return app.extensions["current"].opened()


def test_rate_page_when_opened_then_asks_the_most_telling_and_tells_nothing_of_others(show, opened):
    page = show("/rate")
    asks = page.select(".ask")
    expected = opened.release.fold_in.ask[:ASKED_PER_PAGE]
    names = [text(ask.legend) for ask in asks]
    assert len(asks) == len(expected)
    for name, index in zip(names, expected, strict=True):
        assert name.startswith(opened.release.titles[index])
    for ask in asks:
        values = [radio["value"] for radio in ask.select(".give input")]
        assert values == ["1.0", "2.0", "3.0", "4.0", "5.0"]
        assert ask.select_one(".skip-it input").has_attr("checked")
    assert page.main.find_all(class_=["stars", "score", "verdict"]) == []
    assert "vote" not in text(page.main)


def test_rate_page_when_asked_for_more_then_the_next_ones_and_an_end(show, opened):
    n = len(opened.release.fold_in.ask)
    assert n > ASKED_PER_PAGE
    first, second = show("/rate"), show(f"/rate?skip={ASKED_PER_PAGE}")
    names = [set(texts(page.select(".ask legend"))) for page in (first, second)]
    assert not names[0] & names[1]
    last = show(f"/rate?skip={n - 1}")
    assert len(last.select(".ask")) == 1
    assert last.find("button", value="more") is None


def test_rate_page_when_searched_then_asks_for_what_was_found(show):
    (ask,) = show("/rate?q=stalker").select(".ask")
    assert text(ask.legend).startswith("Stalker")


def test_rate_page_when_none_of_its_movies_is_known_then_the_next_with_what_was_rated(client):
    onward = client.post("/rate", data=form(GIVEN, then="more", skip="12")).location
    page = parse(client.get(onward))
    link = parse_qs(urlsplit(page.select_one("[data-none]")["href"]).query)
    assert link == {"skip": ["24"], "with": parse_qs(urlsplit(onward).query)["with"]}
    (field,) = page.select("input[name=q]")
    assert field.find_parent("form").find("input", attrs={"name": "with"})["value"]


def test_rate_page_when_opened_then_holds_the_rest_of_the_asking_list_for_scripts(show, opened):
    page = show(f"/rate?skip={ASKED_PER_PAGE}")
    ahead = json.loads(page.select_one("[data-ahead]")["data-ahead"])
    expected = opened.release.fold_in.ask[ASKED_PER_PAGE:]
    assert [movie["movie_id"] for movie in ahead] == [index + 1 for index in expected]
    shown = [each["data-movie"] for each in page.select("ul .ask")]
    assert shown == [str(movie["movie_id"]) for movie in ahead[:ASKED_PER_PAGE]]


def test_form_when_sent_then_the_list_is_at_a_link_that_says_the_ratings(client):
    page = parse(client.get(link(client)))
    own = page.select("aside .own li")
    assert [text(each.a) for each in own][:2] == ["Alien", "Stalker"]
    assert len(own) == len(GIVEN)


def test_form_when_sent_for_more_then_the_link_carries_what_was_given(client):
    response = client.post("/rate", data=form(GIVEN, then="more", skip="12"))
    assert response.status_code == 303
    carried = parse_qs(urlsplit(response.location).query)
    assert carried["skip"] == ["12"]
    page = parse(client.get(response.location))
    assert page.find("input", attrs={"name": "with"})["value"] == carried["with"][0]
    again = client.post("/rate", data=form({1: ""}, **{"with": carried["with"][0]}))
    rest = parse(client.get(again.location)).select("aside .own li")
    assert len(rest) == len(GIVEN) - 1


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({}, "Rate at least one movie first"),
        ({"movie-1": ""}, "Rate at least one movie first"),
        ({"movie-1": "five"}, "“five” is not a rating"),
        ({"movie-x": "5"}, "is not a rating"),
        ({"movie-1": "6"}, "beyond the scale; expected 1 to 5"),
        ({"movie-1": "nan"}, "beyond the scale"),
        ({"movie-99999": "5"}, "is not a rating of a movie here"),
        ({"movie-1": "5", "set": "another"}, "shows other data than when this page was opened"),
    ],
)
def test_form_when_it_holds_no_ratings_then_400_says_why(client, fields, what):
    response = client.post("/rate", data=fields)
    assert what in text(parse(response, 400).main)


@pytest.mark.parametrize("suffix", ["", ".json", ".csv"])
@pytest.mark.parametrize("spoil", [lambda a: a[:-1], lambda a: a[:-3] + "AAA", lambda a: a + "A"])
def test_link_when_changed_or_cut_then_refused_and_says_what_to_do(client, suffix, spoil):
    response = client.get(spoil(link(client)) + suffix)
    assert response.status_code == 404
    assert "This link to a list is cut off or changed. Copy it again, whole" in response.text


def test_link_when_the_site_starts_anew_then_still_good(client, sample):
    again = create_app(sample_settings(sample), check_every_s=NEVER_S).test_client()
    assert again.get(urlsplit(link(client)).path).status_code == 200


RENUMBERED = token_of(
    [
        (7, "Casablanca", 1942, 4.0),  # 7 is La Haine here
        (1, "Dr. Strangelove or: How ", 1964, 5.0),  # cut
        (5, "Amélie", 1999, 5.0),  # of another year
        (9, "Movie 9", None, 5.0),
        (2, "Rashomon", 1950, 3.0),
    ],
    "ffffff",
)


def test_link_when_of_another_set_then_matched_by_title_and_year_and_the_rest_is_named(client):
    found = client.get(f"/list/{RENUMBERED}.json").json
    assert [(own["title"][:10], own["rating"]) for own in found["given"]] == [
        ("Dr. Strang", 5.0),
        ("Casablanca", 4.0),
    ]
    page = parse(client.get(f"/list/{RENUMBERED}"))
    missing = text(page.select_one(".missing"))
    assert missing == (
        "3 films of this link are not in this data: Rashomon 1950, Amélie 1999, Movie 9."
    )


@pytest.mark.parametrize(
    ("scale", "rating", "expected"),
    [
        ((0.5, 5.0, 0.5), 4.5, 5.0),
        ((0.5, 5.0, 0.5), 0.5, 1.0),
        ((1.0, 10.0, 1.0), 7.0, 4.0),
        ((0.0, 100.0, 1.0), 100.0, 5.0),
        ((1.0, 5.0, 0.0), 4.25, 4.25),
    ],
)
def test_link_when_of_another_scale_then_as_many_stars_of_this_one(client, scale, rating, expected):
    token = token_of([(1, "Alien", 1979, rating)], "ffffff", scale)
    (own,) = client.get(f"/list/{token}.json").json["given"]
    assert own["rating"] == expected


def test_link_when_two_movies_are_called_the_same_then_neither_unless_the_id_says_which():
    index = FilmIndex([3, 4, 5], ["Hamlet", "Hamlet", "Movie 5"], [1996, 1996, None])
    assert index.find("Hamlet", 1996, None) is None
    assert index.find("Hamlet", 1996, 9) is None
    assert index.find("hamlet", 1996, 4) == 1
    assert index.find("Movie 5", None, 6) is None
    assert index.find("Movie 5", None, 5) == 2


def test_link_when_none_of_its_films_is_here_then_404_says_so(client):
    token = token_of([(1, "Rashomon", 1950, 5.0)], "ffffff")
    page = parse(client.get(f"/list/{token}"), 404)
    assert "None of the movies that this link has ratings of is in this data" in text(page.main)


def test_form_when_it_carries_films_that_are_not_here_then_they_are_not_lost(client):
    response = client.post("/rate", data=form({2: 4.0}, **{"with": RENUMBERED}))
    shared = read_token(urlsplit(response.location).path.removeprefix("/list/"))
    known = [(each.movie_id, each.title) for each in shared.ratings]
    assert known == [
        (2, "Blade Runner"),
        (4, "Casablanca"),
        (11, "Dr. Strangelove or: How I Learned"[:CUT_LETTERS]),
        (None, "Amélie"),
        (None, "Movie 9"),
        (None, "Rashomon"),
    ]


def long_link():
    """Ratings of more films than a link may hold, some of them in the sample."""
    rng = np.random.default_rng(0)
    letters = list("abcdefghijklmnopqrstuvwxyz")
    odd = [(n, "".join(rng.choice(letters, 24)), 1990, 3.0) for n in range(100, 500)]
    token = token_of([(1, "Alien", 1979, 5.0), *odd], "ffffff")
    assert len(token) > LONGEST_TOKEN
    return token


def test_form_when_too_long_for_a_link_then_the_list_itself_and_why(client):
    response = client.post("/rate", data=form({2: 4.0}, **{"with": long_link()}))
    page = parse(response)
    assert "too many ratings for a link" in text(page.header.find_next("main"))
    assert len(page.select(".pick")) == 27  # all that can be listed, on one page
    assert response.cache_control.no_store
    again = page.select_one("main form")
    fields = {each["name"]: each["value"] for each in again.select("input")}
    more = parse(client.post("/rate", data=fields))
    assert more.select(".ask")
    assert not more.select("[data-rate]")  # there is no search field here, which its script needs
    assert more.select_one("input[name=with]")["value"] == fields["with"]


def test_form_when_all_of_120_movies_are_rated_then_a_link_holds_them(client):
    rows = [(n, f"A film called {n}", 1990, 3.0) for n in range(120)]
    token = token_of(rows, "ffffff")
    response = client.post("/rate", data=form({2: 4.0}, **{"with": token}))
    assert response.status_code == 303
    assert len(parse(client.get(response.location)).select(".missing cite")) == 120


def test_list_when_made_then_it_is_the_posterior_mean_and_none_was_rated(client, opened):
    found = client.get(f"{link(client)}.json").json
    release = opened.release
    prior = release.fold_in
    ids = sorted(GIVEN)
    x = np.array([[1.0, *release.movie_factors[movie_id - 1]] for movie_id in ids])
    base = release.manifest.global_mean + release.movie_biases
    surprise = np.array([GIVEN[each] for each in ids]) - base[np.array(ids) - 1] - x @ prior.mean
    together = x @ prior.covariance @ x.T + prior.noise_variance * np.eye(len(ids))
    for row in found["recommendations"]:
        movie_id = row["movie"]["movie_id"]
        assert movie_id not in GIVEN
        z = np.array([1.0, *release.movie_factors[movie_id - 1]])
        score = base[movie_id - 1] + z @ prior.mean
        score += z @ prior.covariance @ x.T @ np.linalg.solve(together, surprise)
        assert row["score"] == pytest.approx(min(max(score, 1), 5), abs=1e-4)
    assert found["n_listed"] == min(50, len(release.titles) - 1 - len(GIVEN))


def test_list_when_made_then_in_the_order_of_its_ratings_and_of_votes(client, opened):
    release, given = opened.release, sorted(GIVEN)
    order = 0.05 * np.log1p(release.stats["n_ratings"])
    for movie_id in given:
        spoken_for, by = release.weights.row(movie_id - 1)
        order[spoken_for] += (GIVEN[movie_id] - 2.6) / 4 * by
    listed = [
        index
        for index in np.argsort(-order, kind="stable").tolist()
        if index + 1 not in GIVEN and release.stats["n_ratings"][index]
    ]
    expected = spread(np.array(listed), release.weights.near) + 1
    assert expected.tolist() != [index + 1 for index in listed]
    rows = _all_rows(client, link(client))
    assert [row["movie"]["movie_id"] for row in rows] == expected.tolist()


def test_reasons_when_told_then_liked_evident_and_their_exact_share_of_all_that_speaks_for_it(
    client, opened
):
    release, given = opened.release, sorted(GIVEN)
    bits = np.unpackbits(release.weights.evident, bitorder="little")
    told = left_out = 0
    for row in _all_rows(client, link(client)):
        index = row["movie"]["movie_id"] - 1
        parts, evident = {}, {}
        for movie_id in given:
            spoken_for, by = release.weights.row(movie_id - 1)
            parts[movie_id] = (GIVEN[movie_id] - 2.6) / 4 * by[spoken_for == index].sum()
            place = release.weights.indptr[movie_id - 1] + np.flatnonzero(spoken_for == index)
            evident[movie_id] = bits[place].any()
        whole = sum(part for part in parts.values() if part > 0)
        whole += 0.05 * np.log1p(row["movie"]["votes"])
        liked = [each for each in given if GIVEN[each] >= 4 and parts[each] > 0]
        most = sorted(filter(evident.get, liked), key=lambda each: -parts[each])[:2]
        left_out += len(liked) > sum(evident[each] for each in liked)
        assert [reason["movie_id"] for reason in row["reasons"]] == most
        for reason in row["reasons"]:
            assert reason["share"] == pytest.approx(parts[reason["movie_id"]] / whole)
        told += len(most)
    assert told > 5 < left_out


def test_reasons_when_nothing_was_liked_then_an_honest_sentence(client):
    address = link(client, {1: 3.0, 2: 1.0})
    assert all(row["reasons"] == [] for row in _all_rows(client, address))
    assert "No one movie that you liked brings it here" in client.get(address).text


def _all_rows(client, address):
    pages = client.get(f"{address}.json").json["n_pages"]
    return [
        row
        for page in range(1, pages + 1)
        for row in client.get(f"{address}.json?page={page}").json["recommendations"]
    ]


def test_account_when_shown_then_the_ratings_sum_to_the_score(client):
    for row in client.get(f"{link(client)}.json").json["recommendations"]:
        account = row["account"]
        total = account["start"] + sum(part["stars"] for part in account["parts"])
        assert total == pytest.approx(row["score"], abs=0.0051)
        shares = [reason["share"] for reason in row["reasons"]]
        assert shares == sorted(shares, reverse=True)
        assert sum(shares) <= 1 + 1e-9


def test_list_when_sorted_and_taken_as_csv_then_by_the_same_rules_as_a_users(client):
    address = link(client)
    lines = client.get(f"{address}.csv?sort=title").text.splitlines()
    names = [line.split(",")[2].strip('"').casefold() for line in lines[1:]]
    assert lines[0].startswith("rank,movie_id,title")
    assert names == sorted(names)
    assert client.get(f"{address}?sort=worst").status_code == 400


def test_visitor_when_served_then_the_server_sets_no_cookie(client):
    response = client.post("/rate", data=form(GIVEN))
    assert "Set-Cookie" not in response.headers
    assert "Set-Cookie" not in client.get(response.location).headers


def test_link_when_the_same_ratings_are_given_then_the_same_link(client):
    assert link(client) == link(client, dict(reversed(GIVEN.items())))


def test_json_when_read_then_plain_and_finite(client):
    json.loads(client.get(f"{link(client)}.json").text, parse_constant=pytest.fail)
