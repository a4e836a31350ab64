"""What only a browser can tell of sharing: tiles as it draws them, and data within the policy."""

import io

import pytest
from PIL import Image, ImageChops, ImageStat

from app.cards.tiles import _ARTS, draw_tile, hues
from app.markup.filters import tile_look

TITLE = "羅生門"  # without letters on the picture; the browser's are taken away
MOST_DIFFERENT = 3  # of 255, on average


@pytest.mark.parametrize("art", range(len(_ARTS)))
def test_tile_when_drawn_by_the_server_then_as_the_browser_draws_it(site, browser, art):
    movie_id = next(i for i in range(1000) if tile_look(i) == (art, art))
    assert art < len(hues())
    page = browser.new_page(viewport={"width": 400, "height": 500})
    page.goto(f"{site}/how")
    page.evaluate(
        """(looks) => {
          document.body.innerHTML = `<span class="tile poster ${looks}"></span>`;
          const tile = document.body.firstChild;
          Object.assign(tile.style, { width: "240px", boxShadow: "none" });
        }""",
        f"hue-{art} art-{art}",
    )
    shot = Image.open(io.BytesIO(page.locator(".tile").screenshot())).convert("RGB")
    drawn = draw_tile(movie_id, TITLE, 240)
    assert shot.size == drawn.size
    inner = (8, 8, 232, 352)  # within the round corners
    found = ImageChops.difference(shot.crop(inner), drawn.convert("RGB").crop(inner))
    assert max(ImageStat.Stat(found).mean) < MOST_DIFFERENT
    page.close()


def test_linked_data_when_in_a_page_then_the_policy_lets_it_be(site, browser):
    page = browser.new_page()
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.add_init_script(
        "addEventListener('securitypolicyviolation', (event) => console.error(event.blockedURI));"
    )
    page.goto(f"{site}/movies/1", wait_until="networkidle")
    read = "JSON.parse(document.querySelector('script[type=\"application/ld+json\"]').textContent)"
    assert page.evaluate(read)["name"] == "Alien"
    assert complaints == []
    page.close()
