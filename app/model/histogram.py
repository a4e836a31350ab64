"""A movie's votes as bars: by rating, and by the time they were given."""

from collections.abc import Sequence
from dataclasses import dataclass

CHART_WIDTH = 320
CHART_HEIGHT = 120
_GAP = 4
_NARROW_GAP = 1
_LEAST_HEIGHT = 1.5


@dataclass(frozen=True, kw_only=True)
class Period:
    """The votes of a month, a quarter or a year, from the day `first` on; no mean without any."""

    first: str
    label: str
    votes: int
    mean: float | None


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
    """A rectangle of the drawing, in its units, and what it stands for."""

    of: Level | Period
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
        """The bars; a rating that was given always shows."""
        return _bars(self.levels, _GAP)

    @property
    def most_given(self) -> Level:
        """The rating given most often; the higher one of equals."""
        return max(self.levels, key=lambda level: (level.votes, level.rating))


@dataclass(frozen=True, kw_only=True)
class VotesOverTime:
    """Votes of each period, first to last, one at least."""

    periods: tuple[Period, ...]

    @property
    def bars(self) -> tuple[Bar, ...]:
        """The bars; a period with votes always shows."""
        return _bars(self.periods, _NARROW_GAP)

    @property
    def busiest(self) -> Period:
        """The period with most votes; the first of equals."""
        return max(self.periods, key=lambda period: period.votes)


def histogram(ratings: Sequence[float], counts: Sequence[int]) -> Histogram:
    """Make a histogram of `counts[i]` ratings of `ratings[i]` stars."""
    total = sum(counts) or 1
    return Histogram(
        levels=tuple(
            Level(rating=rating, votes=votes, share=votes / total)
            for rating, votes in zip(ratings, counts, strict=True)
        )
    )


def _bars(counted: Sequence[Level | Period], gap: float) -> tuple[Bar, ...]:
    """A bar for each count; the highest fills the drawing."""
    step = CHART_WIDTH / len(counted)
    most = max(each.votes for each in counted) or 1
    bars = []
    for place, each in enumerate(counted):
        least = _LEAST_HEIGHT if each.votes or isinstance(each, Level) else 0.0
        height = round(max(CHART_HEIGHT * each.votes / most, least), 1)
        bars.append(
            Bar(
                of=each,
                x=round(place * step + gap / 2, 1),
                y=round(CHART_HEIGHT - height, 1),
                width=round(step - gap, 1),
                height=height,
                middle=round((place + 0.5) * step, 1),
            )
        )
    return tuple(bars)
