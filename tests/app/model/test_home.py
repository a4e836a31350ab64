"""The home page: the ways in, and what the release is."""

from tests.app.html import facts, text, texts
from tests.app.sample import USER_IDS


def test_home_when_opened_then_forms_lead_to_users_and_search(show, client):
    page = show("/")
    found = {form["action"]: form for form in page.main.find_all("form")}
    assert found.keys() == {"/users", "/search"}
    for form in found.values():
        assert form["method"] == "get"
        field = form.find("input")
        assert text(form.find("label", attrs={"for": field["id"]}))
        assert text(form.find("button"))
    assert found["/users"].find("input")["name"] == "id"
    assert found["/search"].find("input")["name"] == "q"
    assert client.get("/users?id=+7+").location == "/users/7"
    assert client.get("/users").location == "/"


def test_home_when_opened_then_start_users_are_links(show):
    people = show("/").select("ul.people a")
    assert [link["href"] for link in people] == ["/users/7", "/users/1488844"]
    assert texts(people) == ["7 16 ratings", "1488844 16 ratings"]


def test_home_when_opened_then_release_facts_are_told(show):
    told = facts(show("/").select_one(".release-facts dl"))
    assert told["Data"] == "A Small Invented Set (simulated viewers)"
    assert told["Ratings"] == "110"
    assert told["Viewers"] == str(len(USER_IDS))
    assert told["Rated between"] == "9 Nov 2002 and 14 Dec 2003"
    assert told["Trained"] == "2 Oct 2026, profile “fast”"
    assert told["Typical error"] == "0.912 stars RMSE by XGBoost ensemble"


def test_home_when_opened_then_popular_movies_go_by_votes(client, show):
    popular = client.get("/index.json").json["popular"]
    assert [movie["votes"] for movie in popular] == sorted(
        (movie["votes"] for movie in popular), reverse=True
    )
    assert texts(show("/").select("#popular + ul .name")) == [movie["title"] for movie in popular]
