"""The page of a search whose matches fill more than one page."""

import pytest

from app.model import search
from tests.app.html import text

PER_PAGE = 3


@pytest.fixture
def short_pages(client, monkeypatch):
    """Let a page hold few movies; give all that a search for "a" finds, best first."""
    found = client.get("/search.json?q=a").json["movies"]
    monkeypatch.setattr(search, "FOUND_PER_PAGE", PER_PAGE)
    return [movie["movie_id"] for movie in found]


def test_search_page_when_followed_by_next_then_everything_once_in_the_same_order(
    client, show, short_pages
):
    seen, address = [], "/search?q=a"
    while address:
        page = show(address)
        seen += [int(link["href"].rsplit("/", 1)[1]) for link in page.select("ul.found div > a")]
        link = page.select_one("nav.pages a[rel=next]")
        address = link["href"] if link else None
    assert seen == short_pages
    assert len(seen) > 2 * PER_PAGE
    assert len(seen) == client.get("/search.json?q=a&page=2").json["n_found"]


def test_search_page_when_it_is_the_second_then_it_says_so_and_leads_back(show, short_pages):
    page = show("/search?q=a&page=2")
    n_pages = -(-len(short_pages) // PER_PAGE)
    assert f"Page 2 of {n_pages}" in text(page.select_one("nav.pages"))
    assert page.select_one("nav.pages a[rel=prev]")["href"] == "/search?q=a&page=1"
    assert f"{len(short_pages)} movies for “a”" in page.h2.get_text()


def test_search_page_when_there_is_no_such_page_then_404_says_how_many_there_are(show):
    assert "fills 1 page(s); there is no page 2" in text(show("/search?q=alien&page=2", 404).main)


def test_search_page_when_everything_fits_then_there_is_nothing_to_turn(show):
    assert show("/search?q=alien").select_one("nav.pages") is None
