"""The site as an app: its manifest and icons, its service worker, and its page for offline."""

import json
import struct

import pytest

from app import create_app
from app.web.assets import load_assets
from tests.app.html import internal_links, parse, text, texts
from tests.app.sample import NEVER_S, sample_settings

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
MOST_ICON_BYTES = 10_000


def _png_size(body):
    assert body.startswith(PNG_SIGNATURE)
    return struct.unpack(">II", body[16:24])


def _site(worker):
    """What the worker's text says about the site."""
    before, after = load_assets()["sw.js"].body.decode().split("__SITE__")
    return json.loads(worker.text.removeprefix(before).removesuffix(after))


def test_manifest_when_asked_for_then_names_and_colours_are_those_of_the_site(client, show):
    response = client.get("/manifest.webmanifest")
    assert response.mimetype == "application/manifest+json"
    manifest = json.loads(response.text)
    for name in ("id", "start_url", "scope"):
        assert manifest[name] == "/"
    assert manifest["display"] == "standalone"
    page = show("/")
    assert manifest["name"] == text(page.select_one("a.brand"))
    assert len(manifest["short_name"]) <= 12
    (light,) = page.select("meta[name=theme-color][media*=light]")
    assert manifest["theme_color"] == manifest["background_color"] == light["content"]


def test_manifest_when_its_icons_are_asked_for_then_they_have_their_sizes(client):
    icons = json.loads(client.get("/manifest.webmanifest").text)["icons"]
    assert [(icon["type"], icon["sizes"], icon["purpose"]) for icon in icons] == [
        ("image/png", "192x192", "any"),
        ("image/png", "512x512", "any"),
        ("image/png", "512x512", "maskable"),
        ("image/svg+xml", "any", "any"),
    ]
    for icon in icons:
        response = client.get(icon["src"])
        assert response.mimetype == icon["type"]
        assert response.cache_control.immutable
        assert len(response.data) < MOST_ICON_BYTES
        if icon["type"] == "image/png":
            assert icon["sizes"] == "{}x{}".format(*_png_size(response.data))


def test_manifest_when_its_shortcuts_are_followed_then_they_answer(client):
    shortcuts = json.loads(client.get("/manifest.webmanifest").text)["shortcuts"]
    assert [shortcut["url"] for shortcut in shortcuts] == ["/rate", "/mine", "/search"]
    for shortcut in shortcuts:
        assert client.get(shortcut["url"]).status_code == 200


def test_page_when_opened_then_links_to_the_manifest_and_the_touch_icon(client, show):
    page = show("/")
    assert page.find("link", rel="manifest")["href"] == "/manifest.webmanifest"
    icon = client.get(page.find("link", rel="apple-touch-icon")["href"])
    assert _png_size(icon.data) == (180, 180)


def test_worker_when_asked_for_then_at_the_root_and_never_taken_from_a_cache(client):
    response = client.get("/sw.js")
    assert response.mimetype == "text/javascript"
    assert response.headers["Service-Worker-Allowed"] == "/"
    assert response.headers["Cache-Control"] == "no-cache"
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]
    again = client.get("/sw.js", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


def test_worker_when_it_lists_addresses_then_each_answers_and_files_are_kept_for_ever(client):
    site = _site(client.get("/sw.js"))
    assert site["offline"] == "/offline"
    assert site["pages"] == ["/", "/rate", "/mine", "/you"]
    names = ("titles.json", "factors.bin", "fold-in.json", "ranking.json", "ranking.bin")
    assert site["data"] == [f"/offline/{name}" for name in names]
    for address in (site["offline"], *site["pages"], *site["data"], *site["files"]):
        response = client.get(address)
        assert response.status_code == 200, address
        if address.startswith("/static/"):
            assert response.cache_control.immutable, address


def test_worker_when_a_page_needs_a_file_then_it_is_in_the_list(client, show):
    files = set(_site(client.get("/sw.js"))["files"])
    page = show("/users/7")
    drawn_on = {script["src"] for script in page.find_all("script")}
    for rel in ("stylesheet", "icon", "apple-touch-icon", "manifest"):
        drawn_on.add(page.find("link", rel=rel)["href"])
    assert len(drawn_on) >= 6
    assert drawn_on <= files


def test_worker_when_the_code_changes_then_it_does_and_names_the_version(sample):
    app = create_app(sample_settings(sample), check_every_s=NEVER_S)
    first = app.test_client().get("/sw.js")
    app.config["CODE_VERSION"] = "another-one"
    second = app.test_client().get("/sw.js")
    assert _site(second)["version"] == "another-one" != _site(first)["version"]
    assert second.headers["ETag"] != first.headers["ETag"]
    assert {**_site(first), "version": "another-one"} == _site(second)


def test_offline_page_when_shown_then_says_so_and_leads_to_what_works(client, show):
    page = show("/offline")
    assert text(page.h1) == "You are offline"
    (works,) = page.select("section[aria-labelledby=works]")
    assert [link["href"] for link in works.find_all("a")] == ["/rate", "/mine", "/you"]
    assert page.select_one("main form[role=search]")["action"] == "/search"
    assert texts(page.find_all("h2"))[-1] == "Kept on this device"
    for link in sorted(internal_links(page, "/offline")):
        assert client.get(link).status_code == 200, link


def test_favicon_when_asked_for_by_its_usual_name_then_an_icon(client):
    response = client.get("/favicon.ico")
    assert response.status_code == 200
    assert response.mimetype == "image/x-icon"
    assert response.data.startswith(b"\0\0\1\0")
    again = client.get("/favicon.ico", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("path", ["/offline", "/sw.js", "/manifest.webmanifest"])
def test_app_when_there_is_no_release_then_it_can_be_installed_all_the_same(tmp_path, path):
    client = create_app(sample_settings(tmp_path), check_every_s=NEVER_S).test_client()
    assert client.get("/rate").status_code == 503
    assert client.get(path).status_code == 200


def test_offline_page_when_there_is_no_release_then_it_names_none(tmp_path):
    client = create_app(sample_settings(tmp_path), check_every_s=NEVER_S).test_client()
    page = parse(client.get("/offline"))
    assert page.find(id="release-date") is None
