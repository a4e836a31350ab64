"""Features of a (user, movie) pair, computed from ratings that do not hold the pair.

The course notebook that this project descends from used the global average, the ratings of the five
most similar users and for the five most similar movies, and the averages of user and movie, all of
them computed with the row's own rating inside. Here a pair that is among the ratings is refused:
whoever wants features of a rated pair fits them without its rating, as the stack sets are.
"""

from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from processing.data.ratings import Ratings
from processing.ensemble import time_features
from processing.ensemble.time_features import TimeFeatures
from processing.errors import ModelError
from processing.kernels.arrays import Biases, Cells, Csr, Neighbours
from processing.kernels.neighbours import Opinions, opinions_of_columns, opinions_of_rows
from processing.models.neighbours import baseline_of, deviations_of, nearest

N_NEIGHBOURS = 100
NO_SUPPORTS = np.empty((0, 0), np.int32)
N_SHOWN = 5

NAMES = (
    "user_average",
    "movie_average",
    "log_user_support",
    "log_movie_support",
    *(f"similar_movie_{k + 1}" for k in range(N_SHOWN)),
    *time_features.NAMES,
    *(f"similar_user_{k + 1}" for k in range(N_SHOWN)),
)
N_PLAIN = 4

GROUPS = {
    "user_average": "user",
    "movie_average": "movie",
    "log_user_support": "evidence",
    "log_movie_support": "evidence",
    **{f"similar_user_{k + 1}": "similar_users" for k in range(N_SHOWN)},
    **{f"similar_movie_{k + 1}": "similar_movies" for k in range(N_SHOWN)},
    "user_spread": "user",
    "movie_spread": "movie",
    **dict.fromkeys(time_features.NAMES[2:], "time"),
}
CONTRIBUTIONS = (
    "user",
    "movie",
    "taste",
    "similar_movies",
    "similar_users",
    "time",
    "evidence",
    "limit",
)


def names_of(similar_users: bool) -> tuple[str, ...]:
    """Names of the features, with those of similar users or without them, which come last."""
    return NAMES if similar_users else NAMES[:-N_SHOWN]


class Features:
    """What a set of ratings says about pairs outside it.

    Averages are the damped deviations of the baseline, of the user and of the movie; similarities
    the shrunk correlations of deviations from it: both as KNNBaseline has them.

    Attributes
    ----------
    user_biases_, movie_biases_
        float64 (n_users,), (n_movies,), the averages.
    similar_users_
        int32 (n_users, k), the users most similar to each, best first, -1 beyond the last; None
        where they were not asked for.
    similar_movies_
        `Neighbours` of each movie.
    """

    similar_users_: NDArray[np.int32] | None

    def fit(self, ratings: Ratings, similar_users: bool = True) -> Self:
        """Compute averages and neighbours; of users only if `similar_users`."""
        self.__dict__.pop("_of_time", None)
        self._ratings = ratings
        _, self.user_biases_, self.movie_biases_ = baseline_of(ratings)
        self.similar_users_ = nearest(ratings, user_based=True).ids if similar_users else None
        self.similar_movies_ = nearest(ratings, user_based=False)
        return self

    def deviations(self) -> Csr:
        """Each rating less mean, user's and movie's average, by user; float32."""
        biases = Biases(self._ratings.mean, self.user_biases_, self.movie_biases_)
        return deviations_of(self._ratings.by_user, biases)

    def make(
        self,
        users: NDArray[np.int32],
        movies: NDArray[np.int32],
        days: NDArray[np.int32] | None,
    ) -> NDArray[np.float32]:
        """Features of pairs, float32 (n, n_features), in the order of `names_of`.

        They are NaN where no similar one has a rating.

        `days` are the pairs' days, None where there are none. Of similar users and movies the first
        `N_NEIGHBOURS` are looked at. Quick where the pairs of a user are together.

        Raises
        ------
        ModelError
            If one of the pairs is among the ratings: its features would hold its answer.
        """
        ratings = self._ratings
        csr, cells, sums = ratings.by_user, Cells(users, movies), np.empty((len(users), 0))
        width = len(names_of(self.similar_users_ is not None))
        out = np.empty((len(users), width), np.float32)
        cuts = [N_SHOWN, N_SHOWN + len(time_features.NAMES)]
        of_movies, of_days, of_users = np.split(out[:, N_PLAIN:], cuts, axis=1)
        near = self.similar_movies_
        near = near._replace(ids=near.ids[:, :N_NEIGHBOURS])
        n_rated = opinions_of_columns(
            near, csr, self.movie_biases_, cells, Opinions(0, sums, of_movies)
        )
        if n_rated:
            raise ModelError(
                "One of the pairs has a rating among those that its features are computed from. "
                "Fit them on ratings that leave the pair out."
            )
        if self.similar_users_ is not None:
            nothing = np.empty((0, 0), np.float32)  # similarities are read for sums alone
            near = Neighbours(self.similar_users_[:, :N_NEIGHBOURS], nothing, NO_SUPPORTS)
            opinions = Opinions(0, sums, of_users)
            opinions_of_rows(near, csr, self.user_biases_, ratings.n_movies, cells, opinions)
        out[:, 0] = self.user_biases_[users]
        out[:, 1] = self.movie_biases_[movies]
        out[:, 2] = np.log1p(csr.counts)[users]
        out[:, 3] = np.log1p(ratings.movie_counts)[movies]
        self._of_time.write(users, movies, days, of_days)
        return out

    @cached_property
    def _of_time(self) -> TimeFeatures:
        return TimeFeatures(self._ratings, self.deviations())

    def save(self, directory: Path) -> None:
        """Write the learned arrays as npz."""
        directory.mkdir(parents=True, exist_ok=True)
        near = {
            f"similar_movies_{name}": array
            for name, array in self.similar_movies_._asdict().items()
        }
        if self.similar_users_ is not None:
            near["similar_users"] = self.similar_users_
        with (directory / "features.npz").open("wb") as file:
            np.savez(
                file,
                user_biases=self.user_biases_,
                movie_biases=self.movie_biases_,
                **near,
            )

    @classmethod
    def load(cls, directory: Path, ratings: Ratings) -> Self:
        """Read what `save` wrote, together with the ratings that it was fitted on."""
        features = cls()
        features._ratings = ratings
        with np.load(directory / "features.npz", allow_pickle=False) as arrays:
            features.user_biases_ = arrays["user_biases"]
            features.movie_biases_ = arrays["movie_biases"]
            features.similar_users_ = arrays["similar_users"] if "similar_users" in arrays else None
            features.similar_movies_ = Neighbours(
                ids=arrays["similar_movies_ids"],
                similarities=arrays["similar_movies_similarities"],
                supports=arrays["similar_movies_supports"],
            )
        return features
