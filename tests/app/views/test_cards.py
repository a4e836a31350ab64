"""The pictures of shared pages: each of its own page, drawn once, and Pillow only when needed."""

import io
import json
import struct
import subprocess
import sys
import unicodedata

import pytest
from msgspec.structs import replace
from PIL import Image

from app.cards import letters, tiles
from app.markup.filters import _N_ARTS, _N_HUES
from app.web.page_cache import PageCache
from tests.app.html import parse
from tests.app.links import token_of_stars
from tests.app.sample import FILMS, SOURCE, publish_texts, sample_settings

MOST_BYTES = 150_000
CARDS = (
    "/card/home.png",
    "/card/how.png",
    "/card/rate.png",
    "/card/report.png",
    "/card/movies/1.png",
    "/card/movies/11.png",
    "/card/movies/12.png",
    "/card/movies/13.png",
    "/card/movies/30.png",
    "/card/users/7.png",
    "/card/users/42.png",
)


@pytest.fixture
def cards(app, client):
    """A visitor for whom no card was drawn yet."""
    app.extensions["cards"] = PageCache(2_000_000)
    return client


@pytest.mark.parametrize("path", CARDS)
def test_card_when_asked_for_then_a_picture_of_the_usual_size_that_is_drawn_once(
    app, cards, monkeypatch, path
):
    response = cards.get(path)
    assert response.status_code == 200
    assert response.mimetype == "image/png"
    assert response.data.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", response.data[16:24]) == (1200, 630)
    assert len(response.data) < MOST_BYTES
    monkeypatch.setattr("app.cards.cards._png", None)
    assert cards.get(path).data == response.data
    known = cards.get(path, headers={"If-None-Match": response.headers["ETag"]})
    assert (known.status_code, known.data) == (304, b"")


def test_card_when_of_another_page_then_another_picture(cards):
    pictures = [cards.get(path).data for path in CARDS]
    assert len(set(pictures)) == len(pictures)


def test_card_when_of_a_visitors_list_then_drawn_and_not_to_be_indexed(app, cards):
    with app.app_context():
        token = token_of_stars({1: 5.0, 2: 1.0})
    response = cards.get(f"/card/list/{token}.png")
    assert (response.status_code, response.mimetype) == (200, "image/png")
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert cards.get(f"/card/list/{token[:-2]}.png").status_code == 404
    tag = parse(cards.get(f"/list/{token}")).find("meta", property="og:image")
    assert tag["content"] == f"/card/list/{token}.png"


@pytest.mark.parametrize(
    "path", ["/card/movies/99.png", "/card/users/8.png", "/card/nothing.png", "/card/movies/1"]
)
def test_card_when_there_is_no_such_page_then_404(client, path):
    assert client.get(path).status_code == 404


def test_card_when_many_are_asked_for_then_kept_up_to_a_number_of_bytes(app, cards):
    app.extensions["cards"] = PageCache(200_000)
    for path in CARDS:
        cards.get(path)
    assert 0 < app.extensions["cards"]._bytes <= 200_000
    assert not app.extensions["pages"]._pages


def test_card_when_ids_are_texts_in_any_script_then_drawn(tmp_path):
    from app import create_app

    users = ["a", "b", "c", "d", "e", "f", "g", "ユーザー.png"]
    movies = [f"{'映画' if i else 'm'} {i:02}" for i in range(len(FILMS))]
    publish_texts(tmp_path, sorted(users), sorted(movies))
    client = create_app(sample_settings(tmp_path), check_every_s=1e9).test_client()
    for path in (f"/users/{users[-1]}", f"/movies/{movies[3]}"):
        picture = parse(client.get(path)).find("meta", property="og:image")["content"]
        assert client.get(picture).mimetype == "image/png"


def test_site_when_no_card_is_asked_for_then_pillow_is_not_imported(sample):
    settings = sample_settings(sample)
    code = f"""
import sys
from dataclasses import replace
from app import create_app
from config import load_settings
folders = {{"pred_dir": {settings.pred_dir!r}, "upload_dir": {settings.upload_dir!r}}}
settings = replace(load_settings({{}}), **folders)
client = create_app(settings, 1e9).test_client()
assert client.get("/users/7").status_code == 200
assert not any(name == "PIL" or name.startswith("PIL.") for name in sys.modules)
assert client.get("/card/users/7.png").status_code == 200
assert "PIL.Image" in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_linked_data_when_votes_are_real_then_a_movie_with_its_rating(site_of):
    client = site_of(source=replace(SOURCE, simulated=False))
    movie = client.get("/movies/4.json").json["movie"]
    assert _linked(client.get("/movies/4")) == {
        "@context": "https://schema.org",
        "@type": "Movie",
        "name": "Casablanca",
        "datePublished": "1942",
        "genre": ["Drama", "Romance"],
        "aggregateRating": {
            "@type": "AggregateRating",
            "ratingValue": round(movie["mean"], 2),
            "ratingCount": movie["votes"],
            "bestRating": 5.0,
            "worstRating": 1.0,
        },
    }
    assert "aggregateRating" not in _linked(client.get("/movies/30"))
    assert _linked(client.get("/movies/10")).keys() >= {"name", "aggregateRating"}


def test_linked_data_when_votes_are_simulated_then_no_rating_is_told(client):
    assert "aggregateRating" not in _linked(client.get("/movies/4"))


def _linked(response):
    (script,) = parse(response).find_all("script", type="application/ld+json")
    return json.loads(script.get_text())


def test_letters_when_a_text_is_covered_then_the_fonts_have_each_of_them():
    ttlib = pytest.importorskip("fontTools.ttLib")
    folder = letters.__file__.rpartition("/")[0]
    for weight in ("bold", "regular"):
        with ttlib.TTFont(f"{folder}/cards-serif-{weight}.otf") as font:
            has = {chr(code) for code in font.getBestCmap()}
        for code in range(0xFFFF):
            letter = unicodedata.normalize("NFC", chr(code))
            assert letters.covers(letter) == (letter in has), hex(code)
    assert letters.covers("Amélie, 8½ – “Łódź”")
    assert not letters.covers("羅生門")


@pytest.mark.parametrize("text", ["M", "Donau" * 30, "a " * 200, "Dr. Strangelove or: How"])
def test_letters_when_cut_into_lines_then_each_fits(text):
    lines = letters.fitted(text, "bold", 40, 200, 4)
    assert 0 < len(lines) <= 4
    for line in lines:
        assert line.font.getlength(line.text) <= 200


def test_tiles_when_drawn_then_colours_are_those_of_the_style_sheet():
    assert len(tiles.hues()) == _N_HUES
    assert len(tiles._ARTS) == _N_ARTS
    for hue, colours in enumerate(tiles.hues()):
        drawn = set(tiles._art(hue, 1, 120).crop((0, 0, 120, 72)).get_flattened_data())
        assert {colours[0], colours[2]} <= drawn


def test_tile_when_the_fonts_lack_its_letters_then_drawn_without_any():
    bare = tiles.draw_tile(7, "羅生門", 120)
    named = tiles.draw_tile(7, "Rashomon", 120)
    assert bare.size == named.size == (120, 180)
    assert bare.tobytes() != named.tobytes()
    corner = Image.open(io.BytesIO(_saved(bare))).getpixel((0, 0))
    assert corner[3] < 128  # round


def _saved(image):
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()
