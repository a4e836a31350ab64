"""KNNBaseline: what similar users gave the movie, or what the user gave similar movies.

Model:   score[u, i] = b_ui + Σ_v sim(u, v) (r_vi - b_vi) / Σ_v sim(u, v)      user-based
         score[u, i] = b_ui + Σ_j sim(i, j) (r_uj - b_uj) / Σ_j sim(i, j)      movie-based
         over the k most similar raters v of i (movies j of u), of which those with positive
         similarity count; b_ui = mean + b_u + b_i.
Unknown: a user or movie that was not in the ratings is scored b_ui, its unknown biases 0.
Source:  Koren (2010), "Factor in the neighbors", section 2.2, eq. 3; as Surprise's KNNBaseline.
"""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from processing.data.ratings import Ratings
from processing.kernels.predict import knn_baseline_scores
from processing.models import surprise_engine
from processing.models.base import Model
from processing.models.settings import KNNBaselineSettings

ARRAYS_HELD = {"msd": 3, "cosine": 5, "pearson": 7, "pearson_baseline": 5}


class KNNBaseline(Model):
    """Neighbourhood model around the baseline.

    Attributes
    ----------
    sims_
        float64 (n, n), similarities of the users (movies) that had ratings in fitting.
    place_
        int32 (n_users or n_movies,), the row of each in `sims_`, -1 where it had none.
    """

    kind: ClassVar[str] = "knn_baseline"
    Settings: ClassVar[type] = KNNBaselineSettings

    @classmethod
    def memory_need(cls, settings: Any, ratings: Ratings) -> tuple[int, str]:
        """Surprise computes similarities in several dense arrays of 8 bytes a pair."""
        side = ratings.by_user if settings.user_based else ratings.by_movie
        n = int(np.count_nonzero(side.counts))
        held = ARRAYS_HELD[settings.similarity]
        who = "users" if settings.user_based else "movies"
        words = (
            f"{held} arrays of {n:,} × {n:,} {who} at {8 * n * n / 1e9:,.3g} GB each, and "
            f"Surprise's trainset of {ratings.n_ratings:,} ratings"
        )
        return held * 8 * n * n + surprise_engine.trainset_bytes(ratings), words

    def _fit(self, ratings: Ratings, random_state: int) -> None:
        fitted = surprise_engine.fit_knn_baseline(ratings, self.settings)
        learned, scatter = fitted.algorithm, surprise_engine.scatter
        self._mean = np.float64(learned.trainset.global_mean)
        user_biases = scatter(np.asarray(learned.bu), fitted.users, ratings.n_users)
        movie_biases = scatter(np.asarray(learned.bi), fitted.movies, ratings.n_movies)
        by_y, seen = ratings.by_movie, fitted.users
        self._x_biases, self._y_biases = user_biases, movie_biases
        if not self.settings.user_based:
            by_y, seen = ratings.by_user, fitted.movies
            self._x_biases, self._y_biases = movie_biases, user_biases
        self.sims_ = np.asarray(learned.sim)
        self.place_ = np.full(len(self._x_biases), -1, np.int32)
        self.place_[seen] = np.arange(len(seen), dtype=np.int32)
        self._indptr, self._indices, self._values = by_y.indptr, by_y.indices, by_y.values

    def _scores(
        self,
        users: NDArray[np.int32],
        movies: NDArray[np.int32],
        days: NDArray[np.int32] | None,
    ) -> NDArray[np.float64]:
        xs, ys = (users, movies) if self.settings.user_based else (movies, users)
        out = np.empty(len(users), np.float64)
        knn_baseline_scores(
            float(self._mean),
            self._x_biases,
            self._y_biases,
            self.sims_,
            self.place_,
            self._indptr,
            self._indices,
            self._values,
            xs,
            ys,
            self.settings.k,
            self.settings.min_k,
            out,
        )
        return out

    def _state(self) -> dict[str, NDArray[Any]]:
        return {
            "mean": np.asarray(self._mean),
            "x_biases": self._x_biases,
            "y_biases": self._y_biases,
            "sims": self.sims_,
            "place": self.place_,
            "indptr": self._indptr,
            "indices": self._indices,
            "values": self._values,
        }

    def _restore(self, state: dict[str, NDArray[Any]]) -> None:
        self._mean = np.float64(state["mean"])
        self._x_biases, self._y_biases = state["x_biases"], state["y_biases"]
        self.sims_, self.place_ = state["sims"], state["place"]
        self._indptr, self._indices = state["indptr"], state["indices"]
        self._values = state["values"]
