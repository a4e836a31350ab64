"""The rating scale as the site shows it: texts and star widths. Its twin: `app/static/scale.js`."""

from dataclasses import dataclass
from functools import cached_property

from app.languages import gettext, number_text

STAR_WIDTH = 20
MOST_STARS = 10
USUAL_STARS = 5
MOST_LEVELS = 20  # a release's histograms have a column per rating up to here, bins beyond


@dataclass(frozen=True, kw_only=True)
class RatingScale:
    """The ratings that users could give: `low`, `low + step`, … `high`."""

    low: float
    high: float
    step: float

    @cached_property
    def has_own_stars(self) -> bool:
        """Whether one glyph is one star: scales such as 1-5 and 0.5-5, not 1-100 or -10-10."""
        return self.low >= 0 and self.high <= MOST_STARS and self.high == int(self.high)

    @property
    def n_stars(self) -> int:
        """Number of star glyphs in a row."""
        return int(self.high) if self.has_own_stars else USUAL_STARS

    @cached_property
    def row_width(self) -> int:
        """Width of a row of stars, in units of its drawing."""
        return self.n_stars * STAR_WIDTH

    @property
    def star_offsets(self) -> tuple[int, ...]:
        """Left edges of the star glyphs, in units of the drawing."""
        return tuple(range(0, self.row_width, STAR_WIDTH))

    def filled(self, value: float) -> float:
        """Width of the filled part of a row of stars, in units of its drawing."""
        low = 0.0 if self.has_own_stars else self.low
        share = (value - low) / (self.high - low) if self.high > low else 1.0
        return round(self.row_width * min(max(share, 0.0), 1.0), 1)

    def rating_text(self, value: float) -> str:
        """Write a rating as it was given: '4', '3.5', '72'."""
        return number_text(f"{value:g}")

    def level_text(self, value: float) -> str:
        """Write a histogram's level: a rating, or the upper end of a bin ('to 20')."""
        text = self.rating_text(value)
        return gettext("to %(level)s") % {"level": text} if self.is_binned else text

    def score_text(self, value: float) -> str:
        """Write a score or a mean: one decimal, none on scales that reach beyond 20."""
        return number_text(f"{value:.{self._decimals}f}")

    def predicted_text(self, value: float) -> str:
        """Write a prediction that is not clipped: beyond the scale's end, '5+'."""
        if round(value, self._decimals) > self.high:
            return f"{self.rating_text(self.high)}+"
        return self.score_text(max(value, self.low))

    def clipped(self, value: float) -> float:
        """Return a prediction within the scale."""
        return min(max(value, self.low), self.high)

    def tick_text(self, value: float) -> str:
        """Write a mark of an axis: '3.5', '4'."""
        return self.rating_text(value)

    def percent(self, value: float) -> float:
        """How far up the scale a value is, 0 to 100."""
        share = (value - self.low) / (self.high - self.low) if self.high > self.low else 1.0
        return round(100 * min(max(share, 0.0), 1.0), 1)

    def difference_text(self, value: float) -> str | None:
        """Write how large a difference is, '0.4'; None where it would read as none."""
        text = f"{abs(value):.{self._decimals}f}"
        return number_text(text) if float(text) else None

    def exact_text(self, value: float) -> str:
        """Write a score to the hundredth: '3.54'."""
        return number_text(f"{value:.2f}")

    def part_text(self, value: float) -> str:
        """Write what is added to a score, to the hundredth: '+0.31', '−0.08'."""
        return number_text(f"{value:+.2f}")

    @property
    def choices(self) -> tuple[float, ...]:
        """The ratings that a visitor may choose from: all, or an even few of very many."""
        n = 1 + round((self.high - self.low) / self.step) if self.step > 0 else MOST_STARS + 1
        n = n if 2 <= n <= MOST_STARS else USUAL_STARS
        return tuple(
            round(self.low + place * (self.high - self.low) / (n - 1), 6) for place in range(n)
        )

    @property
    def is_binned(self) -> bool:
        """Whether a histogram's levels are bins of several ratings, named by their upper ends."""
        return self.step <= 0 or (self.high - self.low) / self.step + 1 > MOST_LEVELS

    @cached_property
    def _decimals(self) -> int:
        return 1 if self.high <= MOST_LEVELS else 0
