"""Links out of the site: to a movie's page elsewhere, or to a search for it."""

import pytest

from app.model.elsewhere import elsewhere
from app.model.opened import OpenedRelease
from processing.release import FolderStorage, open_release
from tests.app.html import text
from tests.app.sample import FILMS


@pytest.fixture
def opened(sample):
    return OpenedRelease(open_release(FolderStorage(sample / "predictions")))


def addresses(opened, index):
    return [(each.site, each.url, each.is_search) for each in elsewhere(opened, index)]


def test_elsewhere_when_both_numbers_are_known_then_both_pages(opened):
    assert addresses(opened, 0) == [
        ("IMDb", "https://www.imdb.com/title/tt0078748/", False),
        ("TMDB", "https://www.themoviedb.org/movie/348", False),
    ]


def test_elsewhere_when_one_number_is_known_then_that_page(opened):
    assert addresses(opened, 2) == [("TMDB", "https://www.themoviedb.org/movie/350", False)]
    assert addresses(opened, 3) == [("IMDb", "https://www.imdb.com/title/tt0078751/", False)]


def test_elsewhere_when_no_number_is_known_then_a_search_for_title_and_year(opened):
    assert FILMS[7][0] == "Aliens"
    assert addresses(opened, 7) == [("IMDb", "https://www.imdb.com/find/?q=Aliens+1986&s=tt", True)]
    ((_, url, _),) = addresses(opened, 23)
    assert url == "https://www.imdb.com/find/?q=8%C2%BD+1963&s=tt"


def test_elsewhere_when_a_movie_is_called_by_its_id_then_nowhere(opened):
    opened.release.titles[7] = "Movie 8"
    assert addresses(opened, 7) == []


@pytest.mark.parametrize("path", ["/movies/1", "/movies/1?user=7", "/movies/8"])
def test_page_when_it_links_out_then_without_telling_who_asks(show, path):
    links = [a for a in show(path).select("a") if a["href"].startswith("http")]
    assert links
    for link in links:
        assert link["target"] == "_blank"
        assert set(link["rel"]) == {"noopener", "noreferrer", "external"}
        assert link["referrerpolicy"] == "no-referrer"
        assert "user" not in link["href"]
        assert "opens in a new tab" in text(link)
