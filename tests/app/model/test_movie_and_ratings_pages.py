"""The pages of one movie, and of everything that a user rated."""

import pytest

from app.model import user as users
from tests.app.html import text, texts
from tests.app.sample import FEW_ID, FILMS, UNRATED_ID


@pytest.mark.parametrize("movie_id", [1, 4, 10, 13, 22])
def test_movie_page_when_rated_then_the_numbers_sum_to_its_votes(client, show, movie_id):
    movie = client.get(f"/movies/{movie_id}.json").json["movie"]
    page = show(f"/movies/{movie_id}")
    rows = page.select("section[aria-labelledby=given] tbody tr")
    assert texts([row.th for row in rows]) == ["5", "4", "3", "2", "1"]
    votes = [int(text(row.find_all("td")[0]).replace(",", "")) for row in rows]
    assert sum(votes) == movie["votes"]
    shares = [int(text(row.find_all("td")[1]).removesuffix(" %")) for row in rows]
    assert shares == [round(100 * n / movie["votes"]) for n in votes]
    assert texts(page.select("section[aria-labelledby=given] thead th")) == [
        "Rating",
        "Votes",
        "Share",
    ]


def test_movie_page_when_rated_then_title_facts_and_verdict(client, show):
    movie = client.get("/movies/1.json").json["movie"]
    page = show("/movies/1")
    assert text(page.h1) == "Alien"
    assert text(page.select_one("h1 ~ .meta")) == "1979 · Horror · Sci-Fi"
    verdict = f"{movie['mean']:.1f} on average, 7 votes few votes"
    assert text(page.select_one(".verdict")) == verdict


def test_movie_page_when_rated_then_the_drawing_has_a_bar_per_rating_and_a_text(client, show):
    levels = client.get("/movies/4.json").json["histogram"]["levels"]
    drawing = show("/movies/4").select_one("section.histogram svg")
    bars = drawing.find_all("rect")
    heights = [float(bar["height"]) for bar in bars]
    assert texts(drawing.find_all("text")) == ["1", "2", "3", "4", "5"]
    assert len(bars) == len(levels) == 5
    assert max(heights) == 120
    most = max(levels, key=lambda level: level["votes"])
    assert heights.index(120) == levels.index(most)
    assert drawing["role"] == "img"
    assert drawing["aria-label"].startswith(f"Most gave {most['rating']:g}: {most['votes']} of ")


def test_movie_page_when_nobody_rated_it_then_it_says_so(show):
    page = show(f"/movies/{UNRATED_ID}")
    assert text(page.h1) == FILMS[UNRATED_ID - 1][0]
    assert page.find("table") is None
    assert page.select_one("section.histogram") is None
    assert page.select_one("#similar") is None
    assert "Nobody in this data has rated it" in text(page.article)


@pytest.mark.parametrize("movie_id", [10, 13])
def test_movie_page_when_year_is_unknown_then_no_stray_dot(show, movie_id):
    meta = text(show(f"/movies/{movie_id}").select_one("h1 ~ .meta"))
    assert meta == " · ".join(FILMS[movie_id - 1][2])


def test_movie_page_when_opened_then_similar_movies_with_support(client, show):
    page = client.get("/movies/3.json").json
    rows = show("/movies/3").select("#similar ~ ul > li")
    assert [row.a["href"] for row in rows] == [f"/movies/{i}" for i in (4, 5, 6, 7, 8)]
    assert len(rows) == len(page["similar"])
    for row, other in zip(rows, page["similar"], strict=True):
        title, year, _ = FILMS[other["movie"]["movie_id"] - 1]
        assert text(row.select_one(".name")) == title
        year_text, alike = texts(row.select(".meta"))
        assert year_text == str(year or "")
        told = f"alike {other['similarity']:.2f} · {other['support']} viewers rated both"
        assert alike == told


@pytest.mark.parametrize("movie_id", ["0", "31", "-1", "9" * 40])
def test_movie_page_when_id_is_unknown_then_404_says_which(show, movie_id):
    page = show(f"/movies/{movie_id}", 404)
    assert text(page.select_one(".what")).startswith(f"There is no movie {movie_id} in this rel")


def test_ratings_page_when_all_fit_then_no_paging(show):
    page = show(f"/users/{FEW_ID}/ratings")
    assert len(page.select("ul.own > li")) == 28
    assert page.select_one("nav.pages") is None
    assert page.select_one(".eyebrow a")["href"] == f"/users/{FEW_ID}"


def test_ratings_page_when_there_are_many_then_paged_without_gap_or_overlap(show, monkeypatch):
    monkeypatch.setattr(users, "RATINGS_PER_PAGE", 10)
    path, titles, counts = f"/users/{FEW_ID}/ratings", [], []
    while path:
        page = show(path)
        rows = texts(page.select("ul.own > li a"))
        counts.append(len(rows))
        titles += rows
        link = page.select_one("nav.pages a[rel=next]")
        path = link and link["href"]
    assert counts == [10, 10, 8]
    assert len(set(titles)) == 28
    assert "from the 21. on this page" in text(page.select_one(".lead"))
    assert text(page.select_one("nav.pages span")) == "Page 3 of 3"
    assert page.select_one("nav.pages a[rel=prev]")["href"].endswith("?page=2")


def test_ratings_page_when_first_of_many_then_no_previous_one(show, monkeypatch):
    monkeypatch.setattr(users, "RATINGS_PER_PAGE", 10)
    page = show(f"/users/{FEW_ID}/ratings")
    assert page.select_one("nav.pages a[rel=prev]") is None


@pytest.mark.parametrize("number", ["2", "1000"])
def test_ratings_page_when_there_is_no_such_page_then_404(show, number):
    page = show(f"/users/{FEW_ID}/ratings?page={number}", 404)
    assert f"there is no page {number}" in text(page.select_one(".what"))


@pytest.mark.parametrize("number", ["0", "-1", "x", "9" * 30])
def test_ratings_page_when_number_is_no_page_then_400_says_what_was_expected(show, number):
    page = show(f"/users/{FEW_ID}/ratings?page={number}", 400)
    assert "expected a whole number from 1" in text(page.select_one(".what"))
