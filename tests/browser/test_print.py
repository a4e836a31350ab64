"""Lists on paper: the list alone, whole titles, black on white, on a page or two."""

import re

import pytest

ON_PAPER = ("h1", ".picks", ".pick .rank", ".pick h3 a", ".pick .meta", ".pick .score")
NOT_ON_PAPER = (
    ".top",
    ".bottom",
    "aside",
    ".chart",
    ".taste",
    ".tools",
    ".turn",
    ".pages",
    ".marks",
    ".why",
    ".tile",
    "button",
    "form",
)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_list_when_printed_then_the_list_alone_in_black_on_white(site, browser, theme):
    page = browser.new_page(viewport={"width": 680, "height": 960}, color_scheme=theme)
    page.goto(f"{site}/users/7?per_page=100")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.emulate_media(media="print")
    for selector in ON_PAPER:
        assert page.locator(selector).first.is_visible(), selector
    for selector in NOT_ON_PAPER:
        assert page.locator(f"{selector}:visible").count() == 0, selector
    colours = "(([name, which]) => getComputedStyle(document.querySelector(name))[which])"
    assert page.evaluate(colours, ["body", "backgroundColor"]) == "rgb(255, 255, 255)"
    assert page.evaluate(colours, ["h3", "color"]) == "rgb(0, 0, 0)"
    titles = page.locator(".pick h3 a")
    assert titles.count() == 12
    for title in titles.all():
        assert title.evaluate("each => each.scrollWidth <= each.clientWidth || !each.clientWidth")
    page.close()


def test_list_when_printed_then_on_two_pages_at_most(site, browser):
    page = browser.new_page()
    page.goto(f"{site}/users/7?per_page=100")
    printed = page.pdf(format="A4")
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) <= 2
    page.close()


def test_report_when_read_then_contents_lead_to_each_part_and_a_way_up_stays(site, browser):
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{site}/report")
    links = page.locator("#contents a")
    headings = page.locator("main section > h2")
    assert links.count() == headings.count() > 8
    assert [link.get_attribute("href") for link in links.all()] == [
        "#" + heading.get_attribute("id") for heading in headings.all()
    ]
    links.last.click()
    assert headings.last.is_visible()
    up = page.get_by_role("link", name="Up to the contents")
    assert page.evaluate("scrollY") > 1000
    box = up.bounding_box()
    assert 0 < box["y"] < 844 - box["height"]
    up.click()
    page.wait_for_function("scrollY < 500")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()


def test_table_when_wider_than_its_place_then_a_shade_says_so(site, browser):
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{site}/report")
    wide = page.locator(".scroll").filter(has=page.locator("table"))
    attached = wide.first.evaluate("each => getComputedStyle(each).backgroundAttachment")
    assert attached == "local, local, scroll, scroll"
    page.close()
