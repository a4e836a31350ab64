"""The site in German and French in a real browser: whole, within a phone, and accessible."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from app.languages import NAMES
from tests.app.addresses import OFFLINE, USUAL
from tests.browser.test_pages import VIOLATIONS

FOREIGN = [language for language in NAMES if language != "en"]
PATHS = (*USUAL.values(), "/movies/3?user=7", "/users/7?sort=gap&votes=10", OFFLINE, "/users/99")
WIDTHS = (390, 320)


@pytest.mark.parametrize("language", FOREIGN)
@pytest.mark.parametrize("path", PATHS)
def test_page_when_in_another_language_then_fits_a_phone_and_is_accessible(
    site, browser, language, path
):
    context = browser.new_context(reduced_motion="reduce", service_workers="block")
    page = context.new_page()
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{site}/{language}{path}", wait_until="networkidle")
    assert page.locator("html").get_attribute("lang") == language
    for details in page.locator("main details").all()[:3]:
        details.evaluate("each => (each.open = true)")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page, options=VIOLATIONS)
    assert found.violations_count == 0, found.generate_report()
    assert complaints == []
    context.close()


def test_journey_when_in_german_without_scripts_then_stays_in_german(site, browser):
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(site)
    page.get_by_role("link", name="Deutsch").click()
    expect(page).to_have_url(f"{site}/de/")
    page.get_by_label("Nutzernummer").fill("7")
    page.get_by_role("button", name="Zeigen").click()
    expect(page).to_have_url(f"{site}/de/users/7")
    expect(page.get_by_role("heading", level=1)).to_have_text("Nutzer 7")
    pick = page.locator("ol.picks > li").nth(1)
    pick.get_by_text("Die ganze Rechnung").click()
    expect(pick.locator("table.account")).to_contain_text("Vorhergesagt")
    pick.get_by_role("heading").get_by_role("link").click()
    expect(page).to_have_url(re.compile(rf"{site}/de/movies/\d+\?user=7"))
    page.get_by_role("searchbox").fill("amelie")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=2)).to_contain_text("Film zu „amelie“")
    page.get_by_role("link", name="Français").click()
    expect(page).to_have_url(re.compile(rf"{site}/fr/search\?.*q=amelie"))
    context.close()


def test_journey_when_in_german_with_scripts_then_what_they_write_is_german(site, browser):
    context = browser.new_context(locale="en-GB", service_workers="block")
    page = context.new_page()
    page.goto(f"{site}/de/users/7")
    page.get_by_role("combobox", name="Titel suchen").fill("alien")
    option = page.get_by_role("option").filter(has_text="1979")
    option.click()
    expect(page).to_have_url(re.compile(rf"{site}/de/movies/1\b"))
    expect(page.get_by_role("button", name=re.compile("^Merken"))).to_be_visible()
    assert page.locator("#theme").get_attribute("aria-label") == "Dunkel anzeigen"
    page.goto(f"{site}/de/mine")
    expect(page.locator(".mine-status")).to_contain_text("Auf diesem Gerät ist noch kein Film")
    context.close()


def test_page_when_the_browser_speaks_french_then_french_and_can_be_had_in_english(site, browser):
    context = browser.new_context(locale="fr-FR", service_workers="block")
    page = context.new_page()
    page.goto(f"{site}/users/7?sort=votes")
    expect(page.get_by_role("heading", level=1)).to_have_text("Utilisateur 7")
    expect(page.get_by_role("button", name=re.compile("^Passer au thème"))).to_be_visible()
    page.locator(".tools.live").wait_for()
    page.get_by_label("Trier par").select_option("title")
    expect(page).to_have_url(f"{site}/users/7?sort=title")
    page.get_by_role("link", name="English").click()
    expect(page).to_have_url(f"{site}/en/users/7?sort=title")
    expect(page.get_by_role("heading", level=1)).to_have_text("User 7")
    context.close()
