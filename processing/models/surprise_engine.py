"""The engine that fits models with Surprise's own classes.

Surprise numbers users and movies as it first sees them. It is fed the ratings sorted by user and
movie, as the ready-made files of MovieLens 100K are, and what it learned is put back in our order.
The way back, from a trainset to a matrix, is for `processing.algorithms`.
"""

from itertools import chain, pairwise
from typing import Any, TypeAlias

import numpy as np
import surprise
from numpy.typing import NDArray

from processing.data.ratings import Ratings
from processing.data.rows import Scale
from processing.kernels.arrays import Csr
from processing.models.matrix import RatingMatrix, transposed

Lists: TypeAlias = dict[int, list[tuple[int, float]]]  # the other inner id and rating of each row

BYTES_PER_RATING = 330


def trainset_bytes(ratings: Ratings) -> int:
    """Bytes of Surprise's trainset: 308 a rating were measured on a million, lists and tuples."""
    return BYTES_PER_RATING * ratings.n_ratings


def fitted(algorithm: Any, matrix: RatingMatrix, scale: Scale) -> Any:
    """Fit one of Surprise's algorithms on a compact matrix."""
    return algorithm.fit(trainset(matrix, scale))


def trainset(matrix: RatingMatrix, scale: Scale) -> surprise.Trainset:
    """Surprise's trainset of a compact matrix, whose numbers are its inner ids."""
    n_users, n_movies = matrix.by_user.n_rows, matrix.by_movie.n_rows
    return surprise.Trainset(
        _lists(matrix.by_user),
        _lists(matrix.by_movie),
        n_users,
        n_movies,
        len(matrix.by_user.values),
        (scale.low, scale.high),
        {u: u for u in range(n_users)},
        {i: i for i in range(n_movies)},
    )


def algorithm(name: str, **options: Any) -> Any:
    """One of Surprise's algorithms, not fitted yet, that keeps quiet while it is."""
    return getattr(surprise, name)(**options, verbose=False)


def matrix_of_trainset(trainset: surprise.Trainset, exact: bool, ascending: bool) -> RatingMatrix:
    """A trainset's ratings by inner user and item, float64 where exact, else float32.

    They are `ascending` within each user and item, or in the trainset's own order. What a user
    rated twice is there twice.
    """
    n_users = max(trainset.n_users, len(trainset._raw2inner_id_users))  # some may be added by hand
    n_items = max(trainset.n_items, len(trainset._raw2inner_id_items))
    by_user = _sparse(trainset.ur, n_users, exact)
    mean = float(trainset.global_mean)
    if ascending:
        order = np.lexsort((by_user.indices, by_user.rows()))
        ordered = Csr(by_user.indptr, by_user.indices[order], by_user.values[order])
        by_item = transposed(ordered, n_items)
        return RatingMatrix(by_user=ordered, by_movie=by_item, mean=mean)
    by_item = _sparse(trainset.ir, n_items, exact)
    return RatingMatrix(by_user=by_user, by_movie=by_item, mean=mean)


def is_up_to_date(side: Csr, lists: Lists, rows: NDArray[Any]) -> bool:
    """Whether rows of a side still have as many ratings as the lists that it was made of."""
    if int(rows.max(initial=-1)) >= side.n_rows:
        return False
    counts = side.indptr[rows + 1] - side.indptr[rows]
    return [len(lists.get(row, [])) for row in rows.tolist()] == list(counts)


def _sparse(lists: Lists, n: int, exact: bool) -> Csr:
    rows = [lists.get(row, []) for row in range(n)]
    indptr = np.concatenate(([0], np.cumsum([len(row) for row in rows], dtype=np.int64)))
    flat = chain.from_iterable(chain.from_iterable(rows))
    pairs = np.fromiter(flat, np.float64, 2 * int(indptr[-1])).reshape(-1, 2)
    values = pairs[:, 1].astype(np.float64 if exact else np.float32)
    return Csr(indptr, pairs[:, 0].astype(np.int32), values)


def _lists(side: Csr) -> Lists:
    indices, values = side.indices.tolist(), side.values.tolist()
    return {
        row: list(zip(indices[start:end], values[start:end], strict=True))
        for row, (start, end) in enumerate(pairwise(side.indptr))
    }
