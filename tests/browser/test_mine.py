"""The list made in the browser: arranged as the site arranges its own, left to those not seen."""

import base64
import csv
import io
import json
import re
import time
import zlib

import pytest
from playwright.sync_api import expect

from tests.app.sample import FILMS, publish_sample
from tests.browser.watched import brush, watched_page
from tests.servers import fetch

STARS = {1: 5, 2: 4, 4: 1, 9: 5, 21: 4, 22: 3}
OTHER_RELEASE = "2026-10-03T08:30:00Z"
KEEP = """(films) => {
  localStorage.setItem("films", JSON.stringify(films));
  dispatchEvent(new Event("films"));
}"""


def films(**marks):
    """What a device keeps of the films rated, and of those that have a mark."""
    set_key = "ababab"
    rated = [
        {"ids": {set_key: movie_id}, "rating": stars, "scale": [1, 5, 1]}
        for movie_id, stars in STARS.items()
    ]
    marked = [
        {"ids": {set_key: movie_id}, "mark": kind}
        for kind, ids in marks.items()
        for movie_id in ids
    ]
    return [
        {"title": FILMS[each["ids"][set_key] - 1][0], "year": 1, "at": "2026-10-01", **each}
        for each in (*rated, *marked)
    ]


@pytest.fixture
def page(site, browser):
    """A page of a visitor who rated six movies; its scripts may not fail."""
    with watched_page(browser, base_url=site) as page:
        page.goto("/how")
        page.evaluate(KEEP, films())
        yield page


def open_mine(page, query=""):
    """Open the list, and wait until it is made."""
    page.goto(f"/mine{query}")
    expect(page.locator(".mine-status")).to_have_text(
        "Made in your browser from 6 ratings; nothing was sent."
    )
    page.locator(".tools.live").wait_for()


def shown(page):
    """The ranks and titles of a list."""
    return page.locator(".pick").evaluate_all(
        "rows => rows.map((row) => [row.querySelector('.rank').innerText, row.dataset.title])"
    )


@pytest.fixture
def server(page):
    """Give what the site's own list of the same ratings shows at a query: rows, and pages."""
    form = {f"movie-{movie_id}": str(stars) for movie_id, stars in STARS.items()}
    address = page.request.post("/rate", form=form).url

    def of(query):
        page.goto(f"{address}{query}")
        page.locator(".tools.live").wait_for()
        return shown(page)

    return of


QUERIES = (
    "",
    "?page=2",
    "?sort=title",
    "?sort=old&page=2",
    "?sort=gap&known=less",
    "?mean_from=3&mean_to=4&sort=mean",
    "?genre=Comedy",
    "?from=1960&to=1985&sort=new",
    "?votes=200&sort=few",
    "?known=well&genre=Drama&score_from=3",
    "?per_page=25&sort=score",
)


@pytest.mark.parametrize("query", QUERIES)
def test_mine_when_an_address_asks_for_it_then_arranged_as_the_sites_own(query, page, server):
    expected = server(query)
    open_mine(page, query)
    assert shown(page) == expected


CHART = """chart => [...chart.querySelectorAll("*")].map((each) => [
  each.tagName,
  ...[...each.attributes].map(({ name, value }) =>
    `${name}=${value.replace(/^[^ ]*[?]/, "?").replace(/#[^#]{40,}$/, "")}`),
  each.children.length ? "" : each.textContent,
])"""


@pytest.mark.parametrize("query", ["", "?sort=title&mean_from=3.0&score_to=4.5"])
def test_mine_when_it_has_a_list_then_with_the_chart_of_the_sites_own(query, page, server):
    server(query)
    expected = page.locator(".chart").evaluate(CHART)
    token = page.url.partition("/list/")[2].partition("?")[0]
    assert len(expected) > 50
    open_mine(page, query)
    assert page.locator(".chart").evaluate(CHART) == expected
    page.goto("/how")
    page.goto(f"/list{query}#{token}")
    page.locator(".tools.live").wait_for()
    assert page.locator(".chart").evaluate(CHART) == expected


def test_mine_when_its_chart_is_brushed_then_filtered_with_chips_that_undo_it(page):
    open_mine(page)
    first = shown(page)
    chart = page.locator(".chart svg")
    chart.focus()
    page.keyboard.press("Home")
    expect(page.locator(".readout")).to_contain_text("predicted")
    brush(page)
    expect(page).to_have_url(re.compile("/mine.*score_to=.*mean_from="))
    expect(page.locator(".order-told")).to_contain_text("the filter")
    assert page.locator("circle.out").count() > 0
    for name in ("Predicted", "Everyone"):
        page.locator(".chips a").filter(has_text=name).click()
    expect(page).to_have_url(re.compile("/mine$"))
    assert shown(page) == first


def test_mine_when_sorted_filtered_and_paged_then_the_address_says_it_and_back_undoes_it(page):
    open_mine(page)
    first = shown(page)
    page.get_by_label("Sort by").select_option("title")
    expect(page).to_have_url(re.compile(r"/mine\?sort=title$"))
    expect(page.locator(".order-told")).to_have_text("Sorted by: Title.")
    by_title = shown(page)
    page.get_by_role("link", name="Next →").click()
    expect(page).to_have_url(re.compile(r"\?sort=title&page=2$"))
    rest = shown(page)
    assert [title.casefold() for _, title in by_title + rest] == sorted(
        title.casefold() for _, title in by_title + rest
    )
    expect(page.locator("h2#picks")).to_be_focused()
    page.get_by_text("Filter", exact=True).click()
    page.get_by_label("Genre").select_option("Documentary")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(".order-told")).to_contain_text("1 movie passes the filter.")
    assert [title for _, title in shown(page)] == ["Man on Wire"]
    page.get_by_role("link", name="Show the whole list").click()
    assert shown(page) == first
    for expected in (["Man on Wire"], [title for _, title in rest]):
        page.go_back()
        expect(page.locator(".pick h3 a")).to_have_text(expected)
    page.reload()
    expect(page.locator(".pick h3 a")).to_have_text([title for _, title in rest])


