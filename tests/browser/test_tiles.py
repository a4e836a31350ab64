"""What a visitor says of movies on their tiles, behind one button each: a grid stays calm."""

import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect


@pytest.mark.parametrize("path", ["/", "/movies", "/movies/1"])
def test_tile_when_opened_then_takes_stars_and_marks_and_predicts(path, site, browser):
    context = browser.new_context(base_url=site, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto("/movies/1")
    page.locator(".yours").get_by_role("radio", name="5 of 5").click()
    page.goto(path)
    tile = page.locator(".grid > [data-title]:not([data-movie='1'])").first
    title = tile.get_attribute("data-title")
    expect(tile.locator(".told-you")).to_have_text(re.compile(r"^You: \d\.\d\+? ± \d\.\d$"))
    opener = tile.get_by_role("button", name=f"Rate or save: {title}")
    expect(opener).to_have_attribute("aria-expanded", "false")
    expect(tile.locator(".marks")).to_be_hidden()
    opener.click()
    tile.get_by_role("button", name=f"Save: {title}", exact=True).click()
    tile.get_by_role("radio", name="4 of 5").click()
    expect(tile.locator(".opener")).to_have_text("★ 4")
    expect(tile.locator(".told-you")).to_have_text("")
    films = json.loads(page.evaluate("localStorage.getItem('films')"))
    assert {film["title"]: film["rating"] for film in films}[title] == 4
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    context.close()
