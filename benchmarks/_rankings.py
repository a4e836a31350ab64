"""Lists of movies from scores, and how much of what is held out they find first."""

import numpy as np
from numpy.typing import NDArray

from processing.data.ratings import Ratings
from processing.kernels.select import best_unseen

TOP = 10

Pairs = NDArray[np.int64]
Scores = NDArray[np.float32]


def pairs_of(ratings: Ratings, some: NDArray[np.bool_]) -> Pairs:
    """User and movie of some ratings, in one number each, ascending."""
    csr = ratings.by_user
    return np.asarray(csr.rows()[some] * np.int64(ratings.n_movies) + csr.indices[some])


def best(scores: Scores, known: Ratings) -> NDArray[np.int32]:
    """Everybody's first movies by scores (n_users, n_movies), of all that are new to them."""
    every = np.arange(known.n_movies, dtype=np.int32)
    users = np.arange(known.n_users, dtype=np.int32)
    top = np.full((known.n_users, TOP), -1, np.int32)
    best_unseen(scores, every, known.by_user, users, top)
    return top


def ndcg(top: NDArray[np.int32], held: Pairs, n_movies: int) -> float:
    """NDCG of lists, int32 (n_users, TOP), over the users with a held-out pair.

    It is binary, and its ideal has min(TOP, held out) at the first places.
    """
    hit = np.isin(np.arange(len(top))[:, None] * np.int64(n_movies) + top, held) & (top >= 0)
    n_held = np.bincount(held // n_movies, minlength=len(top))
    discounts = 1 / np.log2(np.arange(TOP) + 2)
    ideal = np.cumsum(discounts)[np.clip(n_held, 1, TOP) - 1]
    return float((hit @ discounts / ideal)[n_held > 0].mean())
