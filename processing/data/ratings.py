"""Ratings: the validated matrix, compressed by user and by movie, that every later stage reads."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from processing.data.rows import NO_DAY, RatingRows, Scale
from processing.errors import RatingsError
from processing.kernels.csr import counting_order, last_of_duplicates, locate


@dataclass(frozen=True, kw_only=True)
class Csr:
    """Compressed sparse rows of ratings.

    `indptr`: int64 (n_rows + 1,). `indices`: int32, ascending within a row. `values`: float32,
    stars. `days`: int32, days since 1970-01-01 or NO_DAY.
    """

    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    values: NDArray[np.float32]
    days: NDArray[np.int32]

    @property
    def counts(self) -> NDArray[np.int64]:
        """Ratings of each row."""
        return np.diff(self.indptr)

    def rows(self) -> NDArray[np.int32]:
        """Row number of each entry."""
        return np.repeat(np.arange(len(self.indptr) - 1, dtype=np.int32), self.counts)


@dataclass(frozen=True, kw_only=True)
class Ratings:
    """Who rated what, when and how.

    `user_ids` (n_users,) and `movie_ids` (n_movies,) are the data set's own numbers, int64 and
    ascending; an index is a place in them. A movie with a title but no rating has an index too, and
    so has, in a part of the ratings, every user and movie of the whole.

    Raises
    ------
    RatingsError
        If rows are unsorted, a pair is there twice, or an index or a rating is out of range.
    """

    user_ids: NDArray[np.int64]
    movie_ids: NDArray[np.int64]
    scale: Scale
    by_user: Csr

    def __post_init__(self) -> None:
        _check_ids("user_ids", self.user_ids)
        _check_ids("movie_ids", self.movie_ids)
        _check_csr(self.by_user, self.n_users, self.n_movies, self.scale)

    @cached_property
    def by_movie(self) -> Csr:
        """The same ratings, compressed by movie; `indices` are user indices."""
        indptr, order = counting_order(self.by_user.indices, self.n_movies)
        return Csr(
            indptr=indptr,
            indices=self.by_user.rows()[order],
            values=self.by_user.values[order],
            days=self.by_user.days[order],
        )

    @property
    def n_users(self) -> int:
        """Users with an index, rated anything or not."""
        return len(self.user_ids)

    @property
    def n_movies(self) -> int:
        """Movies with an index, rated or not."""
        return len(self.movie_ids)

    @property
    def n_ratings(self) -> int:
        """Ratings in all."""
        return len(self.by_user.values)

    @cached_property
    def mean(self) -> float:
        """Mean rating in stars, the scale's middle where there are none."""
        if self.n_ratings == 0:
            return (self.scale.low + self.scale.high) / 2
        return float(np.mean(self.by_user.values, dtype=np.float64))

    @cached_property
    def dated(self) -> bool:
        """Whether every rating has a day."""
        return self.n_ratings > 0 and bool((self.by_user.days != NO_DAY).all())

    def find_user(self, user_id: int) -> int | None:
        """Index of a user, None when unknown."""
        return _find(self.user_ids, user_id)

    def find_movie(self, movie_id: int) -> int | None:
        """Index of a movie, None when unknown."""
        return _find(self.movie_ids, movie_id)

    def locate(
        self, user_indices: NDArray[np.int32], movie_indices: NDArray[np.int32]
    ) -> NDArray[np.int64]:
        """Positions of pairs in `by_user`, -1 for a pair without a rating."""
        positions = np.empty(len(user_indices), np.int64)
        locate(self.by_user.indptr, self.by_user.indices, user_indices, movie_indices, positions)
        return positions

    def part(self, mask: NDArray[np.bool_]) -> Self:
        """The ratings that `mask` (one entry per position in `by_user`) picks, same indices."""
        kept = np.concatenate(([0], np.cumsum(mask, dtype=np.int64)))
        return type(self)(
            user_ids=self.user_ids,
            movie_ids=self.movie_ids,
            scale=self.scale,
            by_user=Csr(
                indptr=kept[self.by_user.indptr],
                indices=self.by_user.indices[mask],
                values=self.by_user.values[mask],
                days=self.by_user.days[mask],
            ),
        )


def build_ratings(
    rows: RatingRows, titled_movie_ids: NDArray[np.int64], scale: Scale
) -> tuple[Ratings, int]:
    """Sort, index and check rows; of a pair that was rated twice the latest rating counts.

    Returns the ratings and the number of rows that a later one replaced.
    """
    user_ids, users = _index(rows.user_ids)
    movie_ids, movies = _index(rows.movie_ids, titled_movie_ids)
    _, by_movie = counting_order(movies, len(movie_ids))
    _, by_user = counting_order(users[by_movie], len(user_ids))
    order = by_movie[by_user]
    users, movies, days = users[order], movies[order], rows.days[order]
    keep = last_of_duplicates(users, movies, days)
    indptr, _ = counting_order(users[keep], len(user_ids))
    ratings = Ratings(
        user_ids=user_ids,
        movie_ids=movie_ids,
        scale=scale,
        by_user=Csr(
            indptr=indptr,
            indices=movies[keep],
            values=rows.values[order][keep],
            days=days[keep],
        ),
    )
    return ratings, len(keep) - ratings.n_ratings


def _index(
    ids: NDArray[np.int64], more: NDArray[np.int64] | None = None
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    known = np.unique(ids) if more is None else np.union1d(ids, more)
    return known.astype(np.int64), np.searchsorted(known, ids).astype(np.int32)


def _find(ids: NDArray[np.int64], wanted: int) -> int | None:
    place = int(np.searchsorted(ids, wanted))
    return place if place < len(ids) and ids[place] == wanted else None


def _check_ids(name: str, ids: NDArray[np.int64]) -> None:
    if ids.dtype != np.int64 or ids.ndim != 1:
        raise RatingsError(f"{name} is {ids.dtype} {ids.shape}; expected int64 in one dimension.")
    if (np.diff(ids) <= 0).any():
        at = int(np.flatnonzero(np.diff(ids) <= 0)[0])
        raise RatingsError(
            f"{name}[{at + 1}] is {ids[at + 1]} after {ids[at]}; expected ascending ids, each once."
        )


def _check_csr(csr: Csr, n_users: int, n_movies: int, scale: Scale) -> None:
    n = len(csr.values)
    if len(csr.indptr) != n_users + 1 or csr.indptr[0] != 0 or csr.indptr[-1] != n:
        raise RatingsError(f"indptr does not span {n_users} users and {n} ratings.")
    if len(csr.indices) != n or len(csr.days) != n or (np.diff(csr.indptr) < 0).any():
        raise RatingsError("indptr, indices, values and days do not belong together.")
    if n == 0:
        return
    if csr.indices.min() < 0 or csr.indices.max() >= n_movies:
        raise RatingsError(f"A movie index is outside 0..{n_movies - 1}.")
    ascending = np.diff(csr.indices) > 0
    starts = csr.indptr[1:-1]
    ascending[starts[(starts > 0) & (starts < n)] - 1] = True
    if not ascending.all():
        raise RatingsError("A user's movies are unsorted, or one of them is there twice.")
    if not np.isfinite(csr.values).all():
        raise RatingsError("A rating is not a finite number.")
    if csr.values.min() < scale.low or csr.values.max() > scale.high:
        raise RatingsError(
            f"Ratings reach from {csr.values.min():g} to {csr.values.max():g}; "
            f"expected {scale}. Say the right scale with --scale."
        )
