"""What only a browser can tell of sharing: tiles as it draws them, and data within the policy."""

import io
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

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


class _Notebook(BaseHTTPRequestHandler):
    """A page of another origin."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>A notebook</title>")

    def log_message(self, *arguments):
        """Say nothing."""


@pytest.fixture
def notebook():
    """The address of a page of another origin."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Notebook) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_data_when_fetched_by_a_page_of_another_origin_then_read_to_its_end(
    site, browser, notebook
):
    page = browser.new_page()
    page.goto(notebook)
    titles = page.evaluate(
        """async (address) => {
          const found = [];
          while (address) {
            const answer = await fetch(address, { headers: { "If-None-Match": 'W/"none"' } });
            found.push(...(await answer.json()).recommendations.map((pick) => pick.movie.title));
            const next = /<([^>]*)>; rel="next"/.exec(answer.headers.get("Link"));
            address = next && new URL(next[1], address).href;
          }
          return found;
        }""",
        f"{site}/users/7.json?per_page=5",
    )
    assert len(set(titles)) == 12
    page.close()
