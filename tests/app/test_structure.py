"""What holds for every page: its outline, its links, and the one object it is drawn from."""

import dataclasses
import struct
from datetime import date
from itertools import pairwise

import pytest
from flask import template_rendered
from msgspec.structs import replace

from app import create_app
from app.model.page import Page
from tests.app.addresses import PATHS
from tests.app.html import internal_links, parse, text, texts
from tests.app.sample import (
    NEVER_S,
    SOURCE,
    UNRATED_ID,
    USER_IDS,
    sample_settings,
)

SCALES = {
    "half stars": {
        "scale": (0.5, 5.0, 0.5),
        "histogram_levels": tuple(i / 2 for i in range(1, 11)),
    },
    "0 to 100": {
        "scale": (0.0, 100.0, 1.0),
        "histogram_levels": tuple(float(i) for i in range(5, 101, 5)),
    },
    "undated": {"source": replace(SOURCE, dated=False, first_day=None, last_day=None)},
    "real": {"source": replace(SOURCE, simulated=False)},
}


def _check_outline(page):
    assert page.html["lang"] == "en"
    assert text(page.title)
    assert page.find("meta", attrs={"name": "viewport"})
    for landmark in ("main", "nav"):
        assert page.find(landmark)
    for name in ("header", "main", "footer"):
        assert len(page.body.find_all(name, recursive=False)) == 1
    levels = [int(h.name[1]) for h in page.find_all(["h1", "h2", "h3", "h4", "h5", "h6"])]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))
    assert page.select_one("a.skip")["href"] == f"#{page.main['id']}"


def _check_ids(page):
    ids = [element["id"] for element in page.find_all(id=True)]
    assert len(set(ids)) == len(ids)
    for name in ("aria-labelledby", "for"):
        for element in page.find_all(attrs={name: True}):
            assert element[name] in ids
    for field in page.find_all("input", type=lambda kind: kind != "hidden"):
        assert page.find("label", attrs={"for": field["id"]})


@pytest.mark.parametrize("path", PATHS)
def test_page_when_opened_then_outline_landmarks_and_ids_are_sound(show, path):
    page = show(path)
    _check_outline(page)
    _check_ids(page)


@pytest.mark.parametrize("path", ["/nowhere", "/users/8", "/movies/x"])
def test_error_page_when_shown_then_outline_landmarks_and_ids_are_sound(show, path):
    page = show(path, 404)
    _check_outline(page)
    _check_ids(page)


@pytest.mark.parametrize("path", PATHS)
def test_page_when_opened_then_nothing_is_inline_that_the_policy_forbids(show, path):
    page = show(path)
    assert page.find_all("style") == []
    scripts = page.find_all("script", type=lambda kind: kind != "application/ld+json")  # no script
    assert all(script.get("src") and not script.get_text() for script in scripts)
    assert page.find_all(style=True) == []
    assert [a for e in page.find_all(True) for a in e.attrs if a.startswith("on")] == []


@pytest.mark.parametrize("path", [*PATHS, "/nowhere"])
def test_page_when_opened_then_every_internal_link_answers(client, path):
    response = client.get(path)
    links = internal_links(parse(response, response.status_code), path)
    assert len(links) > 5
    for link in sorted(links - {path, "/users"}):  # the latter is a form's, and needs its field
        expected = 302 if link.startswith("/surprise") else 200
        assert client.get(link).status_code == expected, link


@pytest.mark.parametrize("path", PATHS)
def test_page_when_rendered_then_its_context_is_one_frozen_page_object(app, client, path):
    contexts = []

    def note(sender, template, context, **extra):
        contexts.append(context)

    with template_rendered.connected_to(note, app):
        client.get(path)
    (context,) = contexts
    assert context.keys() - {"g", "request", "session"} == {"page"}
    page = context["page"]
    assert isinstance(page, Page)
    assert type(page).__module__.startswith("app.model.")
    assert dataclasses.fields(page)
    with pytest.raises(dataclasses.FrozenInstanceError):
        page.title = "another"


@pytest.mark.parametrize("kind", SCALES)
def test_site_when_the_release_is_of_another_kind_then_every_page_is_sound(site_of, kind):
    client = site_of(**SCALES[kind])
    for path in PATHS:
        page = parse(client.get(path))
        _check_outline(page)
        _check_ids(page)


def test_site_when_stars_are_halved_then_ten_levels_and_five_stars(site_of):
    client = site_of(**SCALES["half stars"])
    page = parse(client.get("/movies/4"))
    levels = texts(page.select("section[aria-labelledby=given] tbody th"))
    assert levels == ["5", "4.5", "4", "3.5", "3", "2.5", "2", "1.5", "1", "0.5"]
    assert len(page.select("svg.shapes path")) == 5


def test_site_when_scale_is_0_to_100_then_bins_and_no_decimals(site_of):
    client = site_of(**SCALES["0 to 100"])
    page = parse(client.get("/movies/4"))
    rows = page.select("section[aria-labelledby=given] tbody tr")
    assert len(rows) == 20
    assert texts([row.th for row in rows])[:2] == ["to 100", "to 95"]
    movie = client.get("/movies/4.json").json["movie"]
    assert sum(int(text(row.td)) for row in rows) == movie["votes"]
    assert text(page.select_one(".verdict b")) == f"{movie['mean']:.0f}"
    assert text(parse(client.get("/users/7")).select_one(".score")) == "100+ predicted, of 100"


