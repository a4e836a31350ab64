"""Pages whose scripts may not fail, and what several tests do on one."""

from contextlib import contextmanager


@contextmanager
def watched_page(browser, **options):
    """A page of a new visitor; `options` are those of Playwright's contexts."""
    context = browser.new_context(**options)
    page = context.new_page()
    failures = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    yield page
    context.close()
    assert failures == []


def brush(page):
    """Drag across the right half of a list's chart, from its upper edge to the middle."""
    chart = page.locator(".chart svg")
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.02)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.99, box["y"] + box["height"] * 0.5, steps=6)
    page.mouse.up()
