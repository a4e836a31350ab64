"""Nothing jumps while scripts fill a page with what is kept on the device."""

import pytest

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}
MOST = 0.02
JUMPS = """
self.jumps = 0;
new PerformanceObserver((list) => {
  for (const { value, hadRecentInput } of list.getEntries()) {
    if (!hadRecentInput) self.jumps += value;
  }
}).observe({ type: "layout-shift", buffered: true });
"""
FILLED = {
    "/you": "[data-kept=rated] .marks",
    "/mine": ".pick .marks",
    "/rate": "[data-rate]",
    "/users/7": ".pick .marks",
    "/search?q=the": ".found .marks",
    "/movies/4": ".yours .marks",
}


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_page_when_filled_from_the_device_then_nothing_jumps(size, site, browser):
    context = browser.new_context(base_url=site, viewport=size, reduced_motion="reduce")
    page = context.new_page()
    page.goto("/users/7")
    first = page.locator(".pick").first.get_attribute("data-movie")
    for movie, stars in ((first, 4), (1, 5), (2, 2)):
        page.goto(f"/movies/{movie}")
        page.locator(".yours").get_by_role("radio", name=f"{stars} of 5").click()
    context.add_init_script(JUMPS)
    jumps = {}
    for path, filled in FILLED.items():
        page.goto(path)
        page.locator(filled).first.wait_for()
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(300)
        jumps[path] = page.evaluate("self.jumps")
    assert {path: value for path, value in jumps.items() if value > MOST} == {}
    context.close()


def test_row_when_rated_then_undone_shown_again_on_the_next_visit(site, browser):
    context = browser.new_context(base_url=site)
    page = context.new_page()
    page.goto("/users/7")
    row = page.locator(".pick").first
    movie = row.get_attribute("data-movie")
    row.get_by_role("radio", name="4 of 5").click()
    page.reload()
    again = page.locator(f'.pick[data-movie="{movie}"]')
    page.locator(".marks").last.wait_for()
    assert again.count() == 0
    page.evaluate("localStorage.removeItem('films')")
    page.reload()
    again.wait_for()
    context.close()
