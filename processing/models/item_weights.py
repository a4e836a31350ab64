"""ItemWeights: item neighbourhood with globally learned weights.

Model:   score[u, i] = mean + b_u + b_i + |R(u)|^(-1/2) Σ_{j in R(u)} ((r_uj - b_uj) w_ij + c_ij)
         where b_uj = mean + b_u + b_j; R(u) are all movies that the user rated, but i.
Unknown: a user or movie that was not in the ratings has bias 0 and no weights.
Source:  Koren (2008), "Factorization meets the neighborhood", section 3, eq. 10, with all
         neighbours and N(u) = R(u). Differs: b_u and b_uj are those of the baseline and stay, so
         that each movie's weights are a regression of its own, of which all may be done at once.
"""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from processing.data.limits import beyond
from processing.data.ratings import Ratings
from processing.errors import ModelError
from processing.kernels.arrays import Csr
from processing.kernels.item_weights import Descent, add_weighted, fit_rows
from processing.models.base import Engine, Model
from processing.models.neighbours import baseline_of, deviations_of
from processing.tools.progress import counting
from processing.tools.validation import check_positive

N_BATCHES = 64


@dataclass(frozen=True, kw_only=True)
class ItemWeightsSettings:
    """Settings of ItemWeights.

    Attributes
    ----------
    n_epochs
        Passes over the ratings of each movie, 1 or more.
    learning_rate
        The share of an error by which a weight moves in the first epoch, above 0.
    lr_decay
        Each epoch's learning rate as a share of that of the one before, above 0 and up to 1.
    reg
        Regularisation: the share of itself that a weight loses in a step of 1, 0 or more.
    reg_bias
        The same of a movie's bias, 0 or more.
    most_ratings
        Ratings up to which a run has the model, 1 or more: a rating is looked at once for each
        other that its user gave.
    """

    n_epochs: int = 15
    learning_rate: float = 0.02
    lr_decay: float = 0.92
    reg: float = 0.002
    reg_bias: float = 0.002
    most_ratings: int = 30_000_000

    def __post_init__(self) -> None:
        rates = {"learning_rate": self.learning_rate, "lr_decay": self.lr_decay}
        check_positive(n_epochs=self.n_epochs, most_ratings=self.most_ratings, **rates)


class ItemWeightsArrays(NamedTuple):
    """What was learned: biases of the baseline, and float32 (n_movies, n_movies, 2) `weights`.

    `weights[i, j]` are w_ij and c_ij. `movie_biases` include what was learned. `indptr`, `indices`
    and `deviations` (rating less baseline, float32) are the ratings, by user.
    """

    mean: NDArray[np.float64]
    user_biases: NDArray[np.float64]
    movie_biases: NDArray[np.float64]
    weights: NDArray[np.float32]
    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    deviations: NDArray[np.float32]


class ItemWeights(Model[ItemWeightsSettings, ItemWeightsArrays]):
    """Weights between all movies, learned for each by stochastic gradient descent."""

    kind: ClassVar[str] = "item_weights"
    Settings: ClassVar[type[ItemWeightsSettings]] = ItemWeightsSettings
    Arrays: ClassVar[type[ItemWeightsArrays]] = ItemWeightsArrays

    @classmethod
    def memory_need(
        cls, settings: ItemWeightsSettings, ratings: Ratings, engine: Engine
    ) -> tuple[int, str]:
        n = ratings.n_movies
        words = f"two weights for each of {n:,} × {n:,} movies, and {ratings.n_ratings:,} ratings"
        return 8 * n * n + 24 * ratings.n_ratings, words

    @classmethod
    def too_large(cls, settings: ItemWeightsSettings, ratings: Ratings) -> str | None:
        return beyond(ratings, settings.most_ratings)

    def contribution_group(self) -> str:
        return "similar_movies"

    def _fit(self, ratings: Ratings, random_state: int) -> None:
        if self.engine != "fast":
            raise ModelError(
                f"item_weights has no engine {self.engine!r}: Surprise has no such model. "
                "Use the engine 'fast'."
            )
        settings, by_movie = self.settings, ratings.by_movie
        biases = baseline_of(ratings)
        by_user = deviations_of(ratings.by_user, biases)
        targets = by_movie.values - (biases.mean + biases.rows[by_movie.indices])
        targets -= np.repeat(biases.columns, by_movie.counts)
        by_movie = by_movie._replace(values=targets.astype(np.float32))
        descent = Descent(
            n_epochs=settings.n_epochs,
            rate=np.float32(settings.learning_rate),
            decay=np.float32(settings.lr_decay),
            reg=np.float32(settings.reg),
            reg_offset=np.float32(settings.reg_bias),
            seed=random_state,
        )
        offsets = np.zeros(ratings.n_movies, np.float32)
        weights = np.zeros((ratings.n_movies, ratings.n_movies, 2), np.float32)
        by_size = np.argsort(-by_movie.counts, kind="stable").astype(np.int32)
        with counting(ratings.n_movies, "item weights", "movie") as advance:
            for k in range(N_BATCHES):
                movies = by_size[k::N_BATCHES]
                fit_rows(movies, by_user, by_movie, descent, offsets, weights)
                advance(len(movies))
        self.arrays_ = ItemWeightsArrays(
            mean=np.asarray(biases.mean),
            user_biases=biases.rows,
            movie_biases=biases.columns + offsets,
            weights=weights,
            indptr=by_user.indptr,
            indices=by_user.indices,
            deviations=by_user.values,
        )

    def _scores(
        self,
        users: NDArray[np.int32],
        movies: NDArray[np.int32],
        days: NDArray[np.int32] | None,
    ) -> NDArray[np.float64]:
        a = self.arrays_
        scores: NDArray[np.float64] = a.mean + a.user_biases[users] + a.movie_biases[movies]
        by_user = Csr(a.indptr, a.indices, a.deviations)
        add_weighted(by_user, a.weights, users, movies, scores)
        return scores
