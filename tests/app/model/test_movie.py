"""The page of a movie: its votes, who loves it, what is like it, what a user would give."""

import numpy as np
import pytest

from app.model.movie import LEAST_LOVERS
from tests.app.html import text, texts
from tests.app.sample import FILMS, UNRATED_ID


@pytest.fixture
def release(app):
    return app.extensions["current"].opened().release


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
    assert "Nobody here has rated it" in text(page.article)


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
        link = "strong" if other["similarity"] >= 0.15 else "some"
        told = f"{link} link · {other['support']} viewers in common"
        assert alike == told


@pytest.mark.parametrize("movie_id", ["0", "31", "-1", "9" * 40])
def test_movie_page_when_id_is_unknown_then_404_says_which(show, movie_id):
    page = show(f"/movies/{movie_id}", 404)
    assert text(page.select_one(".what")).startswith(f"There is no movie {movie_id} here.")


def test_periods_when_shown_then_every_vote_is_in_one_and_the_drawing_says_the_busiest(
    client, show, release
):
    page = client.get("/movies/3.json").json
    votes = [period["votes"] for period in page["periods"]]
    assert votes == release.votes_by_period[2]["n"].tolist()
    section = show("/movies/3").find("section", attrs={"aria-labelledby": "over-time"})
    rows = section.select("tbody tr")
    assert texts([row.th for row in rows]) == [period["label"] for period in page["periods"]]
    assert [int(text(row.find_all("td")[0]).replace(",", "")) for row in rows] == votes
    busiest = page["periods"][votes.index(max(votes))]
    assert section.svg["aria-label"].startswith(f"Most votes in {busiest['label']}: {max(votes)} ")


def test_audience_when_shown_then_bands_and_lovers_are_the_releases(client, show, release):
    page = client.get("/movies/3.json").json["audience"]
    viewers = release.viewers[2]
    assert page["like"] == release.manifest.like
    assert page["share"] == pytest.approx(viewers["loved"].sum() / viewers["n"].sum())
    assert [band["least"] for band in page["bands"]] == list(release.manifest.viewer_bands)
    assert page["bands"][-1]["most"] is None
    for band, row in zip(page["bands"], viewers, strict=True):
        assert band["votes"] == row["n"]
        assert band["loved"] == pytest.approx(row["loved"] / row["n"])
    told = text(show("/movies/3").find("section", attrs={"aria-labelledby": "lovers"}))
    assert f"{round(100 * page['share'])} % of those who rated it gave 4 or more" in told


def test_lovers_when_listed_then_enough_of_them_more_than_of_all_and_most_first(client, release):
    found = 0
    for movie_id in release.movie_ids.tolist():
        audience = client.get(f"/movies/{movie_id}.json").json["audience"]
        if audience is None:
            continue
        shares = [each["share"] for each in audience["lovers"]]
        assert shares == sorted(shares, reverse=True)
        assert all(share > audience["share"] for share in shares)
        assert all(each["n"] >= LEAST_LOVERS for each in audience["lovers"])
        found += len(shares)
    assert found > 0


def test_movie_page_when_nobody_rated_it_then_no_audience(client, show):
    assert client.get(f"/movies/{UNRATED_ID}.json").json["audience"] is None
    assert show(f"/movies/{UNRATED_ID}").find(id="lovers") is None


def test_movie_page_when_the_user_rated_it_then_their_rating(client, show):
    own = client.get("/users/7/ratings.json").json["ratings"][0]
    found = client.get(f"/movies/{own['movie_id']}.json?user=7").json["for_user"]
    assert (found["rating"], found["score"], found["rank"]) == (own["rating"], None, None)
    section = show(f"/movies/{own['movie_id']}?user=7").select_one(".for-user")
    assert text(section.h2.a) == "User 7"
    assert f"{own['rating']:g} given" in text(section)


def test_movie_page_when_it_is_in_the_users_list_then_the_same_score_and_rank(client):
    for pick in client.get("/users/7.json").json["recommendations"][:3]:
        address = f"/movies/{pick['movie']['movie_id']}.json?user=7"
        found = client.get(address).json["for_user"]
        assert (found["score"], found["error"]) == (pick["score"], pick["error"])
        assert (found["rank"], found["rating"]) == (pick["rank"], None)


def test_movie_page_when_it_is_not_in_the_list_then_folded_in_from_all_their_ratings(
    client, app, release
):
    record = release.user_record(release.find_user(9))
    listed = {*record.history["movie"].tolist(), *record.top["movie"].tolist()}
    rest = [index for index in range(len(release.titles)) if index not in listed]
    index = next(index for index in rest if release.stats["n_ratings"][index])
    found = client.get(f"/movies/{release.movie_ids[index]}.json?user=9").json["for_user"]
    folding = app.extensions["current"].opened().folding
    person = folding.fold(record.history["movie"].astype(np.int64), record.history["rating"])
    assert found["score"] == pytest.approx(np.clip(folding.scores(person)[index], 1, 5))
    assert found["rank"] is None
    assert found["error"] == pytest.approx(folding.deviations(person, np.array([index]))[0])


def test_movie_page_when_the_user_is_unknown_then_404_says_so(show):
    assert "There is no viewer 8." in text(show("/movies/1?user=8", 404).main)


def test_similar_when_a_user_is_named_then_the_links_go_on_with_them(show):
    links = [a["href"] for a in show("/movies/3?user=7").select("#similar ~ ul a")]
    assert links
    assert all(link.endswith("?user=7") for link in links)
