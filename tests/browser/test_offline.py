"""The site without a connection, in a real browser: what was visited, kept, and is new."""

import json
import re
import time
from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.app.sample import FILMS, USER_IDS, publish_sample
from tests.servers import fetch

RELEASE_DAY = "2 Oct 2026"
OTHER_RELEASE = "2026-10-03T08:30:00Z"
MOST_PAGES = 60
TODAY = re.compile(r"\d{1,2} [A-Z][a-z]{2} 20\d\d")
DATA = ("titles.json", "factors.bin", "fold-in.json", "ranking.json", "ranking.bin")
KEPT_PATHS = """async (name) => {
    const keys = await (await caches.open(name)).keys();
    return keys.map(({ url }) => new URL(url).pathname + new URL(url).search);
}"""
KEPT_RELEASE = """async (path) => {
    const kept = await caches.match(path);
    return kept && kept.headers.get("X-Release-Id");
}"""
IS_KEPT = "async (path) => Boolean(await caches.match(path))"
IS_KEPT_OF = """async ([path, release]) => {
    const kept = await caches.match(path);
    return Boolean(kept) && kept.headers.get("X-Release-Id") === release;
}"""
PATIENCE_S = 15


def _visit(page, address):
    """Open a page, and wait until it is on the device as the worker keeps it."""
    page.goto(address)
    _until(page, "() => navigator.serviceWorker.controller !== null")
    _until(page, IS_KEPT, page.evaluate("location.pathname + location.search"))


def _until(page, condition, argument=None):
    """Wait for what the page itself can tell; Playwright's own way needs eval."""
    end = time.monotonic() + PATIENCE_S
    while not page.evaluate(condition, argument):
        assert time.monotonic() < end, f"{condition} of {argument!r} did not come true"
        page.wait_for_timeout(50)


def _order(folder, **orders):
    """Tell the running site to be otherwise."""
    (folder / "orders.json").write_text(json.dumps(orders))


def _heading(page):
    return page.get_by_role("heading", level=1)


def test_site_when_visited_then_can_be_installed(context, site):
    page = context.new_page()
    _visit(page, site)
    session = context.new_cdp_session(page)
    errors = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert {error["errorId"] for error in errors} <= {"in-incognito"}
    manifest = session.send("Page.getAppManifest")
    assert manifest["url"] == f"{site}/manifest.webmanifest"
    assert manifest["errors"] == []


def test_page_when_visited_once_and_the_network_is_cut_then_there_with_its_age(context, site):
    page = context.new_page()
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    _visit(page, f"{site}/users/7")
    paper = "getComputedStyle(document.querySelector('.brand')).fontFamily"
    looks, picks = page.evaluate(paper), page.locator("ol.picks > li").count()
    context.set_offline(True)
    page.reload()
    expect(_heading(page)).to_have_text("User 7")
    assert page.locator("ol.picks > li").count() == picks > 0
    assert page.evaluate(paper) == looks
    bar = page.locator(".offline-bar")
    expect(bar).to_have_text(
        re.compile(
            rf"^You are offline\. This page is as it was on {TODAY.pattern}; "
            rf"its data are of the release of {RELEASE_DAY}\.$"
        )
    )
    assert bar.get_attribute("role") == "status"
    context.set_offline(False)
    expect(bar).to_have_count(0)
    page.reload()
    expect(_heading(page)).to_have_text("User 7")
    expect(bar).to_have_count(0)
    assert complaints == []


def test_page_when_the_connection_breaks_while_it_is_read_then_it_says_so(context, site):
    page = context.new_page()
    _visit(page, f"{site}/movies/1")
    expect(page.locator(".offline-bar")).to_have_count(0)
    context.set_offline(True)
    expect(page.locator(".offline-bar")).to_contain_text("You are offline.")


def test_page_when_never_visited_then_the_offline_page_names_it_and_offers_what_is_there(
    context, site
):
    page = context.new_page()
    _visit(page, f"{site}/users/7")
    context.set_offline(True)
    page.goto(f"{site}/users/9")
    expect(_heading(page)).to_have_text("You are offline")
    expect(page.locator("[data-asked]")).to_have_text(
        "The page /users/9 is not kept on this device."
    )
    kept = page.locator("section[aria-labelledby=kept]")
    expect(kept.get_by_role("link")).to_have_text(["User 7"])
    expect(kept.locator("[data-room]")).to_have_text(
        re.compile(r"^0 kept lists, 1 visited page; \d+\.\d MB with the site’s own files\.$")
    )
    kept.get_by_role("link").click()
    expect(_heading(page)).to_have_text("User 7")
    context.set_offline(False)
    page.goto(f"{site}/users/9")
    expect(_heading(page)).to_have_text("User 9")


