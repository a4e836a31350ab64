"""The home page: the ways in, and what the release is."""

from tests.app.html import text, texts
from tests.app.sample import FILMS, USER_IDS


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
    assert texts(people) == ["Viewer 7 Sci-Fi, 16 ratings", "Viewer 1488844 16 ratings"]


def test_home_when_opened_then_the_form_says_which_numbers_viewers_have(show):
    label = show("/").find("label", attrs={"for": "user-id"})
    assert text(label) == f"Viewer number ({USER_IDS[0]} to {USER_IDS[-1]})"


def test_home_when_opened_then_says_what_stands_behind_it_in_a_line(show):
    told = text(show("/").select_one(".release-facts p"))
    assert told == (
        "A Small Invented Set (simulated viewers), 9 Nov 2002 – 14 Dec 2003. "
        "Predictions are typically off by 0.9 stars."
    )


def test_home_when_opened_then_the_best_loved_movies_as_the_catalogue_has_them(client, show):
    loved = client.get("/index.json").json["loved"]
    assert loved == client.get("/movies.json").json["movies"][: len(loved)]
    assert texts(show("/").select("#loved ~ ul .name")) == [movie["title"] for movie in loved]


def test_home_when_opened_then_genres_decades_and_chance_are_links(show):
    links = {text(link): link["href"] for link in show("/").select(".tonight a")}
    assert links["Horror"] == "/movies?genre=Horror"
    assert links["1980s"] == "/movies?from=1980&to=1989"
    assert links["Surprise me"] == "/surprise"
    assert links[f"Browse all {len(FILMS)} movies"] == "/movies"
