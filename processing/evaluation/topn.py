"""Does the list help? Whether a list puts first what its user turned out to like.

Measures, over the users of a sample who have a held-out like (a movie that could be listed for
them, and that they gave at least `like` stars in the held-out ratings):

         hit rate @10 = share of users with a like among the first 10
         NDCG@10      = mean over users of DCG / ideal DCG, DCG = Σ_{likes at place p ≤ 10}
                        1 / log2(p + 1), ideal: min(10, likes) likes at the first places
         recall @50   = mean over users of the share of their likes that is among the first 50
         Koren's rank = mean, over held-out ratings of the scale's highest level, of the share of
                        `N_RANDOM` random movies that the user has not rated and that are ordered
                        before it, equal ones by half: 0 is best, 0.5 is chance
         coverage     = share of the movies that can be listed that is in anybody's first 10
         popular      = share of all first tens taken by the tenth of the movies with most ratings
         stars        = mean of the held-out ratings of movies that are among a first 10
         distance     = mean over users of 1 - the mean correlation of the grades of two movies of
                        the first 10 (`processing.ranking.near`)
         first place  = share of first places that one movie takes
Source:  Järvelin and Kekäläinen (2002), "Cumulated gain-based evaluation of IR techniques", for
         NDCG; Koren (2008), "Factorization meets the neighborhood", section 6, for the rank.
Differs: Koren draws random movies for each held-out rating, we draw them once per user, the same
         for every model. Movies that nobody is known to have rated are never listed, and likes of
         them not counted.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from processing.data.rows import Scale
from processing.evaluation.sampled_lists import Lists
from processing.kernels.topn import best_places
from processing.report.schema import ListQuality

TOP = 10
RECALL_TOP = 50
N_RANDOM = 1000
POPULAR_SHARE = 0.1


@dataclass(frozen=True, kw_only=True)
class Likes:
    """What the users of some lists turned out to like.

    `liked`, `loved`: bool (n_pairs,), whether the pair is a held-out rating of at least the like's
    stars, or of the highest level. `given`: float32 (n_pairs,), the held-out ratings, NaN where
    there is none. `drawn`: for each row of the lists, the places of the random
    movies that Koren's rank compares with; none where nothing is loved.
    """

    liked: NDArray[np.bool_]
    loved: NDArray[np.bool_]
    given: NDArray[np.float32]
    drawn: list[NDArray[np.int64]]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How one ordering of the lists did, user by user, so that splits can be pooled.

    `users`: int32 (n_users with a like,). `hits`: bool likewise. `gains`, `recalls`: float64
    likewise. `ranks`: float64 (n loved,). `top`: int32 (n_users, TOP), the movies listed first, -1
    beyond the last. `popular`:
    bool (n_movies,), and `listable` likewise. `given`: float32 (n_users, TOP), what was given to
    those listed first, NaN where nothing.
    """

    users: NDArray[np.int32]
    hits: NDArray[np.bool_]
    gains: NDArray[np.float64]
    recalls: NDArray[np.float64]
    ranks: NDArray[np.float64]
    top: NDArray[np.int32]
    popular: NDArray[np.bool_]
    listable: NDArray[np.bool_]
    given: NDArray[np.float32]


def find_likes(
    lists: Lists,
    users: NDArray[np.int32],
    movies: NDArray[np.int32],
    ratings: NDArray[np.float32],
    scale: Scale,
    seed: int,
) -> Likes:
    """Look the held-out ratings up in the lists, and draw the random movies to compare with.

    `users`, `movies`, `ratings`: (n,) each, the held-out rows.
    """
    asked = np.flatnonzero(np.isin(users, lists.users))
    places = lists.places(np.searchsorted(lists.users, users[asked]), movies[asked])
    found_given = np.full(len(lists.movies), np.nan, np.float32)
    found_given[places[places >= 0]] = ratings[asked[places >= 0]]
    held = ~np.isnan(found_given)
    liked = held & (found_given >= np.float32(scale.like))
    loved = held & (found_given >= np.float32(scale.high))
    rng = np.random.default_rng(seed)
    drawn = []
    for start, end in zip(lists.indptr[:-1], lists.indptr[1:], strict=True):
        new = start + np.flatnonzero(~held[start:end])
        wanted_here = min(N_RANDOM, len(new)) if loved[start:end].any() else 0
        drawn.append(rng.permutation(new)[:wanted_here])
    return Likes(liked=liked, loved=loved, given=found_given, drawn=drawn)


