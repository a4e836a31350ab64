"""What visitors come for, done in a real browser: each journey from its first page to its end."""

import csv
import io
import re
from itertools import combinations

import pytest
from playwright.sync_api import expect

from tests.browser.watched import brush, watched_page

PHONE = {"width": 390, "height": 844}
# The rows of a list as they are shown, less the accounts, to the hundredth where a device knows
# factors in 16 bits, and buttons.
ROWS = """() => [...document.querySelectorAll(".pick")].map((shown) => {
  const row = shown.cloneNode(true);
  row.querySelectorAll("details, .marks, .told-you").forEach((part) => part.remove());
  return row.outerHTML.replaceAll(/\\s*\\n\\s*/g, "\\n");
})"""


@pytest.fixture
def page(site, browser):
    """A new visitor's page, whose scripts may not fail."""
    with watched_page(browser, base_url=site) as page:
        yield page


def give(page, stars):
    """Rate the first movies that the page asks about."""
    asks = page.locator(".ask")
    for place, star in enumerate(stars):
        asks.nth(place).get_by_title(str(star), exact=True).click()


def link_of(page):
    """The address where the site makes a list of the stars on a page."""
    stars = page.locator(".give input:checked").evaluate_all(
        "(all) => all.map(({ name, value }) => [name, value])"
    )
    return page.request.post("/rate", form=dict(stars)).url


def open_list(page, path="/users/7"):
    """Open a list, and wait until its scripts have begun."""
    page.goto(path)
    page.locator(".tools.live").wait_for()
    page.locator(".chart svg[role=application]").wait_for()
    page.locator(".marks").last.wait_for()


def titles(page):
    """The titles of a list, in its order."""
    return page.locator(".pick h3 a").all_inner_texts()


def test_find_a_user_then_why_this_movie_then_its_page_then_a_similar_one(page):
    page.goto("/")
    page.get_by_label("Viewer number").fill("7")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("User 7")
    pick = page.locator(".pick").nth(1)  # nobody rated the first, so nothing is like it
    expect(pick.locator(".why")).to_contain_text("Because they liked")
    pick.get_by_role("button", name=re.compile("^The full account")).click()
    account = pick.locator("table.account")
    expect(account).to_be_visible()
    rows = [float(text.replace("−", "-")) for text in account.locator("td.num").all_inner_texts()]
    assert sum(rows[:-1]) == pytest.approx(rows[-1], abs=0.001)
    title = pick.locator("h3 a").inner_text()
    pick.get_by_role("heading").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page.locator(".for-user")).to_contain_text("predicted")
    page.locator("section[aria-labelledby=similar] a").first.click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text(title)
    expect(page.locator(".for-user")).to_contain_text("User 7")


def test_filter_by_brush_then_the_list_and_the_address_say_it_and_back_undoes_it(page):
    open_list(page)
    everything = titles(page)
    brush(page)
    expect(page).to_have_url(re.compile("score_to=.*mean_from="))
    expect(page.get_by_text("pass the filter")).to_be_visible()
    some = titles(page)
    assert 0 < len(some) < len(everything)
    chips = page.locator(".chips a")
    assert [
        re.sub(r"\s+", " ", re.sub(r"[\d.]+", "#", text)) for text in chips.all_inner_texts()
    ] == [
        "Undo the filter: Predicted #–# ×",
        "Undo the filter: Everyone #–# ×",
    ]
    ranks = [int(text.split()[-1]) for text in page.locator(".pick .rank").all_inner_texts()]
    assert ranks == sorted(ranks)
    n_points = page.locator(".points circle").count()
    assert page.locator("circle.out").count() == n_points - len(some)
    page.reload()
    assert titles(page) == some
    page.locator(".tools.live").wait_for()
    page.locator(".chips a").first.click()
    expect(page.locator(".chips a")).to_have_count(1)
    assert "score_to" not in page.url
    page.locator(".chips a").first.click()
    expect(page.locator(".pick h3")).to_have_count(len(everything))
    assert titles(page) == everything
    page.go_back()
    page.go_back()
    assert "score_to" in page.url
    page.go_back()
    expect(page.locator(".pick h3")).to_have_count(len(everything))
    assert titles(page) == everything


def test_list_when_two_are_asked_for_at_once_then_the_later_one_is_shown(page):
    open_list(page)
    first = titles(page)
    page.get_by_label("Sort by").select_option("title")
    expect(page).to_have_url(re.compile("sort=title"))
    page.get_by_label("Sort by").select_option("old")
    expect(page).to_have_url(re.compile("sort=old"))
    page.evaluate("history.back(); setTimeout(() => history.back(), 1)")
    expect(page.locator(".pick h3 a")).to_have_text(first)


