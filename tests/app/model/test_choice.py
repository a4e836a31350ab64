"""What a visitor chooses of a list: order, filters, and the address that says it."""

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.choice import SORTS, Choice
from app.model.opened import Movie
from app.model.taste import Everyone


@dataclass
class Row:
    """A row of a list."""

    rank: int
    score: float
    movie: Movie
    difference: float | None = field(init=False)
    unclipped: float = field(init=False)

    def __post_init__(self):
        self.unclipped = self.score
        self.difference = None if self.movie.mean is None else self.score - self.movie.mean


def movie(title, year=2000, mean=3.0, votes=10, genres=()):
    return Movie(movie_id=1, title=title, year=year, genres=genres, mean=mean, votes=votes)


ROWS = (
    Row(1, 4.5, movie("Stalker", 1979, 4.0, 100, ("Drama", "Sci-Fi"))),
    Row(2, 4.4, movie("alien", 1979, 3.0, 500, ("Horror", "Sci-Fi"))),
    Row(3, 4.6, movie("Brazil", None, 4.5, 20)),
    Row(4, 4.0, movie("Unrated", 1999, None, 0)),
    Row(5, 3.9, movie("M", 1931, 4.4, 50, ("Crime",))),
)
GENRES = ("Crime", "Drama", "Horror", "Sci-Fi")
EVERYONE = Everyone(
    means=np.array([row.movie.mean or np.nan for row in ROWS]),
    votes=np.array([row.movie.votes for row in ROWS]),
    years=np.array([row.movie.year or 0 for row in ROWS]),
    genre_names=GENRES,
    genres=np.array([[name in row.movie.genres for name in GENRES] for row in ROWS]),
    shares=np.array([1.0]),
    levels=np.array([5.0]),
    binned=False,
    span=4.0,
    global_mean=3.5,
)


def ranks(choice):
    return [row.rank for row in choice.arrange(ROWS)]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("best", [1, 2, 3, 4, 5]),
        ("score", [3, 1, 2, 4, 5]),
        ("gap", [2, 1, 3, 5, 4]),
        ("mean", [3, 5, 1, 2, 4]),
        ("votes", [2, 1, 5, 3, 4]),
        ("few", [4, 3, 5, 1, 2]),
        ("new", [4, 1, 2, 5, 3]),
        ("old", [5, 1, 2, 4, 3]),
        ("title", [2, 3, 5, 1, 4]),
    ],
)
def test_arrange_when_sorted_then_in_that_order_and_unknown_last(sort, expected):
    assert ranks(Choice(sort=sort)) == expected
    assert SORTS.keys() >= {sort}


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ({}, [1, 2, 3, 4, 5]),
        ({"score_from": 4.4}, [1, 2, 3]),
        ({"score_to": 4.4}, [2, 4, 5]),
        ({"mean_from": 4.0}, [1, 3, 5]),
        ({"mean_to": 4.0}, [1, 2]),
    ],
)
def test_arrange_when_stars_are_bounded_then_only_these_and_unknown_is_outside(bounds, expected):
    choice = Choice(**bounds)
    assert ranks(choice) == expected
    assert choice.filters == choice.bounds_stars == bool(bounds)
    assert not choice.narrows


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ({}, [1, 2, 3, 4, 5]),
        ({"genre": "Sci-Fi"}, [1, 2]),
        ({"genre": "Western"}, []),
        ({"year_from": 1979}, [1, 2, 4]),
        ({"year_to": 1979}, [1, 2, 5]),
        ({"year_from": 1979, "year_to": 1979}, [1, 2]),
        ({"year_from": -5}, [1, 2, 4, 5]),
        ({"votes": 50}, [1, 2, 5]),
        ({"votes": 0}, [1, 2, 3, 4, 5]),
        ({"genre": "Sci-Fi", "votes": 200}, [2]),
    ],
)
def test_let_in_when_a_part_of_the_catalogue_is_chosen_then_that_and_unknown_is_outside(
    bounds, expected
):
    choice = Choice(**bounds)
    assert (1 + np.flatnonzero(choice.let_in(EVERYONE))).tolist() == expected
    assert choice.filters == choice.narrows == bool(bounds)
    assert not choice.bounds_stars


@given(
    st.builds(
        Choice,
        known=st.sampled_from((None, "well", "less")),
        sort=st.sampled_from(sorted(SORTS)),
        genre=st.none() | st.text(min_size=1),
        year_from=st.none() | st.integers(),
        year_to=st.none() | st.integers(),
        votes=st.none() | st.integers(0),
        score_from=st.none() | st.floats(allow_nan=False),
        mean_to=st.none() | st.floats(allow_nan=False),
        per_page=st.integers(1, 100),
        page=st.integers(1, 99),
    )
)
def test_query_when_read_back_then_the_same_choice(choice):
    kinds = {
        "genre": str,
        "known": str,
        "sort": str,
        "page": int,
        "per_page": int,
        "votes": int,
        "from": int,
        "to": int,
    }
    query = choice.query(choice.page)
    read = {name: kinds.get(name, float)(text) for name, text in query.items()}
    assert Choice.of(read) == choice


def test_turned_when_a_choice_is_then_its_first_page_and_the_rest_stays():
    choice = Choice(known="well", sort="title", genre="Drama", page=3)
    assert choice.turned("less") == Choice(known="less", sort="title", genre="Drama")
    assert choice.turned("") == Choice(sort="title", genre="Drama")
    assert choice.whole == Choice(known="well")
    assert Choice(sort="title", per_page=50, page=2).whole == Choice(per_page=50)


def test_query_when_nothing_is_chosen_then_empty():
    assert Choice().query() == {}
