"""Rating: from the keyboard, on one page, with a bar in sight; and without scripts as before."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.watched import watched_page

PHONE = {"width": 390, "height": 844}
BOX = "Add a movie that you know"


@pytest.fixture
def page(site, browser):
    """A new visitor who rates, whose page is never left and whose scripts may not fail."""
    with watched_page(browser, base_url=site, service_workers="block") as page:
        page.goto("/rate")
        page.get_by_role("combobox", name=BOX).wait_for()
        page.left = []
        page.on("framenavigated", lambda frame: page.left.append(frame.url))
        yield page


def add(page, query):
    """Type a title and take the movie that is found first."""
    page.get_by_role("combobox", name=BOX).fill(query)
    expect(page.locator("[role=option][aria-selected=true]")).to_have_count(1)
    page.keyboard.press("Enter")


def group(page, name):
    """The stars of a movie."""
    return page.get_by_role("group", name=re.compile(rf"^{re.escape(name)}( \d{{4}})?$"))


def star(page, name, stars):
    """Give a movie stars by a tap."""
    group(page, name).get_by_title(str(stars), exact=True).click()


def status(page):
    return page.locator(".rate-status")


def own(page):
    """The titles of the rows that were brought, newest first."""
    return page.locator("[data-own] legend")


def asked(page):
    return page.locator("section[aria-labelledby=asked] legend")


def names(locator):
    """Titles without their years."""
    return [re.sub(r"\s+\d{4}$", "", text) for text in locator.all_inner_texts()]


def test_three_titles_when_typed_then_three_rows_rated_by_keyboard_on_one_page(page):
    for place, query in enumerate(("stlaker", "playtime", "totoro"), start=1):
        page.keyboard.press("/") if place == 1 else None
        page.keyboard.type(query)
        expect(page.get_by_role("option", selected=True)).to_have_count(1)
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.type") == "radio"
        page.keyboard.press("ArrowLeft")  # from the first round to the last
        expect(status(page)).to_contain_text(f"{place} rated")
        page.keyboard.press("Enter")
        expect(page.get_by_role("combobox", name=BOX)).to_be_focused()
        expect(page.get_by_role("combobox", name=BOX)).to_have_value("")
    assert names(own(page)) == ["My Neighbour Totoro", "Playtime", "Stalker"]
    for name in names(own(page)):
        expect(group(page, name).get_by_role("radio", name="5 of 5 stars")).to_be_checked()
    assert page.left == []
    page.reload()
    expect(own(page)).to_have_count(3)
    assert names(own(page)) == ["My Neighbour Totoro", "Playtime", "Stalker"]
    page.get_by_role("link", name="All that you rated").click()
    expect(page.locator("[data-kept=rated] li")).to_have_count(3)


def test_title_when_entered_before_suggestions_come_then_the_first_found_is_added(page):
    box = page.get_by_role("combobox", name=BOX)
    box.fill("brazil")
    box.press("Enter")
    expect(group(page, "Brazil").get_by_role("radio").first).to_be_focused()
    expect(page.get_by_role("option")).to_have_count(0)
    box.fill("qqqqqqqq")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("No movie for “qqqqqqqq”")).to_be_visible()
    assert page.left == []


def test_user_id_when_typed_then_no_user_is_added(page):
    page.get_by_role("combobox", name=BOX).fill("1488844")
    expect(page.get_by_text("No movie for “1488844”")).to_be_visible()


def test_movie_when_it_is_asked_about_already_then_its_stars_have_the_focus(page):
    name = names(asked(page))[3]
    add(page, name)
    expect(group(page, name)).to_have_count(1)
    expect(group(page, name).get_by_role("radio", name="not seen")).to_be_focused()
    expect(own(page)).to_have_count(0)


def test_bar_when_rating_then_in_sight_and_says_how_many_and_how_many_more(page):
    page.set_viewport_size(PHONE)
    bar = page.locator(".rate-bar")
    expect(bar).to_be_in_viewport(ratio=1)
    expect(status(page)).to_have_attribute("role", "status")
    titles = names(asked(page))
    said = {
        1: "1 rated. Rate 4 more to get a useful list.",
        5: "5 rated. Rate 5 more to get a good list.",
        10: "10 rated. Each more makes the list a little better.",
    }
    for n, title in enumerate(titles[:10], start=1):
        star(page, title, 1 + n % 5)
        if n in said:
            expect(status(page)).to_have_text(said[n])
            expect(bar).to_be_in_viewport(ratio=1)
    star(page, titles[0], 5)
    expect(status(page)).to_have_text(said[10])
    assert page.left == []
    page.get_by_role("button", name="See my list").click()
    expect(page).to_have_url(re.compile(r"/mine$"))
    expect(page.locator(".pick").first).to_be_visible()


def test_list_when_nothing_is_rated_then_says_what_to_do(page):
    page.get_by_role("button", name="See my list").click()
    expect(status(page)).to_have_text("Rate at least one movie first.")
    assert page.left == []


def test_rows_when_changed_and_removed_then_kept_so_and_the_focus_goes_on(page):
    for query, stars in (("Stalker", 5), ("Brazil", 4), ("Casablanca", 2)):
        add(page, query)
        star(page, query, stars)
    star(page, "Brazil", 1)
    page.get_by_role("button", name="Remove Casablanca").click()
    expect(page.get_by_role("button", name="Remove Brazil")).to_be_focused()
    expect(status(page)).to_contain_text("2 rated")
    page.reload()
    expect(own(page)).to_have_count(2)
    assert names(own(page)) == ["Brazil", "Stalker"]
    expect(group(page, "Brazil").get_by_role("radio", name="1 of 5 stars")).to_be_checked()
    page.get_by_role("button", name="Remove Stalker").press("Enter")
    expect(page.get_by_role("button", name="Remove Brazil")).to_be_focused()
    page.get_by_role("button", name="Remove Brazil").press("Enter")
    expect(page.get_by_role("combobox", name=BOX)).to_be_focused()
    expect(page.locator("[data-own]")).to_be_hidden()
    expect(status(page)).to_be_empty()


def test_star_when_taken_back_then_not_seen(page):
    name = names(asked(page))[0]
    star(page, name, 4)
    expect(status(page)).to_contain_text("1 rated")
    group(page, name).get_by_role("radio", name="not seen").check()
    expect(status(page)).to_be_empty()


def test_more_movies_then_the_next_ones_below_and_what_was_rated_is_not_asked_again(page):
    first = names(asked(page))
    star(page, first[0], 3)
    more = page.get_by_role("button", name="More movies")
    more.click()
    expect(asked(page)).to_have_count(24)
    following = names(asked(page))[12:]
    assert not set(first) & set(following)
    expect(group(page, following[0]).get_by_role("radio", name="not seen")).to_be_focused()
    more.click()
    expect(more).to_be_hidden()
    assert page.left == []
    page.reload()
    expect(own(page)).to_have_count(1)
    assert names(own(page)) == first[:1]
    assert names(asked(page)) == [following[0], *first[1:]]


def test_page_when_it_is_opened_again_then_nothing_jumps(page):
    for title in names(asked(page))[:4]:
        star(page, title, 3)
    page.add_init_script(
        """window.jumped = 0;
        const add = (list) => list.getEntries().forEach(({ value }) => (jumped += value));
        new PerformanceObserver(add).observe({ type: "layout-shift", buffered: true });"""
    )
    page.reload()
    expect(own(page)).to_have_count(4)
    expect(page.locator("[data-pair] .ask")).to_have_count(2)
    assert page.evaluate("jumped") < 0.1


def test_likes_alone_then_dislikes_are_asked_for_below_the_last_star(page):
    part = page.locator("[data-dislikes]")
    titles = names(asked(page))
    for title in titles[:2]:
        star(page, title, 5)
    expect(part).to_be_hidden()
    star(page, titles[2], 4)
    expect(part.get_by_role("heading")).to_have_text("And some that you did not like?")
    expect(part.locator(".ask")).to_have_count(3)
    shown = names(part.locator("legend"))
    assert not set(shown) & set(titles)
    star(page, shown[0], 1)
    expect(status(page)).to_contain_text("4 rated")
    assert page.evaluate(
        """() => [...document.querySelectorAll(".rate > section:not([hidden])")]
        .map((each) => each.getAttribute("aria-labelledby"))"""
    ) == ["asked", "dislikes", "pair"]


def test_dislikes_when_there_are_some_then_not_asked_for(page):
    titles = names(asked(page))
    for title, stars in zip(titles, (1, 2, 5, 5, 5), strict=False):
        star(page, title, stars)
    expect(page.locator("[data-pair]")).to_be_visible()
    expect(page.locator("[data-dislikes]")).to_be_hidden()


def test_pair_when_others_are_asked_for_then_two_new_ones_and_what_was_rated_stays(page):
    for query in ("Stalker", "Brazil", "Casablanca"):
        add(page, query)
        star(page, query, 5)
    part = page.locator("[data-pair]")
    expect(part.locator(".ask")).to_have_count(2)
    tops = [part.locator(".ask").nth(place).bounding_box()["y"] for place in (0, 1)]
    assert tops[0] == tops[1]
    first, second = names(part.locator("legend"))
    star(page, first, 2)
    part.get_by_role("button", name="Two others").click()
    following = names(part.locator("legend"))
    assert len(following) == 2
    assert not {first, second} & set(following)
    expect(group(page, following[0]).get_by_role("radio", name="not seen")).to_be_focused()
    assert names(own(page))[0] == first
    expect(group(page, second)).to_have_count(0)
    expect(status(page)).to_contain_text("4 rated")
    while part.is_visible():  # until there are no two left
        part.get_by_role("button", name="Two others").click()
    expect(page.get_by_role("combobox", name=BOX)).to_be_focused()
    assert page.left == []


def test_stars_when_read_out_then_by_their_number_and_the_movie(page):
    tree = page.locator(".ask").first.aria_snapshot()
    assert re.match(r"- listitem:\s+- group \"[^\"]+ \d{4}\":", tree)
    for n in range(1, 6):
        assert f'radio "{n} of 5 stars"' in tree
    assert 'radio "not seen" [checked]' in tree
    assert "★" not in tree


def test_stars_when_the_system_chooses_the_colours_then_chosen_and_empty_ones_differ(page):
    page.emulate_media(forced_colors="active")
    star(page, names(asked(page))[0], 3)
    page.mouse.move(0, 0)
    looks = page.locator(".give").first.evaluate(
        """(give) => [...give.querySelectorAll("label")]
        .map((label) => getComputedStyle(label, "::before").content)"""
    )
    assert ["★" in look for look in looks] == [True, True, True, False, False]


def test_page_when_all_is_shown_then_accessible_and_fits_a_phone(site, browser):
    context = browser.new_context(bypass_csp=True, viewport=PHONE, base_url=site)
    page = context.new_page()
    page.goto("/rate")
    for query in ("stalker", "dr strangelove", "playtime"):
        add(page, query)
        page.locator("[data-own] .give").first.get_by_title("5").click()
    expect(page.locator("[data-dislikes] .ask")).to_have_count(3)
    expect(page.locator("[data-pair] .ask")).to_have_count(2)
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
    small = page.evaluate(
        """() => [...document.querySelectorAll("main :is(button, label, a)")]
        .filter((each) => each.checkVisibility() && !each.matches(".search label"))
        .map((each) => [each.textContent, each.getBoundingClientRect()])
        .filter(([, box]) => box.height < 24 || box.width < 24).map(([text]) => text)"""
    )
    assert small == []
    for size in ("100%", "150%", "200%"):
        page.evaluate("size => (document.documentElement.style.fontSize = size)", size)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], size
    context.close()


def test_device_when_it_keeps_nothing_then_says_so_and_the_site_makes_the_list(page):
    page.evaluate("() => { Storage.prototype.setItem = () => { throw new Error('full'); }; }")
    star(page, names(asked(page))[0], 4)
    expect(status(page)).to_contain_text("This browser keeps nothing")
    page.get_by_role("button", name="See my list").click()
    expect(page).to_have_url(re.compile("/list/"))


def test_link_of_another_when_rated_from_then_only_what_this_device_has_counts(page, site):
    posted = page.request.post(f"{site}/rate", form={"movie-1": "5"}, max_redirects=0)
    page.goto(f"/rate?with={posted.headers['location'].rsplit('/', 1)[1]}")
    expect(page.get_by_role("combobox", name=BOX)).to_be_visible()
    expect(page.get_by_text("Rated before")).to_have_count(0)
    expect(page.locator(".give input:checked")).to_have_count(0)
    star(page, names(asked(page))[5], 4)
    expect(status(page)).to_contain_text("1 rated")


def test_without_scripts_then_stars_more_none_search_and_list_as_before(site, browser):
    context = browser.new_context(base_url=site, java_script_enabled=False)
    page = context.new_page()
    page.goto("/rate")
    expect(page.get_by_role("searchbox")).to_have_count(1)
    for stars in (5, 4):
        page.locator(".ask").nth(stars).get_by_title(str(stars), exact=True).click()
    page.get_by_role("button", name="More movies").click()
    expect(page.get_by_text("Rated before")).to_be_visible()
    page.get_by_role("link", name="None of these").click()
    expect(page.get_by_text("Rated before")).to_be_visible()
    page.get_by_role("searchbox", name=BOX).fill("stalker")
    page.get_by_role("button", name="Search").click()
    star(page, "Stalker", 2)
    page.get_by_role("button", name="See my list").click()
    expect(page.locator("aside .own li")).to_have_count(3)
    context.close()


def test_stars_when_given_before_the_script_is_there_then_kept(site, browser):
    context = browser.new_context(base_url=site)
    page = context.new_page()
    held = []
    page.route("**/rate.js", lambda route: held.append(route))
    page.goto("/rate", wait_until="domcontentloaded")
    page.locator(".ask label").nth(3).click()
    page.wait_for_function("() => performance.getEntriesByType('resource').length > 3")
    while not held:
        page.wait_for_timeout(20)
    held[0].continue_()
    expect(page.locator(".rate-status")).to_contain_text("1 rated")
    context.close()
