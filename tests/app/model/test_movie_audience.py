"""The movie page beyond its histogram: when it was rated, who loves it, what a user would give."""

import numpy as np
import pytest

from app.model.movie import LEAST_LOVERS
from tests.app.html import text, texts
from tests.app.sample import UNRATED_ID


@pytest.fixture
def release(app):
    return app.extensions["current"].opened().release


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
    assert "There is no user 8" in text(show("/movies/1?user=8", 404).main)


def test_similar_when_a_user_is_named_then_the_links_go_on_with_them(show):
    links = [a["href"] for a in show("/movies/3?user=7").select("#similar ~ ul a")]
    assert links
    assert all(link.endswith("?user=7") for link in links)