@pytest.mark.parametrize("path", ["/", "/mine", "/rate", "/you", "/rate?skip=12"])
def test_shell_when_never_visited_then_opens_offline(path, context, site):
    page = context.new_page()
    _visit(page, f"{site}/movies/4")
    online = context.new_page()
    online.goto(site + path)
    heading = _heading(online).inner_text()
    context.set_offline(True)
    page.goto(site + path)
    expect(_heading(page)).to_have_text(heading)


def test_search_when_offline_then_finds_titles_and_says_which_are_kept(context, site):
    page = context.new_page()
    _visit(page, f"{site}/movies/1")
    _until(page, IS_KEPT, "/offline/titles.json")
    context.set_offline(True)
    page.goto(f"{site}/search?q=ALIEN+1979")
    found = page.locator("[data-found] li")
    expect(found).to_have_count(1)
    expect(found).to_contain_text("kept on this device")
    field = page.locator("main").get_by_role("combobox")
    field.fill("amelie")
    field.press("Escape")
    field.press("Enter")
    expect(page.get_by_role("link", name="Amélie")).to_be_visible()
    expect(found).to_contain_text("needs a connection")
    expect(page.locator("[data-count]")).to_have_text("1 movie for “amelie”.")
    field.fill("Alien 4")
    field.press("Escape")
    field.press("Enter")
    expect(page.locator("[data-count]")).to_have_text("3 movies for “alien”.")


def test_rating_when_offline_then_a_list_is_made_on_the_device(context, site):
    page = context.new_page()
    _visit(page, f"{site}/rate")
    for name in DATA:
        _until(page, IS_KEPT, f"/offline/{name}")
    context.set_offline(True)
    page.reload()
    expect(page.locator(".offline-bar")).to_be_visible()
    for place, stars in enumerate((5, 1, 4, 2, 5)):
        ask = page.locator(".ask").nth(place)
        ask.get_by_role("radio", name=f"{stars} of 5 stars").press("Space")
    expect(page.locator("[data-pair] .ask")).to_have_count(2)
    page.get_by_role("button", name="See my list").click()
    expect(page).to_have_url(f"{site}/mine")
    expect(page.locator(".mine-status")).to_contain_text("from 5 ratings")
    expect(page.locator(".pick").first).to_be_visible()
    page.get_by_role("link", name="Well known").click()
    expect(page).to_have_url(f"{site}/mine?known=well")
    expect(page.locator(".turn [aria-current]")).to_have_text("Well known")
    expect(page.locator(".pick").first).to_be_visible()


def test_users_form_when_offline_then_leads_to_the_kept_list(context, site):
    page = context.new_page()
    _visit(page, f"{site}/users/7")
    context.set_offline(True)
    page.goto(f"{site}/users?id=7")
    expect(page).to_have_url(f"{site}/users/7")
    expect(_heading(page)).to_have_text("User 7")


def test_list_when_kept_then_its_movies_open_offline_and_can_be_removed(context, site):
    page = context.new_page()
    _visit(page, f"{site}/users/7")
    links = page.locator("main a[href^='/movies/']").evaluate_all(
        "links => [...new Set(links.map((link) => link.getAttribute('href')))]"
    )
    assert len(links) > 10
    keep = page.locator(".keep")
    keep.get_by_role("button", name="Keep my list offline").click()
    expect(keep).to_contain_text(re.compile(rf"^Kept on this device on {TODAY.pattern}\."))
    kept = page.evaluate(KEPT_PATHS, "kept-v1")
    assert {"/users/7", *links} <= set(kept)
    assert page.evaluate(KEPT_PATHS, "pages-v1") == []
    for name in DATA:
        assert page.evaluate(IS_KEPT, f"/offline/{name}")
    context.set_offline(True)
    page.goto(f"{site}/offline")
    listed = page.locator("[data-pages] li")
    expect(listed).to_have_text([re.compile(rf"^User 7Kept on .*, {len(kept) - 1} pages in all$")])
    for link in (links[0], links[-1], links[0].partition("?")[0]):
        page.goto(site + link)
        expect(_heading(page)).not_to_have_text("You are offline")
    page.goto(f"{site}/users/7")
    expect(keep).to_contain_text("Kept on this device")
    expect(keep.get_by_role("button")).to_have_text(["Remove"])
    keep.get_by_role("button", name="Remove").click()
    expect(keep.get_by_role("button")).to_have_text(["Keep my list offline"])
    assert page.evaluate(KEPT_PATHS, "kept-v1") == ["/offline/kept-lists"]