def test_site_when_undated_then_highest_ratings_first_and_no_dates(site_of):
    client = site_of(**SCALES["undated"])
    for user_id in USER_IDS:
        ratings = client.get(f"/users/{user_id}/ratings.json").json["ratings"]
        given = [own["rating"] for own in ratings]
        assert given == sorted(given, reverse=True)
        assert {own["day"] for own in ratings} == {None}
    page = parse(client.get("/users/7"))
    assert text(page.aside.h2) == "Highest ratings"
    assert page.main.find("time") is None
    assert "Rated between" not in texts(parse(client.get("/")).find_all("dt"))


def test_site_when_dated_then_days_are_those_of_the_release(client):
    for own in client.get("/users/7.json").json["ratings"]:
        assert date(2002, 11, 9) <= date.fromisoformat(own["day"]) <= date(2003, 12, 14)


def test_site_when_data_is_real_then_no_simulated_notice(site_of):
    page = parse(site_of(**SCALES["real"]).get("/"))
    assert page.select(".notice") == []


@pytest.mark.parametrize("path", ["/", "/users/7", "/movies/1", "/search?q=a", "/report"])
def test_page_when_data_is_simulated_then_it_says_so(show, path):
    page = show(path)
    assert "Simulated data." in texts(page.footer.select(".notice strong"))
    assert "Release" in text(page.footer)
    assert text(page.footer.select_one(".release")).startswith("20261002T083000Z-")


def test_footer_when_any_page_is_shown_then_release_and_day_are_named(show, client):
    site = client.get("/index.json").json["site"]
    for path in ("/", "/users/7", "/movies/3", "/rate", "/how", "/search?q=a", "/mine", "/you"):
        footer = show(path).footer
        assert text(footer.select_one(".release")) == site["release_id"]
        assert footer.select_one("#release-date")["datetime"] == site["created_utc"]


def _shared(page):
    return {tag["property"]: tag["content"] for tag in page.find_all("meta", property=True)}


def test_page_when_the_site_knows_its_address_then_it_is_named_whatever_host_was_asked(sample):
    settings = sample_settings(sample, site_url="https://films.example")
    client = create_app(settings, check_every_s=NEVER_S).test_client()
    answer = client.get("/users/7?sort=gap", headers={"Host": "evil.example"})
    assert _shared(parse(answer))["og:url"] == "https://films.example/users/7?sort=gap"
    assert "evil.example" not in answer.text


@pytest.mark.parametrize("path", ["/", "/users/7/", "//users/7", "/users?id=7", "/movies/1/"])
def test_page_when_asked_for_under_another_host_then_it_enters_neither_page_nor_redirect(
    client, path
):
    answer = client.get(path, headers={"Host": "evil.example"})
    assert "evil.example" not in answer.text
    assert "evil.example" not in answer.headers.get("Location", "")


@pytest.mark.parametrize("path", PATHS)
def test_page_when_shared_then_its_title_words_and_picture_are_there_for_it(client, show, path):
    page = show(path)
    shared = _shared(page)
    assert "og:url" not in shared
    assert shared["og:description"] == page.find("meta", attrs={"name": "description"})["content"]
    assert all(shared[f"og:{name}"] for name in ("title", "description", "image:alt"))
    assert page.find("meta", attrs={"name": "twitter:card"})["content"] == "summary_large_image"
    picture = client.get(shared["og:image"])
    assert picture.mimetype == "image/png"
    size = tuple(int(shared[f"og:image:{name}"]) for name in ("width", "height"))
    assert struct.unpack(">II", picture.data[16:24]) == size == (1200, 630)


def test_page_when_the_site_knows_its_address_then_its_picture_has_a_whole_one(sample):
    settings = sample_settings(sample, site_url="https://films.example")
    client = create_app(settings, check_every_s=NEVER_S).test_client()
    shared = _shared(parse(client.get("/movies/3?user=7")))
    assert shared["og:image"] == "https://films.example/card/movies/3.png"


SHARED = {
    "/movies/1": ("Alien (1979)", "2.4 of 5 stars from 7 votes: who loves it"),
    f"/movies/{UNRATED_ID}": ("A Film That Nobody Rated (2005)", "Nobody has rated it yet."),
    "/users/7": ("Recommended for user 7", "First: A Film That Nobody Rated (2005), "),
    "/users/7/ratings": ("What user 7 rated", "18 movies, with their stars."),
    "/how": ("How this works", "What a predicted star means"),
    "/report": ("How good are the predictions?", ""),
    "/": ("Movie recommendations", "Movies that each viewer would rate highest"),
}


@pytest.mark.parametrize("path", SHARED)
def test_page_when_shared_then_it_says_what_is_there(show, path):
    title, told = SHARED[path]
    shared = _shared(show(path))
    assert shared["og:title"] == title
    assert shared["og:description"].startswith(told)
