"""What pages say of addresses: the right one, the neighbours, and what is not to be indexed."""

import re
from itertools import pairwise

import pytest

from app import create_app
from tests.app.addresses import USUAL
from tests.app.html import parse
from tests.app.links import token_of_stars
from tests.app.sample import NEVER_S, sample_settings

SITE = "https://films.example"
VIEWS = {
    "/users/7?sort=gap&from=1960": "/users/7",
    "/users/7?page=2": "/users/7",
    "/users/7.json": "/users/7",
    "/users/7.csv?sort=gap": "/users/7",
    "/users/7/ratings.csv": "/users/7/ratings",
    "/movies/3?user=7": "/movies/3",
    "/movies/3.json": "/movies/3",
    "/index.json": "/",
    "/?utm_source=x": "/",
}
OWN = (
    "/search",
    "/search?q=a",
    "/search.json?q=a",
    "/suggest.json?q=a",
    "/mine",
    "/you",
    "/list",
    "/both",
)


@pytest.fixture(scope="module")
def known(sample):
    """A visitor of a site that knows its own address."""
    settings = sample_settings(sample, site_url=SITE)
    return create_app(settings, check_every_s=NEVER_S).test_client()


def links(response):
    """What the header Link says, by relation."""
    pairs = [
        re.fullmatch(r'<([^>]*)>; rel="(\w+)"', each).group(2, 1)
        for each in response.headers.getlist("Link")
    ]
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def canonical(response):
    """The address that the header Link says to be the right one, if any."""
    return links(response).get("canonical")


@pytest.mark.parametrize("path", VIEWS)
def test_view_when_asked_for_then_header_and_page_name_the_right_address(known, client, path):
    response = known.get(path)
    assert canonical(response) == SITE + VIEWS[path]
    if response.mimetype == "text/html":
        page = parse(response)
        assert page.find("link", rel="canonical")["href"] == SITE + VIEWS[path]
    assert canonical(client.get(path)) == VIEWS[path]  # by itself where the host is not known
    assert 'rel="canonical"' not in client.get(path).text


@pytest.mark.parametrize("path", [path for path in USUAL.values() if path not in OWN])
def test_page_when_its_address_is_right_already_then_only_the_page_names_it(known, path):
    response = known.get(path)
    assert canonical(response) is None
    page = parse(response)
    expected = None if path.startswith(("/search", "/list/")) else SITE + path
    link = page.find("link", rel="canonical")
    assert (link["href"] if link else None) == expected


@pytest.mark.parametrize("path", OWN)
def test_page_when_it_is_somebodys_own_then_not_to_be_indexed(known, path):
    _is_not_to_be_indexed(known.get(path))


def test_list_when_a_visitors_then_not_to_be_indexed_in_any_form(known):
    with known.application.app_context():
        token = token_of_stars({1: 5.0, 2: 1.0})
    for ending in ("", ".json", ".csv", "?sort=gap"):
        response = known.get(f"/list/{token}{ending}")
        _is_not_to_be_indexed(response)
        assert response.cache_control.private
    for address in (f"/rate?with={token}", f"/card/list/{token}.png"):
        response = known.get(address)
        assert response.status_code == 200
        assert response.cache_control.private
        assert not response.cache_control.public


def _is_not_to_be_indexed(response):
    assert response.status_code == 200
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert canonical(response) is None
    if response.mimetype == "text/html":
        page = parse(response)
        assert page.find("meta", attrs={"name": "robots"})["content"] == "noindex"
        assert page.find("link", rel="canonical") is None


@pytest.mark.parametrize("path", ["/", "/users/7", "/movies/1", "/how", "/report.json"])
def test_page_when_it_is_for_everybody_then_may_be_indexed(known, path):
    response = known.get(path)
    assert "X-Robots-Tag" not in response.headers
    assert "noindex" not in response.text


@pytest.mark.parametrize("start", ["/users/7.json?per_page=5&sort=gap", "/users.json?per_page=3"])
def test_json_when_its_links_are_followed_then_through_all_of_it_and_back(client, start):
    pages, address = [], start
    while address:
        response = client.get(address)
        pages.append((address, response))
        address = links(response).get("next")
    assert len(pages) == 3
    for (before, _), (_, after) in pairwise(pages):
        assert client.get(links(after)["prev"]).json == client.get(before).json
    assert "prev" not in links(pages[0][1])


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/users/7/", "/users/7"),
        ("/users/7/?sort=gap", "/users/7?sort=gap"),
        ("/movies/3/", "/movies/3"),
        ("/how/", "/how"),
        ("/users/7/ratings/", "/users/7/ratings"),
        ("/users/7.json/", "/users/7.json"),
    ],
)
def test_address_when_a_slash_is_too_many_then_sent_on_to_the_right_one(client, path, expected):
    response = client.get(path)
    assert (response.status_code, response.location) == (308, expected)
    assert client.get(expected).status_code == 200


@pytest.mark.parametrize("path", ["/nowhere/", "/evil.example//", "/static/"])
def test_address_when_there_is_no_such_page_without_its_slash_then_404(client, path):
    response = client.get(path, follow_redirects=True)
    assert response.status_code == 404
    assert "Location" not in response.headers
