"""The engine that fits models with Surprise's own classes; the only importer of surprise.

Surprise numbers users and movies as it first sees them. It is fed the ratings sorted by user and
movie, as the ready-made files of MovieLens 100K are, and what it learned is put back in our order.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import surprise
from numpy.typing import NDArray

from processing.data.ratings import Ratings
from processing.models.settings import (
    BaselineSettings,
    KNNBaselineSettings,
    SVDppSettings,
    SVDSettings,
)

BYTES_PER_RATING = 330


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """A fitted algorithm of Surprise, and our index of each of its inner ids."""

    algorithm: Any
    users: NDArray[np.int32]
    movies: NDArray[np.int32]


def trainset_bytes(ratings: Ratings) -> int:
    """Bytes of Surprise's trainset: 308 a rating were measured on a million, lists and tuples."""
    return BYTES_PER_RATING * ratings.n_ratings


def trainset(ratings: Ratings) -> tuple[surprise.Trainset, NDArray[np.int32], NDArray[np.int32]]:
    """Surprise's trainset of `ratings`, and our index of each inner user and item."""
    csr = ratings.by_user
    users = np.flatnonzero(csr.counts).astype(np.int32)
    movies, first = np.unique(csr.indices, return_index=True)
    movies = movies[np.argsort(first)].astype(np.int32)
    inner = np.empty(ratings.n_movies, np.int64)
    inner[movies] = np.arange(len(movies))
    ur: dict[int, list[tuple[int, float]]] = {}
    ir: dict[int, list[tuple[int, float]]] = {i: [] for i in range(len(movies))}
    for u, user in enumerate(users):
        rows = slice(csr.indptr[user], csr.indptr[user + 1])
        items, values = inner[csr.indices[rows]].tolist(), csr.values[rows].tolist()
        ur[u] = list(zip(items, values, strict=True))
        for i, r in ur[u]:
            ir[i].append((u, r))
    built = surprise.Trainset(
        ur,
        ir,
        len(users),
        len(movies),
        ratings.n_ratings,
        (ratings.scale.low, ratings.scale.high),
        dict(zip(users.tolist(), range(len(users)), strict=True)),
        dict(zip(movies.tolist(), range(len(movies)), strict=True)),
    )
    return built, users, movies


def fit_baseline(ratings: Ratings, settings: BaselineSettings) -> Fitted:
    """Fit `surprise.BaselineOnly`."""
    options = baseline_options(settings)
    return _fit(surprise.BaselineOnly(bsl_options=options, verbose=False), ratings)


def fit_knn_baseline(ratings: Ratings, settings: KNNBaselineSettings) -> Fitted:
    """Fit `surprise.KNNBaseline`."""
    algorithm = surprise.KNNBaseline(
        k=settings.k,
        min_k=settings.min_k,
        sim_options={
            "name": settings.similarity,
            "user_based": settings.user_based,
            "min_support": settings.min_support,
            "shrinkage": settings.shrinkage,
        },
        verbose=False,
    )
    return _fit(algorithm, ratings)


def fit_svd(ratings: Ratings, settings: SVDSettings, random_state: int) -> Fitted:
    """Fit `surprise.SVD`."""
    return _fit(surprise.SVD(**asdict(settings), random_state=random_state), ratings)


def fit_svdpp(ratings: Ratings, settings: SVDppSettings, random_state: int) -> Fitted:
    """Fit `surprise.SVDpp`; its cache of ratings changes its speed, not its result."""
    algorithm = surprise.SVDpp(**asdict(settings), random_state=random_state, cache_ratings=True)
    return _fit(algorithm, ratings)


def baseline_options(settings: BaselineSettings) -> dict[str, Any]:
    """Surprise's `bsl_options` of our settings."""
    if settings.method == "als":
        return {
            "method": "als",
            "n_epochs": settings.n_epochs,
            "reg_u": settings.reg_u,
            "reg_i": settings.reg_i,
        }
    return {
        "method": "sgd",
        "n_epochs": settings.n_epochs,
        "reg": settings.reg,
        "learning_rate": settings.learning_rate,
    }


def scatter(values: NDArray[np.float64], places: NDArray[np.int32], n: int) -> NDArray[np.float64]:
    """Rows of `values` at `places` of an array of `n` rows that is zero elsewhere."""
    out = np.zeros((n, *values.shape[1:]), np.float64)
    out[places] = values
    return out


def _fit(algorithm: Any, ratings: Ratings) -> Fitted:
    built, users, movies = trainset(ratings)
    algorithm.fit(built)
    return Fitted(algorithm=algorithm, users=users, movies=movies)
