"""Recommendations: candidates, judged by the ensemble, the best N unseen per user with reasons."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from processing.ensemble.features import CONTRIBUTIONS, N_NEIGHBOURS
from processing.kernels.arrays import Cells, Csr
from processing.kernels.audience import CellLists, neighbour_totals
from processing.kernels.neighbours import strongest_reasons
from processing.kernels.select import best_unseen
from processing.profile import RecommendSettings
from processing.release.order import ordering_scores
from processing.release.schema import NO_MOVIE, top_dtype
from processing.serving.refit import ServedModels
from processing.tools.progress import counting

BLOCK_PAIRS = 400_000  # candidates that are judged at once
BLOCK_SCORES = 4_000_000  # scores that are searched for candidates at once: what a cache holds


def recommend(served: ServedModels, settings: RecommendSettings) -> Iterator[NDArray[np.void]]:
    """Yield, block of users by block, their recommendations, best first, ties by movie id.

    They are ordered by `ordering_scores`. Blocks are `top_dtype` (n_users, top_n), padded with
    movie -1 where a user has rated nearly everything. A movie that the user has rated, or that
    nobody has, is never recommended.
    """
    n_users = served.ratings.n_users
    size = max(1, BLOCK_PAIRS // settings.n_candidates)
    finder = CandidateFinder(served)
    deviations = served.features.deviations()
    with counting(n_users, "recommendations", "user") as advance:
        for start in range(0, n_users, size):
            users = np.arange(start, min(start + size, n_users), dtype=np.int32)
            movies = finder.find(users, settings.n_candidates)
            yield _judge(served, settings, users, movies, deviations)
            advance(len(users))


class CandidateFinder:
    """Finds the movies that the ensemble gets to judge.

    They are those with the best scores by the ensemble's blend of the members, each reduced to
    what of it can be had for all movies at once: b_i + p_u·q_i of SVD, b_i of KNNBaseline.
    """

    def __init__(self, served: ServedModels) -> None:
        self._by_user = served.ratings.by_user
        self._rated = np.flatnonzero(served.ratings.movie_counts).astype(np.int32)
        parts = [model.linear_part() for model in served.models.values()]
        weighted = list(zip(served.ensemble.member_weights, parts, strict=True))
        self._user_factors = [part.user_factors for part in parts]
        movie_factors = [weight * part.movie_factors[self._rated].T for weight, part in weighted]
        biases = served.ensemble.movie_weight * served.features.movie_biases_[self._rated]
        biases += sum(weight * part.movie_biases[self._rated] for weight, part in weighted)
        self._movie_factors = np.vstack((*movie_factors, biases)).astype(np.float32)

    def find(self, users: NDArray[np.int32], n: int) -> NDArray[np.int32]:
        """Up to `n` movies per user that the user has not rated, best first.

        int32 (n_users, n), -1 beyond the last.
        """
        out = np.full((len(users), n), NO_MOVIE, np.int32)
        size = max(1, BLOCK_SCORES // max(1, len(self._rated)))
        for start in range(0, len(users), size):
            block = users[start : start + size]
            one = np.ones((len(block), 1), np.float32)
            parts = [factors[block] for factors in self._user_factors]
            scores = np.hstack((*parts, one)).astype(np.float32) @ self._movie_factors
            best_unseen(scores, self._rated, self._by_user, block, out[start : start + size])
        return out


def _judge(
    served: ServedModels,
    settings: RecommendSettings,
    users: NDArray[np.int32],
    movies: NDArray[np.int32],
    deviations: Csr,
) -> NDArray[np.void]:
    """The best of the candidates by the ensemble."""
    judged = movies != NO_MOVIE
    pair_users = np.broadcast_to(users[:, None], movies.shape)[judged]
    described = describe(served, pair_users, movies[judged])
    found = served.ensemble.predict(*described)
    counts = served.ratings.movie_counts[movies[judged]]
    ranks = np.full(movies.shape, -np.inf, np.float32)
    ranks[judged] = ordering_scores(found, counts, served.deviation, served.order_z)
    order = np.lexsort((movies, -ranks), axis=1)[:, : settings.top_n]
    rows = np.full(movies.shape, -1)
    rows[judged] = np.arange(len(found))
    rows = np.take_along_axis(rows, order, axis=1)
    kept = rows >= 0
    chosen = rows[kept]

    top = np.zeros(rows.shape, top_dtype(settings.n_reasons, len(CONTRIBUTIONS)))
    top["movie"] = np.take_along_axis(movies, order, axis=1)
    top["score"][kept] = found[chosen]
    scores, features = (array[chosen] for array in described)
    approximate = settings.contributions == "approximate"
    top["contributions"][kept] = served.ensemble.contributions(scores, features, approximate)
    top["reasons"]["movie"] = NO_MOVIE
    reasons = np.zeros((len(chosen), settings.n_reasons), top["reasons"].dtype)
    ids, shares = _reasons(
        served, pair_users[chosen], top["movie"][kept], settings.n_reasons, deviations
    )
    reasons["movie"], reasons["share"] = ids, shares
    top["reasons"][kept] = reasons
    top["n_neighbours"][kept], top["neighbours_mean"][kept] = _near(served, users, top["movie"])
    return top


def describe(
    served: ServedModels, users: NDArray[np.int32], movies: NDArray[np.int32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What the ensemble is told of pairs that are not among the ratings: scores and features."""
    days = np.full(len(users), served.day, np.int32)
    members = [model.predict(users, movies, days) for model in served.models.values()]
    return np.column_stack(members), served.features.make(users, movies, days)


def ensemble_scores(
    served: ServedModels, users: NDArray[np.int32], movies: NDArray[np.int32]
) -> NDArray[np.float32]:
    """The ensemble's scores of pairs that are not among the ratings."""
    return served.ensemble.predict(*describe(served, users, movies))


def _near(
    served: ServedModels, users: NDArray[np.int32], movies: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """How many of each user's most similar users rated each of their movies, and their mean.

    `movies`: int32 (n_users, n), -1 beyond the last; both results have an entry for each movie
    that there is, in its order; the mean of none is NaN.
    """
    listed = movies != NO_MOVIE
    starts = np.append(0, np.cumsum(listed.sum(axis=1)))
    order = np.lexsort((movies[listed], np.repeat(np.arange(len(users)), np.diff(starts))))
    columns = movies[listed][order]
    n, totals = np.empty(len(columns), np.int32), np.empty(len(columns))
    neighbours = served.features.similar_users_[:, :N_NEIGHBOURS]
    cells = CellLists(users, starts, columns)
    neighbour_totals(neighbours, served.ratings.by_user, cells, n, totals)
    means = np.where(n > 0, totals / np.maximum(n, 1), np.nan)
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    return n[back], means[back]


def _reasons(
    served: ServedModels,
    users: NDArray[np.int32],
    movies: NDArray[np.int32],
    n_reasons: int,
    deviations: Csr,
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    ids = np.full((len(users), n_reasons), NO_MOVIE, np.int32)
    shares = np.zeros((len(users), n_reasons), np.float32)
    cells = Cells(users, movies)
    strongest_reasons(served.features.similar_movies_, deviations, cells, ids, shares)
    return ids, shares
