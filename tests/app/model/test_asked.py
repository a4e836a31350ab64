"""What a search asks for besides titles."""

import pytest

from app.model.asked import part_asked_for, user_asked_for, without_numbers
from app.model.catalogue import Browse
from app.model.opened import OpenedRelease
from processing.release import FolderStorage, open_release
from tests.app.html import text, texts


@pytest.fixture
def opened(sample):
    return OpenedRelease(open_release(FolderStorage(sample / "predictions")))


@pytest.mark.parametrize(
    ("query", "user"),
    [
        ("7", 7),
        (" user 7 ", 7),
        ("Viewer -3", -3),
        ("Zuschauer 42", 42),
        ("user", None),
        ("user 8", None),
        ("movie 7", None),
        ("", None),
    ],
)
def test_user_when_asked_for_by_number_then_found(opened, query, user):
    assert user_asked_for(opened, query) == user


@pytest.mark.parametrize(
    ("query", "part"),
    [
        ("comedy 1995", Browse(genre="Comedy", year_from=1995, year_to=1995)),
        ("1995 comedies", Browse(genre="Comedy", year_from=1995, year_to=1995)),
        ("Sci-Fi", Browse(genre="Sci-Fi")),
        ("sci fi movies of the 1980s", Browse(genre="Sci-Fi", year_from=1980, year_to=1989)),
        ("a good horror film", Browse(genre="Horror")),
        ("dramas 80s", Browse(genre="Drama", year_from=1980, year_to=1989)),
        ("1960s", Browse(year_from=1960, year_to=1969)),
        ("1995", None),
        ("alien horror", None),
        ("war 1995 1996", None),
        ("western", None),
        ("the", None),
        ("", None),
    ],
)
def test_part_when_named_by_genre_or_years_then_found(opened, query, part):
    assert part_asked_for(opened, query) == part


def test_numbers_when_left_out_then_the_other_words():
    assert without_numbers("Star Wars 4") == "star wars"
    assert without_numbers("star wars") == ""
    assert without_numbers("1984") == ""


def test_search_when_a_user_is_named_then_found_and_nothing_that_comes_close(client, show):
    page = client.get("/search.json?q=user+7").json
    assert (page["user_id"], page["n_found"]) == (7, 0)
    shown = show("/search?q=user+7").main
    assert shown.select_one(".notice a")["href"] == "/users/7"
    assert "No movie" not in text(shown)
    assert client.get("/suggest.json?q=user+7").json["user_id"] == 7


def test_search_when_only_the_number_is_in_the_way_then_found_without_it(client, show):
    page = client.get("/search.json?q=blade+runner+7").json
    assert page["searched"] == "blade runner"
    assert [movie["title"] for movie in page["movies"]] == ["Blade Runner"]
    heading = text(show("/search?q=blade+runner+7").h2)
    assert heading == "Nothing is called “blade runner 7”; without the number there is:"


def test_search_when_the_number_belongs_to_the_title_then_it_is_not_left_out(client):
    page = client.get("/search.json?q=spider+man+2").json
    assert page["searched"] == page["query"]
    assert [movie["title"] for movie in page["movies"]] == ["Spider-Man 2"]


def test_search_when_a_part_of_the_catalogue_is_named_then_leads_there(client, show):
    (link,) = show("/search?q=comedy+1993").select(".notice a")
    assert link["href"] == "/movies?genre=Comedy&from=1993&to=1993"
    assert text(link) == "Browse Comedy · 1993"
    assert texts(show(link["href"]).select(".grid .name")) == ["Groundhog Day"]
