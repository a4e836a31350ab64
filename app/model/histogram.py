"""A movie's ratings as a histogram: the counts, and the bars that draw them."""

from collections.abc import Sequence
from dataclasses import dataclass

CHART_WIDTH = 320
CHART_HEIGHT = 120
_GAP = 4
_LEAST_HEIGHT = 1.5


@dataclass(frozen=True, kw_only=True)
class Level:
    """How many gave one rating; `share` is their part of all, 0 to 1."""

    rating: float
    votes: int
    share: float

    @property
    def percent(self) -> int:
        """The share as a whole percentage."""
        return round(100 * self.share)


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A rectangle of the drawing, in its units."""

    level: Level
    x: float
    y: float
    width: float
    height: float
    middle: float


@dataclass(frozen=True, kw_only=True)
class Histogram:
    """Counts of each rating, lowest first."""

    levels: tuple[Level, ...]

    @property
    def bars(self) -> tuple[Bar, ...]:
        """The bars; the highest fills the drawing, and a rating that was given always shows."""
        step = CHART_WIDTH / len(self.levels)
        most = max(level.votes for level in self.levels) or 1
        bars = []
        for place, level in enumerate(self.levels):
            height = round(max(CHART_HEIGHT * level.votes / most, _LEAST_HEIGHT), 1)
            bars.append(
                Bar(
                    level=level,
                    x=round(place * step + _GAP / 2, 1),
                    y=round(CHART_HEIGHT - height, 1),
                    width=round(step - _GAP, 1),
                    height=height,
                    middle=round((place + 0.5) * step, 1),
                )
            )
        return tuple(bars)

    @property
    def most_given(self) -> Level:
        """The rating given most often; the higher one of equals."""
        return max(self.levels, key=lambda level: (level.votes, level.rating))


def histogram(ratings: Sequence[float], counts: Sequence[int]) -> Histogram:
    """Make a histogram of `counts[i]` ratings of `ratings[i]` stars."""
    total = sum(counts) or 1
    return Histogram(
        levels=tuple(
            Level(rating=rating, votes=votes, share=votes / total)
            for rating, votes in zip(ratings, counts, strict=True)
        )
    )
