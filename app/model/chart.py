"""The chart of a list: predicted stars against everyone's, on one scale, a point for each movie.

The drawing is 640 by 716 units; its frame is a square, so that the line where both are equal is at
45 degrees, and how far a movie is above it can be read. Predictions are not clipped. Everything is
a pure function of numbers: the browser draws the same, its twin is `app/static/draw.js`.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.model.chart_labels import Dot, Label, place_labels
from processing.ids import Id

FRAME = LEFT, RIGHT, TOP, BOTTOM = 48, 628, 56, 636
N_NAMED = 5
MOST_RINGS = 150
_STEP = 0.125  # of the scale's span: ends of the axes are multiples of it, or of less
_LOWEST = 0.375  # of the scale's span: the axes begin there, or below
_ROOM = 0.02  # of the scale's span, beside the outermost point
_LEAST_RADIUS, _MOST_RADIUS = 4.0, 8.0

Place = tuple[int, int]


class Point(NamedTuple):
    """A movie of the list, its `score` not clipped; `chosen` if the filters let it through."""

    rank: int
    movie_id: Id
    title: str
    year: int | None
    score: float
    mean: float
    votes: int
    chosen: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class Around:
    """What stands around a list, in stars, as float64: other movies, and what was rated.

    `others`: (n, 2), everyone's mean and a rough prediction. `given`: (m, 2), everyone's mean and
    the rating.
    """

    others: NDArray[np.float64]
    given: NDArray[np.float64]


class Tick(NamedTuple):
    """A mark of both axes: what it says, and where it is, in units of the drawing."""

    value: float
    x: float
    y: float


@dataclass(frozen=True, kw_only=True)
class Chart:
    """All points, and what both axes run from and to, in stars.

    `dots` are the points in units of the drawing, `others` and `given` what stands around them;
    `labels` name the movies farthest above the line.
    """

    points: tuple[Point, ...]
    dots: tuple[Dot, ...]
    low: float
    high: float
    others: tuple[Place, ...]
    given: tuple[Place, ...]
    labels: tuple[Label, ...]

    def x(self, mean: float) -> float:
        """Where a mean is, from the left, in units of the drawing."""
        return round(LEFT + (mean - self.low) / (self.high - self.low) * (RIGHT - LEFT), 1)

    def y(self, score: float) -> float:
        """Where a score is, from the top, in units of the drawing."""
        return round(BOTTOM - (score - self.low) / (self.high - self.low) * (BOTTOM - TOP), 1)

    @property
    def frame(self) -> tuple[int, int, int, int]:
        """Left, right, upper and lower edge of the frame, in units of the drawing."""
        return FRAME

    @property
    def ticks(self) -> tuple[Tick, ...]:
        """The marks of both axes."""
        values = _round_values(self.low, self.high)
        return tuple(Tick(value=value, x=self.x(value), y=self.y(value)) for value in values)

    @property
    def n_above(self) -> int:
        """How many movies are predicted above everyone's stars."""
        return sum(point.score > point.mean for point in self.points)


def make_chart(
    points: tuple[Point, ...], low: float, high: float, around: Around | None = None
) -> Chart | None:
    """Fit the axes around the points, on a scale from `low` to `high`; None without any point."""
    if not points:
        return None
    ends = _ends(points, low, high)
    dots = _dots(points, *ends)
    others: tuple[Place, ...] = ()
    given: tuple[Place, ...] = ()
    if around is not None:
        others = _places(around.others, *ends)
        given = _places(around.given[:: 1 + len(around.given) // MOST_RINGS], *ends)
    return Chart(
        points=points,
        dots=dots,
        low=ends[0],
        high=ends[1],
        others=others,
        given=given,
        labels=_labels(points, dots),
    )


def radius(votes: int, most: int) -> float:
    """The radius of a movie's point: it grows with its votes, of which `most` are the most."""
    share = math.log1p(votes) / math.log1p(most) if most else 1.0
    return round(_LEAST_RADIUS + (_MOST_RADIUS - _LEAST_RADIUS) * share**3, 1)


def _ends(points: tuple[Point, ...], low: float, high: float) -> tuple[float, float]:
    """What both axes run from and to: the upper part of the scale, and what is beyond it."""
    span = high - low
    step = _step(span * _STEP)
    stars = [value for point in points for value in (point.mean, point.score)]
    least, most = min(stars) - _ROOM * span, max(stars) + _ROOM * span
    start = math.floor(min(least, low + _LOWEST * span) / step) * step
    end = max(high, most if max(stars) > high else high)
    return _tidy(max(start, min(low, *stars)), step), _tidy(end, step)


def _places(stars: NDArray[np.float64], low: float, high: float) -> tuple[Place, ...]:
    """Where pairs of a mean and stars are, in whole units, of those within the frame."""
    shares = (stars - low) / (high - low)
    shares = shares[((shares >= 0) & (shares <= 1)).all(axis=1)]
    xs = np.rint(LEFT + shares[:, 0] * (RIGHT - LEFT)).astype(np.int64)
    ys = np.rint(BOTTOM - shares[:, 1] * (BOTTOM - TOP)).astype(np.int64)
    return tuple(zip(xs.tolist(), ys.tolist(), strict=True))


def _dots(points: tuple[Point, ...], low: float, high: float) -> tuple[Dot, ...]:
    """Where the points are, and how large."""
    most = max([point.votes for point in points])
    span = high - low
    return tuple(
        [
            Dot(
                round(LEFT + (point.mean - low) / span * (RIGHT - LEFT), 1),
                round(BOTTOM - (point.score - low) / span * (BOTTOM - TOP), 1),
                radius(point.votes, most),
            )
            for point in points
        ]
    )


def _labels(points: tuple[Point, ...], dots: tuple[Dot, ...]) -> tuple[Label, ...]:
    """Name the points farthest above the line."""
    above = [place for place, point in enumerate(points) if point.score > point.mean]
    above.sort(key=lambda place: points[place].mean - points[place].score)
    named = [(dots[place], points[place].title) for place in above[:N_NAMED]]
    return place_labels(named, dots, FRAME)


def _round_values(low: float, high: float) -> list[float]:
    """Between three and ten round values from `low` to `high`."""
    step = _step((high - low) / 4)
    first = math.ceil(round(low / step, 6))
    last = math.floor(round(high / step, 6))
    return [_tidy(n * step, step) for n in range(first, last + 1)]


def _tidy(value: float, step: float) -> float:
    """The value without what arithmetic left at its end, far below a step."""
    return round(value, max(6, 3 - math.floor(math.log10(step))))


def _step(about: float) -> float:
    """1, 2 or 5 times a power of ten, at most `about`."""
    power = 10.0 ** math.floor(math.log10(about))
    return power * max(n for n in (1, 2, 5) if n * power <= about * (1 + 1e-9))
