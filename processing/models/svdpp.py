"""SVD++: matrix factorisation that also learns from which movies a user rated at all.

Model:   score[u, i] = mean + b_u + b_i + q_i·(p_u + |I_u|^(-1/2) Σ_{j in I_u} y_j)
Unknown: a user or movie that was not in the ratings has bias 0 and factors 0.
Source:  Koren (2008), "Factorization meets the neighborhood", section 4, eq. 15; as Surprise's
         SVDpp. The user's whole bracket is kept as one vector, since I_u is fixed after fitting.
"""

import dataclasses
from typing import ClassVar

import numpy as np
from scipy.sparse import csr_matrix

from processing.data.ratings import Ratings
from processing.models import surprise_engine
from processing.models.linear import LinearModel, arrays_of
from processing.models.settings import SVDppSettings


class SVDpp(LinearModel):
    """Biases, factors, and implicit factors folded into the users' factors."""

    kind: ClassVar[str] = "svdpp"
    Settings: ClassVar[type] = SVDppSettings

    def _fit(self, ratings: Ratings, random_state: int) -> None:
        fitted = surprise_engine.fit_svdpp(ratings, self.settings, random_state)
        arrays = arrays_of(fitted, ratings)
        implicit = surprise_engine.scatter(fitted.algorithm.yj, fitted.movies, ratings.n_movies)
        whole = arrays.user_factors + _rated(ratings) @ implicit
        self.arrays_ = dataclasses.replace(arrays, user_factors=whole)


def _rated(ratings: Ratings) -> csr_matrix:
    """|I_u|^(-1/2) for each movie that u rated, (n_users, n_movies)."""
    counts = ratings.by_user.counts
    weights = np.repeat(1 / np.sqrt(np.maximum(counts, 1)), counts)
    return csr_matrix(
        (weights, ratings.by_user.indices, ratings.by_user.indptr),
        shape=(ratings.n_users, ratings.n_movies),
    )
