"""What a reader hands over: rating rows in file order, the catalogue and the rating scale."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from processing.ids import Ids

NO_DAY = np.iinfo(np.int32).min
UNITS = 4  # that every scale spans
BLOCK = 1_000_000  # ratings that are turned to units together
LIKE_SHARE = 0.75  # of the way from the lowest rating to the highest: 4 of 1 to 5


@dataclass(frozen=True, kw_only=True)
class Scale:
    """The ratings that a user can give: `low`, `low + step`, …, `high`, in stars."""

    low: float
    high: float
    step: float

    def __str__(self) -> str:
        return f"{self.low:g} to {self.high:g} by {self.step:g}"

    @property
    def like(self) -> float:
        """The lowest rating that is a like: the first level three quarters up the scale."""
        reach = LIKE_SHARE * (self.high - self.low)
        if self.step == 0:
            return self.low + reach
        return self.low + self.step * float(np.ceil(round(reach / self.step, 6)))

    @property
    def binned(self) -> bool:
        """Whether there are too many ratings to count each: histograms have ten bins instead."""
        return self.step == 0 or round((self.high - self.low) / self.step) + 1 > 20

    @property
    def unit(self) -> float:
        """A quarter of the range, in stars: 1 on a scale from 1 to 5."""
        return (self.high - self.low) / UNITS

    @property
    def usual(self) -> bool:
        """Whether stars are units, and the lowest rating is 1."""
        return self.low == 1 and self.unit == 1

    def in_units(self, stars: NDArray[np.float32]) -> NDArray[np.float32]:
        """Ratings as on a scale from 1 to 5, float32 (n,)."""
        units = np.empty(len(stars), np.float32)
        for start in range(0, len(stars), BLOCK):
            block = stars[start : start + BLOCK].astype(np.float64)
            units[start : start + BLOCK] = self.units_of(block).clip(1, 1 + UNITS)
        return units

    def units_of(self, stars: NDArray[np.float64]) -> NDArray[np.float64]:
        """Scores, which may lie beyond the scale, as on a scale from 1 to 5, float64 (n,)."""
        return stars if self.usual else 1 + (stars - self.low) / self.unit

    def in_stars(self, units: NDArray[np.float64]) -> NDArray[np.float64]:
        """What `units_of` undoes, float64 (n,)."""
        return units if self.usual else self.low + (units - 1) * self.unit

    def of_two(self) -> "Scale":
        """The scale; of one rating alone, with a lower one beside it, so that what is given is a
        like.
        """
        if self.low < self.high:
            return self
        step = max(self.step or 1.0, float(np.spacing(np.float32(abs(self.high)))))
        return Scale(low=self.high - step, high=self.high, step=step)

    def levels(self) -> NDArray[np.float32]:
        """Every rating on the scale, ascending; at most 20, else 10 even bins' upper ends."""
        if not self.binned:
            count = round((self.high - self.low) / self.step) + 1
            return (self.low + self.step * np.arange(count)).astype(np.float32)
        return np.linspace(self.low, self.high, 11, dtype=np.float32)[1:]


@dataclass(frozen=True, kw_only=True)
class RatingRows:
    """Ratings as they stood in the files, one entry per line.

    `user_ids`, `movie_ids`: int32 (n,) where they fit, else int64. Where ids are texts these are
    places in `user_names`, `movie_names`, which hold each text once, in any order. `values`:
    float32 (n,), stars. `days`: int32 (n,), days since 1970-01-01, or NO_DAY in every entry where
    the source has no dates.
    """

    user_ids: NDArray[np.int32] | NDArray[np.int64]
    movie_ids: NDArray[np.int32] | NDArray[np.int64]
    values: NDArray[np.float32]
    days: NDArray[np.int32]
    user_names: Ids | None = None
    movie_names: Ids | None = None


@dataclass(frozen=True, kw_only=True)
class SourcePairs:
    """(user, movie) pairs that a source names, such as a fold's test set or the probe list."""

    user_ids: Ids
    movie_ids: Ids


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """The movies that a source knows by title, ascending by movie id. May be empty.

    `imdb_ids`, `tmdb_ids`: their numbers at IMDb and TMDB; both empty where the source names none.
    """

    movie_ids: Ids
    titles: list[str]
    years: list[int | None]
    genres: list[tuple[str, ...]]
    imdb_ids: list[int | None] = field(default_factory=list)
    tmdb_ids: list[int | None] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class SourceData:
    """Everything that was read from a source.

    `folds` holds the test pairs of each ready-made fold; `probe` the Netflix Prize's probe list;
    `n_bad` counts the lines that were skipped because the caller tolerated them.
    """

    rows: RatingRows
    catalogue: Catalogue
    scale: Scale
    n_bad: int = 0
    folds: dict[str, SourcePairs] = field(default_factory=dict)
    probe: SourcePairs | None = None
