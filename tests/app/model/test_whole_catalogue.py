"""Lists of a part of the catalogue: what is published first, then what the ratings say."""

import numpy as np
import pytest

from app.model.from_ratings import TOP_N
from app.model.opened import OpenedRelease
from processing.release import FolderStorage, open_release
from processing.release.spread import spread
from tests.app.html import text
from tests.app.sample import FILMS, USER_IDS
from tests.app.sample import TOP_N as PUBLISHED_N

USER = 9
PARTS = [
    ("genre=Drama", lambda year, genres: "Drama" in genres),
    ("from=1980&to=1989", lambda year, genres: year is not None and 1980 <= year <= 1989),
    ("genre=Comedy&from=1990", lambda year, genres: "Comedy" in genres and (year or 0) >= 1990),
]
LINK = {"movie-1": "5", "movie-4": "2", "movie-9": "4"}


@pytest.fixture
def release(sample):
    return open_release(FolderStorage(sample / "predictions"))


@pytest.fixture
def visitor(client):
    """The address of a visitor's list."""
    return client.post("/rate", data=LINK).location


def whole(client, path, query):
    """Everything that a list holds, over its pages."""
    page = client.get(f"{path}.json?{query}&per_page=100").json
    assert page["n_pages"] == 1
    return page


def ids(page):
    return [pick["movie"]["movie_id"] for pick in page["recommendations"]]


@pytest.mark.parametrize(("query", "is_part"), PARTS)
def test_user_list_when_narrowed_then_all_that_is_not_rated_of_the_whole_catalogue(
    client, release, query, is_part
):
    page = whole(client, f"/users/{USER}", query)
    record = release.user_record(release.find_user(USER))
    rated = set(record.history["movie"].tolist())
    expected = {
        index + 1
        for index, (_, year, genres) in enumerate(FILMS)
        if is_part(year, genres) and index not in rated and release.stats["n_ratings"][index]
    }
    assert set(ids(page)) == expected
    assert page["n_chosen"] == page["n_listed"] == len(expected)
    assert [pick["rank"] for pick in page["recommendations"]] == list(range(1, len(expected) + 1))


@pytest.mark.parametrize(("query", "is_part"), PARTS)
def test_user_list_when_narrowed_then_what_is_published_comes_first_in_its_order(
    client, release, query, is_part
):
    page = whole(client, f"/users/{USER}", query)
    record = release.user_record(release.find_user(USER))
    published = [
        index + 1
        for index in record.top["movie"].tolist()
        if is_part(FILMS[index][1], FILMS[index][2])
    ]
    assert ids(page)[: len(published)] == published
    rough = [pick["rough"] for pick in page["recommendations"]]
    assert rough == [False] * len(published) + [True] * (len(rough) - len(published))
    assert page["n_rough"] == sum(rough)


def test_user_list_when_it_goes_on_then_as_the_list_of_a_visitor_with_the_same_ratings(
    client, release
):
    page = whole(client, f"/users/{USER}", "genre=Drama")
    beyond = [pick for pick in page["recommendations"] if pick["rough"]]
    assert len(beyond) > 1
    history = release.user_record(release.find_user(USER)).history
    form = {f"movie-{movie + 1}": f"{rating:g}" for movie, rating, _ in history.tolist()}
    address = client.post("/rate", data=form).location
    same = whole(client, address, "genre=Drama")["recommendations"]
    alike = {pick["movie"]["movie_id"]: pick for pick in same}
    for pick in beyond:
        other = alike[pick["movie"]["movie_id"]]
        assert pick["score"] == pytest.approx(other["score"], abs=1e-6)
        assert [reason["title"] for reason in pick["reasons"]] == [
            reason["title"] for reason in other["reasons"]
        ]
        assert pick["account"] == other["account"]
    movies = [pick["movie"]["movie_id"] - 1 for pick in beyond]
    order = OpenedRelease(release).affinity.order(history["movie"], history["rating"])
    best = np.array(sorted(movies, key=lambda index: -order[index]))
    assert movies == spread(best, release.weights.near).tolist()


def test_user_list_when_it_is_not_narrowed_then_only_what_is_published(client):
    page = whole(client, f"/users/{USER}", "score_from=1")
    assert page["n_listed"] == PUBLISHED_N
    assert page["n_rough"] == 0


def test_user_list_when_stars_are_bounded_too_then_fewer_of_the_same(client):
    wide = whole(client, f"/users/{USER}", "genre=Drama")
    bound = sorted(pick["score"] for pick in wide["recommendations"])[2]
    narrow = whole(client, f"/users/{USER}", f"genre=Drama&score_from={bound}")
    assert narrow["n_listed"] == wide["n_listed"]
    kept = [pick for pick in wide["recommendations"] if pick["score"] >= bound]
    assert ids(narrow) == [pick["movie"]["movie_id"] for pick in kept]


def test_user_list_when_turned_then_the_published_and_the_rest_each_turned(client):
    as_listed = whole(client, f"/users/{USER}", "genre=Drama")["recommendations"]
    turned = whole(client, f"/users/{USER}", "genre=Drama&known=well")["recommendations"]
    for rough in (False, True):
        assert {p["movie"]["movie_id"] for p in turned if p["rough"] is rough} == {
            p["movie"]["movie_id"] for p in as_listed if p["rough"] is rough
        }
    assert [pick["rough"] for pick in turned] == [pick["rough"] for pick in as_listed]


@pytest.mark.parametrize(("query", "is_part"), PARTS)
def test_visitor_list_when_narrowed_then_all_of_that_part_of_the_catalogue(
    client, visitor, release, query, is_part
):
    page = whole(client, visitor, query)
    expected = {
        index + 1
        for index, (_, year, genres) in enumerate(FILMS)
        if is_part(year, genres)
        and f"movie-{index + 1}" not in LINK
        and release.stats["n_ratings"][index]
    }
    assert set(ids(page)) == expected
    assert page["n_rough"] == 0


def test_lists_when_shown_then_offer_the_genres_of_the_catalogue(client, visitor):
    genres = sorted({genre for _, _, of_movie in FILMS for genre in of_movie})
    for path in (f"/users/{USER}", visitor):
        assert client.get(f"{path}.json").json["genres"] == genres


def test_list_when_it_goes_on_then_one_sentence_says_so(client, show):
    n_rough = whole(client, f"/users/{USER}", "genre=Drama")["n_rough"]
    shown = text(show(f"/users/{USER}?genre=Drama").select_one("#list"))
    assert f"{n_rough} come from the whole catalogue: a rougher estimate." in shown
    assert "whole catalogue" not in text(show(f"/users/{USER}").select_one("#list"))


def test_csv_when_narrowed_then_as_the_page(client):
    rows = client.get(f"/users/{USER}.csv?genre=Drama").text.splitlines()[1:]
    assert [int(row.split(",")[1]) for row in rows] == ids(
        whole(client, f"/users/{USER}", "genre=Drama")
    )


def test_list_when_the_years_are_the_wrong_way_round_then_says_so(show):
    shown = text(show(f"/users/{USER}?from=2000&to=1950").select_one("#list"))
    assert "the years are the wrong way round" in shown


def test_every_users_list_when_narrowed_then_at_most_fifty_and_none_twice(client):
    for user_id in USER_IDS:
        found = ids(whole(client, f"/users/{user_id}", "votes=1"))
        assert len(found) == len(set(found)) <= TOP_N
