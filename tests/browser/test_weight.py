"""What pages weigh: all that a first visit loads, the scripts, the style sheet."""

import pytest

from app.web.assets import load_assets
from tests.app.addresses import OFFLINE, USUAL

MOST_OF_A_PAGE = 100_000
MOST_OF_SCRIPTS = 40_000
MOST_OF_STYLE = 10_000  # compressed, as they are sent


@pytest.mark.parametrize("path", [*USUAL.values(), OFFLINE])
def test_page_when_first_visited_then_light_with_all_that_it_loads(path, site, browser):
    context = browser.new_context(service_workers="block")
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    sizes = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(site + path, wait_until="networkidle")
    assert len(sizes) > 3
    assert sum(sizes) <= MOST_OF_A_PAGE
    context.close()


def test_scripts_when_compressed_one_by_one_then_light_together():
    scripts = [asset for name, asset in load_assets().items() if name.endswith(".js")]
    assert len(scripts) > 5
    assert sum(len(each.gzipped) for each in scripts) <= MOST_OF_SCRIPTS


def test_styles_when_compressed_then_light_together():
    sheets = [asset for name, asset in load_assets().items() if name.endswith(".css")]
    assert sum(len(each.gzipped) for each in sheets) <= MOST_OF_STYLE
