"""Where the names of points stand in a chart, so that none covers another name or a point.

Names are placed for the largest letters, those of a phone: smaller ones leave more room.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

LETTER = 24.0  # height of the letters on a phone, in units of the drawing
MOST_LETTERS = 22
_WIDTH = 0.52 * LETTER  # of a letter, on average
_LINE = 1.15 * LETTER
_GAP = 8.0
_SHIFTS = (-1, 1, -2, 2, -3, 3, -4, 4, -5, 5, -6, 6, -7, 7)  # half lines, the nearest first


class Dot(NamedTuple):
    """A point of a chart, in units of the drawing."""

    x: float
    y: float
    radius: float


class Label(NamedTuple):
    """A name: where its text begins or ends, and the point that it names.

    `to_left` tells that the text runs to the left of `x`; `y` is the middle of its line. A label
    that is `apart` is not beside its point, and a line leads there.
    """

    text: str
    x: float
    y: float
    to_left: bool
    apart: bool
    dot: Dot

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, right, upper and lower edge of the text in the largest letters."""
        width = _WIDTH * len(self.text)
        left = self.x - width if self.to_left else self.x
        return left, left + width, self.y - _LINE / 2, self.y + _LINE / 2


def place_labels(
    named: Sequence[tuple[Dot, str]], dots: Sequence[Dot], frame: tuple[float, float, float, float]
) -> tuple[Label, ...]:
    """Place names beside their dots, within a frame; a name that finds no room is left out.

    The first come first. A name stands to the left of its dot, else to the right, else above or
    below it, else a little apart, and covers neither a name that was placed before nor a dot.
    """
    placed: list[Label] = []
    for dot, title in named:
        for label in _tries(dot, _cut(title)):
            if _fits(label, placed, dots, frame):
                placed.append(label)
                break
    return tuple(placed)


def _cut(title: str) -> str:
    if len(title) <= MOST_LETTERS:
        return title
    return title[: MOST_LETTERS - 1].rstrip() + "…"


def _tries(dot: Dot, text: str) -> Iterator[Label]:
    """Where a name could stand, the best first."""
    away, upright = dot.radius + _GAP, dot.radius + _LINE / 2
    for side in (-1, 1):
        yield _label(dot, text, (side * away, 0.0), to_left=side < 0)
    for up in (-upright, upright):
        for side in (-1, 1):
            yield _label(dot, text, (side * dot.radius, up), to_left=side > 0)
    for shift in _SHIFTS:
        for side in (-1, 1):
            place = (side * (away + _GAP * abs(shift)), shift * _LINE / 2)
            yield _label(dot, text, place, to_left=side < 0, apart=True)


def _label(
    dot: Dot, text: str, place: tuple[float, float], *, to_left: bool, apart: bool = False
) -> Label:
    x, y = dot.x + place[0], dot.y + place[1]
    return Label(text, x, y, to_left, apart, dot)


def _fits(
    label: Label,
    placed: Sequence[Label],
    dots: Sequence[Dot],
    frame: tuple[float, float, float, float],
) -> bool:
    left, right, top, bottom = label.box
    if left < frame[0] or right > frame[1] or top < frame[2] or bottom > frame[3]:
        return False
    for other in placed:
        o_left, o_right, o_top, o_bottom = other.box
        if left < o_right and o_left < right and top < o_bottom and o_top < bottom:
            return False
    for x, y, radius in dots:
        if left < x + radius and x - radius < right and top < y + radius and y - radius < bottom:
            return False
    return True
