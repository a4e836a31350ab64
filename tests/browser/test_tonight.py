"""A film for tonight, in a real browser: best loved, genres, decades, a surprise, links out."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.watched import watched_page

PHONE = {"width": 390, "height": 844}


@pytest.fixture(params=["scripts", "no-scripts"])
def page(site, browser, request):
    """A new visitor's page, with scripts and without; scripts may not fail."""
    has_scripts = request.param == "scripts"
    with watched_page(browser, base_url=site, java_script_enabled=has_scripts) as page:
        yield page


def test_tonight_when_a_genre_and_a_decade_are_chosen_then_movies_of_both(page):
    page.goto("/")
    expect(page.get_by_role("heading", name="Best loved")).to_be_visible()
    page.get_by_role("navigation", name="Genres").get_by_role("link", name="Drama").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Drama")
    page.get_by_role("navigation", name="Decades").get_by_role("link", name="1980s").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Drama · 1980s")
    found = page.locator(".grid .meta:not(.told-you)")
    expect(found).to_have_count(4)
    assert all(re.match("198", text) for text in found.all_inner_texts())
    page.get_by_role("link", name="1980s").click()  # takes it back
    expect(page.get_by_role("heading", level=1)).to_have_text("Drama")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Drama · 1980s")


def test_tonight_when_surprised_then_a_movie_of_that_part(page):
    page.goto("/movies?genre=Documentary")
    page.get_by_role("link", name="Surprise me").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Man on Wire")


def test_tonight_by_keyboard_when_a_chip_is_entered_then_followed_and_seen(page):
    page.goto("/movies")
    chip = page.get_by_role("link", name="Horror", exact=True)
    chip.focus()
    box = chip.bounding_box()
    assert 0 <= box["x"]
    assert box["x"] + box["width"] <= page.viewport_size["width"]
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Horror")
    expect(page.get_by_role("link", name="Horror", exact=True)).to_have_attribute(
        "aria-current", "true"
    )


def test_tonight_on_a_phone_when_chips_do_not_fit_then_they_scroll_and_the_page_does_not(page):
    page.set_viewport_size(PHONE)
    for path in ("/", "/movies", "/movies?genre=Western"):
        page.goto(path)
        chips = page.get_by_role("navigation", name="Genres").get_by_role("link")
        chips.last.focus()
        box = chips.last.bounding_box()
        assert box["height"] >= 44
        assert box["x"] + box["width"] <= PHONE["width"]
        root = page.locator("html")
        root.evaluate("root => (root.style.fontSize = '200%')")
        assert root.evaluate("root => root.scrollWidth") <= PHONE["width"]


def test_list_when_a_genre_is_chosen_then_the_whole_catalogue_and_a_sentence_says_so(page):
    page.goto("/users/9?genre=Drama&per_page=50")
    told = page.locator("#list > .order-told")
    expect(told).to_contain_text("from the whole catalogue: a rougher estimate")
    picks = page.locator(".pick .what .meta")
    expect(picks).to_have_count(5)
    assert all("Drama" in text for text in picks.all_inner_texts())


def test_movie_when_a_link_leads_out_then_in_a_new_context_that_is_not_told_who_asks(page, site):
    asked = []
    page.context.route(
        re.compile(r"https://www\.imdb\.com/.*"),
        lambda route: (asked.append(route.request), route.fulfill(body="<p>IMDb</p>")),
    )
    page.goto("/movies/1?user=7")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="IMDb (opens in a new tab)").click()
    other = opened.value
    other.wait_for_load_state()
    (request,) = asked
    assert request.url == "https://www.imdb.com/title/tt0078748/"
    assert "referer" not in request.all_headers()
    assert page.url == f"{site}/movies/1?user=7"
