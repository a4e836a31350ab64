"""Most popular, and popular lately: the same list for everybody.

Model:   score[u, i] = how many rated i, on the `days` days up to the last one of all, or ever
Unknown: what nobody rated scores 0.
Source:  Ji, Sun, Zhang and Li (2020), "A re-visit of the popularity baseline in recommender
         systems", for counting what is recent.
"""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from processing.data.ratings import Ratings
from processing.errors import ConfigError
from processing.kernels.arrays import Csr
from processing.ranking.base import RankingModel
from processing.ranking.gram import Grams


@dataclass(frozen=True, kw_only=True)
class PopularitySettings:
    """Settings of Popularity.

    Attributes
    ----------
    days
        How many of the last days count, 0 for all. Ratings without days count always.
    """

    days: int = 0

    def __post_init__(self) -> None:
        if self.days < 0:
            raise ConfigError(f"days is {self.days!r}; expected 0 or more.")


class PopularityArrays(NamedTuple):
    """What was learned: float32 (n_movies,), how many ratings count."""

    counts: NDArray[np.float32]


class Popularity(RankingModel[PopularitySettings, PopularityArrays]):
    """How many rated each movie."""

    kind: ClassVar[str] = "popularity"
    Settings: ClassVar[type[PopularitySettings]] = PopularitySettings
    Arrays: ClassVar[type[PopularityArrays]] = PopularityArrays
    same_for_all: ClassVar[bool] = True

    @classmethod
    def memory_need(cls, settings: PopularitySettings, ratings: Ratings) -> tuple[int, str]:
        return 13 * ratings.n_ratings, f"{ratings.n_ratings:,} ratings"

    def scores(self, rated: Csr) -> NDArray[np.float32]:
        counts = self.arrays_.counts
        return np.broadcast_to(counts, (rated.n_rows, len(counts))).copy()

    def terms(self, rated: Csr, listed: NDArray[np.int32]) -> NDArray[np.float64]:
        out = np.zeros((len(listed), 1 + len(rated.indices)))
        out[:, 0] = self.arrays_.counts[listed]
        return out

    def _fit(self, ratings: Ratings, random_state: int, grams: Grams | None) -> PopularityArrays:
        counts = recent_counts(ratings, self.settings.days)
        return PopularityArrays(counts.astype(np.float32))


def recent_counts(ratings: Ratings, days: int) -> NDArray[np.int64]:
    """Ratings of each movie on the last `days` days, int64 (n_movies,); of all days if 0."""
    csr = ratings.by_user
    if not days or not ratings.dated:
        return ratings.movie_counts
    recent = csr.days > int(csr.days.max()) - days
    return np.bincount(csr.indices[recent], minlength=ratings.n_movies)
