"""The report as one file in a real browser: no request, nothing cut off, also on paper."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from processing.report.html import report_html
from tests.report_example import example_report


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Where the file lies."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(report_html(example_report()), encoding="utf-8")
    return path.as_uri()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_file_when_opened_then_accessible_and_alone(address, width, theme, browser, screenshots):
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=theme, reduced_motion="reduce"
    )
    page = context.new_page()
    requests, complaints = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(address)
    page.screenshot(path=screenshots / f"report-file-{width}-{theme}.png")
    assert requests == [address]
    assert complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    context.close()


def test_figures_when_the_reader_wants_dark_then_they_are(address, browser):
    papers = set()
    for theme in ("light", "dark"):
        page = browser.new_page(color_scheme=theme)
        page.goto(address)
        papers.add(
            page.locator("figure svg path").first.evaluate("path => getComputedStyle(path).fill")
        )
        page.close()
    assert papers == {"rgb(255, 253, 250)", "rgb(29, 27, 24)"}


def test_file_when_printed_then_fits_the_paper_with_tables_open_and_colours_light(address, browser):
    page = browser.new_page(viewport={"width": 700, "height": 990}, color_scheme="dark")
    page.goto(address)
    folded = page.locator("details table").first
    assert not folded.is_visible()
    page.emulate_media(media="print")
    assert folded.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 700
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.close()
