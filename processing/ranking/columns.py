"""What the ranker is told of a candidate: all of it from ratings that do not hold the pair.

Of each ranking model: its score, the place among the user's candidates by it (log), and the score
in standard deviations among them. Of the star models, where there are any: each one's stars, their
mean and spread, the mean's place, and the mean less that of the user's candidates. Of the movie:
how many rated it, in the last year and the last 90 days (logs), and the share who liked it. Of the
user: how many ratings (log), their mean, spread and share of likes, and how popular what they rated
is. And how much more popular the movie is than that.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from processing.data.ratings import Ratings
from processing.kernels.arrays import Csr
from processing.kernels.topn import order_rows
from processing.ranking.candidates import Candidates
from processing.ranking.popularity import recent_counts

YEAR, QUARTER = 365, 90
BLOCK_USERS = 20_000
FEW = 2.0  # likes among twice as many that every movie is given beforehand
OF_MOVIES = ("log_ratings", "share_liked", "log_last_year", "log_last_quarter", "trend")
OF_USERS = ("user_log_ratings", "user_mean", "user_spread", "user_share_liked", "user_popularity")
OF_STARS = ("stars", "stars_place", "stars_above", "stars_spread")
CROSS = ("popularity_gap",)


def column_names(models: Sequence[str], members: Sequence[str]) -> list[str]:
    """Names of the columns, in order."""
    of_models = [name for model in models for name in (model, f"{model}_place", f"{model}_z")]
    of_stars = OF_STARS if members else ()
    return [*of_models, *of_stars, *OF_MOVIES, *OF_USERS, *CROSS, *(f"by_{m}" for m in members)]


def plain_names(models: Sequence[str], members: Sequence[str]) -> list[str]:
    """Names of the columns that the conditional logit weighs."""
    return [
        *(f"{model}_z" for model in models),
        *(("stars_above",) if members else ()),
        "log_ratings",
        "share_liked",
        "log_last_year",
        "log_last_quarter",
        "popularity_gap",
    ]


class CandidateColumns:
    """Columns of candidates, from one set of ratings.

    Parameters
    ----------
    ratings
        Those that ranking models and star models were fitted on.
    """

    def __init__(self, ratings: Ratings) -> None:
        csr, like = ratings.by_user, np.float32(ratings.scale.like)
        counts, n_likes = ratings.movie_counts, np.zeros(ratings.n_movies, np.int64)
        logs = np.log1p(counts)
        of_users = []
        for start in range(0, ratings.n_users, BLOCK_USERS):
            own = csr.take(np.arange(start, min(start + BLOCK_USERS, ratings.n_users)))
            liked = own.values >= like
            n_likes += np.bincount(own.indices[liked], minlength=ratings.n_movies)
            of_users.append(_of_users(own, liked, logs))
        lately = [np.log1p(recent_counts(ratings, days)) for days in (YEAR, QUARTER)]
        share = (n_likes + FEW) / (counts + 2 * FEW)
        self._of_movies = np.column_stack((logs, share, *lately, lately[0] - logs)).astype(
            np.float32
        )
        self._of_users = np.concatenate(of_users)

    def make(self, candidates: Candidates, members: NDArray[np.float32]) -> NDArray[np.float32]:
        """Columns of candidates, float32 (n_pairs, n_columns), as `column_names` has them.

        `members`: the star models' scores of the pairs, float32 (n_pairs, n_members).
        """
        indptr, rows = candidates.indptr, candidates.rows()
        columns = []
        for scores in candidates.scores.T:
            columns += [scores, _places(scores, indptr), _deviations(scores, rows, indptr)]
        if members.shape[1]:
            stars = members.mean(axis=1)
            above = stars - _means(stars, indptr)[rows]
            columns += [stars, _places(stars, indptr), above, members.std(axis=1)]
        of_movies = self._of_movies[candidates.movies]
        of_users = self._of_users[candidates.users[rows]]
        gap = of_movies[:, 0] - of_users[:, -1]
        return np.column_stack((*columns, of_movies, of_users, gap, members)).astype(np.float32)


def _of_users(
    rated: Csr, liked: NDArray[np.bool_], logs: NDArray[np.float64]
) -> NDArray[np.float32]:
    """What `OF_USERS` names, float32 (n_users, 5). `liked`: of each entry; `logs`: by movie."""
    rows, n = rated.rows(), np.maximum(rated.counts, 1)

    def mean(values: NDArray[Any]) -> NDArray[np.float64]:
        found: NDArray[np.float64] = np.bincount(rows, values, rated.n_rows) / n
        return found

    stars = rated.values.astype(np.float64)
    means = mean(stars)
    spreads = np.sqrt(np.maximum(mean(stars**2) - means**2, 0))
    columns = (np.log1p(rated.counts), means, spreads, mean(liked), mean(logs[rated.indices]))
    return np.column_stack(columns).astype(np.float32)


def _means(values: NDArray[np.float32], indptr: NDArray[np.int64]) -> NDArray[np.float64]:
    """The mean of each user's values, float64 (n_users,)."""
    sums = np.add.reduceat(values.astype(np.float64), indptr[:-1])
    means: NDArray[np.float64] = sums / np.diff(indptr)
    return means


def _deviations(
    values: NDArray[np.float32], rows: NDArray[np.int64], indptr: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Values in standard deviations from their user's mean; 0 where all are the same."""
    off = values - _means(values, indptr)[rows]
    spreads = np.sqrt(_means((off**2).astype(np.float32), indptr))
    return np.asarray(off / np.where(spreads > 0, spreads, 1.0)[rows])


def _places(values: NDArray[np.float32], indptr: NDArray[np.int64]) -> NDArray[np.float64]:
    """log(1 + place) of each value among its user's, the highest at 0, ties by movie."""
    places = np.empty(len(values), np.int64)
    order_rows(indptr, np.ascontiguousarray(values, np.float32), places)
    return np.log1p(places)
