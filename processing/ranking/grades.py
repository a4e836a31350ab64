"""Grades: ratings as small whole numbers, from 0 for the lowest to `most` for the highest.

A grade is what a rating is worth as a vote for watching and liking: a movie that was not rated has
grade 0 too. Whole numbers make sums over users exact, in whatever order they are added.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from processing.data.rows import Scale
from processing.kernels.arrays import Csr

MOST_LEVELS = 20  # their products then fit into 32 bits for five million users


class Grading(NamedTuple):
    """From stars to grades: (stars - low) / (high - low) of `most`, rounded."""

    low: float
    high: float
    most: int

    @classmethod
    def of(cls, scale: Scale) -> "Grading":
        """A grade for each level of a scale, or `MOST_LEVELS` where it has more."""
        levels = round((scale.high - scale.low) / scale.step) if scale.step > 0 else MOST_LEVELS
        return cls(scale.low, scale.high, min(max(levels, 1), MOST_LEVELS))

    @classmethod
    def of_watching(cls, scale: Scale) -> "Grading":
        """One grade, 1, for whatever was rated, liked or not."""
        return cls(scale.low - 1, scale.low, 1)

    def grades(self, stars: NDArray[np.float32]) -> NDArray[np.int32]:
        """Grades of ratings, int32 (n,)."""
        shares = (stars.astype(np.float64) - self.low) / (self.high - self.low)
        grades: NDArray[np.int32] = np.rint(shares.clip(0, 1) * self.most).astype(np.int32)
        return grades

    def shares(self, rated: Csr) -> Csr:
        """Ratings as grades from 0 to 1, float32."""
        values = (self.grades(rated.values) / self.most).astype(np.float32)
        return Csr(rated.indptr, rated.indices, values)
