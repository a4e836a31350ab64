"""Words that come near: against the textbook's table of distances, word by word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.title_index import TitleIndex
from app.model.typos import NearWords, allowed
from tests.app.search_twin import nearest

WORDS = ["alien", "aliens", "amelie", "casablanca", "godfather", "matrix", "ran", "the", "vertigo"]
letters = st.text("abcdeilmnrt", min_size=1, max_size=12)


@given(letters, st.lists(letters, min_size=1, max_size=30, unique=True))
def test_near_words_when_found_then_all_within_the_allowed_typos_and_no_others(word, words):
    expected = {
        place: nearest(word, other)
        for place, other in enumerate(words)
        if allowed(word) and nearest(word, other) <= allowed(word)
    }
    assert NearWords(words).find(word) == expected


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("alein", "alien"),
        ("matrxi", "matrix"),
        ("casabalnca", "casablanca"),
        ("godfahter", "godfather"),
        ("vertgo", "vertigo"),
        ("godfathr", "godfather"),
        ("casablnac", "casablanca"),
    ],
)
def test_near_words_when_a_word_is_mistyped_then_the_one_that_was_meant(typed, meant):
    found = NearWords(WORDS).find(typed)
    assert WORDS[min(found, key=found.get)] == meant


@pytest.mark.parametrize("word", ["rna", "teh", "1979", "a1ien", "", "x"])
def test_near_words_when_the_word_is_short_or_a_number_then_none(word):
    assert NearWords(WORDS).find(word) == {}


TITLES = (
    "Matrix, The",
    "The Matrix Revisited",
    "Alien",
    "Day of the Alien Dawn",
    "Die Hard",
    "Hard Rain",
    "Les Misérables",
    "Le Fabuleux Destin d'Amélie Poulain",
)
INDEX = TitleIndex(TITLES, [None] * len(TITLES), range(len(TITLES), 0, -1))


@pytest.mark.parametrize(
    ("query", "first", "near"),
    [
        ("the matrix", ["Matrix, The", "The Matrix Revisited"], False),
        ("matrix", ["Matrix, The", "The Matrix Revisited"], False),
        ("matrix the", ["Matrix, The", "The Matrix Revisited"], False),
        ("the alien", ["Alien", "Day of the Alien Dawn"], False),
        ("die hard", ["Die Hard"], False),
        ("miserables", ["Les Misérables"], False),
        ("the miserables", ["Les Misérables"], False),
        ("alein", ["Alien", "Day of the Alien Dawn"], True),
        ("matirx revistied", ["The Matrix Revisited"], True),
        ("fabulex destni", ["Le Fabuleux Destin d'Amélie Poulain"], True),
        ("qqqqq", [], False),
    ],
)
def test_search_when_articles_or_letters_differ_then_what_was_meant_comes_first(query, first, near):
    found = INDEX.search(query)
    assert [TITLES[index] for index in found.indices][: len(first)] == first
    assert found.near == near


def test_suggestions_when_asked_for_then_few_light_and_best_first(client):
    found = client.get("/suggest.json?q=alein").json
    assert {"Alien", "Aliens"} <= {each["title"] for each in found["suggestions"]}
    assert found["near"] is True
    assert {"movie_id", "title", "year"} == found["suggestions"][0].keys()
    assert len(client.get("/suggest.json?q=a").json["suggestions"]) <= 8
    assert client.get("/suggest.json?q=7").json["user_id"] == 7
    assert client.get("/suggest.json").json["suggestions"] == []
    assert client.get("/suggest").status_code == 404


def test_search_page_when_only_near_titles_are_found_then_it_says_so(show):
    page = show("/search?q=stlaker")
    assert "Nothing is called “stlaker”; this comes close" in page.h2.get_text()
    assert page.select_one("ul.found a").get_text() == "Stalker"
