"""Recommendations: candidates, put in order by the ranker, the best N per user with stars and why.

Where there is no ranker, the first of the ranking models orders.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from processing.data.rows import Scale
from processing.ensemble.features import CONTRIBUTIONS, N_NEIGHBOURS
from processing.kernels.arrays import Cells, Csr
from processing.kernels.audience import CellLists, neighbour_totals
from processing.kernels.weigh import Terms, strongest_terms
from processing.profile import RecommendSettings
from processing.ranking.candidates import Candidates, find_candidates
from processing.ranking.evidence import among
from processing.ranking.order import best_of, spread_places
from processing.release.schema import NO_MOVIE, REASON_DTYPE, stars_dtype, top_dtype
from processing.serving.refit import ServedModels
from processing.tools.progress import counting

BLOCK_USERS = 1024


def recommend(
    served: ServedModels, settings: RecommendSettings, users: NDArray[np.int32] | None = None
) -> Iterator[NDArray[np.void]]:
    """Yield, block of users by block, their recommendations, best first, ties by movie id.

    `users` ascend, by default all. Blocks are `top_dtype` (n_users, top_n), padded with movie -1
    where a user has rated nearly everything. A movie that the user has rated, or that nobody has,
    is never recommended.
    """
    if users is None:
        users = np.arange(served.ratings.n_users, dtype=np.int32)
    judge = _Judge(served, settings)
    with counting(len(users), "recommendations", "user") as advance:
        for start in range(0, len(users), BLOCK_USERS):
            some = users[start : start + BLOCK_USERS]
            block = np.zeros((len(some), settings.top_n), dtype_of(served.ratings.scale, settings))
            block["movie"] = NO_MOVIE
            n = served.n_candidates
            for candidates in find_candidates(served.ratings, some, served.rankings, n):
                if len(candidates.users):
                    block[np.searchsorted(some, candidates.users)] = judge.top(candidates)
            yield block
            advance(len(some))


class _Judge:
    """Orders candidates, and says of the best how many stars they get and why they are listed."""

    def __init__(self, served: ServedModels, settings: RecommendSettings) -> None:
        self._served, self._settings = served, settings
        self._grades, self._liked = served.grades()
        self._by_target = served.reasons_by_target()
        if self._by_target is not None:
            self._evident = among(self._by_target, served.evident)

    def top(self, candidates: Candidates) -> NDArray[np.void]:
        """The recommendations of each user, `top_dtype` (n_users, top_n)."""
        served, settings = self._served, self._settings
        orders, members = served.order(candidates)
        best = best_of(candidates, orders, settings.top_n)
        places = spread_places(candidates, best, served.near)
        kept = places >= 0
        chosen = places[kept]
        top = np.zeros(places.shape, dtype_of(served.ratings.scale, settings))
        top["movie"] = np.append(candidates.movies, np.int32(NO_MOVIE))[places]
        top["order"][kept] = orders[chosen]
        users = candidates.users[candidates.rows()[chosen]]
        known = None if members is None else members[chosen]
        described = describe(served, users, candidates.movies[chosen], known)
        approximate = settings.contributions == "approximate"
        top["score"][kept] = served.ensemble.predict(*described)
        top["contributions"][kept] = served.ensemble.contributions(*described, approximate)
        top["reasons"]["movie"] = NO_MOVIE
        top["reasons"][kept] = self._reasons(users, candidates.movies[chosen])
        neighbours = served.features.similar_users_
        if neighbours is None:
            top["neighbours_mean"][kept] = np.nan
        else:
            near = _near(served.ratings.by_user, neighbours, candidates.users, top["movie"])
            top["n_neighbours"][kept], top["neighbours_mean"][kept] = near
        return top

    def _reasons(self, users: NDArray[np.int32], movies: NDArray[np.int32]) -> NDArray[np.void]:
        """The liked, evident movies that speak most for each, with shares of all that speaks."""
        n = self._settings.n_reasons
        ids = np.full((len(users), n), NO_MOVIE, np.int32)
        shares = np.zeros((len(users), n), np.float32)
        if self._by_target is not None:
            cells, best = Cells(users, movies), Terms(ids, shares)
            strongest_terms(self._grades, self._liked, self._by_target, self._evident, cells, best)
        reasons = np.zeros(ids.shape, REASON_DTYPE)
        reasons["movie"], reasons["share"] = ids, shares
        return reasons


def dtype_of(scale: Scale, settings: RecommendSettings) -> np.dtype[Any]:
    """Dtype of a recommendation on this scale."""
    stars = stars_dtype((scale.low, scale.high, scale.step))
    return top_dtype(settings.n_reasons, len(CONTRIBUTIONS), stars)


def describe(
    served: ServedModels,
    users: NDArray[np.int32],
    movies: NDArray[np.int32],
    known: NDArray[np.float32] | None = None,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What the ensemble is told of pairs that are not among the ratings: scores and features.

    `known`: the members' stars on other days, float32 (n, n_models), where they are known: models
    of time alone are asked again.
    """
    days = np.full(len(users), served.day, np.int32)
    members = [
        model.predict(users, movies, days) if known is None or model.of_time else known[:, place]
        for place, model in enumerate(served.models.values())
    ]
    return np.column_stack(members), served.features.make(users, movies, days)


def _near(
    rated: Csr, neighbours: NDArray[np.int32], users: NDArray[np.int32], movies: NDArray[np.int32]
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
    cells = CellLists(users, starts, columns)
    neighbour_totals(neighbours[:, :N_NEIGHBOURS], rated, cells, n, totals)
    means = np.where(n > 0, totals / np.maximum(n, 1), np.nan)
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    return n[back], means[back]
