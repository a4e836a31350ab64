"""Which language a page is in: what its address says, else what the browser asks for."""

import pytest

from app import create_app
from app.languages import NAMES, Speech
from app.web.language import speak_as_asked, wanted
from tests.app.addresses import PATHS, sister
from tests.app.html import internal_links, parse, text
from tests.app.sample import NEVER_S, sample_settings

SAME_IN_ALL = ("/openapi.json", "/users/7.json", "/users/7.csv", "/index.json", "/healthz")
SAME_IN_ALL += ("/offline/titles.json", "/robots.txt", "/sw.js")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("language", NAMES)
def test_page_when_its_address_names_a_language_then_it_and_its_links_are_in_it(
    client, path, language
):
    page = parse(client.get(f"/{language}{path}"))
    assert page.html["lang"] == language
    assert page.html["data-prefix"] == f"/{language}"
    links = {a["href"] for a in page.select("main a[href^='/'], header a[href^='/']")}
    formats = {link for link in links if link.partition("?")[0].endswith((".json", ".csv"))}
    assert {link for link in links - formats if not link.startswith(f"/{language}/")} == set()
    assert {link for link in formats if link.startswith(f"/{language}/")} == set()


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("de-CH,de;q=0.9,en;q=0.8", "de"), ("fr", "fr"), ("en-GB,de;q=0.9", "en"), ("ja", "en")],
)
def test_page_when_its_address_names_none_then_the_browser_decides(client, accepted, language):
    for path in ("/", "/users/7", "/nowhere"):
        answer = client.get(path, headers={"Accept-Language": accepted})
        page = parse(answer, answer.status_code)
        assert page.html["lang"] == language
        assert "data-prefix" not in page.html.attrs
        assert "Accept-Language" in answer.headers["Vary"]


def test_page_when_asked_for_in_several_languages_then_kept_apart(client):
    tags, bodies = set(), set()
    for path, accepted in (("/", "de"), ("/", "fr"), ("/", "en"), ("/de/", "fr"), ("/", "de")):
        answer = client.get(path, headers={"Accept-Language": accepted})
        tags.add(answer.headers["ETag"])
        bodies.add(answer.text)
        again = client.get(
            path, headers={"Accept-Language": accepted, "If-None-Match": answer.headers["ETag"]}
        )
        assert again.status_code == 304
        assert ("Accept-Language" in again.headers["Vary"]) == (path == "/")
    assert len(tags) == len(bodies) == 4


def test_page_when_its_address_names_a_language_then_the_browser_has_no_say(client):
    answer = client.get("/de/users/7", headers={"Accept-Language": "fr"})
    assert parse(answer).html["lang"] == "de"
    assert "Accept-Language" not in answer.headers["Vary"]


@pytest.mark.parametrize("path", SAME_IN_ALL)
def test_data_when_asked_for_then_the_same_in_every_language_and_at_one_address(client, path):
    found = client.get(path, headers={"Accept-Language": "de"})
    assert found.data == client.get(path).data
    assert "Accept-Language" not in found.headers.get("Vary", "")
    assert client.get(f"/de{path}").status_code == 404


@pytest.mark.parametrize("path", PATHS)
def test_page_when_shown_then_leads_to_itself_in_each_language(client, path):
    page = parse(client.get(path))
    stem = path if path != "/" else "/"
    links = page.select("footer a[hreflang]")
    assert [(a["href"], a["lang"], text(a)) for a in links] == [
        (f"/{code}{stem}", code, name) for code, name in NAMES.items()
    ]
    assert [a["lang"] for a in links if a.get("aria-current")] == ["en"]
    assert page.select("link[rel=alternate][hreflang]") == []  # search engines need a host


def test_page_when_the_site_knows_its_host_then_tells_search_engines_of_each_language(sample):
    settings = sample_settings(sample, site_url="https://films.example")
    client = create_app(settings, check_every_s=NEVER_S).test_client()
    alternates = parse(client.get("/movies/3")).select("link[rel=alternate][hreflang]")
    assert [(a["hreflang"], a["href"]) for a in alternates] == [
        *((code, f"https://films.example/{code}/movies/3") for code in NAMES),
        ("x-default", "https://films.example/movies/3"),
    ]


@pytest.mark.parametrize("path", ["/users/7?sort=gap", "/movies/3", "/search?q=a%26b", "/how"])
def test_page_when_in_german_then_every_internal_link_answers(client, path):
    for link in sorted(internal_links(parse(client.get(f"/de{path}")), path) - {"/de/users"}):
        assert client.get(link).status_code == 200, link


def test_forms_when_sent_from_a_german_page_then_lead_to_german_pages(client):
    assert client.get("/de/users?id=7").headers["Location"] == "/de/users/7"
    answer = client.post("/de/rate", data={"movie-1": "5"})
    assert answer.headers["Location"].startswith("/de/list/")


def test_user_when_called_like_a_language_then_still_a_user():
    seen = []

    def note(variables, start_response):
        seen.append((variables.get("SCRIPT_NAME", ""), variables["PATH_INFO"]))
        return []

    for path in ("/de", "/de/", "/de/de/x", "/users/de", "/design", "/de/users/7.json"):
        speak_as_asked(note)({"PATH_INFO": path}, None)
    assert seen == [
        ("/de", "/"),
        ("/de", "/"),
        ("/de", "/de/x"),
        ("", "/users/de"),
        ("", "/design"),
        ("", "/de/users/7.json"),
    ]


def test_speech_when_nothing_is_said_then_english():
    assert Speech() == ("en", "", False)
    assert wanted("de;q=0, fr;q=0.1") == "fr"


def test_json_when_a_page_is_german_then_is_linked_without_language(client):
    page = parse(client.get("/de/users/7?sort=gap"))
    (link,) = page.find_all("link", rel="alternate", type="application/json")
    assert link["href"] == sister("/users/7?sort=gap")
