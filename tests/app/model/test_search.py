"""The page of a search: what is found, and its pages."""

import pytest

from app.model import search
from tests.app.html import text, texts

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
    assert "There is no page 2 of what was found for “alien”; the last is 1." in text(
        show("/search?q=alien&page=2", 404).main
    )


def test_search_page_when_everything_fits_then_there_is_nothing_to_turn(show):
    assert show("/search?q=alien").select_one("nav.pages") is None


def test_search_page_when_titles_match_then_listed_with_their_facts(show):
    page = show("/search?q=alien")
    rows = page.select("ul.found > li")
    assert [row.a["href"] for row in rows] == ["/movies/1", "/movies/8", "/movies/12"]
    assert texts([row.a for row in rows])[0] == "Alien"
    assert text(rows[0].select(".meta")[0]) == "1979 · Horror · Sci-Fi"
    assert "votes" in text(rows[0].select(".meta")[1])
    assert page.select_one("#page-search")["value"] == "alien"
    assert text(page.h2).startswith("3 ")


def test_search_page_when_nothing_matches_then_advice(show):
    page = show("/search?q=zebra")
    assert page.select("ul.found > li") == []
    assert text(page.h2).endswith("for “zebra”")
    assert "fewer words" in text(page.main)


@pytest.mark.parametrize("path", ["/search", "/search?q=", "/search?q=++"])
def test_search_page_when_query_is_empty_then_only_the_form(show, path):
    page = show(path)
    assert page.main.find("h2") is None
    assert page.select_one("#page-search")["value"] == ""


@pytest.mark.parametrize("query", ["1488844", " -3 "])
def test_search_page_when_query_is_a_users_id_then_it_links_there(show, query):
    notice = show(f"/search?q={query}").main.select_one(".notice")
    assert notice.a["href"] == f"/users/{query.strip()}"


@pytest.mark.parametrize("query", ["1979", "8", "9" * 200])
def test_search_page_when_digits_are_no_users_id_then_no_link(show, query):
    assert show(f"/search?q={query}").main.select_one(".notice") is None


def test_search_page_when_the_query_is_longer_than_any_title_then_400_says_so(show):
    assert "at most 200 characters" in text(show(f"/search?q={'9' * 5000}", 400).main)


def test_search_page_when_query_is_markup_then_it_is_only_text(show):
    query = '"><script>alert(1)</script>'
    page = show(f"/search?q={query}")
    assert [script for script in page.find_all("script") if not script.get("src")] == []
    assert page.select_one("#page-search")["value"] == query


@pytest.mark.parametrize("path", ["/", "/users/7", "/rate", "/search"])
def test_search_field_when_empty_then_its_examples_are_known_movies_of_the_release(
    path, show, client
):
    movies = client.get("/movies.json?sort=votes").json["movies"]
    popular = [movie["title"] for movie in movies[:12]]
    for field in show(path).select("input[name=q]"):
        first, second = field["placeholder"].removesuffix(" …").split(", ")
        assert {first, second} <= set(popular)
        assert first != second


def test_search_page_when_from_a_users_list_then_its_links_and_form_go_on_with_them(show, client):
    page = show("/search?q=a&user=7")
    links = page.select("ul.found div > a")
    assert {link["href"].partition("?")[2] for link in links} == {"user=7"}
    for form in page.select("form[role=search]"):
        assert form.select_one("input[name=user]")["value"] == "7"
    assert client.get("/search.json?q=a&user=7").json["for_user"] == 7
    assert show("/search?q=a").select("input[name=user]") == []


@pytest.mark.parametrize("path", ["/users/7", "/users/7/ratings", "/movies/3?user=7"])
def test_page_when_it_tells_of_a_user_then_a_search_goes_on_with_them(show, path):
    page = show(path)
    assert page.select_one("header form[role=search] input[name=user]")["value"] == "7"


def test_reasons_when_on_a_users_list_then_go_on_with_them(show):
    links = show("/users/7").select(".why p a")
    assert links
    assert all(link["href"].endswith("?user=7") for link in links)


def test_search_page_when_the_user_is_unknown_then_404_says_so(show):
    assert "There is no" in text(show("/search?q=a&user=99", 404).main)
