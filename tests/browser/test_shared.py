"""Lists that were shared, in a browser: whose they are, one list for two, and who is told."""

import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.app.links import SAMPLE, token_of_stars
from tests.app.sample import FILMS

FRIENDS = {1: 5.0, 2: 4.0, 4: 1.0, 9: 5.0, 12: 2.0}
OWN = {3: 4.0, 6: 5.0, 20: 2.0}


def films_of(stars):
    """What a device keeps of these ratings."""
    return [
        {
            "title": FILMS[n - 1][0],
            "year": FILMS[n - 1][1],
            "ids": {SAMPLE: n},
            "rating": rating,
            "scale": [1, 5, 1],
            "at": "2026-01-01T00:00:00.000Z",
        }
        for n, rating in stars.items()
    ]


@pytest.fixture
def device(site, browser):
    """Open a browser of somebody who rated some movies; it notes every request."""
    contexts = []

    def make(stars, **options):
        context = browser.new_context(base_url=site, **options)
        contexts.append(context)
        page = context.new_page()
        page.requests = []
        page.on("request", lambda request: page.requests.append(request))
        page.goto("/how")
        films = json.dumps(films_of(stars))
        page.evaluate("films => localStorage.setItem('films', films)", films)
        return page

    yield make
    for context in contexts:
        context.close()


def kept(page):
    return page.evaluate("JSON.parse(localStorage.getItem('films'))")


def test_link_when_a_friend_opens_it_then_it_is_not_theirs_and_nothing_of_it_stays(device):
    page = device(OWN)
    before = kept(page)
    page.goto(f"/list/{token_of_stars(FRIENDS)}")
    expect(page.get_by_role("heading", level=1)).to_have_text("A list made from 5 ratings")
    expect(page.get_by_role("link", name="Rate more movies")).to_be_hidden()
    page.get_by_role("link", name="Make your own").click()
    expect(page).to_have_url(re.compile("/rate$"))
    expect(page.locator(".rate-status")).to_contain_text("3")
    assert kept(page) == before


def test_link_when_it_is_this_devices_then_it_is_called_so_and_more_is_rated_on_the_device(device):
    page = device(FRIENDS)
    page.goto(f"/list/{token_of_stars(FRIENDS)}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your list")
    expect(page.get_by_role("link", name="Make your own")).to_be_hidden()
    page.get_by_role("link", name="Rate more movies").click()
    expect(page).to_have_url(re.compile("/rate$"))


def test_link_when_older_than_other_ratings_of_the_device_then_still_its_own(device):
    page = device(FRIENDS | OWN)
    page.goto(f"/list/{token_of_stars(FRIENDS)}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your list")
    expect(page.get_by_role("button", name="For both of us")).to_be_hidden()
    page.locator(".marks").last.wait_for()
    page.wait_for_load_state("networkidle")
    expect(page.locator(".told-you").locator("visible=true")).to_have_count(0)


def test_link_when_one_star_is_another_then_it_is_not_this_devices(device):
    page = device(FRIENDS | {1: 4.0})
    page.goto(f"/list/{token_of_stars(FRIENDS)}")
    expect(page.get_by_role("link", name="Rate more movies")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_have_text("A list made from 5 ratings")


def test_for_both_when_asked_for_on_a_friends_list_then_one_list_of_both(device):
    page = device(OWN)
    page.goto(f"/list/{token_of_stars(FRIENDS)}")
    expect(page.get_by_role("link", name="Rate more movies")).to_be_hidden()
    page.get_by_role("button", name="For both of us").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("One list for two")
    query = parse_qs(urlsplit(page.url).query)
    assert query["a"] == [token_of_stars(FRIENDS)]
    expect(page.locator(".pick")).to_have_count(10)
    expect(page.locator("aside .own li")).to_have_count(8)
    rated = {FILMS[n - 1][0] for n in FRIENDS | OWN}
    assert not rated & set(page.locator(".pick h3 a").all_inner_texts())
    assert kept(page) == films_of(OWN)
    page.get_by_label("Sort by").select_option("title")
    expect(page).to_have_url(re.compile("a=eJ.*b=eJ.*sort=title|sort=title.*a=eJ.*b=eJ"))
    expect(page.locator(".pick")).to_have_count(10)


def test_for_both_when_without_scripts_then_by_two_links(site, browser):
    context = browser.new_context(base_url=site, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"/list/{token_of_stars(FRIENDS)}")
    page.get_by_role("button", name="For both of us").click()
    page.get_by_label("The link to the other").fill(f"{site}/list/{token_of_stars(OWN)}")
    page.get_by_role("button", name="Make one list").click()
    expect(page.locator(".pick")).to_have_count(10)
    context.close()


def test_pages_with_ratings_when_left_then_nobody_is_told_the_address(device):
    page = device(OWN, service_workers="block")
    friends = token_of_stars(FRIENDS)
    page.goto(f"/list/{friends}")
    page.get_by_role("button", name="For both of us").click()
    page.locator(".pick h3 a").first.click()
    expect(page).to_have_url(re.compile("/movies/"))
    assert page.evaluate("document.referrer") == ""
    told = [request.header_value("referer") or "" for request in page.requests]
    assert not any("eJ" in each for each in told)
