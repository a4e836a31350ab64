"""The movies that the ranker gets to order for each user: the first by each ranking model."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from processing.data.ratings import Ratings
from processing.data.rows import NO_DAY
from processing.kernels.select import best_unseen, first_unseen
from processing.ranking.base import AnyRankingModel

BLOCK_SCORES = 20_000_000  # scores of one model that are held at once
OTHERS = 0.25  # of the first model's candidates that each of the others adds


@dataclass(frozen=True, kw_only=True)
class Candidates:
    """What may be listed for some users, and how the ranking models score it.

    The movies of user k are `movies[indptr[k]:indptr[k + 1]]`, ascending, one at least.

    Attributes
    ----------
    users, days
        int32 (n_users,), ascending, and the day of each one's last rating, or NO_DAY.
    indptr, movies
        int64 (n_users + 1,), int32 (n_pairs,).
    scores
        float32 (n_pairs, n_models), columns in the order of the models.
    """

    users: NDArray[np.int32]
    days: NDArray[np.int32]
    indptr: NDArray[np.int64]
    movies: NDArray[np.int32]
    scores: NDArray[np.float32]

    def rows(self) -> NDArray[np.int64]:
        """The row, a place in `users`, of each pair."""
        return np.repeat(np.arange(len(self.users)), np.diff(self.indptr))

    def pairs(self) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
        """User, movie and day of each pair, int32 (n_pairs,) each."""
        rows = self.rows()
        return self.users[rows], self.movies, self.days[rows]

    def some(self, kept: NDArray[np.bool_]) -> "Candidates":
        """Those of some of the users, (n_users,)."""
        pairs = kept[self.rows()]
        return Candidates(
            users=self.users[kept],
            days=self.days[kept],
            indptr=np.concatenate(([0], np.cumsum(np.diff(self.indptr)[kept]))),
            movies=self.movies[pairs],
            scores=self.scores[pairs],
        )

    def save(self, directory: Path) -> None:
        """Write each array into a folder."""
        for name, array in vars(self).items():
            np.save(directory / f"{name}.npy", array)

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Read what `save` wrote."""
        return cls(
            **{name: np.load(directory / f"{name}.npy") for name in cls.__dataclass_fields__}
        )


def find_candidates(
    ratings: Ratings,
    users: NDArray[np.int32],
    models: Mapping[str, AnyRankingModel],
    n_candidates: int,
) -> Iterator[Candidates]:
    """Yield, block of users by block, the movies to be ordered for them.

    They are the `n_candidates` best by the first of the models, and a quarter as many by each of
    the others: rated movies that are new to the user. `users` ascend; who has nothing left to list
    is left out.
    """
    rated = np.flatnonzero(ratings.movie_counts).astype(np.int32)
    size = max(1, BLOCK_SCORES // max(1, ratings.n_movies))
    for start in range(0, len(users), size):
        yield _of_block(ratings, users[start : start + size], models, rated, n_candidates)


def all_candidates(
    ratings: Ratings,
    users: NDArray[np.int32],
    models: Mapping[str, AnyRankingModel],
    n_candidates: int,
) -> Candidates:
    """The blocks of `find_candidates`, put together."""
    blocks = list(find_candidates(ratings, users, models, n_candidates))
    sizes = np.concatenate([np.empty(0, np.int64), *(np.diff(block.indptr) for block in blocks)])
    none = np.empty(0, np.int32)
    return Candidates(
        users=np.concatenate([none, *(block.users for block in blocks)]),
        days=np.concatenate([none, *(block.days for block in blocks)]),
        indptr=np.concatenate(([0], np.cumsum(sizes))),
        movies=np.concatenate([none, *(block.movies for block in blocks)]),
        scores=np.concatenate(
            [np.empty((0, len(models)), np.float32), *(block.scores for block in blocks)]
        ),
    )


def last_days(ratings: Ratings, users: NDArray[np.int32]) -> NDArray[np.int32]:
    """The day of each user's last rating, int32 (n_users,), NO_DAY of none."""
    csr, days = ratings.by_user, np.full(len(users), NO_DAY, np.int32)
    some = csr.counts[users] > 0
    starts = csr.indptr[users[some]]
    own = csr.take(users[some])
    places = np.repeat(starts - own.indptr[:-1], own.counts) + np.arange(len(own.indices))
    if len(places):
        days[some] = np.maximum.reduceat(csr.days[places], own.indptr[:-1])
    return days


def _of_block(
    ratings: Ratings,
    users: NDArray[np.int32],
    models: Mapping[str, AnyRankingModel],
    rated: NDArray[np.int32],
    n_candidates: int,
) -> Candidates:
    own = ratings.by_user.take(users)
    every = [
        model.scores(own.take(np.arange(1)) if model.same_for_all else own)
        for model in models.values()
    ]
    keys = []
    for place, (model, scores) in enumerate(zip(models.values(), every, strict=True)):
        n = n_candidates if place == 0 else max(1, int(OTHERS * n_candidates))
        best = np.full((len(users), n), -1, np.int32)
        columns = scores if len(rated) == ratings.n_movies else scores[:, rated]
        if model.same_for_all:
            order = rated[np.argsort(-columns[0], kind="stable")]
            first_unseen(order, ratings.by_user, users, best)
        else:
            best_unseen(columns, rated, ratings.by_user, users, best)
        rows, places = np.nonzero(best >= 0)
        keys.append(rows * np.int64(ratings.n_movies) + best[rows, places])
    proposed = np.sort(np.concatenate(keys))
    proposed = proposed[np.append(True, proposed[1:] != proposed[:-1])[: len(proposed)]]
    rows, movies = np.divmod(proposed, ratings.n_movies)
    counts = np.bincount(rows, minlength=len(users))
    some = counts > 0
    return Candidates(
        users=users[some],
        days=last_days(ratings, users[some]),
        indptr=np.concatenate(([0], np.cumsum(counts[some]))),
        movies=movies.astype(np.int32),
        scores=np.column_stack(
            [scores[rows if len(scores) > 1 else 0, movies] for scores in every]
        ),
    )
