"""A kept list without a connection: sorted, filtered and paged as the site would do it."""

import re
import time

import pytest
from playwright.sync_api import expect

from tests.app.sample import publish_sample
from tests.servers import fetch

OTHER_RELEASE = "2026-10-03T08:30:00Z"
QUERIES = (
    "?sort=title",
    "?sort=old&page=2",
    "?known=less",
    "?known=well&sort=gap",
    "?score_from=3.5&mean_to=4",
    "?per_page=5&page=2",
)
IS_KEPT_OF = """async ([path, release]) => {
    const kept = await caches.match(path);
    return Boolean(kept) && kept.headers.get("X-Release-Id") === release;
}"""


def rows(page):
    """The rows of a list as they are shown, less what scripts add."""
    return page.locator(".pick").evaluate_all(
        """rows => rows.map((shown) => {
          const row = shown.cloneNode(true);
          row.querySelectorAll(".marks, .told-you").forEach((part) => part.remove());
          row.removeAttribute("class");
          return row.outerHTML.replaceAll(/\\s*\\n\\s*/g, "\\n");
        })"""
    )


def visit(page, address):
    """Open a page that the worker serves."""
    page.goto(address)
    page.locator(".tools.live").wait_for()
    page.locator(".keep button").wait_for()


@pytest.fixture
def kept(context, site):
    """A page of a kept list, whose network is cut."""
    page = context.new_page()
    visit(page, f"{site}/users/7")
    expected = {}
    for query in QUERIES:
        page.goto(f"{site}/users/7{query}")
        expected[query] = rows(page)
    visit(page, f"{site}/users/7")
    page.locator(".keep").get_by_role("button").click()
    expect(page.locator(".keep")).to_contain_text("Kept on this device")
    # What was visited is not what is arranged.
    page.evaluate("caches.delete('pages-v1')")
    context.set_offline(True)
    return page, expected


def test_kept_list_when_an_address_asks_for_it_offline_then_arranged_as_the_site_does(kept, site):
    page, expected = kept
    for query in QUERIES:
        page.goto(f"{site}/users/7{query}")
        expect(page.locator(".pick .rank").first).to_be_visible()
        for _ in range(100):
            if rows(page) == expected[query]:
                break
            page.wait_for_timeout(50)
        assert rows(page) == expected[query], query


def test_kept_list_when_sorted_filtered_and_paged_offline_then_the_address_says_it(kept, site):
    page, expected = kept
    first = rows(page)
    page.get_by_label("Sort by").select_option("title")
    expect(page).to_have_url(f"{site}/users/7?sort=title")
    expect(page.locator(".order-told")).to_have_text(re.compile("^Sorted by: Title"))
    assert rows(page) == expected["?sort=title"]
    page.go_back()
    expect(page).to_have_url(f"{site}/users/7")
    expect(page.locator(".order-told")).not_to_have_text(re.compile("^Sorted by"))
    assert rows(page) == first
    page.get_by_role("link", name="Next →").click()
    expect(page).to_have_url(f"{site}/users/7?page=2")
    expect(page.locator("nav.pages")).to_contain_text("Page 2 of 2")
    page.get_by_text("Filter", exact=True).click()
    page.get_by_label("Genre", exact=True).select_option("Comedy")
    page.get_by_role("button", name="Apply").click()
    expect(page).to_have_url(f"{site}/users/7?genre=Comedy")
    expect(page.locator(".order-told")).to_contain_text("these are of the kept list alone")
    titles = page.locator(".pick .meta").all_inner_texts()
    assert titles
    assert page.locator("circle.out").count() > 0
    page.get_by_role("link", name="Show the whole list").click()
    expect(page).to_have_url(f"{site}/users/7")
    assert rows(page) == first


def test_list_when_not_kept_and_sorted_offline_then_it_stays_and_says_why(context, site):
    page = context.new_page()
    visit(page, f"{site}/users/7")
    before = rows(page)
    context.set_offline(True)
    page.get_by_label("Sort by").select_option("new")
    expect(page.locator(".not-shown")).to_contain_text("There is no connection.")
    expect(page).to_have_url(f"{site}/users/7")
    expect(page.get_by_label("Sort by")).to_have_value("best")
    assert rows(page) == before


def test_kept_list_when_it_is_visited_after_another_release_then_all_of_it_is_of_that(
    context, folder, own_site
):
    page = context.new_page()
    visit(page, f"{own_site.url}/users/7")
    page.locator(".keep").get_by_role("button").click()
    expect(page.locator(".keep")).to_contain_text("Kept on this device")
    new = publish_sample(folder, OTHER_RELEASE).release_id
    while new.encode() not in fetch(f"{own_site.url}/healthz")[1]:
        time.sleep(0.05)
    page.reload()  # else the browser may show what it has kept for a minute
    expect(page.locator("body")).to_have_attribute("data-release", new)
    for path in ("/users/7", "/users/7?per_page=100", "/users/7.json?per_page=100"):
        for _ in range(200):
            if page.evaluate(IS_KEPT_OF, [path, new]):
                break
            page.wait_for_timeout(50)
        assert page.evaluate(IS_KEPT_OF, [path, new]), path
