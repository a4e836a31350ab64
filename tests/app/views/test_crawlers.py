"""What search engines read: robots.txt, and a sitemap that leads to every movie once."""

import re
from itertools import chain

import pytest

from app import create_app
from app.views import crawlers
from tests.app.sample import NEVER_S, UNRATED_ID, USER_IDS, sample_settings

SITE = "https://films.example"


@pytest.fixture(scope="module")
def known(sample):
    """A visitor of a site that knows its own address."""
    settings = sample_settings(sample, site_url=SITE)
    return create_app(settings, check_every_s=NEVER_S).test_client()


def places(client, path):
    """The addresses that a file of the sitemap names, without the site's own."""
    response = client.get(path)
    assert response.status_code == 200
    assert response.mimetype == "application/xml"
    assert response.text.startswith('<?xml version="1.0" encoding="UTF-8"?>')
    found = re.findall(r"<loc>(.*?)</loc><lastmod>2026-10-02</lastmod>", response.text)
    assert all(address.startswith(SITE) for address in found)
    return [address.removeprefix(SITE) for address in found]


def test_sitemap_when_followed_then_every_rated_movie_and_the_ways_in_once(known, monkeypatch):
    monkeypatch.setattr(crawlers, "URLS_PER_FILE", 12)
    files = places(known, "/sitemap.xml")
    assert files == ["/sitemap/pages.xml", *(f"/sitemap/movies-{i}.xml" for i in (1, 2, 3))]
    pages, *movies = (places(known, file) for file in files)
    assert {"/", "/how", "/report", "/rate"} <= set(pages)
    listed = [*chain(*movies)]
    assert listed == [f"/movies/{i}" for i in range(1, UNRATED_ID)]
    for path in (*pages, *listed):
        response = known.get(path)
        assert response.status_code == 200
        assert "X-Robots-Tag" not in response.headers
    assert known.get("/sitemap/movies-4.xml").status_code == 404
    assert known.get("/sitemap/movies-0.xml").status_code == 404


@pytest.mark.parametrize("path", ["/sitemap.xml", "/sitemap/pages.xml", "/sitemap/movies-1.xml"])
def test_sitemap_when_the_site_does_not_know_its_address_then_there_is_none(client, path):
    assert client.get(path).status_code == 404
    assert "Sitemap" not in client.get("/robots.txt").text


def groups(text):
    """The lines of robots.txt by the crawlers that they are for."""
    found = [part.splitlines() for part in text.strip().split("\n\n")]
    return {
        line.partition(": ")[2]: [each for each in part if each.startswith("Disallow")]
        for part in found
        for line in part
        if line.startswith("User-agent")
    }


def test_robots_when_asked_for_then_keeps_crawlers_off_views_and_lets_shared_links_unfold(known):
    response = known.get("/robots.txt")
    assert response.mimetype == "text/plain"
    rules = groups(response.text)
    assert rules["*"] == ["Disallow: /search", "Disallow: /*?"]
    assert rules["Twitterbot"] == rules["facebookexternalhit"] == ["Disallow:"]
    assert response.text.endswith(f"\n\nSitemap: {SITE}/sitemap.xml\n")


def test_users_when_listed_then_all_ids_a_page_at_a_time(client):
    whole = client.get("/users.json").json
    assert whole["user_ids"] == list(USER_IDS)
    assert (whole["n_users"], whole["n_pages"]) == (len(USER_IDS), 1)
    pages = [client.get(f"/users.json?per_page=3&page={page}").json for page in (1, 2, 3)]
    assert [*chain(*(page["user_ids"] for page in pages))] == list(USER_IDS)
    assert client.get("/users.json?per_page=3&page=4").status_code == 404
    assert client.get("/users.json?per_page=1001").status_code == 400
