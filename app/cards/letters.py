"""Letters of the cards: the fonts, which letters they have, and lines of a text that fit."""

import re
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from PIL import ImageDraw, ImageFont

COVERED = re.compile("[ -~\xa0-ķĹ-ňŊ-ťŨ-ſƒȘ-țˆˇ˘-˜Ẁ-ẅỲỳ‐-―‘-‚“-„†-•…‰′″‹›⁄€№™−ﬁﬂ]*")
_SMALLEST = 0.5  # of the size that is wanted
_LEADING = 1.16


class Line(NamedTuple):
    """A line of a text, in its font."""

    text: str
    font: ImageFont.FreeTypeFont
    height: int


@lru_cache(maxsize=64)
def font(weight: str, size: int) -> ImageFont.FreeTypeFont:
    """Return a font, "bold" or "regular", in pixels."""
    return ImageFont.truetype(Path(__file__).with_name(f"cards-serif-{weight}.otf"), size)


def covers(text: str) -> bool:
    """Tell whether the fonts have every letter of a text; no box is drawn in a letter's place."""
    return COVERED.fullmatch(unicodedata.normalize("NFC", text)) is not None


def fitted(text: str, weight: str, size: int, width: int, most_lines: int) -> list[Line]:
    """Cut a text into lines of a width: smaller where that makes it fit, then cut off with "…"."""
    words = unicodedata.normalize("NFC", text).split()
    for smaller in range(size, round(_SMALLEST * size) - 1, -1):
        lines = _wrapped(words, font(weight, smaller), width)
        if len(lines) <= most_lines and all(_fits(each, weight, smaller, width) for each in lines):
            return _lines(lines, weight, smaller)
    smallest = round(_SMALLEST * size)
    pieces = [piece for word in words for piece in _broken(word, font(weight, smallest), width)]
    lines = _wrapped(pieces, font(weight, smallest), width)
    if len(lines) > most_lines:
        lines = lines[:most_lines]
        while lines[-1] and not _fits(lines[-1] + "…", weight, smallest, width):
            lines[-1] = lines[-1][:-1]
        lines[-1] = lines[-1].rstrip() + "…"
    return _lines(lines, weight, smallest)


def write(
    draw: ImageDraw.ImageDraw,
    lines: list[Line],
    place: tuple[int, int],
    colour: tuple[int, int, int],
) -> int:
    """Write lines from a place down; return where the next would begin."""
    x, y = place
    for line in lines:
        draw.text((x, y + line.height), line.text, colour, line.font, anchor="ld")
        y += line.height
    return y


def _lines(texts: list[str], weight: str, size: int) -> list[Line]:
    return [Line(text, font(weight, size), round(_LEADING * size)) for text in texts]


def _fits(text: str, weight: str, size: int, width: int) -> bool:
    return font(weight, size).getlength(text) <= width


def _wrapped(words: list[str], using: ImageFont.FreeTypeFont, width: int) -> list[str]:
    lines: list[str] = []
    for word in words:
        if lines and using.getlength(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _broken(word: str, using: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """A word in pieces that fit, each but the last with a hyphen."""
    pieces = []
    while using.getlength(word) > width:
        n = next(n for n in range(len(word) - 1, 0, -1) if using.getlength(word[:n] + "-") <= width)
        pieces.append(word[:n] + "-")
        word = word[n:]
    return [*pieces, word]
