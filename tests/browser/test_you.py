"""What a visitor says of movies, in a real browser: undone, kept, taken away, brought back."""

import csv
import io
import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from msgspec.structs import replace
from playwright.sync_api import expect

from tests.app import sample
from tests.servers import gunicorn_site

PHONE = {"width": 390, "height": 844}
MOST_STOPS = 60
OTHER_SET = "f" * 64


@pytest.fixture
def context(site, browser):
    """A new visitor's browser."""
    context = browser.new_context(base_url=site, reduced_motion="reduce")
    yield context
    context.close()


@pytest.fixture
def page(context):
    """A page whose scripts may not fail."""
    page = context.new_page()
    failures = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    yield page
    assert failures == []


def open_list(page, path="/users/7"):
    """Open a list, and wait until its movies have their marks."""
    page.goto(path)
    page.locator(".marks").last.wait_for()


def titles(page):
    """The titles of a list, in its order."""
    return page.locator(".pick h3 a").all_inner_texts()


def rate(page, movie, stars):
    """Rate a movie on its page."""
    page.goto(f"/movies/{movie}")
    page.locator(".yours").get_by_role("radio", name=f"{stars} of 5").click()


def kept(page):
    """What the browser keeps of each film, by title."""
    films = json.loads(page.evaluate("localStorage.getItem('films') ?? '[]'"))
    return {film["title"]: film for film in films}


def chosen(page, section):
    """The titles of one of the lists of one's movies."""
    return page.locator(f"[data-kept={section}] a").all_text_contents()


