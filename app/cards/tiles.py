"""Tiles as the style sheet draws them, as pictures: colours of site.css, drawings by its gradients.

A drawing is layers of a colour, each with how much of it is there at every point; `x` and `y` are
the points' places, of the tile's own width and height.
"""

import re
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from app.cards.letters import covers, fitted, write
from app.markup.filters import tile_look
from processing.ids import Id

Points = NDArray[np.float32]
Colour = tuple[int, int, int]

FINER = 2  # drawn so many times larger, then made smaller: edges become smooth
_SHEET = Path(__file__).parents[1] / "static" / "site.css"
_HUE = re.compile(r"\.hue-\d \{ --base: (#\w+); --dim: (#\w+); --shape: (#\w+); \}")
_MOST_LINES = 6
_WHITE: Colour = (255, 255, 255)


def draw_tile(movie_id: Id, title: str, width: int) -> Image.Image:
    """Draw a movie's tile with its title; one that the fonts lack letters for stays without."""
    tile = _art(*tile_look(movie_id), width).copy()
    if covers(title):
        padding = round(0.083 * width)
        lines = fitted(title, "bold", round(0.117 * width), width - 2 * padding, _MOST_LINES)
        height = sum(line.height for line in lines)
        write(ImageDraw.Draw(tile), lines, (padding, tile.height - padding - height), _WHITE)
    mask = Image.new("L", (width * 4, tile.height * 4), 0)
    edge = (0, 0, mask.width - 1, mask.height - 1)
    ImageDraw.Draw(mask).rounded_rectangle(edge, round(0.1 * width), fill=255)
    tile.putalpha(mask.resize(tile.size, Image.Resampling.LANCZOS))
    return tile


@lru_cache(maxsize=1)
def hues() -> tuple[tuple[Colour, Colour, Colour], ...]:
    """Return base, dim and shape of every hue, as the style sheet has them."""
    found = _HUE.findall(_SHEET.read_text(encoding="utf-8"))
    return tuple(tuple(_colour(text) for text in each) for each in found)  # type: ignore[misc]


def _colour(text: str) -> Colour:
    red, green, blue = bytes.fromhex(text.removeprefix("#"))
    return red, green, blue


def _art(hue: int, art: int, width: int) -> Image.Image:
    height = width * 3 // 2
    y, x = np.mgrid[0 : height * FINER, 0 : width * FINER].astype(np.float32) + np.float32(0.5)
    drawn = _Layers(x / FINER, y / FINER, width, height, hues()[hue])
    _ARTS[art](drawn)
    drawn.lay((0, 0, 0), 2 / 3 * _ramp(y / FINER / height, 0.4, 1.0))  # behind the letters
    pixels = Image.fromarray(np.clip(drawn.pixels + 0.5, 0, 255).astype(np.uint8), "RGB")
    return pixels.resize((width, height), Image.Resampling.BOX)


class _Layers:
    """A tile that is being drawn, from the bottom up."""

    def __init__(
        self, x: Points, y: Points, width: int, height: int, hue: tuple[Colour, Colour, Colour]
    ) -> None:
        self.x, self.y, self.width, self.height = x, y, width, height
        self.base, self.dim, self.shape = hue
        self.pixels = np.empty((*x.shape, 3), np.float32)
        self.pixels[:] = self.base

    def lay(self, colour: Colour, share: Points) -> None:
        """Lay a colour over what is there, by how much of it is at each point."""
        self.pixels += share[..., None] * (np.array(colour, np.float32) - self.pixels)

    def line(self, degrees: float) -> Points:
        """How far along a linear gradient of this angle each point is, 0 to 1."""
        sine, cosine = np.sin(np.radians(degrees)), np.cos(np.radians(degrees))
        length = abs(self.width * sine) + abs(self.height * cosine)
        across, up = self.x - self.width / 2, self.y - self.height / 2
        return np.asarray((across * sine - up * cosine) / length + 0.5, np.float32)

    def circle(self, left: float, top: float) -> Points:
        """How far from a place each point is; 1 is its farthest corner."""
        x, y = left * self.width, top * self.height
        farthest = np.hypot(max(x, self.width - x), max(y, self.height - y))
        return np.asarray(np.hypot(self.x - x, self.y - y) / farthest, np.float32)


def _ramp(value: Points, low: float, high: float) -> Points:
    """0 up to `low`, 1 from `high`, and evenly between."""
    return np.asarray(np.clip((value - low) / (high - low), 0, 1), np.float32)


def _sun(tile: _Layers) -> None:
    tile.lay(tile.shape, 1 - _ramp(tile.circle(0.66, 0.58), 0.27, 0.275))
    tile.lay(tile.dim, _ramp(tile.line(180), 0.58, 0.584))


def _hill(tile: _Layers) -> None:
    tile.lay(tile.shape, 1 - _ramp(tile.circle(0.28, 0.22), 0.11, 0.115))
    tile.lay(tile.dim, _ramp(tile.line(152), 0.5, 0.503))


def _rays(tile: _Layers) -> None:
    along = tile.line(115) % np.float32(0.15)
    tile.lay(tile.shape, 1 - _ramp(along, 0.03, 0.033) + _ramp(along, 0.147, 0.15))
    tile.lay(tile.dim, _ramp(tile.line(180), 0.45, 1.0))


def _beam(tile: _Layers) -> None:
    across, up = tile.x - 0.5 * tile.width, 0.12 * tile.height - tile.y
    angle = np.degrees(np.arctan2(across, up)).astype(np.float32)
    turned = (angle - np.float32(205)) % np.float32(360)
    tile.lay(tile.shape, _ramp(turned, 0, 0.7) - _ramp(turned, 50, 50.7))


def _rings(tile: _Layers) -> None:
    tile.lay(tile.dim, tile.line(180))
    far = tile.circle(1.0, 0.0)
    tile.lay(tile.shape, 1 - _ramp(far, 0.48, 0.484))
    tile.lay(tile.base, 1 - _ramp(far, 0.44, 0.444))
    tile.lay(tile.shape, 1 - _ramp(far, 0.32, 0.324))
    tile.lay(tile.base, 1 - _ramp(far, 0.24, 0.244))


def _eclipse(tile: _Layers) -> None:
    tile.lay(tile.shape, 1 - _ramp(tile.circle(0.6, 0.34), 0.22, 0.225))
    tile.lay(tile.dim, 1 - _ramp(tile.circle(0.38, 0.34), 0.22, 0.225))


_ARTS = (_sun, _hill, _rays, _beam, _rings, _eclipse)
