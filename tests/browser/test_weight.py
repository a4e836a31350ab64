"""What pages weigh: all that a first visit loads, the scripts, the style sheet."""

import re
from pathlib import Path

import pytest

from app.web.assets import load_assets
from tests.app.addresses import OFFLINE, USUAL

MOST_OF_A_PAGE = 100_000
MOST_OF_SCRIPTS = 40_000
MOST_OF_STYLE = 10_500  # compressed, as they are sent
STATIC = Path(__file__).parents[2] / "app" / "static"
RULES = """(text) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  return [...sheet.cssRules].map((rule) => rule.cssText);
}"""


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


@pytest.mark.parametrize("name", [path.name for path in sorted(STATIC.glob("*.css"))])
def test_style_sheet_when_minified_then_a_browser_reads_the_same_rules(name, browser):
    sheets = [(STATIC / name).read_text(encoding="utf-8"), load_assets()[name].body.decode()]
    page = browser.new_page()
    written, served = ([_told_alike(rule) for rule in page.evaluate(RULES, s)] for s in sheets)
    assert len(written) > 1
    assert served == written
    page.close()


def _told_alike(rule):
    """A rule with values that hold variables, which a browser keeps as they are written, alike."""
    narrow = re.sub(r" ?([,/]) ?", r"\1", re.sub(r"\s+", " ", rule))
    return re.sub(r"\b0(?=\.)", "", narrow)
