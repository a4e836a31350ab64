"""Recommendations: candidates, judged by the ensemble, the best N unseen per user with reasons."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from processing.data.ratings import Ratings
from processing.ensemble.features import Features
from processing.ensemble.stacking import Ensemble
from processing.kernels.neighbours import strongest_reasons
from processing.kernels.select import best_unseen
from processing.models.base import Model
from processing.models.linear import LinearModel
from processing.profile import RecommendSettings
from processing.release.schema import NO_MOVIE, top_dtype

BLOCK_SCORES = 20_000_000


@dataclass(frozen=True, kw_only=True)
class Served:
    """What the served recommendations are made with, all fitted on all ratings.

    `models` are the ensemble's members by name, in the ensemble's order.
    """

    ratings: Ratings
    models: dict[str, Model]
    features: Features
    ensemble: Ensemble


def recommend(served: Served, settings: RecommendSettings) -> Iterator[NDArray[np.void]]:
    """Yield, block of users by block, their recommendations, best first, ties by movie id.

    Blocks are `top_dtype` (n_users, top_n), padded with movie -1 where a user has rated nearly
    everything. A movie that the user has rated, or that nobody has, is never recommended.
    """
    ratings = served.ratings
    size = max(1, min(BLOCK_SCORES // max(1, ratings.n_movies), 2_000))
    deviations = served.features.deviations()
    for start in range(0, ratings.n_users, size):
        users = np.arange(start, min(start + size, ratings.n_users), dtype=np.int32)
        movies = candidates(served, users, settings.n_candidates)
        yield _judge(served, settings, users, movies, deviations)


def candidates(served: Served, users: NDArray[np.int32], n: int) -> NDArray[np.int32]:
    """Up to `n` movies per user that the ensemble gets to judge, int32 (n_users, n), -1 beyond.

    Those with the best sum of scores by the members that can score all movies at once.
    """
    by_user = served.ratings.by_user
    rated = np.flatnonzero(served.ratings.by_movie.counts).astype(np.int32)
    linear = [model for model in served.models.values() if isinstance(model, LinearModel)]
    scores = sum(model.score_movies(users, rated) for model in linear)
    out = np.full((len(users), n), NO_MOVIE, np.int32)
    best_unseen(scores, rated, by_user.indptr, by_user.indices, users, out)
    return out


def _judge(
    served: Served,
    settings: RecommendSettings,
    users: NDArray[np.int32],
    movies: NDArray[np.int32],
    deviations: NDArray[np.float32],
) -> NDArray[np.void]:
    """The best of the candidates by the ensemble."""
    judged = movies != NO_MOVIE
    pair_users = np.broadcast_to(users[:, None], movies.shape)[judged]
    pair_movies = movies[judged]
    scores = np.full(movies.shape, -np.inf, np.float32)
    scores[judged] = ensemble_scores(served, pair_users, pair_movies)
    order = np.lexsort((movies, -scores), axis=1)[:, : settings.top_n]
    top = np.zeros((len(users), settings.top_n), top_dtype(settings.n_reasons, 0))
    top["movie"] = np.take_along_axis(movies, order, axis=1)
    top["score"] = np.take_along_axis(scores, order, axis=1)
    kept = top["movie"] != NO_MOVIE
    top["score"][~kept] = 0
    kept_users = np.broadcast_to(users[:, None], kept.shape)[kept]
    top["reasons"]["movie"] = NO_MOVIE
    reasons = np.zeros((len(kept_users), settings.n_reasons), top["reasons"].dtype)
    ids, shares = _reasons(served, kept_users, top["movie"][kept], settings.n_reasons, deviations)
    reasons["movie"], reasons["share"] = ids, shares
    top["reasons"][kept] = reasons
    return top


def ensemble_scores(
    served: Served, users: NDArray[np.int32], movies: NDArray[np.int32]
) -> NDArray[np.float32]:
    """The ensemble's scores of pairs that are not among the ratings."""
    if len(users) == 0:
        return np.empty(0, np.float32)
    members = [model.predict(users, movies) for model in served.models.values()]
    return served.ensemble.predict(np.column_stack(members), served.features.make(users, movies))


def _reasons(
    served: Served,
    users: NDArray[np.int32],
    movies: NDArray[np.int32],
    n_reasons: int,
    deviations: NDArray[np.float32],
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    by_user, near = served.ratings.by_user, served.features.similar_movies_
    ids = np.full((len(users), n_reasons), NO_MOVIE, np.int32)
    shares = np.zeros((len(users), n_reasons), np.float32)
    strongest_reasons(
        near.ids,
        near.similarities,
        by_user.indptr,
        by_user.indices,
        deviations,
        users,
        movies,
        ids,
        shares,
    )
    return ids, shares