def test_list_when_kept_without_a_connection_then_says_that_it_could_not_be(context, site):
    page = context.new_page()
    _visit(page, f"{site}/users/7")
    context.set_offline(True)
    keep = page.locator(".keep")
    keep.get_by_role("button").click()
    expect(keep).to_contain_text("It could not be kept: there is no connection")
    assert page.evaluate(KEPT_PATHS, "kept-v1") == ["/offline/kept-lists"]


def test_lists_when_five_are_kept_then_a_sixth_is_refused(context, site):
    page = context.new_page()
    for user_id in USER_IDS[:6]:
        page.goto(f"{site}/users/{user_id}")
        keep = page.locator(".keep")
        keep.get_by_role("button").click()
        refused = "Five lists are kept already" if user_id == USER_IDS[5] else "Kept on this device"
        expect(keep).to_contain_text(refused)
    index = page.evaluate("async () => (await caches.match('/offline/kept-lists')).json()")
    assert [entry["list"] for entry in index] == [f"/users/{user_id}" for user_id in USER_IDS[:5]]


def test_device_when_many_pages_are_visited_then_the_oldest_go(context, site):
    page = context.new_page()
    paths = [
        f"/movies/{movie_id}?user={user_id}"
        for user_id in (7, 9, 42)
        for movie_id in range(1, len(FILMS))
    ][: MOST_PAGES + 8]
    for path in paths:
        _visit(page, site + path)
    _visit(page, site + paths[10])
    assert page.evaluate(KEPT_PATHS, "pages-v1") == [*paths[8:10], *paths[11:], paths[10]]


def test_device_when_everything_is_removed_then_nothing_visited_is_left(context, site):
    page = context.new_page()
    _visit(page, f"{site}/users/7")
    page.goto(f"{site}/offline")
    expect(_heading(page)).to_have_text("Kept on this device")
    page.get_by_role("button", name="Remove all of it").click()
    expect(page.locator("[data-room]")).to_contain_text("0 kept lists, 0 visited pages")
    assert page.evaluate(KEPT_PATHS, "pages-v1") == []


def test_device_when_other_addresses_are_visited_then_they_are_not_kept(context, site):
    page = context.new_page()
    _visit(page, f"{site}/users/7")
    for path in ("/search?q=a", "/users/7.json", "/healthz", "/users/99", "/users?id=9"):
        page.goto(site + path)
    page.goto(f"{site}/report")
    _until(page, IS_KEPT, "/report")
    assert page.evaluate(KEPT_PATHS, "pages-v1") == ["/users/7", "/users/9", "/report"]
    figures = page.evaluate(KEPT_PATHS, "figures-v1")
    assert all(path.startswith("/figures/") for path in figures)
    names = page.evaluate("caches.keys()")
    assert {name.partition("-")[0] for name in names} == {
        "shell",
        "data",
        "pages",
        "kept",
        "figures",
    }


def test_site_when_its_server_is_gone_then_what_was_visited_is_there(context, own_site):
    page = context.new_page()
    _visit(page, f"{own_site.url}/users/7")
    own_site.stop()
    page.reload()
    expect(_heading(page)).to_have_text("User 7")
    expect(page.locator(".offline-bar")).to_contain_text("The site does not answer.")
    page.goto(f"{own_site.url}/report")
    expect(_heading(page)).to_have_text("The site does not answer")
    expect(page).to_have_title("The site does not answer · Movie recommendations")
    expect(page.locator("[data-asked]")).to_contain_text("/report")
    page.evaluate("""() => {
        const form = Object.assign(document.createElement("form"), { method: "post" });
        form.action = "/rate";
        document.body.append(form);
        form.submit();
    }""")
    expect(page).to_have_url(f"{own_site.url}/mine")


@pytest.mark.parametrize("orders", [{"delay_s": 8.0}, {"away": True}])
def test_site_when_it_is_slow_or_away_then_what_was_visited_is_shown(
    orders, context, folder, own_site
):
    page = context.new_page()
    _visit(page, f"{own_site.url}/users/7")
    _order(folder, **orders)
    start = time.monotonic()
    page.reload()
    assert time.monotonic() - start < 7
    expect(_heading(page)).to_have_text("User 7")
    expect(page.locator(".offline-bar")).to_contain_text("The site does not answer.")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_offline_page_and_bars_when_shown_then_accessible_and_narrow(
    theme, browser, folder, own_site, screenshots
):
    context = browser.new_context(
        viewport={"width": 320, "height": 720},
        color_scheme=theme,
        reduced_motion="reduce",
        bypass_csp=True,  # axe is injected as a script
    )
    page = context.new_page()
    _visit(page, f"{own_site.url}/users/7")
    page.locator(".keep").get_by_role("button").click()
    expect(page.locator(".keep").get_by_role("button")).to_have_text(["Remove"])
    _order(folder, version="the-next")
    page.reload()
    expect(page.locator(".update-bar")).to_be_visible()
    context.set_offline(True)
    expect(page.locator(".offline-bar")).to_be_visible()
    for name, path in (("offline-bars", "/users/7"), ("offline", "/search?q=e")):
        page.goto(own_site.url + path)
        expect(page.locator(".offline-bar, [data-found] li").first).to_be_visible()
        expect(page.locator(".update-bar")).to_be_visible()
        page.screenshot(path=screenshots / f"{name}-phone-{theme}.png")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        for button in page.locator(".keep button, .update-bar button, [data-forget]").all():
            assert button.bounding_box()["height"] >= 44
    context.close()


