"""Another release under an open page: what is shown and kept is of one release, all of it."""

import re
import time

import pytest
from playwright.sync_api import expect

from tests.app.sample import publish_sample
from tests.browser.watched import brush
from tests.servers import fetch

OTHER_RELEASE = "2026-10-03T08:30:00Z"
OTHER_DAY = "3 Oct 2026"


@pytest.fixture
def page(context, own_site):
    """A user's list that was sorted, so that there is a way back."""
    page = context.new_page()
    # What the browser itself keeps for a minute is of the old release, and as whole as the page.
    page.route("**/users/**", lambda route: route.continue_())
    page.goto(f"{own_site.url}/users/7?sort=title")
    page.locator(".tools.live").wait_for()
    page.get_by_label("Sort by").select_option("new")
    expect(page).to_have_url(re.compile("sort=new"))
    page.evaluate("window.isOld = true")
    return page


def switch(folder, own_site):
    """Publish another release, and wait until the site shows it."""
    new = publish_sample(folder, OTHER_RELEASE).release_id
    while new.encode() not in fetch(f"{own_site.url}/healthz")[1]:
        time.sleep(0.05)
    return new


def _sort(page):
    page.get_by_label("Sort by").select_option("old")


def _turn(page):
    page.get_by_role("link", name="Less known").click()


def _next_page(page):
    page.get_by_role("link", name="Next →").click()


def _back(page):
    page.evaluate("history.back()")


def _keep(page):
    page.locator(".keep").get_by_role("button", name="Keep my list offline").click()


WAYS = {
    "sort": (_sort, "sort=old"),
    "turn": (_turn, "known=less"),
    "page": (_next_page, "page=2"),
    "brush": (brush, "score_from="),
    "back": (_back, "sort=title"),
    "keep": (_keep, "sort=new"),
}


@pytest.mark.parametrize("way", WAYS)
def test_list_when_the_release_changed_under_it_then_all_of_the_page_is_of_the_new_one(
    way, page, folder, own_site
):
    act, address = WAYS[way]
    page.locator(".keep button").wait_for()
    new = switch(folder, own_site)
    act(page)
    expect(page.locator("body")).to_have_attribute("data-release", new)
    expect(page).to_have_url(re.compile(re.escape(address)))
    expect(page.locator("#release-date")).to_have_text(OTHER_DAY)
    assert page.evaluate("window.isOld") is None  # it was loaded anew, heading and taste too
    expect(page.locator(".pick").first).to_be_visible()
    assert page.evaluate("async () => Boolean(await caches.match('/offline/kept-lists'))") is (
        way == "keep"
    )