def outcome(lists: Lists, likes: Likes, scores: NDArray[np.float32]) -> Outcome:
    """Order each list by `scores` (n_pairs,), ties by movie index, and see where the likes are."""
    places = np.full((len(lists.users), RECALL_TOP), -1, np.int64)
    best_places(lists.indptr, np.ascontiguousarray(scores, np.float32), places)
    n_likes = _count(lists.indptr, likes.liked)
    asked = n_likes > 0
    places, n_likes = places[asked], n_likes[asked]
    hit = _at(places, likes.liked, False)
    discounts = 1 / np.log2(np.arange(TOP) + 2)
    ideal = np.cumsum(discounts)[np.minimum(n_likes, TOP) - 1]
    return Outcome(
        users=lists.users[asked],
        hits=np.any(hit[:, :TOP], axis=1),
        gains=hit[:, :TOP] @ discounts / ideal,
        recalls=hit.sum(axis=1) / n_likes,
        ranks=_ranks(lists, likes, scores),
        top=_at(places[:, :TOP], lists.movies, -1),
        popular=_popular(lists.movie_counts),
        listable=lists.movie_counts > 0,
        given=_at(places[:, :TOP], likes.given, np.nan),
    )


def merged(outcomes: list[Outcome]) -> Outcome:
    """The outcomes of several groups of users of the same split, as one; their users ascend."""
    if len(outcomes) == 1:
        return outcomes[0]
    by_user = ("users", "hits", "gains", "recalls", "ranks", "top", "given")
    return replace(
        outcomes[0],
        **{name: np.concatenate([getattr(one, name) for one in outcomes]) for name in by_user},
    )


def paired_gains(one: Outcome, other: Outcome) -> NDArray[np.float64]:
    """One's NDCG less that of the same users in the other, who are there all."""
    places = np.searchsorted(other.users, one.users)
    return np.asarray(one.gains - other.gains[places])


def ndcg_of_places(
    indptr: NDArray[np.int64], liked: NDArray[np.bool_], places: NDArray[np.int64]
) -> NDArray[np.float64]:
    """NDCG@10 of each list, of the users with a like among their pairs, float64 (n,).

    The pairs of user k are those from `indptr[k]` to `indptr[k + 1]`; `places`: int64 (n_users, k),
    the pairs listed, best first, -1 beyond the last.
    """
    n_likes = _count(indptr, liked)
    some = n_likes > 0
    hit = _at(places[some, :TOP], liked, False)
    discounts = 1 / np.log2(np.arange(TOP) + 2)
    ideal = np.cumsum(discounts)[np.minimum(n_likes[some], TOP) - 1]
    gains: NDArray[np.float64] = hit @ discounts[: hit.shape[1]] / ideal
    return gains


def list_quality(
    outcomes: list[Outcome], distances: NDArray[np.float64] | None = None
) -> ListQuality:
    """The measures over the users of all splits; Koren's rank is None where nothing is loved.

    `distances`: how far apart each user's first ten are, where it is known.
    """
    hits, gains, recalls, ranks, given = (
        np.concatenate([getattr(found, name) for found in outcomes])
        for name in ("hits", "gains", "recalls", "ranks", "given")
    )
    listed = [found.top[found.top >= 0] for found in outcomes]
    n_popular = sum(
        np.count_nonzero(found.popular[movies])
        for found, movies in zip(outcomes, listed, strict=True)
    )
    listable = np.any([found.listable for found in outcomes], axis=0)
    first = np.concatenate([found.top[:, 0] for found in outcomes])
    rated = ~np.isnan(given)
    return ListQuality(
        hit_rate_10=float(hits.mean()),
        ndcg_10=float(gains.mean()),
        recall_50=float(recalls.mean()),
        koren_rank=float(ranks.mean()) if len(ranks) else None,
        coverage=len(np.unique(np.concatenate(listed))) / int(listable.sum()),
        popular_share=float(n_popular / sum(len(movies) for movies in listed)),
        stars_of_rated=float(given[rated].mean(dtype=np.float64)) if rated.any() else None,
        intra_list_distance=None if distances is None else float(distances.mean()),
        first_place_share=float(np.unique(first, return_counts=True)[1].max() / len(first)),
    )


def _count(indptr: NDArray[np.int64], liked: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many pairs of each list are liked, int64 (n_lists,)."""
    rows = np.searchsorted(indptr, np.flatnonzero(liked), side="right") - 1
    return np.bincount(rows, minlength=len(indptr) - 1)


def _at(places: NDArray[np.int64], values: NDArray[Any], none: float) -> NDArray[Any]:
    """The values at some places, `none` where a place is -1."""
    return np.where(places >= 0, values[places], values.dtype.type(none))


def _ranks(lists: Lists, likes: Likes, scores: NDArray[np.float32]) -> NDArray[np.float64]:
    ranks = [np.empty(0)]
    for start, end, drawn in zip(lists.indptr[:-1], lists.indptr[1:], likes.drawn, strict=True):
        if len(drawn):
            loved = scores[start:end][likes.loved[start:end], None]
            others = scores[drawn]
            ranks.append(((others > loved) + 0.5 * (others == loved)).mean(axis=1))
    return np.concatenate(ranks)


def _popular(movie_counts: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether a movie is of the most rated tenth of the rated ones, ties by index."""
    n = int(np.ceil(POPULAR_SHARE * np.count_nonzero(movie_counts)))
    popular = np.zeros(len(movie_counts), bool)
    popular[np.argsort(-movie_counts, kind="stable")[:n]] = True
    return popular
