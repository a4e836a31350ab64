"""ImplicitALS: a factorisation of the grades in which a pair that was not rated counts as 0.

Model:   score[u, i] = p_u · q_i
         p_u = (α QᵀQ + Σ_{j rated} q_j q_jᵀ + λ (n_u + α n_movies) I)⁻¹ Σ_{j rated} x_uj q_j,
         q_i likewise from the users; x are the grades, `floor` for the lowest up to 1
Source:  Hu, Koren and Volinsky (2008), "Collaborative filtering for implicit feedback datasets";
         Rendle, Krichene, Zhang and Koren (2022), "Revisiting the performance of iALS on item
         recommendation benchmarks", for α and for λ that grows with the number of entries.
Differs: what is rated weighs 1 whatever the grade, and the grade is what is aimed at.
"""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from processing.data.limits import beyond
from processing.data.ratings import Ratings
from processing.errors import ConfigError
from processing.kernels.als import solve_rows
from processing.kernels.arrays import Csr
from processing.ranking.base import RankingModel
from processing.ranking.grades import Grading
from processing.ranking.gram import Grams
from processing.tools.progress import counting
from processing.tools.validation import check_positive


@dataclass(frozen=True, kw_only=True)
class ImplicitALSSettings:
    """Settings of ImplicitALS.

    Attributes
    ----------
    n_factors, n_epochs
        Factors of a movie, and how often both sides are solved, 1 or more.
    unrated
        α, the weight of a pair that was not rated, above 0.
    reg
        λ, above 0.
    floor
        What the lowest rating counts for, from 0 to 1.
    most_ratings
        Ratings beyond which the model is left out, since it would take longer than all others.
    """

    n_factors: int = 128
    n_epochs: int = 8
    unrated: float = 0.1
    reg: float = 0.01
    floor: float = 0.2
    most_ratings: int = 30_000_000

    def __post_init__(self) -> None:
        check_positive(n_factors=self.n_factors, n_epochs=self.n_epochs)
        check_positive(unrated=self.unrated, reg=self.reg, most_ratings=self.most_ratings)
        if not 0 <= self.floor <= 1:
            raise ConfigError(f"floor is {self.floor!r}; expected a number from 0 to 1.")


class ImplicitALSArrays(NamedTuple):
    """What was learned: float32 (n_movies, n_factors), and float64 (3,), the `Grading`."""

    factors: NDArray[np.float32]
    grading: NDArray[np.float64]


class ImplicitALS(RankingModel[ImplicitALSSettings, ImplicitALSArrays]):
    """Factors of movies; people are solved for when they are scored."""

    kind: ClassVar[str] = "ials"
    Settings: ClassVar[type[ImplicitALSSettings]] = ImplicitALSSettings
    Arrays: ClassVar[type[ImplicitALSArrays]] = ImplicitALSArrays

    @classmethod
    def memory_need(cls, settings: ImplicitALSSettings, ratings: Ratings) -> tuple[int, str]:
        n_factors = settings.n_factors * (ratings.n_users + 2 * ratings.n_movies)
        return 4 * n_factors + 40 * ratings.n_ratings, f"factors, {ratings.n_ratings:,} ratings"

    @classmethod
    def too_large(cls, settings: ImplicitALSSettings, ratings: Ratings) -> str | None:
        return beyond(ratings, settings.most_ratings)

    def scores(self, rated: Csr) -> NDArray[np.float32]:
        factors = self.arrays_.factors
        found: NDArray[np.float32] = self._people(self._targets(rated), factors) @ factors.T
        return found

    def terms(self, rated: Csr, listed: NDArray[np.int32]) -> NDArray[np.float64]:
        factors = self.arrays_.factors.astype(np.float64)
        own, targets = factors[rated.indices], self._targets(rated).values
        n = len(own)
        system = self._gram(factors) + own.T @ own + self._reg(n) * np.eye(factors.shape[1])
        terms = factors[listed] @ np.linalg.solve(system, own.T) * targets
        return np.hstack((np.zeros((len(listed), 1)), terms))

    def _fit(self, ratings: Ratings, random_state: int, grams: Grams | None) -> ImplicitALSArrays:
        settings, grading = self.settings, Grading.of(ratings.scale)
        rng = np.random.default_rng(random_state)
        size = (ratings.n_movies, settings.n_factors)
        factors = (rng.standard_normal(size) * 0.1 / np.sqrt(settings.n_factors)).astype(np.float32)
        self.arrays_ = ImplicitALSArrays(factors, np.array(grading, np.float64))
        targets = self._targets(ratings.by_user)
        by_movie = targets.transposed(ratings.n_movies)
        with counting(settings.n_epochs, "ImplicitALS", "epoch") as advance:
            for _ in range(settings.n_epochs):
                factors = self._people(by_movie, self._people(targets, factors))
                advance(1)
        return ImplicitALSArrays(factors, np.array(grading, np.float64))

    def _targets(self, rated: Csr) -> Csr:
        """What is aimed at: grades from `floor` to 1."""
        low, high, most = self.arrays_.grading.tolist()
        shares = Grading(low, high, int(most)).shares(rated)
        floor = np.float32(self.settings.floor)
        return shares._replace(values=floor + (1 - floor) * shares.values)

    def _people(self, targets: Csr, factors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Factors of the rows of `targets`, given those of its columns."""
        settings, gram = self.settings, self._gram(factors).astype(np.float32)
        unrated = settings.unrated * len(factors)
        regs = (settings.reg * (targets.counts + unrated)).astype(np.float32)
        out = np.empty((targets.n_rows, factors.shape[1]), np.float32)
        solve_rows(targets, factors, gram, regs, out)
        return out

    def _gram(self, factors: NDArray[np.float32] | NDArray[np.float64]) -> NDArray[np.float64]:
        return self.settings.unrated * (factors.T @ factors).astype(np.float64)

    def _reg(self, n_rated: int) -> float:
        return self.settings.reg * (n_rated + self.settings.unrated * len(self.arrays_.factors))
