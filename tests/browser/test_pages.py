"""Every page in a real browser: seen, accessible, self-contained, and usable without a mouse."""

from urllib.parse import urlencode, urlsplit
from urllib.request import urlopen

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.app.addresses import OFFLINE, PAGES

SEEN = {**PAGES, "list": "/list/", "offline": OFFLINE, "not-found": "/users/99"}
RATED = {"movie-1": "5", "movie-2": "4", "movie-4": "1", "movie-9": "5"}
VIOLATIONS = {"resultTypes": ["violations"]}
RULES = {  # a theme changes colours alone, so all other rules hold in both if they hold in one
    "light": VIOLATIONS,
    "dark": {**VIOLATIONS, "runOnly": ["color-contrast", "link-in-text-block"]},
}
SIZES = {"phone": (390, 844), "desktop": (1280, 900)}


@pytest.fixture(scope="session")
def address(site):
    """Give a page's address by its name; that of a visitor's list is made by the site."""

    def of(name):
        if name != "list":
            return site + SEEN[name]
        with urlopen(f"{site}/rate", urlencode(RATED).encode()) as response:
            return response.url

    return of


@pytest.mark.parametrize("name", SEEN)
def test_page_when_opened_then_accessible_self_contained_and_photographed(
    name, address, site, browser, screenshots
):
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    requests, complaints = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text))
    response = page.goto(address(name))
    assert "default-src 'self'" in response.headers["content-security-policy"]
    assert page.locator("h1").count() == 1
    for size, theme in _looks(page):
        page.screenshot(path=screenshots / f"{name}-{size}-{theme}.png")
    for details in page.locator("main details").all()[:3]:
        details.evaluate("each => (each.open = true)")
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert {urlsplit(url).netloc for url in requests} == {urlsplit(site).netloc}
    assert [text for text in complaints if "404" not in text] == []
    for _, theme in _looks(page):
        found = Axe().run(page, options=RULES[theme])
        assert found.violations_count == 0, found.generate_report()
    context.close()


def _looks(page):
    """Give the page each size and theme."""
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            yield size, theme


def test_journey_when_without_scripts_then_user_reason_movie_similar(site, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site)
    page.get_by_label("Viewer number").fill("7")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(f"{site}/users/7")
    pick = page.locator("ol.picks > li").nth(1)  # nobody rated the first, so nothing is like it
    pick.get_by_text("The full account").click()
    expect(pick.locator("table.account")).to_be_visible()
    title = pick.locator("h3 a").inner_text()
    pick.get_by_role("heading").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    page.locator("section[aria-labelledby=similar] a").first.click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text(title)
    page.get_by_role("searchbox").fill("amelie")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Amélie").first).to_be_visible()
    context.close()


def test_keyboard_when_tab_is_pressed_first_then_skips_to_the_content(site, browser):
    page = browser.new_page()
    page.goto(f"{site}/users/7")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.close()
