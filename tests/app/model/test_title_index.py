"""Title search: what matches, and in which order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.title_index import TitleIndex, fold_words
from tests.app.search_twin import plain_search

TITLES = (
    "Aliens",
    "Alien",
    "The Cat's Meow",
    "Amélie",
    "Schindler's List",
    "Day of the Alien Dawn",
    "Spider-Man 2",
    "8½",
    "Œdipus & Sons",
    "Unaliened",
    "Solaris",
    "Solaris",
)
YEARS = (1986, 1979, 2001, 2001, 1993, None, 2004, 1963, None, None, 1972, 2002)
N_RATINGS = (500, 10, 5, 40, 60, 900, 30, 2, 1, 9999, 8, 80)


@pytest.fixture(scope="module")
def find():
    """Give the titles that a query finds, best first."""
    index = TitleIndex(TITLES, YEARS, N_RATINGS)
    return lambda query: [TITLES[i] for i in index.find(query)]


def test_find_when_titles_match_differently_then_exact_before_beginning_before_inside(find):
    assert find("alien") == ["Alien", "Day of the Alien Dawn", "Aliens", "Unaliened"]


def test_find_when_matches_are_equal_then_more_ratings_come_first():
    index = TitleIndex(["Ran", "Ran", "Ran"], [1985, 1985, 1985], [3, 7, 7])
    assert index.find("ran") == [1, 2, 0]


@pytest.mark.parametrize("query", ["amelie", "AMÉLIE", "Ame\u0301lie", "ámelie", "ame", "mélie"])
def test_find_when_case_or_accents_differ_then_found(find, query):
    assert find(query) == ["Amélie"]


@pytest.mark.parametrize(
    "query",
    ["schindlers", "schindler's", "schindler’s list", "list schindler", "Schindlers, list!"],
)
def test_find_when_apostrophes_or_order_differ_then_found(find, query):
    assert find(query) == ["Schindler's List"]


@pytest.mark.parametrize("query", ["spider man", "spiderman", "Spider-Man", "man spider 2"])
def test_find_when_words_are_joined_or_split_then_found(find, query):
    assert find(query) == ["Spider-Man 2"]


@pytest.mark.parametrize("query", ["oedipus and sons", "œdipus", "Oedipus & Sons"])
def test_find_when_ligature_or_ampersand_is_spelled_out_then_found(find, query):
    assert find(query) == ["Œdipus & Sons"]


def test_find_when_query_has_a_year_then_it_tells_namesakes_apart():
    index = TitleIndex(TITLES, YEARS, N_RATINGS)
    assert index.find("solaris") == [11, 10]
    assert index.find("solaris 1972") == [10]
    assert index.find("1972 solaris") == [10]
    assert index.find("1972") == [10]


def test_find_when_one_word_is_missing_from_the_title_then_not_found(find):
    assert find("alien zebra") == []


@pytest.mark.parametrize("query", ["", "   ", "?!", "'", "\x00"])
def test_find_when_query_has_no_word_then_nothing_is_found(find, query):
    assert find(query) == []


def test_find_when_query_is_very_long_then_answered(find):
    assert set(find("alien " * 50_000)) == set(find("alien"))


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Dr. Strangelove or: How", ["dr", "strangelove", "or", "how"]),
        ("Straße", ["strasse"]),
        ("Łódź Ærø þorn", ["lodz", "aero", "thorn"]),
        ("羅生門 Rashōmon", ["羅生門", "rashomon"]),
        ("", []),
    ],
)
def test_fold_words_when_title_is_foreign_then_plain_words(title, words):
    assert fold_words(title) == words


WORDS = tuple(
    "alien aliens unalien the die hard hardy dawn casablanca rain ran day la 1979".split()
)
TYPED = tuple(
    "al ha t awn alein casabalnca dwan hrady hrad casblnaca alienx zzz a o n 9 é 19 ien".split()
)
CATALOGUE = st.lists(
    st.tuples(
        st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join),
        st.sampled_from([None, 1979, 1986]),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=15,
)


@given(CATALOGUE, st.lists(st.sampled_from(WORDS + TYPED), max_size=4).map(" ".join))
def test_search_when_done_by_plain_loops_then_the_same_movies_in_the_same_order(catalogue, query):
    titles, years, votes = zip(*catalogue, strict=True)
    found = TitleIndex(titles, years, votes).search(query)
    assert (found.indices, found.near) == plain_search(titles, years, votes, query)


def test_search_when_a_match_as_written_has_a_typo_too_then_votes_decide_between_the_two():
    index = TitleIndex(["Nausicaä and the Wind", "The Sound of Music"], [None, None], [3, 9])
    assert index.find("usic the") == [1, 0]


def test_search_when_no_movie_has_a_title_then_nothing_is_found():
    assert TitleIndex(["", "!"], [None, None], [1, 1]).find("alien") == []
    assert TitleIndex([], [], []).find("alien") == []