def test_site_when_its_code_changes_then_offers_a_reload_and_leaves_nothing_old(
    context, folder, own_site
):
    page = context.new_page()
    _visit(page, f"{own_site.url}/users/7")
    before = page.evaluate("caches.keys()")
    _order(folder, version="the-next")
    page.reload()
    bar = page.locator(".update-bar")
    expect(bar).to_contain_text("A new version of this site is ready.")
    assert "shell-the-next" not in before
    assert set(before) <= set(page.evaluate("caches.keys()"))
    with page.expect_navigation():
        bar.get_by_role("button", name="Reload").click()
    expect(_heading(page)).to_have_text("User 7")
    expect(bar).to_have_count(0)
    names = page.evaluate("caches.keys()")
    assert [name for name in names if name.startswith("shell-")] == ["shell-the-next"]
    assert page.evaluate(IS_KEPT, "/users/7")


def test_site_when_its_code_changes_and_nobody_looks_then_the_next_visit_has_it(
    context, folder, own_site
):
    page = context.new_page()
    _visit(page, own_site.url)
    (before,) = [name for name in page.evaluate("caches.keys()") if name.startswith("shell-")]
    _order(folder, version="the-next")
    page.reload()
    expect(page.locator(".update-bar")).to_be_visible()
    page.close()
    page = context.new_page()
    _visit(page, own_site.url)
    expect(page.locator(".update-bar")).to_have_count(0)
    _until(page, "async () => (await caches.keys()).includes('shell-the-next')")
    _until(page, f"async () => !(await caches.keys()).includes('{before}')")


def test_release_when_it_changes_then_data_and_shell_follow_and_old_pages_stay(
    context, folder, own_site
):
    page = context.new_page()
    _visit(page, f"{own_site.url}/users/7")
    _until(page, IS_KEPT, "/offline/titles.json")
    old = page.evaluate(KEPT_RELEASE, "/users/7")
    new = publish_sample(folder, OTHER_RELEASE).release_id
    assert new != old
    while new.encode() not in fetch(f"{own_site.url}/healthz")[1]:
        time.sleep(0.05)
    _visit(page, f"{own_site.url}/movies/1")
    for path in ("/movies/1", "/mine", "/rate", "/offline/titles.json"):
        _until(page, IS_KEPT_OF, [path, new])
    assert page.evaluate(KEPT_RELEASE, "/users/7") == old
    context.set_offline(True)
    page.goto(f"{own_site.url}/users/7")
    expect(page.locator(".offline-bar")).to_contain_text(f"of the release of {RELEASE_DAY}")
    context.set_offline(False)
    page.reload()
    _until(page, IS_KEPT_OF, ["/users/7", new])


def test_bar_when_it_names_a_day_then_as_the_site_writes_days(context, site):
    page = context.new_page()
    _visit(page, site)
    context.set_offline(True)
    shown = TODAY.search(page.locator(".offline-bar").inner_text())[0]
    day, month, year = shown.split()
    today = date.today()
    assert (int(day), month, int(year)) == (today.day, today.strftime("%b"), today.year)


def test_site_when_offline_in_german_then_pages_and_what_stands_in_for_them_are_german(
    context, own_site
):
    page = context.new_page()
    _visit(page, f"{own_site.url}/de/")
    for path in ("/de/rate", "/de/mine", "/de/offline"):
        _until(page, IS_KEPT, path)
    own_site.stop()
    for path in ("/de/rate?skip=12", "/de/mine", "/de/users/999"):
        page.goto(own_site.url + path)
        assert page.locator("html").get_attribute("lang") == "de"
    expect(page.locator("[data-asked]")).to_contain_text("/de/users/999")
    page.get_by_role("link", name="Filmempfehlungen").click()
    expect(page).to_have_url(f"{own_site.url}/de/")
