"""What people see who set their own text size or colours."""

import pytest

from tests.app.addresses import OFFLINE, PAGES

SIZES = ("150%", "200%")


@pytest.mark.parametrize("path", [*PAGES.values(), OFFLINE, "/users/99"])
def test_page_when_text_is_twice_as_large_on_a_phone_then_nothing_scrolls_sideways(
    path, site, browser
):
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(site + path)
    for size in SIZES:
        page.evaluate("size => (document.documentElement.style.fontSize = size)", size)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, size
    context.close()


def test_stars_when_the_system_chooses_the_colours_then_filled_and_empty_ones_differ(site, browser):
    context = browser.new_context(forced_colors="active")
    page = context.new_page()
    page.goto(f"{site}/users/7")
    fills = [
        page.locator(f".stars {kind}").first.evaluate("each => getComputedStyle(each).fill")
        for kind in (".on", ".off")
    ]
    assert fills[0] != fills[1]
    context.close()


def test_turn_when_the_system_chooses_the_colours_then_the_current_one_is_marked(site, browser):
    context = browser.new_context(forced_colors="active")
    page = context.new_page()
    page.goto(f"{site}/users/7")
    backgrounds = [
        page.locator(f".turn {which}").first.evaluate(
            "each => getComputedStyle(each).backgroundColor"
        )
        for which in ("[aria-current]", "a:not([aria-current])")
    ]
    assert backgrounds[0] != backgrounds[1]
    context.close()
