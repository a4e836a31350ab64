"""The catalogue to browse, and what chance finds in it."""

import csv
import io
from dataclasses import replace

import numpy as np
import pytest

from app import create_app
from app.model.catalogue import LOVED_SHARE, PER_PAGE, Browse, surprise
from app.model.opened import FEW_VOTES, OpenedRelease, PageNotFoundError
from processing.release import FolderStorage, open_release
from tests.app.html import parse, text, texts
from tests.app.sample import FILMS, NEVER_S, SETTINGS
from tests.make_golden_release import GOLDEN


@pytest.fixture(scope="session")
def opened(sample):
    return OpenedRelease(open_release(FolderStorage(sample / "predictions")))


@pytest.fixture
def golden():
    """A visitor of the site that shows the golden release."""
    settings = replace(SETTINGS, pred_dir=str(GOLDEN), upload_dir=str(GOLDEN / "figures"))
    return create_app(settings, check_every_s=NEVER_S).test_client()


def movies(client, query=""):
    return client.get(f"/movies.json{query}").json["movies"]


def test_movies_when_browsed_then_the_whole_catalogue_best_loved_first(client, opened):
    page = client.get("/movies.json").json
    assert page["n_found"] == len(FILMS) <= PER_PAGE
    loved = [opened.loved.means[each["movie_id"] - 1] for each in page["movies"]]
    assert loved[:-1] == sorted(loved[:-1], reverse=True)
    assert np.isnan(loved[-1])
    assert page["damping"] == pytest.approx(opened.loved.damping)


@pytest.mark.parametrize(
    ("sort", "key"),
    [
        ("votes", lambda each: -each["votes"]),
        ("mean", lambda each: -(each["mean"] or -9)),
        ("new", lambda each: -(each["year"] or -9)),
        ("old", lambda each: each["year"] or 9999),
        ("title", lambda each: each["title"].removeprefix("The ").removeprefix("La ").casefold()),
    ],
)
def test_movies_when_sorted_then_in_that_order_and_unknown_last(client, sort, key):
    found = movies(client, f"?sort={sort}")
    if sort == "title":
        first = [each["title"] for each in found[:5]]
        assert first == ["8½", "Alien", "Aliens", "Amélie", "The Apartment"]
        return
    assert [key(each) for each in found] == sorted(key(each) for each in found)


@pytest.mark.parametrize(
    ("query", "is_part"),
    [
        ("?genre=Horror", lambda year, genres: "Horror" in genres),
        ("?from=1980&to=1989", lambda year, _: 1980 <= (year or 0) <= 1989),
        ("?genre=Sci-Fi&to=1979", lambda year, genres: "Sci-Fi" in genres and 0 < year <= 1979),
        ("?genre=Western", lambda *_: False),
    ],
)
def test_movies_when_a_part_is_chosen_then_that_alone(client, query, is_part):
    expected = {place + 1 for place, film in enumerate(FILMS) if is_part(film[1], film[2])}
    assert {each["movie_id"] for each in movies(client, query)} == expected
    rows = list(csv.DictReader(io.StringIO(client.get(f"/movies.csv{query}").text)))
    assert [int(row["movie_id"]) for row in rows] == [
        each["movie_id"] for each in movies(client, query)
    ]


def test_movies_when_there_is_no_such_page_then_404(client):
    assert client.get("/movies?page=2").status_code == 404
    assert client.get("/movies?sort=worst").status_code == 400


def test_page_when_a_part_is_chosen_then_its_name_and_chips_that_undo_it(show):
    page = show("/movies?genre=Drama&from=1980&to=1989&sort=new")
    assert text(page.h1) == "Drama · 1980s"
    chosen = {text(each): each["href"] for each in page.select("[aria-current=true].chip")}
    assert chosen == {
        "Newest": "/movies?sort=new&genre=Drama&from=1980&to=1989",
        "Drama": "/movies?sort=new&from=1980&to=1989",
        "1980s": "/movies?sort=new&genre=Drama",
    }


def test_page_when_the_best_loved_come_first_then_says_how_means_are_damped(golden):
    damping = golden.get("/movies.json").json["damping"]
    assert damping > 0
    said = f"{damping:.1f} votes of 3.6, the average of all ratings, are added"
    assert said in text(parse(golden.get("/movies")).main)
    assert "are added" not in text(parse(golden.get("/movies?sort=title")).main)


def test_page_when_movies_do_not_differ_beyond_chance_then_does_not_speak_of_damping(show, opened):
    assert opened.loved.damping is None
    assert "are added" not in text(show("/movies").main)


def test_page_when_nothing_is_of_that_part_then_says_so(show):
    page = show("/movies?genre=Western&from=1700&to=1709")
    assert "No movie is of this genre and these years." in text(page.main)
    assert "Surprise me" not in texts(page.select("a"))


@pytest.mark.parametrize(
    ("browse", "name"),
    [
        (Browse(), ""),
        (Browse(genre="War"), "War"),
        (Browse(year_from=1990, year_to=1999), "1990s"),
        (Browse(year_from=1994, year_to=1994), "1994"),
        (Browse(year_from=1950, year_to=1969, genre="War"), "War · 1950–1969"),
        (Browse(year_from=2000), "2000–"),
        (Browse(year_to=1999), "–1999"),
    ],
)
def test_part_when_chosen_then_is_called_by_its_name(browse, name):
    assert browse.part == name


def test_surprise_when_asked_often_then_all_of_the_best_loved_quarter_and_no_other(opened):
    votes = opened.everyone.votes
    known = np.flatnonzero(votes >= FEW_VOTES)
    best = known[np.lexsort((-votes[known], -opened.loved.means[known]))]
    quarter = {int(i) + 1 for i in best[: int(np.ceil(LOVED_SHARE * len(best)))]}
    assert {surprise(opened, Browse()) for _ in range(500)} == quarter


def test_surprise_when_of_a_genre_then_of_that(opened):
    for _ in range(20):
        assert "Comedy" in FILMS[surprise(opened, Browse(genre="Comedy")) - 1][2]


def test_surprise_when_there_is_none_then_says_so(opened, client):
    with pytest.raises(PageNotFoundError, match="Choose another genre"):
        surprise(opened, Browse(genre="Western"))
    assert client.get("/surprise?genre=Western").status_code == 404


def test_surprise_when_asked_then_leads_to_a_movie_and_is_not_kept(client):
    answer = client.get("/surprise?genre=Drama&from=1980&to=1999")
    assert answer.status_code == 302
    assert answer.headers["Cache-Control"] == "no-store"
    assert client.get(answer.location).status_code == 200
