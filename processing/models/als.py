"""ALS: a factorisation of what the baseline leaves, by alternating least squares.

Model:   score[u, i] = mean + b_u + b_i + p_u·q_i
         p_u = (Σ_{j rated} q_j q_jᵀ + λ √n_u I)⁻¹ Σ_{j rated} (r_uj - mean - b_u - b_j) q_j,
         q_i likewise from the users
Unknown: a user or movie that was not in the ratings has bias 0 and factors 0.
Source:  Zhou, Wilkinson, Schreiber and Pan (2008), "Large-scale parallel collaborative filtering
         for the Netflix prize", section 3.2 (ALS-WR). Differs: λ is multiplied by the root of the
         number of ratings, not by the number, which did better on stack ratings of MovieLens 1M;
         biases are those of the baseline and stay.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from processing.data.ratings import Ratings
from processing.errors import ModelError
from processing.kernels.als import solve_rows
from processing.kernels.arrays import Csr
from processing.kernels.predict import LinearArrays
from processing.models.base import Engine
from processing.models.linear import LinearModel
from processing.models.neighbours import baseline_of, deviations_of
from processing.tools.progress import progress
from processing.tools.validation import check_positive

INIT = 0.1  # length of a movie's factors at the start, about


@dataclass(frozen=True, kw_only=True)
class ALSSettings:
    """Settings of ALS.

    Attributes
    ----------
    n_factors, n_epochs
        Factors of each user and movie, and how often both sides are solved, 1 or more.
    reg
        λ, above 0.
    """

    n_factors: int = 32
    n_epochs: int = 7
    reg: float = 1.2

    def __post_init__(self) -> None:
        check_positive(n_factors=self.n_factors, n_epochs=self.n_epochs, reg=self.reg)


class ALS(LinearModel[ALSSettings]):
    """Factors around the baseline; each side is solved exactly while the other is held still."""

    kind: ClassVar[str] = "als"
    Settings: ClassVar[type[ALSSettings]] = ALSSettings

    @classmethod
    def memory_need(
        cls, settings: ALSSettings, ratings: Ratings, engine: Engine
    ) -> tuple[int, str]:
        numbers = (ratings.n_users + ratings.n_movies) * (settings.n_factors + 3)
        words = f"{ratings.n_ratings:,} ratings and residuals both ways, and the factors"
        return 4 * numbers + 32 * ratings.n_ratings, words

    def _fit(self, ratings: Ratings, random_state: int) -> None:
        if self.engine != "fast":
            raise ModelError(
                f"als has no engine {self.engine!r}: Surprise has no such model. "
                "Use the engine 'fast'."
            )
        settings, biases = self.settings, baseline_of(ratings)
        by_user = deviations_of(ratings.by_user, biases)
        by_movie = deviations_of(ratings.by_movie, biases.transposed())
        size = (ratings.n_movies, settings.n_factors)
        drawn = np.random.default_rng(random_state).standard_normal(size, np.float32)
        movies = drawn * np.float32(INIT / np.sqrt(settings.n_factors))
        for _ in progress(range(settings.n_epochs), "ALS", "epoch"):
            users = self._solved(by_user, movies)
            movies = self._solved(by_movie, users)
        self.arrays_ = LinearArrays(
            mean=np.float64(biases.mean),
            user_biases=biases.rows.astype(np.float32),
            movie_biases=biases.columns.astype(np.float32),
            user_factors=users,
            movie_factors=movies,
        )

    def _solved(self, residuals: Csr, factors: NDArray[np.float32]) -> NDArray[np.float32]:
        """The factors of the rows, given those of the columns; zero where there are no ratings."""
        n = factors.shape[1]
        regs = (self.settings.reg * np.sqrt(residuals.counts)).astype(np.float32)
        out = np.empty((residuals.n_rows, n), np.float32)
        solve_rows(residuals, factors, np.zeros((n, n), np.float32), regs, out)
        return out
