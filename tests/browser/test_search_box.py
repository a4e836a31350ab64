"""The search box as a combobox: by keyboard, by touch, for screen readers, and offline."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.watched import watched_page

LATE_MS = 500  # by then a list that should not come would have come
QUERIES = ("alien", "ali", "the third man", "third man, the", "stlaker", "groundhgo", "1979", "m")


@pytest.fixture
def page(site, browser):
    """A visitor on a user's page, whose scripts may not fail."""
    options = {"base_url": site, "has_touch": True, "service_workers": "block"}
    with watched_page(browser, **options) as page:
        page.goto("/users/7")
        page.get_by_role("combobox", name="Search titles").wait_for()
        yield page


def box(page):
    return page.get_by_role("combobox", name="Search titles")


def options(page):
    return page.locator(".suggestions").get_by_role("option")


def test_keyboard_from_slash_to_the_movie_that_was_mistyped(page):
    page.keyboard.press("/")
    expect(box(page)).to_be_focused()
    page.keyboard.type("stlaker")
    expect(options(page)).to_have_text([re.compile("Stalker")])
    expect(page.get_by_role("status").filter(has_text="1 suggestion")).to_have_count(1)
    expect(box(page)).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    active = box(page).get_attribute("aria-activedescendant")
    assert page.locator(f"#{active}").get_attribute("aria-selected") == "true"
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Stalker")


def test_keyboard_when_arrows_go_round_then_through_all_and_back_to_the_text(page):
    page.keyboard.press("/")
    page.keyboard.type("al")
    expect(options(page).first).to_be_visible()
    n = options(page).count()
    assert n >= 2
    for _ in range(n):
        page.keyboard.press("ArrowDown")
    expect(options(page).last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(page.locator("[role=option][aria-selected=true]")).to_have_count(0)
    page.keyboard.press("ArrowUp")
    expect(options(page).last).to_have_attribute("aria-selected", "true")


def test_escape_when_open_then_closes_first_and_leaves_the_field_next(page):
    page.keyboard.press("/")
    page.keyboard.type("alien")
    expect(options(page).first).to_be_visible()
    page.keyboard.press("Escape")
    expect(options(page)).to_have_count(0)
    expect(box(page)).to_be_focused()
    expect(box(page)).to_have_value("alien")
    page.keyboard.press("Escape")
    expect(box(page)).not_to_be_focused()


def test_enter_when_nothing_is_chosen_then_searches_as_without_suggestions(page):
    page.keyboard.press("/")
    page.keyboard.type("alien")
    expect(options(page).first).to_be_visible()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/search\?user=7&q=alien"))


def test_enter_when_the_text_was_changed_after_choosing_then_the_text_counts(page):
    page.keyboard.press("/")
    page.keyboard.type("al")
    expect(options(page).first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.type("ien dawn")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/search\?user=7&q=alien\+dawn"))


def test_enter_when_it_ends_the_composing_of_a_letter_then_it_chooses_nothing(page):
    page.keyboard.press("/")
    page.keyboard.type("al")
    expect(options(page).first).to_be_visible()
    page.keyboard.press("ArrowDown")
    goes = box(page).evaluate(
        """(field) => field.dispatchEvent(new KeyboardEvent("keydown",
            { key: "Enter", isComposing: true, bubbles: true, cancelable: true }))"""
    )
    assert goes
    expect(options(page).first).to_have_attribute("aria-selected", "true")


@pytest.mark.parametrize("key", ["Home", "End", "ArrowLeft", "ArrowRight"])
def test_caret_when_moved_then_back_in_the_text_with_nothing_chosen(page, key):
    page.keyboard.press("/")
    page.keyboard.type("al")
    expect(options(page).first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press(key)
    expect(options(page).first).to_have_attribute("aria-selected", "false")
    assert box(page).get_attribute("aria-activedescendant") is None
    caret = {"Home": 0, "End": 2, "ArrowLeft": 1, "ArrowRight": 2}[key]
    assert box(page).evaluate("(field) => field.selectionStart") == caret


@pytest.mark.parametrize("key", ["Tab", "Escape"])
def test_list_when_the_field_is_left_before_it_comes_then_it_does_not_come(page, key):
    page.keyboard.press("/")
    page.keyboard.type("alien")
    page.keyboard.press(key)
    page.wait_for_timeout(LATE_MS)
    expect(options(page)).to_have_count(0)
    expect(box(page)).not_to_be_focused()


def test_list_when_what_it_waits_for_comes_after_the_field_was_left_then_it_stays_closed(page):
    waiting = []
    page.route("**/suggest.json*", lambda route: route.abort())
    page.route("**/offline/titles.json", lambda route: waiting.append(route))
    with page.expect_request("**/offline/titles.json"):
        box(page).fill("alien")
    box(page).blur()
    with page.expect_response("**/offline/titles.json"):
        waiting[0].continue_()
    page.wait_for_timeout(LATE_MS)
    expect(options(page)).to_have_count(0)
    expect(box(page)).to_have_attribute("aria-expanded", "false")


def test_list_when_searched_without_leaving_the_page_then_it_is_out_of_the_way(page):
    page.evaluate("addEventListener('submit', (event) => event.preventDefault())")
    box(page).fill("alien")
    expect(options(page).first).to_be_visible()
    box(page).press("Enter")
    expect(options(page)).to_have_count(0)


def test_status_when_nothing_is_found_then_says_so(page):
    box(page).fill("qqqqqqqq")
    expect(page.get_by_role("status").filter(has_text="No suggestions")).to_have_count(1)


def test_slash_when_typed_in_a_field_then_it_is_a_letter(page):
    box(page).fill("8")
    page.keyboard.press("/")
    expect(box(page)).to_have_value("8/")


def test_touch_when_an_option_is_tapped_then_its_movie(page):
    box(page).tap()
    page.keyboard.type("brazil")
    options(page).first.tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("Brazil")


def test_users_id_when_typed_then_the_user_comes_first(page):
    box(page).fill("1488844")
    expect(options(page).first).to_have_text("User 1488844")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_list_when_open_then_axe_finds_nothing(theme, site, browser):
    context = browser.new_context(color_scheme=theme, bypass_csp=True)
    page = context.new_page()
    page.goto(f"{site}/users/7")
    page.get_by_role("combobox", name="Search titles").fill("al")
    expect(options(page).first).to_be_visible()
    page.keyboard.press("ArrowDown")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    context.close()


@pytest.mark.parametrize("query", QUERIES)
def test_suggestions_when_the_site_does_not_answer_then_the_same_from_the_titles_kept(page, query):
    url = f"/suggest.json?q={query.replace(' ', '+')}"
    answer = page.request.get(url).json()["suggestions"]
    page.route("**/suggest.json*", lambda route: route.abort())
    box(page).fill(query)
    expect(options(page)).to_have_count(len(answer))
    shown = options(page).all_inner_texts()
    assert shown == [f"{each['title']} {each['year'] or ''}".strip() for each in answer]


def test_without_scripts_then_a_plain_search_field(site, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/users/7")
    page.get_by_role("searchbox", name="Search titles").fill("alein")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=2)).to_contain_text("these come close")
    context.close()