def test_sort_without_a_button_then_the_list_the_address_and_the_file_agree(page):
    open_list(page)
    page.get_by_label("Sort by").select_option("title")
    expect(page).to_have_url(re.compile(r"\?sort=title$"))
    shown = titles(page)
    assert shown == sorted(shown, key=str.casefold)
    address = page.get_by_role("link", name="The list as CSV").get_attribute("href")
    rows = csv.DictReader(io.StringIO(page.request.get(address).text()))
    assert [row["title"] for row in rows][: len(shown)] == shown


def test_chart_when_walked_by_keyboard_then_reads_out_and_enter_opens(page):
    open_list(page)
    chart = page.locator(".chart svg")
    chart.focus()
    page.keyboard.press("Home")
    readout = page.locator(".readout")
    first = readout.inner_text()
    assert "predicted" in first
    page.keyboard.press("ArrowRight")
    expect(readout).not_to_have_text(first)
    title = readout.inner_text().split(" (")[0].split(":")[0]
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def test_chart_when_touched_then_reads_out_and_a_second_touch_opens(site, browser):
    context = browser.new_context(base_url=site, has_touch=True, viewport=PHONE)
    page = context.new_page()
    open_list(page)
    expect(page.locator(".readout")).to_have_text(re.compile("^Tap a movie"))
    point = page.locator(".points circle").first
    point.scroll_into_view_if_needed()
    text = point.get_attribute("data-text")
    page.touchscreen.tap(*_middle(point))
    expect(page.locator(".readout")).to_have_text(f"{text} Open")
    page.touchscreen.tap(*_middle(page.locator("circle.at")))
    expect(page).to_have_url(re.compile("/movies/"))
    context.close()


def test_chart_when_pointed_at_then_what_is_said_is_beside_it_with_a_link(page):
    open_list(page)
    readout = page.locator(".readout")
    expect(readout).to_have_text(re.compile("^Point at a movie"))
    point = page.locator(".points circle").first
    point.scroll_into_view_if_needed()
    href = point.get_attribute("data-href")
    page.mouse.move(*_middle(point))
    expect(readout).to_contain_text("everyone")
    box, (x, y) = readout.bounding_box(), _middle(page.locator("circle.at"))
    assert box["x"] <= x <= box["x"] + box["width"]
    assert min(abs(box["y"] - y), abs(box["y"] + box["height"] - y)) < 40
    readout.get_by_role("link", name="Open").click()
    expect(page).to_have_url(re.compile(re.escape(href) + "$"))


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_chart_when_drawn_then_no_text_covers_another_and_none_is_cut(page, width):
    page.set_viewport_size({"width": width, "height": 800})
    open_list(page)
    boxes = page.eval_on_selector_all(
        ".axes text, .names text",
        "all => all.map(each => [each.textContent, each.getBoundingClientRect().toJSON()])",
    )
    assert len(boxes) > 10
    for text, box in boxes:
        assert box["left"] >= 0, text
        assert box["right"] <= width, text
    for (one, a), (other, b) in combinations(boxes, 2):
        apart = a["right"] <= b["left"] or b["right"] <= a["left"]
        assert apart or a["bottom"] <= b["top"] or b["bottom"] <= a["top"], (one, other)


def _middle(locator):
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_rate_a_few_then_a_list_with_reasons_then_its_link_in_a_second_browser(page, browser, site):
    page.goto("/")
    page.get_by_role("link", name="Rate a few movies, get your list").click()
    asked = page.locator(".ask legend").all_inner_texts()
    expect(page.locator(".ask .num").filter(has_text=re.compile(r"\d\.\d"))).to_have_count(0)
    give(page, [5, 4, 1, 2, 5])
    expect(page.locator(".rate-status")).to_contain_text("5 rated")
    link = link_of(page)
    page.get_by_role("button", name="See my list").click()
    expect(page).to_have_url(re.compile("/mine$"))
    expect(page.locator(".pick").nth(5)).to_be_visible()
    mine = titles(page)
    assert not {title.split("\xa0")[0] for title in asked[:5]} & set(mine)
    expect(page.locator(".pick .why", has_text="Because you liked").first).to_be_visible()
    other = browser.new_context(base_url=site).new_page()
    other.goto(link)
    assert titles(other) == mine[:10]
    other.context.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_turn_a_list_then_the_same_movies_in_another_order_sorted_as_before_and_back(
    scripts, site, browser
):
    context = browser.new_context(base_url=site, java_script_enabled=scripts)
    page = context.new_page()
    if scripts:
        open_list(page, "/users/7?sort=title")
    else:
        page.goto("/users/7?sort=title")
    control = page.get_by_role("navigation", name="Well known or less known first")
    expect(control.locator("[aria-current]")).to_have_text("As listed")
    by_title = titles(page)
    control.get_by_role("link", name="Less known").press("Enter")
    expect(page).to_have_url(f"{site}/users/7?known=less&sort=title")
    expect(control.locator("[aria-current]")).to_have_text("Less known")
    assert titles(page) == by_title
    page.get_by_label("Sort by").select_option("best")
    if not scripts:
        page.get_by_role("button", name="Apply").click()
    expect(page.locator("h2 + p").first).to_contain_text("Less known ones are moved up.")
    less = titles(page)
    control.get_by_role("link", name="As listed").click()
    expect(control.locator("[aria-current]")).to_have_text("As listed")
    assert titles(page) != less
    page.go_back()
    expect(control.locator("[aria-current]")).to_have_text("Less known")
    assert titles(page) == less
    context.close()


