"""The site on a release whose ids are texts: any text can be asked for, and is written as it is."""

import csv
import io
import json
from urllib.parse import unquote, urlsplit

import pytest

from app import create_app
from app.model.addresses import address_of, id_in
from processing.release import FolderStorage, defused, open_release
from processing.release.frames import movies_frame, ratings_frame, recommendations_frame
from tests.app.html import parse
from tests.app.sample import FILMS, NEVER_S, USER_IDS, publish_texts, sample_settings
from tests.app.scripts import run_scripts

ODD = [
    *(
        "..",
        ".",
        "a.",
        "a/b",
        "/",
        "//",
        "50%",
        "%2F",
        "a?b",
        "a#b",
        "a b",
        " ",
        "\\",
        "'",
        '"',
        "&amp;",
    ),
    *(
        "x.json",
        "x.csv",
        ".json",
        "<b>",
        "=1+1",
        "7",
        "07",
        "-7",
        "zoë",
        "日本",
        "🎬",
        "constructor",
    ),
    *("__proto__", "ratings", "a" * 300, "\t", "٣"),
]
USERS = sorted([*ODD[:7], "zoë"])
MOVIES = sorted(ODD)[: len(FILMS)]


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    folder = tmp_path_factory.mktemp("texts")
    publish_texts(folder, USERS, MOVIES)
    return create_app(sample_settings(folder), check_every_s=NEVER_S).test_client()


@pytest.mark.parametrize("text", ODD)
def test_address_when_of_any_text_then_read_back_and_no_step_up(text):
    part = address_of(text)
    assert id_in(unquote(part)) == text
    assert urlsplit(f"http://a/users/{part}").path == f"/users/{part}"
    assert unquote(part) not in (".", "..")
    assert not unquote(part).endswith((".json", ".csv"))


def test_address_when_written_by_the_scripts_then_the_same():
    ids = [*ODD, 7, -3, 2**40]
    found = run_scripts(["words.js"], "({ address }, ids) => ids.map(address)", ids)
    assert found == [address_of(each) for each in ids]


@pytest.mark.parametrize("user", USERS)
def test_user_pages_when_ids_are_texts_then_shown_with_links_that_lead_there(client, user):
    path = f"/users/{address_of(user)}"
    page = client.get(path)
    assert page.status_code == 200
    assert parse(page).h1.get_text() == f"User {user}"
    assert client.get(f"{path}.json").json["user_id"] == user
    rows = list(csv.DictReader(io.StringIO(client.get(f"{path}.csv").text)))
    assert {row["movie_id"] for row in rows} <= set(map(defused, MOVIES))
    links = [a["href"] for a in parse(page).select("main a[href]")]
    assert len(links) > 20
    for link in {*links, f"{path}/ratings", f"{path}/ratings.csv"}:
        if link.startswith("/"):
            assert client.get(link).status_code == 200, link
    assert client.get("/users", query_string={"id": user}).status_code in (302, 200)


@pytest.mark.parametrize("movie", MOVIES)
def test_movie_pages_when_ids_are_texts_then_shown_for_a_user_too(client, movie):
    path = f"/movies/{address_of(movie)}"
    assert client.get(f"{path}.json").json["movie"]["movie_id"] == movie
    found = client.get(f"{path}.json", query_string={"user": USERS[3]}).json
    assert found["for_user"]["user_id"] == USERS[3]
    assert client.get(path, query_string={"user": USERS[3]}).status_code == 200


def test_search_when_ids_are_texts_then_finds_a_user_by_it(client):
    assert client.get("/search.json", query_string={"q": "zoë"}).json["user_id"] == "zoë"
    assert (
        client.get("/users/nobody.json")
        .json["what"]
        .startswith("There is no viewer “nobody” here.")
    )


def test_visitor_when_ids_are_texts_then_rates_and_gets_a_list(client):
    answer = client.post("/rate", data={f"movie-{each}": "5" for each in MOVIES[:9]})
    assert answer.status_code == 303
    page = client.get(f"{answer.location}.json").json
    assert {own["movie_id"] for own in page["given"]} == set(MOVIES[:9])
    assert page["missing"] == []
    assert client.get(answer.location).status_code == 200
    assert client.post("/rate", data={"movie-nothing": "5"}).status_code == 400
    titles = json.loads(client.get("/offline/titles.json").text)
    assert titles["movie_ids"] == MOVIES


def test_home_when_ids_are_texts_then_leads_to_a_user(client):
    links = [a["href"] for a in parse(client.get("/")).select("main a[href^='/users/']")]
    assert links == [f"/users/{address_of(USERS[2])}"]
    assert client.get(links[0]).status_code == 200


def test_frames_when_ids_are_texts_then_hold_texts(tmp_path):
    publish_texts(tmp_path, USERS, MOVIES)
    release = open_release(FolderStorage(tmp_path / "predictions"))
    assert movies_frame(release)["movie_id"].tolist() == MOVIES
    assert set(ratings_frame(release)["user_id"]) == set(USERS)
    reasons = recommendations_frame(release)["reason_1_movie_id"]
    assert set(reasons.dropna()) <= set(MOVIES)
    assert reasons.isna().any()


def test_texts_when_made_then_as_many_as_the_sample_has():
    assert (len(USERS), len(MOVIES)) == (len(USER_IDS), len(FILMS))


def test_form_for_users_when_ids_are_texts_then_takes_any(client):
    field = parse(client.get("/")).select_one("#user-id")
    assert "inputmode" not in field.attrs
    assert int(field["maxlength"]) > max(map(len, USERS))
    assert "number" not in parse(client.get("/")).select_one("label[for=user-id]").get_text()