def accessible(page):
    """Demand that axe has nothing to say."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_put_aside_seen_or_rated_then_leaves_with_undo_the_next_moves_up_also_when_reloaded(page):
    open_list(page)
    before = titles(page)
    following = page.get_by_role("link", name="Next →").get_attribute("href")
    pick = page.locator(".pick").nth(1)
    pick.get_by_role("button", name=f"Not interested: {before[1]}").click()
    line = page.locator(".picks > li").nth(1)
    expect(line).to_have_text(re.compile(rf"^Put aside: {re.escape(before[1])}\.\s+Undo$"))
    expect(page.locator(".pick")).to_have_count(10)
    assert titles(page)[:9] == [before[0], *before[2:]]
    moved_up = titles(page)[9]
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".gone")).to_have_count(0)
    assert titles(page)[:10] == before
    page.locator(".pick").nth(1).get_by_role("button", name=re.compile("^Seen it")).click()
    page.locator(".pick").nth(1).get_by_role("radio", name="4 of 5").click()
    expect(page.locator(".gone")).to_contain_text(f"Rated: {before[2]}, 4.")
    page.reload()
    expect(page.locator(".pick")).to_have_count(10)
    assert titles(page)[:8] == [before[0], *before[3:]]
    assert titles(page)[8] == moved_up
    also_up = titles(page)[9]
    page.goto(following)
    expect(page.locator(".pick")).to_have_count(0)  # its two rows have moved up
    page.go_back()
    expect(page.locator(".pick")).to_have_count(10)
    assert titles(page)[8:] == [moved_up, also_up]


def test_mark_when_pressed_then_its_name_stays_and_its_state_changes(page):
    open_list(page)
    title = titles(page)[0]
    save = page.locator(".pick").first.get_by_role("button", name=f"Save: {title}")
    expect(save).to_have_attribute("aria-pressed", "false")
    save.click()
    expect(save).to_have_attribute("aria-pressed", "true")
    expect(save).to_have_text("Save")
    assert kept(page)[title]["mark"] == "saved"
    page.reload()
    expect(save).to_have_attribute("aria-pressed", "true")


def test_list_when_walked_by_keyboard_then_few_stops_and_every_mark_within_reach(page):
    open_list(page)
    page.locator(".tools.live").wait_for()
    stops = 0
    while page.evaluate("!document.activeElement.closest('nav.pages, .chart, aside')"):
        page.keyboard.press("Tab")
        stops += 1
    assert 20 < stops <= MOST_STOPS
    pick = page.locator(".pick").nth(2)
    title = pick.locator("h3 a").inner_text()
    pick.get_by_role("radio").first.focus()
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    expect(pick.get_by_role("button", name=f"Seen it: {title}")).to_be_focused()
    page.keyboard.press("End")
    account = pick.get_by_role("button", name=f"The full account: {title}")
    expect(account).to_be_focused()
    page.keyboard.press("Enter")
    expect(pick.locator("table.account")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(pick.get_by_role("button", name=f"Not interested: {title}")).to_be_focused()


def test_rating_when_given_anywhere_then_counted_in_the_navigation_without_a_jump(page):
    page.goto("/movies/1")
    mine = page.locator(".top .your-list")
    expect(mine).to_be_hidden()
    expect(page.locator(".yours .told-you")).to_have_text("")
    rate(page, 1, 5)
    rate(page, 2, 2)
    expect(mine).to_be_visible()
    session = page.context.new_cdp_session(page)
    tree = session.send("Accessibility.getFullAXTree")["nodes"]
    names = [" ".join(node.get("name", {}).get("value", "").split()) for node in tree]
    assert "Your list (2)" in names
    page.goto("/movies/4")
    jumps = page.evaluate(
        """() => new Promise((resolve) => {
          let sum = 0;
          new PerformanceObserver((list) => {
            for (const { value } of list.getEntries()) sum += value;
          }).observe({ type: "layout-shift", buffered: true });
          setTimeout(() => resolve(sum), 500);
        })"""
    )
    assert jumps < 0.02
    mine.click()
    expect(page).to_have_url(re.compile("/mine$"))


def test_movie_when_something_is_rated_then_predicted_there_in_lists_and_in_search(page):
    for movie, stars in ((1, 5), (2, 4), (4, 1)):
        rate(page, movie, stars)
    page.goto("/movies/9")
    expect(page.locator(".yours .told-you")).to_have_text(
        re.compile(r"^You would give it \d\.\d, give or take \d\.\d\.$")
    )
    page.goto("/movies/1")
    expect(page.locator(".yours").get_by_role("radio", checked=True)).to_have_attribute(
        "aria-label", "5 of 5"
    )
    expect(page.locator(".yours .told-you")).to_have_text("")
    open_list(page)
    expect(page.locator(".pick .told-you").first).to_contain_text("You would give it")
    page.goto("/search?q=stalker")
    expect(page.locator(".found .told-you")).to_contain_text("You would give it")
    page.locator(".found").get_by_role("button", name="Save: Stalker").click()
    assert kept(page)["Stalker"]["mark"] == "saved"


def test_search_when_from_a_users_list_then_goes_on_with_them(page):
    page.goto("/users/7")
    field = page.get_by_role("combobox", name="Search titles")
    field.fill("stalk")
    page.get_by_role("option", name="Stalker").click()
    expect(page).to_have_url(re.compile(r"/movies/9\?user=7$"))
    field.fill("stalker")
    field.press("Escape")
    field.press("Enter")
    expect(page).to_have_url(re.compile(r"/search\?.*user=7"))
    page.locator(".found a").first.click()
    expect(page).to_have_url(re.compile(r"/movies/9\?user=7$"))
    expect(page.locator(".for-user")).to_contain_text("User 7")


def test_tile_when_tapped_then_opens_the_movie(site, browser):
    context = browser.new_context(base_url=site, viewport=PHONE, has_touch=True, is_mobile=True)
    page = context.new_page()
    for path, row in (("/users/7", ".pick"), ("/search?q=stalker", ".found li")):
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 844})
            page.goto(path)
            tile = page.locator(f"{row} .tile").first
            tile.scroll_into_view_if_needed()
            box = tile.bounding_box()
            page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.7)
            expect(page).to_have_url(re.compile("/movies/"))
    context.close()


def test_your_movies_when_changed_then_at_once_with_undo(page):
    rate(page, 1, 5)
    rate(page, 2, 4)
    page.goto("/movies/9")
    page.locator(".yours").get_by_role("button", name="Save: Stalker").click()
    page.get_by_role("link", name="Your movies").click()
    expect(page.locator("[data-kept=rated] a")).to_have_text(["Blade Runner", "Alien"])
    assert chosen(page, "saved") == ["Stalker"]
    alien = page.locator("[data-kept=rated] li", has_text="Alien")
    alien.get_by_role("radio", name="2 of 5").click()
    assert kept(page)["Alien"]["rating"] == 2
    assert chosen(page, "rated") == ["Blade Runner", "Alien"]
    page.get_by_role("button", name="Seen it: Stalker").click()
    expect(page.locator("[data-kept=seen] a")).to_have_text("Stalker")
    expect(page.locator("[data-kept=saved]")).to_contain_text("Seen: Stalker.")
    accessible(page)
    alien.get_by_role("button", name="Remove: Alien").click()
    assert "Alien" not in kept(page)
    page.get_by_role("button", name="Undo").click()
    assert kept(page)["Alien"]["rating"] == 2
    before = kept(page)
    page.get_by_role("button", name="Clear all").click()
    assert kept(page) == {}
    page.get_by_role("button", name="Undo").click()
    assert kept(page) == before
    assert chosen(page, "rated") == ["Blade Runner", "Alien"]


def test_your_movies_when_taken_away_then_brought_back_in_another_browser(page, site, browser):
    rate(page, 1, 5)
    rate(page, 2, 4)
    page.goto("/you")
    files = []
    for name in ("Save as a file", "as CSV"):
        with page.expect_download() as download:
            page.get_by_role("button", name=name).click()
        with open(download.value.path(), encoding="utf-8") as file:
            files.append((download.value.suggested_filename, file.read()))
    assert [row["title"] for row in csv.DictReader(io.StringIO(files[1][1]))] == [
        "Alien",
        "Blade Runner",
    ]
    for name, text in files:
        other = browser.new_context(base_url=site).new_page()
        other.goto("/you")
        choose(other, name, text)
        expect(other.locator("[data-status]")).to_contain_text("2 movies read, 2 found.")
        assert {title: film["rating"] for title, film in kept(other).items()} == {
            "Alien": 5,
            "Blade Runner": 4,
        }
        other.context.close()


def choose(page, name, text):
    """Choose a file to bring back."""
    expect(page.get_by_text("Choose files")).to_be_visible()
    page.locator("[data-bring]").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": text.encode()}
    )


def test_letterboxds_ratings_when_chosen_then_a_list_at_once_and_nothing_is_sent(page):
    page.goto("/you")
    page.wait_for_load_state("networkidle")
    sent = []
    page.on(
        "request", lambda request: sent.append((request.method, request.url, request.post_data))
    )
    choose(
        page,
        "ratings.csv",
        "\ufeffDate,Name,Year,Letterboxd URI,Rating\n2024-01-05,Alien,1979,https://boxd.it/a,4.5\n"
        '2024-01-06,"Third Man, The",1950,https://boxd.it/b,5\n'
        "2024-01-07,Fanny & Alexander,1982,https://boxd.it/c,2\n"
        "2024-01-08,Of This Nobody Heard,2011,https://boxd.it/d,3\n",
    )
    status = page.locator("[data-status]")
    expect(status).to_contain_text("4 movies read, 3 found.")
    expect(status).to_contain_text("1 film is not in this data: Of This Nobody Heard.")
    expect(page.locator("[data-kept=elsewhere] li")).to_contain_text("3 of 5")
    assert set(chosen(page, "rated")) == {"Alien", "The Third Man", "Fanny and Alexander"}
    stars = page.locator("[data-kept=rated] li", has_text="Alien").get_by_role(
        "radio", checked=True
    )
    expect(stars).to_have_attribute("aria-label", re.compile("^[45] of 5$"))
    page.wait_for_load_state("networkidle")
    for method, url, body in sent:
        assert (method, body) == ("GET", None)
        assert "?" not in url
        assert re.search(r"/(offline|static)/", url)
    accessible(page)
    status.get_by_role("link", name="See your list").click()
    expect(page).to_have_url(re.compile("/mine$"))


def test_file_when_of_another_kind_then_said_and_nothing_changes(page):
    page.goto("/you")
    choose(page, "notes.txt", "Dear diary")
    expect(page.locator("[data-status]")).to_contain_text("notes.txt is none of the files")
    assert kept(page) == {}


def test_marks_when_offline_then_kept_all_the_same(page, context):
    open_list(page)
    page.wait_for_load_state("networkidle")
    context.set_offline(True)
    title = titles(page)[0]
    page.locator(".pick").first.get_by_role("button", name=re.compile("^Not interested")).click()
    expect(page.locator(".gone")).to_contain_text(f"Put aside: {title}.")
    page.get_by_role("button", name="Undo").click()
    assert titles(page)[0] == title


def test_films_when_another_set_is_activated_then_the_same_films_and_what_is_missing_is_named(
    tmp_path, browser, monkeypatch
):
    films = sample.FILMS
    sample.publish_sample(tmp_path)
    settings = {
        "ICP_BUCKET": "",
        "ICP_PRED_DIR": str(tmp_path / "predictions"),
        "ICP_UPLOAD_DIR": str(tmp_path / "figures"),
    }
    with gunicorn_site(tmp_path, "tests.updating_site:app", **settings) as running:
        context = browser.new_context(base_url=running.url)
        page = context.new_page()
        rate(page, 1, 5)
        rate(page, 9, 2)
        page.goto("/movies/4")
        page.locator(".yours").get_by_role("button", name="Save: Casablanca").click()
        monkeypatch.setattr(
            sample, "FILMS", (*films[1:8], ("Alien", 2099, ()), *films[9:], films[0])
        )
        source = replace(sample.SOURCE, sha256=OTHER_SET)
        sample.publish_sample(tmp_path, "2026-10-03T08:30:00Z", source=source)
        page.goto("/you")
        for _ in range(100):
            if page.locator("body").get_attribute("data-set") == OTHER_SET[:6]:
                break
            page.wait_for_timeout(100)
            page.reload()
        expect(page.locator("[data-kept=rated] a")).to_have_text("Alien")
        link = page.locator("[data-kept=rated] a").get_attribute("href")
        assert link == f"/movies/{len(films)}"
        expect(page.locator("[data-kept=saved] a")).to_have_attribute("href", "/movies/3")
        expect(page.locator("[data-kept=elsewhere] li")).to_contain_text("Stalker")
        page.goto("/movies/9?user=7")
        expect(page.locator(".yours")).to_be_visible()
        expect(page.locator(".yours").get_by_role("radio", checked=True)).to_have_count(0)
        assert len(kept(page)) == 3
        context.close()
