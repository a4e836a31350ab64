"""The chart of a list: predicted stars against everyone's, a point for each movie."""

import math
from dataclasses import dataclass

from processing.ids import Id

LEFT, RIGHT, TOP, BOTTOM = 44, 628, 12, 376  # of the axes, in a drawing of 640 by 420
_LEAST_SPAN = 0.1  # of the scale's


@dataclass(frozen=True, kw_only=True)
class Point:
    """A movie of the list; `chosen` tells whether the filters let it through."""

    rank: int
    movie_id: Id
    title: str
    year: int | None
    score: float
    mean: float
    votes: int
    chosen: bool


@dataclass(frozen=True, kw_only=True)
class Tick:
    """A mark of an axis: what it says, and where it is, in units of the drawing."""

    value: float
    place: float


@dataclass(frozen=True, kw_only=True)
class Chart:
    """All points, and the ends of the axes in stars: `mean_low` to `mean_high` runs right."""

    points: tuple[Point, ...]
    mean_low: float
    mean_high: float
    score_low: float
    score_high: float

    def x(self, mean: float) -> float:
        """Where a mean is, from the left, in units of the drawing."""
        share = (mean - self.mean_low) / (self.mean_high - self.mean_low)
        return round(LEFT + share * (RIGHT - LEFT), 1)

    def y(self, score: float) -> float:
        """Where a score is, from the top, in units of the drawing."""
        share = (score - self.score_low) / (self.score_high - self.score_low)
        return round(BOTTOM - share * (BOTTOM - TOP), 1)

    @property
    def frame(self) -> tuple[int, int, int, int]:
        """Left, right, upper and lower edge of the frame, in units of the drawing."""
        return LEFT, RIGHT, TOP, BOTTOM

    @property
    def mean_ticks(self) -> tuple[Tick, ...]:
        """The marks of the axis of everyone's stars."""
        values = _round_values(self.mean_low, self.mean_high)
        return tuple(Tick(value=value, place=self.x(value)) for value in values)

    @property
    def score_ticks(self) -> tuple[Tick, ...]:
        """The marks of the axis of predicted stars."""
        values = _round_values(self.score_low, self.score_high)
        return tuple(Tick(value=value, place=self.y(value)) for value in values)

    @property
    def equal(self) -> tuple[float, float, float, float] | None:
        """Ends x1, y1, x2, y2 of the line where both are equal, None where it is out of sight."""
        low = max(self.mean_low, self.score_low)
        high = min(self.mean_high, self.score_high)
        if low >= high:
            return None
        return self.x(low), self.y(low), self.x(high), self.y(high)

    @property
    def n_above(self) -> int:
        """How many movies are predicted above everyone's stars."""
        return sum(point.score > point.mean for point in self.points)


def make_chart(points: tuple[Point, ...], low: float, high: float) -> Chart | None:
    """Fit the axes around the points, within a scale from `low` to `high`; None without any."""
    if not points:
        return None
    ends = [
        _around(values, _step((high - low) * _LEAST_SPAN), low, high)
        for values in ([point.mean for point in points], [point.score for point in points])
    ]
    (mean_low, mean_high), (score_low, score_high) = ends
    return Chart(
        points=points,
        mean_low=mean_low,
        mean_high=mean_high,
        score_low=score_low,
        score_high=score_high,
    )


def _around(
    values: list[float], step: float, scale_low: float, scale_high: float
) -> tuple[float, float]:
    """Round multiples of `step` that hold all values, with a little room within the scale."""
    room = step / 5
    low = math.floor((min(values) - room) / step) * step
    high = math.ceil((max(values) + room) / step) * step
    low, high = max(low, min(scale_low, *values)), min(high, max(scale_high, *values))
    return _tidy(low, step), _tidy(high, step)


def _round_values(low: float, high: float) -> list[float]:
    """Between three and eight round values from `low` to `high`."""
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