def test_rate_a_few_then_the_browser_makes_the_list_of_the_server_row_by_row(page):
    page.goto("/rate")
    give(page, [5, 4, 1, 2, 5, 3])
    address = link_of(page)
    page.goto(address)
    server = page.evaluate(ROWS)
    while (following := page.get_by_role("link", name="Next →")).count():
        page.goto(following.get_attribute("href"))
        server += page.evaluate(ROWS)
    assert len(server) > 10
    page.goto("/mine?per_page=100")
    expect(page.locator(".pick")).to_have_count(len(server))
    assert page.evaluate(ROWS) == server
    page.get_by_role("link", name="Less known").click()
    expect(page.get_by_role("link", name="Less known")).to_have_attribute("aria-current", "true")
    expect(page.locator(".order-told")).to_contain_text("Less known ones are moved up.")
    expect(page.locator(".pick")).to_have_count(len(server))
    turned = page.evaluate(ROWS)
    page.goto(f"{address}?known=less")
    assert turned != server
    assert page.evaluate(ROWS) == turned[:10]


def test_rate_without_scripts_then_the_same(site, browser):
    context = browser.new_context(base_url=site, java_script_enabled=False)
    page = context.new_page()
    page.goto("/rate")
    give(page, [5, 4])
    page.get_by_role("button", name="More movies").click()
    give(page, [2])
    page.get_by_role("button", name="See my list").click()
    expect(page.locator("aside .own li")).to_have_count(3)
    page.get_by_label("Sort by").select_option("title")
    page.get_by_text("Filter", exact=True).click()
    page.get_by_label("From year").fill("1950")
    page.get_by_role("button", name="Apply").click()
    shown = titles(page)
    assert shown == sorted(shown, key=str.casefold)
    context.close()


def test_pages_without_scripts_then_the_back_button_keeps_the_place(site, browser):
    context = browser.new_context(base_url=site, java_script_enabled=False)
    page = context.new_page()
    page.goto("/users/7?sort=title")
    first = titles(page)
    page.get_by_role("link", name="Next →").click()
    rest = titles(page)
    assert rest
    assert not set(first) & set(rest)
    assert first + rest == sorted(first + rest, key=str.casefold)
    page.go_back()
    assert titles(page) == first
    context.close()


def test_theme_when_switched_then_it_stays_switched(page):
    page.emulate_media(color_scheme="light")
    page.goto("/users/7")
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    page.get_by_role("button", name="Use the dark theme").click()
    dark = page.evaluate(paper)
    assert dark != light
    page.goto("/movies/1")
    assert page.evaluate(paper) == dark
    page.get_by_role("button", name="Use the light theme").click()
    assert page.evaluate(paper) == light


def test_keyboard_only_from_home_to_a_movie_of_a_visitors_list(page):
    page.goto("/rate")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type") == "radio":
            break
    page.keyboard.press("ArrowUp")
    expect(page.locator(".give input:checked")).to_have_count(1)
    page.get_by_role("button", name="See my list").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/mine$"))
    page.locator(".marks").last.wait_for()
    shown = titles(page)
    page.locator(".pick h3 a").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.textContent") == shown[2]
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(shown[1])


def test_phone_from_home_to_a_list_then_nothing_is_too_small_to_touch(site, browser):
    context = browser.new_context(base_url=site, viewport=PHONE, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto("/")
    page.get_by_role("link", name="Rate a few movies, get your list").tap()
    page.locator(".ask").first.get_by_title("4").tap()
    page.get_by_role("button", name="See my list").tap()
    expect(page.locator(".pick").first).to_be_visible()
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, select, input:not([type=hidden]), summary")]
        .map((each) => [each.textContent, each.getBoundingClientRect()])
        .filter(([, box]) => box.height > 0 && box.height < 44).map(([text]) => text)"""
    )
    assert small == []
    context.close()


def test_link_when_copied_then_the_clipboard_holds_the_address(site, browser):
    context = browser.new_context(base_url=site, permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto("/users/7?sort=title")
    page.get_by_role("button", name="Copy the link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == f"{site}/users/7?sort=title"
    context.close()
