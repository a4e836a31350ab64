"""What a release says about itself, straight from the ratings."""

import math

import pytest

from processing.serving.facts import telling_genre
from tests.builders import ratings_of

GENRES = [("Drama",), ("Drama", "War"), ("Horror",), ()]


def test_telling_genre_when_one_is_watched_more_than_by_everyone_then_that():
    everyone = [(user, movie, 4) for user in (1, 2, 3) for movie in (0, 1)]
    ratings = ratings_of([*everyone, (4, 0, 3), (4, 2, 5), (4, 3, 1)])
    assert telling_genre(ratings, GENRES, ratings.find_user(4)) == "Horror"


def test_telling_genre_when_another_is_watched_more_often_but_by_everyone_then_not_that():
    everyone = [(user, movie, 4) for user in range(10) for movie in (0, 1)]
    ratings = ratings_of([*everyone, (99, 0, 4), (99, 1, 4), (99, 2, 5)], titled=range(4))
    own = {"Drama": 2 / 4, "War": 1 / 4, "Horror": 1 / 4}
    of_all = {"Drama": 22 / 34, "War": 11 / 34, "Horror": 1 / 34}
    terms = {genre: own[genre] * math.log(own[genre] / of_all[genre]) for genre in own}
    assert telling_genre(ratings, GENRES, ratings.find_user(99)) == max(terms, key=terms.get)
    assert max(own, key=own.get) == "Drama"


def test_telling_genre_when_no_movie_has_one_then_none():
    ratings = ratings_of([(1, 3, 4), (2, 0, 4)], titled=(0, 1, 2, 3))
    assert telling_genre(ratings, GENRES, ratings.find_user(1)) is None


@pytest.mark.parametrize("n", [1, 5])
def test_telling_genre_when_two_tell_as_much_then_the_first_by_name(n):
    ratings = ratings_of([(1, 0, 4), (1, 2, 4), *((2 + k, 1, 4) for k in range(n))])
    genres = [("Sci-Fi",), ("Drama",), ("Horror",)]
    assert telling_genre(ratings, genres, ratings.find_user(1)) == "Horror"