def test_mine_when_a_movie_is_put_aside_or_seen_then_the_next_moves_up_until_it_is_taken_back(page):
    open_mine(page)
    before = [title for _, title in shown(page)]
    ids = [page.locator(".pick").nth(n).get_attribute("data-movie") for n in (0, 3)]
    page.evaluate(KEEP, films(hidden=[int(ids[0])], seen=[int(ids[1])]))
    gone = {before[0], before[3]}
    kept = [title for _, title in shown(page)]
    assert len(kept) == 10
    assert not gone & set(kept)
    assert [title for title in before if title not in gone] == kept[:8]
    page.reload()
    expect(page.locator(".pick h3 a")).to_have_text(kept)
    page.evaluate(KEEP, films())
    expect(page.locator(".pick h3 a")).to_have_text(before)


def test_mine_when_a_row_is_opened_then_what_each_rating_adds_sums_to_its_stars(page):
    open_mine(page)
    row = page.locator(".pick").first
    row.get_by_role("button", name=re.compile("^The full account")).click()
    cells = row.locator("table.account td.num").all_inner_texts()
    numbers = [float(text.replace("−", "-")) for text in cells]
    assert sum(numbers[:-1]) == pytest.approx(numbers[-1], abs=0.001)
    expect(row.locator(".why a").first).to_have_attribute("href", re.compile("^/movies/"))
    expect(page.locator(".mine-own li")).to_have_count(len(STARS))


def test_mine_when_nothing_is_rated_then_says_so_and_makes_a_list_when_something_is(site, browser):
    context = browser.new_context(base_url=site)
    page = context.new_page()
    page.goto("/mine")
    expect(page.locator(".mine-status")).to_contain_text("No movie is rated on this device yet.")
    expect(page.get_by_role("heading", name="Movies you have not rated")).to_have_count(0)
    page.evaluate(KEEP, films())
    expect(page.locator(".pick")).to_have_count(10)
    context.close()


def test_mine_when_taken_away_then_the_files_hold_what_is_chosen(page):
    open_mine(page, "?genre=Comedy")
    with page.expect_download() as download:
        page.get_by_role("button", name="The list as CSV").click()
    rows = list(csv.DictReader(io.StringIO(_read(download.value))))
    assert [row["title"] for row in rows] == [title for _, title in shown(page)]
    with page.expect_download() as download:
        page.get_by_role("button", name="as JSON").click()
    picks = json.loads(_read(download.value))
    assert [pick["movie"]["title"] for pick in picks] == [row["title"] for row in rows]


def test_mine_when_the_release_changes_under_it_then_it_is_made_anew(folder, own_site, context):
    page = context.new_page()
    page.goto(f"{own_site.url}/how")
    page.evaluate(KEEP, films())
    page.goto(f"{own_site.url}/mine")
    page.locator(".tools.live").wait_for()
    new = publish_sample(folder, OTHER_RELEASE).release_id
    while new.encode() not in fetch(f"{own_site.url}/healthz")[1]:
        time.sleep(0.05)
    page.get_by_label("Sort by").select_option("title")
    expect(page.locator("body")).to_have_attribute("data-release", new)
    expect(page).to_have_url(re.compile(r"\?sort=title$"))
    expect(page.locator(".mine-status")).to_contain_text("from 6 ratings")
    expect(page.locator(".pick")).to_have_count(10)


def test_list_when_its_ratings_stand_behind_the_hash_then_made_in_the_browser_and_not_of_its_own(
    page, server
):
    expected = server("")
    rows = [
        [movie_id, stars, FILMS[movie_id - 1][0][:24], FILMS[movie_id - 1][1]]
        for movie_id, stars in STARS.items()
    ]
    rows.append([None, 5, "Nobody Made This", 1999])
    text = json.dumps(["ababab", [1, 5, 1], rows]).encode()
    token = base64.urlsafe_b64encode(zlib.compress(text)).decode().rstrip("=")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate(KEEP, [])
    page.goto(f"/list#{token}")
    status = page.locator(".mine-status")
    expect(status).to_contain_text("from the 6 ratings in the address, which no server gets.")
    expect(status).to_contain_text("1 film is not in this data: Nobody Made This.")
    assert shown(page) == expected
    page.get_by_role("link", name="Next →").click()
    expect(page).to_have_url(re.compile(rf"/list\?page=2#{token}$"))
    page.reload()
    expect(page.locator("nav.pages")).to_contain_text("Page 2 of")
    assert not [url for url in asked if token[:20] in url.partition("#")[0]]
    assert page.evaluate("localStorage.films") == "[]"
    page.goto("/list#cut-off")
    page.reload()
    expect(status).to_contain_text("The link is cut off or changed")


def test_mine_when_its_link_is_copied_then_it_leads_to_the_same_list(site, browser):
    context = browser.new_context(base_url=site, permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto("/how")
    page.evaluate(KEEP, films())
    open_mine(page)
    expected = shown(page)
    page.get_by_role("button", name="Copy a link to it").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    page.goto(page.evaluate("navigator.clipboard.readText()"))
    expect(page).to_have_url(re.compile("/list/"))
    assert shown(page) == expected
    context.close()


def _read(download):
    with open(download.path(), encoding="utf-8") as file:
        return file.read()
