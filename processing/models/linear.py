"""What BaselineOnly, SVD and SVD++ share: biases and a product of factors."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from processing.data.ratings import Ratings
from processing.kernels.predict import linear_scores
from processing.models.base import Model
from processing.models.surprise_engine import Fitted, scatter, trainset_bytes


@dataclass(frozen=True, kw_only=True)
class LinearArrays:
    """Learned arrays of a model of the form mean + b_u + b_i + p_u·q_i, all float64.

    `user_biases` (n_users,), `movie_biases` (n_movies,), `user_factors` (n_users, n_factors) and
    `movie_factors` (n_movies, n_factors) are zero where nothing was known in fitting.
    """

    mean: NDArray[np.float64]
    user_biases: NDArray[np.float64]
    movie_biases: NDArray[np.float64]
    user_factors: NDArray[np.float64]
    movie_factors: NDArray[np.float64]


def arrays_of(fitted: Fitted, ratings: Ratings) -> LinearArrays:
    """What one of Surprise's algorithms has learned, in our order; no factors where it has none."""
    learned = fitted.algorithm
    return LinearArrays(
        mean=np.float64(learned.trainset.global_mean),
        user_biases=scatter(np.asarray(learned.bu), fitted.users, ratings.n_users),
        movie_biases=scatter(np.asarray(learned.bi), fitted.movies, ratings.n_movies),
        user_factors=_factors(learned, "pu", fitted.users, ratings.n_users),
        movie_factors=_factors(learned, "qi", fitted.movies, ratings.n_movies),
    )


class LinearModel(Model):
    """A model whose score is mean + b_u + b_i + p_u·q_i.

    Attributes
    ----------
    arrays_
        What was learned, as `LinearArrays`.
    """

    arrays_: LinearArrays

    def score_movies(
        self, user_indices: NDArray[np.int32], movie_indices: NDArray[np.int32]
    ) -> NDArray[np.float32]:
        """Scores of every pair of some users and some movies, not clipped.

        float32 (len(user_indices), len(movie_indices)).
        """
        a = self.arrays_
        users = a.user_factors[user_indices].astype(np.float32)
        movies = a.movie_factors[movie_indices].astype(np.float32)
        scores = users @ movies.T
        scores += (a.mean + a.user_biases[user_indices]).astype(np.float32)[:, None]
        scores += a.movie_biases[movie_indices].astype(np.float32)
        return scores

    @classmethod
    def memory_need(cls, settings: Any, ratings: Ratings) -> tuple[int, str]:
        rows = ratings.n_users + ratings.n_movies
        factors = 3 * 8 * rows * (getattr(settings, "n_factors", 0) + 1)
        need = trainset_bytes(ratings) + factors
        return need, f"Surprise's trainset of {ratings.n_ratings:,} ratings and the factors"

    def _scores(
        self,
        users: NDArray[np.int32],
        movies: NDArray[np.int32],
        days: NDArray[np.int32] | None,
    ) -> NDArray[np.float64]:
        a = self.arrays_
        out = np.empty(len(users), np.float64)
        linear_scores(
            float(a.mean),
            a.user_biases,
            a.movie_biases,
            a.user_factors,
            a.movie_factors,
            users,
            movies,
            out,
        )
        return out

    def _state(self) -> dict[str, NDArray[Any]]:
        return {f.name: getattr(self.arrays_, f.name) for f in fields(LinearArrays)}

    def _restore(self, state: dict[str, NDArray[Any]]) -> None:
        self.arrays_ = LinearArrays(**state)


def _factors(learned: Any, name: str, places: NDArray[np.int32], n: int) -> NDArray[np.float64]:
    return scatter(getattr(learned, name, np.zeros((len(places), 0))), places, n)
