"""What BaselineOnly, SVD, SVD++ and ALS share: biases and a product of factors."""

from abc import abstractmethod
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from processing.data.ratings import Ratings
from processing.kernels.arrays import Parameters
from processing.kernels.predict import LinearArrays, linear_scores
from processing.models import surprise_engine
from processing.models.base import Engine, Model, SettingsT
from processing.models.matrix import RatingMatrix, compact


class LinearModel(Model[SettingsT, LinearArrays]):
    """A model whose score is mean + b_u + b_i + p_u·q_i."""

    Arrays: ClassVar[type[LinearArrays]] = LinearArrays

    def contribution_group(self) -> str:
        return "taste"

    def _scores(
        self,
        users: NDArray[np.int32],
        movies: NDArray[np.int32],
        days: NDArray[np.int32] | None,
    ) -> NDArray[np.float64]:
        a = self.arrays_
        out = np.empty(len(users), np.float64)
        linear_scores(a._replace(mean=float(a.mean)), users, movies, out)
        return out


class SurprisesLinearModel(LinearModel[SettingsT]):
    """A linear model that Surprise has too.

    Subclasses learn in `_learn`, or in an algorithm of Surprise's that `_surprise` makes.
    """

    @classmethod
    def memory_need(cls, settings: SettingsT, ratings: Ratings, engine: Engine) -> tuple[int, str]:
        numbers = (ratings.n_users + ratings.n_movies) * (getattr(settings, "n_factors", 0) + 1)
        held = f"{ratings.n_ratings:,} ratings"
        if engine == "fast":
            return 2 * 4 * numbers + 24 * ratings.n_ratings, f"{held} both ways and the factors"
        if engine == "exact":
            need = 3 * 8 * numbers + 64 * ratings.n_ratings
            return need, f"{held} both ways in float64 and the factors"
        need = surprise_engine.trainset_bytes(ratings) + 3 * 8 * numbers
        return need, f"Surprise's trainset of {held} and the factors"

    @abstractmethod
    def _learn(self, matrix: RatingMatrix, random_state: int, exact: bool) -> Parameters:
        """Learn with our kernels."""

    @abstractmethod
    def _surprise(self, random_state: int) -> Any:
        """The algorithm of Surprise's that learns the same."""

    def _whole(self, matrix: RatingMatrix, learned: Parameters) -> Parameters:
        """Biases and factors from what was learned, where that is more."""
        return learned

    def _fit(self, ratings: Ratings, random_state: int) -> None:
        if self.engine == "fast":
            matrix = RatingMatrix.of(ratings)
            learned = self._whole(matrix, self._learn(matrix, random_state, exact=False))
            self.arrays_ = LinearArrays(
                mean=np.float64(matrix.mean),
                user_biases=learned.bu,
                movie_biases=learned.bi,
                user_factors=learned.pu,
                movie_factors=learned.qi,
            )
            return
        matrix, places = compact(ratings)
        if self.engine == "exact":
            learned = self._learn(matrix, random_state, exact=True)
        else:
            learned = _learned_by(
                surprise_engine.fitted(self._surprise(random_state), matrix, ratings.scale)
            )
        learned = self._whole(matrix, learned)
        self.arrays_ = LinearArrays(
            mean=np.float64(matrix.mean),
            user_biases=scatter(learned.bu, places.users, ratings.n_users),
            movie_biases=scatter(learned.bi, places.movies, ratings.n_movies),
            user_factors=scatter(learned.pu, places.users, ratings.n_users),
            movie_factors=scatter(learned.qi, places.movies, ratings.n_movies),
        )


def scatter(values: NDArray[Any], places: NDArray[np.int32], n: int) -> NDArray[Any]:
    """Rows of `values` at `places` of an array of `n` rows that is zero elsewhere."""
    out = np.zeros((n, *values.shape[1:]), values.dtype)
    out[places] = values
    return out


def _learned_by(algorithm: Any) -> Parameters:
    """What one of Surprise's algorithms has learned; no factors where it has none."""
    bu, bi = np.asarray(algorithm.bu), np.asarray(algorithm.bi)
    return Parameters(
        bu,
        bi,
        getattr(algorithm, "pu", np.zeros((len(bu), 0))),
        getattr(algorithm, "qi", np.zeros((len(bi), 0))),
        getattr(algorithm, "yj", None),
    )
