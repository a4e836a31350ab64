"""The engine that fits models with Surprise's own classes.

Surprise numbers users and movies as it first sees them. It is fed the ratings sorted by user and
movie, as the ready-made files of MovieLens 100K are, and what it learned is put back in our order.
"""

from itertools import pairwise
from typing import Any

import surprise

from processing.data.ratings import Ratings
from processing.data.rows import Scale
from processing.kernels.arrays import Csr
from processing.models.matrix import RatingMatrix

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


def _lists(side: Csr) -> dict[int, list[tuple[int, float]]]:
    indices, values = side.indices.tolist(), side.values.tolist()
    return {
        row: list(zip(indices[start:end], values[start:end], strict=True))
        for row, (start, end) in enumerate(pairwise(side.indptr))
    }
