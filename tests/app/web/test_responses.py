"""What is said around the pages: caching, compression and headers."""

import gzip

import pytest

from app import create_app
from tests.app.addresses import USUAL
from tests.app.html import parse, text
from tests.app.sample import FIGURE, NEVER_S, publish_sample, sample_settings

PATHS = (*USUAL.values(), "/users/7.json")
QUERIES_THAT_NAME_SOMETHING_ELSE = (
    "/users/7?user_id=9",
    "/users/7?user_id=abc",
    "/?endpoint=x",
    "/?_method=POST",
    "/?_external=1",
    "/?_anchor=x",
)
SECURITY = {
    "Content-Security-Policy": "default-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Content-Type-Options": "nosniff",
}
GZIP = {"Accept-Encoding": "gzip"}


@pytest.mark.parametrize("path", PATHS)
def test_page_when_it_is_not_modified_then_304_without_a_body(client, path):
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert first.headers["ETag"].startswith('W/"')
    assert again.status_code == 304
    assert again.data == b""
    assert again.headers["ETag"] == first.headers["ETag"]
    assert client.get(path, headers={"If-None-Match": 'W/"other"'}).status_code == 200
    private = "/list/" in path
    for response in (first, again):
        assert bool(response.cache_control.private) == private
        assert bool(response.cache_control.public) != private
        assert response.cache_control.max_age == 60


def test_etag_when_pages_differ_then_differs(client):
    etags = [client.get(path).headers["ETag"] for path in (*PATHS, "/search?q=b", "/users/9")]
    assert len(set(etags)) == len(etags)


def test_etag_when_the_release_changes_then_the_page_is_sent_anew(tmp_path):
    publish_sample(tmp_path)
    app = create_app(sample_settings(tmp_path), check_every_s=NEVER_S)
    client = app.test_client()
    etag = client.get("/movies/1").headers["ETag"]
    publish_sample(tmp_path, "2026-10-03T08:30:00Z")
    app.extensions["current"].refresh()
    response = client.get("/movies/1", headers={"If-None-Match": etag})
    assert response.status_code == 200
    assert response.headers["ETag"] != etag


@pytest.mark.parametrize("path", [*PATHS, "/nowhere", "/robots.txt", "/healthz"])
def test_head_when_asked_for_then_the_headers_of_get_without_a_body(client, path):
    get, head = client.get(path), client.head(path)
    assert head.data == b""
    assert head.status_code == get.status_code
    assert dict(head.headers) == dict(get.headers)


@pytest.mark.parametrize("path", [*PATHS, "/nowhere"])
def test_page_when_gzip_is_accepted_then_smaller_and_the_same(client, path):
    plain, packed = client.get(path), client.get(path, headers=GZIP)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) == packed.content_length < len(plain.data)
    for response in (plain, packed):
        assert "accept-encoding" in response.vary


@pytest.mark.parametrize(
    "path",
    [
        "/static/000000000000/site.css",
        "/",
    ],
)
def test_page_when_gzip_is_refused_then_plain(client, path):
    refused = client.get(path, headers={"Accept-Encoding": "gzip;q=0, br"})
    assert "Content-Encoding" not in refused.headers


def test_page_when_it_is_tiny_then_not_compressed(client):
    assert "Content-Encoding" not in client.get("/robots.txt", headers=GZIP).headers


@pytest.mark.parametrize(
    "path", [*PATHS, "/nowhere", "/robots.txt", "/healthz", "/users?id=7", "/users/8.json"]
)
def test_response_when_sent_then_has_the_security_headers(client, path):
    headers = client.get(path).headers
    of_ratings = {"Referrer-Policy": "no-referrer"} if "/list/" in path else {}
    assert (SECURITY | of_ratings).items() <= dict(headers).items()
    assert "camera=()" in headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in headers
    assert "Set-Cookie" not in headers


OPEN = ("/users/7.json", "/users/7.csv", "/users.json", "/openapi.json", "/users/8.json")


@pytest.mark.parametrize("path", OPEN)
def test_data_when_asked_for_by_a_script_of_another_origin_then_it_may_be_read(client, path):
    for _ in range(2):  # made, and kept
        headers = client.get(path, headers={"Origin": "https://notebook.example"}).headers
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in headers
        assert "Link" in headers["Access-Control-Expose-Headers"]
    asked = {
        "Origin": "https://notebook.example",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "if-none-match",
    }
    preflight = client.options(path, headers=asked)
    assert preflight.status_code == 200
    assert preflight.headers["Access-Control-Allow-Origin"] == "*"
    assert preflight.headers["Access-Control-Allow-Headers"] == "*"
    assert "GET" in preflight.headers["Access-Control-Allow-Methods"]


@pytest.mark.parametrize("path", ["/", "/users/7", "/mine", "/robots.txt"])
def test_page_when_asked_for_by_a_script_of_another_origin_then_not_to_be_read(client, path):
    for response in (client.get(path), client.options(path)):
        assert "Access-Control-Allow-Origin" not in response.headers


@pytest.mark.parametrize("address", QUERIES_THAT_NAME_SOMETHING_ELSE)
def test_page_when_the_query_has_names_of_our_own_then_shown_with_its_own_json(client, address):
    page = parse(client.get(address))
    link = page.find("link", rel="alternate")["href"]
    assert link.partition("?")[0] == {"/": "/index.json"}.get(
        address.partition("?")[0], "/users/7.json"
    )
    assert "#" not in link


def test_figure_when_it_is_the_releases_then_sent_for_ever(client):
    page = client.get("/report.json").json
    address = f"/figures/{page['site']['release_id']}/{page['figures'][0]}"
    response = client.get(address)
    assert response.mimetype == "image/svg+xml"
    assert response.data == FIGURE
    assert response.cache_control.max_age == 31_536_000
    assert response.cache_control.immutable


@pytest.mark.parametrize("name", ["other.svg", "..%2Flatest.json", "rmse_by_model.png"])
def test_figure_when_unknown_then_404(client, name):
    release_id = client.get("/report.json").json["site"]["release_id"]
    assert client.get(f"/figures/{release_id}/{name}").status_code == 404
    assert client.get("/figures/20200101T000000Z-00000000/rmse_by_model.svg").status_code == 404


def test_error_page_when_an_address_is_unknown_then_404_is_not_kept(client):
    response = client.get("/nowhere")
    page = parse(response, 404)
    assert text(page.h1) == "Not found"
    assert "There is no page at /nowhere." in text(page.select_one(".what"))
    assert response.cache_control.no_store
    assert "ETag" not in response.headers


@pytest.mark.parametrize("path", ["/", "/users/7", "/report"])
def test_error_page_when_posted_to_then_405(client, path):
    assert text(parse(client.post(path), 405).h1) == "Not allowed here"


def test_error_page_when_posted_to_then_says_what_is_allowed(client):
    assert {"GET", "HEAD"} <= set(client.post("/").headers["Allow"].split(", "))


@pytest.mark.parametrize("path", ["/report", "/report.json"])
def test_error_page_when_a_page_fails_then_500_without_details(client, monkeypatch, path):
    def fail(opened, site):
        raise RuntimeError("a secret detail")

    monkeypatch.setattr("app.views.site.report_page", fail)
    response = client.get(path)
    assert response.status_code == 500
    assert response.is_json == path.endswith(".json")
    assert "The error is logged" in response.text
    assert "secret" not in response.text
    assert response.cache_control.no_store
    assert SECURITY.items() <= dict(response.headers).items()
