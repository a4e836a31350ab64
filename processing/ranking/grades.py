"""Grades: ratings as small whole numbers, from 0 for the lowest to `most` for the highest.

A grade is what a rating is worth as a vote for watching and liking: a movie that was not rated has
grade 0 too. Whole numbers make sums over users exact, in whatever order they are added.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from processing.data.rows import Scale
from processing.kernels.arrays import Csr

BLOCK = 1_000_000
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

    def grades(self, stars: NDArray[np.float32]) -> NDArray[np.int8]:
        """Grades of ratings, int8 (n,)."""
        grades = np.empty(len(stars), np.int8)
        for start in range(0, len(stars), BLOCK):
            block = stars[start : start + BLOCK].astype(np.float64)
            shares = (block - self.low) / (self.high - self.low)
            grades[start : start + BLOCK] = np.rint(shares.clip(0, 1) * self.most)
        return grades

    def shares(self, rated: Csr) -> Csr:
        """Ratings as grades from 0 to 1, float32."""
        levels = (np.arange(self.most + 1) / self.most).astype(np.float32)
        values = levels[self.grades(rated.values)]
        return Csr(rated.indptr, rated.indices, values)
