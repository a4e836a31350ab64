"""Ratings: the validated matrix, compressed by user and by movie, that every later stage reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from processing.data.rows import NO_DAY, UNITS, RatingRows, Scale
from processing.errors import RatingsError
from processing.ids import TEXT, Id, Ids, as_text, find_id, is_text
from processing.kernels import csr as kernels
from processing.kernels.arrays import Columns
from processing.kernels.arrays import Csr as Csr  # what ratings are kept in: given out here too
from processing.tools.threads import even_rows, even_spans, in_threads

SMALL_TABLE = 1 << 20
TABLE_PER_ID = 4  # entries that a table of places may have for each id, or SMALL_TABLE in all


@dataclass(frozen=True, kw_only=True)
class Ratings:
    """Who rated what, when and how.

    `user_ids` (n_users,) and `movie_ids` (n_movies,) are the data set's own, numbers or texts, and
    ascending; an index is a place in them. A movie with a title but no rating has an index too, and
    so has, in a part of the ratings, every user and movie of the whole.

    Raises
    ------
    RatingsError
        If rows are unsorted, a pair is there twice, or an index or a rating is out of range.
    """

    user_ids: Ids
    movie_ids: Ids
    scale: Scale
    by_user: Csr

    def __post_init__(self) -> None:
        _check_ids("user_ids", self.user_ids)
        _check_ids("movie_ids", self.movie_ids)
        _check_csr(self.by_user, self.n_users, self.n_movies, self.scale)

    @cached_property
    def by_movie(self) -> Csr:
        """The same ratings, compressed by movie; `indices` are user indices."""
        rows, csr = even_rows(self.by_user.indptr), self.by_user
        parts = [csr.indices[csr.indptr[a] : csr.indptr[b]] for a, b in rows]
        indptr, places = _places(parts, self.n_movies)
        transposed = _empty(indptr)
        calls = [(csr, *span, at, transposed) for span, at in zip(rows, places, strict=True)]
        in_threads(kernels.scatter_rows, calls)
        return transposed

    @cached_property
    def movie_counts(self) -> NDArray[np.int64]:
        """Ratings of each movie, int64 (n_movies,); does not need `by_movie`."""
        return np.diff(_places([self.by_user.indices], self.n_movies)[0])

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

    @cached_property
    def derived(self) -> dict[Any, Any]:
        """Results that depend on these ratings alone, kept by a key to be used again."""
        return {}

    def in_units(self) -> "Ratings":
        """The same ratings as on a scale from 1 to 5, which is kept; these where they are so."""
        if self.scale.usual:
            return self
        if "in_units" not in self.derived:
            scale = self.scale
            units = Ratings(
                user_ids=self.user_ids,
                movie_ids=self.movie_ids,
                scale=Scale(low=1, high=1 + UNITS, step=scale.step / scale.unit),
                by_user=self.by_user._replace(values=scale.in_units(self.by_user.values)),
            )
            values = scale.in_units(self.by_movie.values)
            units.__dict__["by_movie"] = self.by_movie._replace(values=values)
            self.derived["in_units"] = units
        found: Ratings = self.derived["in_units"]
        return found

    def find_user(self, user_id: Id) -> int | None:
        """Index of a user, None when unknown."""
        return find_id(self.user_ids, user_id)

    def find_movie(self, movie_id: Id) -> int | None:
        """Index of a movie, None when unknown."""
        return find_id(self.movie_ids, movie_id)

    def locate(
        self, user_indices: NDArray[np.int32], movie_indices: NDArray[np.int32]
    ) -> NDArray[np.int64]:
        """Positions of pairs in `by_user`, -1 for a pair without a rating."""
        positions = np.empty(len(user_indices), np.int64)
        kernels.locate(self.by_user, user_indices, movie_indices, positions)
        return positions

    def part(self, mask: NDArray[np.bool_]) -> Self:
        """The ratings that `mask` (one entry per position in `by_user`) picks, same indices."""
        if mask.dtype != np.bool_ or mask.shape != (self.n_ratings,):
            raise RatingsError(
                f"The mask is {mask.dtype} {mask.shape}; expected bool ({self.n_ratings},)."
            )
        csr, rows = self.by_user, even_rows(self.by_user.indptr)
        counts = np.empty(self.n_users, np.int64)
        in_threads(kernels.count_picked, [(csr.indptr, *span, mask, counts) for span in rows])
        part = _empty(_pointer(counts))
        in_threads(kernels.pick, [(csr, *span, mask, part) for span in rows])
        return type(self)(
            user_ids=self.user_ids, movie_ids=self.movie_ids, scale=self.scale, by_user=part
        )


def build_ratings(rows: RatingRows, titled_movie_ids: Ids, scale: Scale) -> tuple[Ratings, int]:
    """Sort, index and check rows; of a pair that was rated twice the latest rating counts.

    `rows` is used up: what is made of it is written over its columns. Beside it memory is needed
    for 12 bytes a rating, and for little else. Returns the ratings and the number of rows that a
    later one replaced.
    """
    user_ids, users = _index(rows.user_ids, rows.user_names)
    movie_ids, movies = _index(rows.movie_ids, rows.movie_names, titled_movie_ids)
    by_user, n_duplicates = _compress(users, movies, rows.values, rows.days, len(user_ids))
    ratings = Ratings(user_ids=user_ids, movie_ids=movie_ids, scale=scale, by_user=by_user)
    return ratings, n_duplicates


def _compress(
    users: NDArray[np.int32],
    movies: NDArray[np.int32],
    values: NDArray[np.float32],
    days: NDArray[np.int32],
    n_users: int,
) -> tuple[Csr, int]:
    """Compress rows in file order by user; also how many of them a later one replaced.

    Written over the rows.
    """
    spans = even_spans(len(users))
    keys = [users[a:b] for a, b in spans]
    indptr, places = _places(keys, n_users)
    entries = np.empty((len(users), 3), np.int32)
    columns = [Columns(movies[a:b], values[a:b].view(np.int32), days[a:b]) for a, b in spans]
    calls = zip(keys, columns, places, [entries] * len(spans), strict=True)
    in_threads(kernels.scatter, calls)
    parts = [entries[a:b] for a, b in spans]
    in_threads(kernels.set_apart, zip(parts, columns, strict=True))
    csr = Csr(indptr, movies, values, days)
    repeats = in_threads(kernels.sort_rows, [(csr, *span) for span in even_rows(indptr)])
    if not sum(repeats):
        return csr, 0
    kept = kernels.drop_repeats(csr)
    n = int(kept[-1])
    return Csr(kept, *(column[:n].copy() for column in csr[1:])), len(users) - n


def _places(
    parts: Sequence[NDArray[np.int32]], n_keys: int
) -> tuple[NDArray[np.int64], list[NDArray[np.int64]]]:
    """Row pointer of entries sorted by key, and where each part's entries of each key begin.

    `parts`: the keys of each part.
    """
    counts = np.zeros((len(parts), n_keys), np.int64)
    in_threads(kernels.count_keys, [(part, counts[t]) for t, part in enumerate(parts)])
    indptr = _pointer(counts.sum(axis=0))
    before = np.cumsum(counts, axis=0) - counts
    return indptr, [indptr[:-1] + before[t] for t in range(len(parts))]


def _pointer(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate(([0], np.cumsum(counts)))


def _empty(indptr: NDArray[np.int64]) -> Csr:
    n = int(indptr[-1])
    return Csr(
        indptr=indptr,
        indices=np.empty(n, np.int32),
        values=np.empty(n, np.float32),
        days=np.empty(n, np.int32),
    )


def _index(
    ids: NDArray[Any], names: Ids | None = None, more: Ids | None = None
) -> tuple[Ids, NDArray[np.int32]]:
    """Ascending ids, and the place of each of `ids` among them, written over it where it fits.

    `names`: texts of which `ids` are places. `more`: ids that need a place too. Where one of the
    two is texts and the other numbers, the numbers are taken for texts.
    """
    if names is None and more is not None and len(more) and is_text(more):
        numbers, ids = _index(ids)
        names = as_text(numbers)
    if names is not None:
        also = [as_text(more)] if more is not None and len(more) else []
        known = np.unique(np.concatenate([names, *also]))
        table = np.searchsorted(known, names).astype(np.int32)
        return known, _looked_up(ids, 0, table)
    both = [given for given in (ids, more) if given is not None and len(given)]
    low = min((int(given.min()) for given in both), default=0)
    span = max((int(given.max()) for given in both), default=0) - low + 1
    if span > max(TABLE_PER_ID * len(ids), SMALL_TABLE):
        known = np.unique(ids) if more is None else np.union1d(ids, more)
        return known.astype(np.int64), np.searchsorted(known, ids).astype(np.int32)
    seen = np.zeros(span, np.bool_)
    for given in both:
        kernels.mark_ids(given, low, seen)
    table = (np.cumsum(seen, dtype=np.int64) - 1).astype(np.int32)
    return np.flatnonzero(seen).astype(np.int64) + low, _looked_up(ids, low, table)


def _looked_up(ids: NDArray[Any], low: int, table: NDArray[np.int32]) -> NDArray[np.int32]:
    """`table[ids - low]`, written over the ids where it fits."""
    places: NDArray[Any] = ids if ids.dtype == np.int32 else np.empty(len(ids), np.int32)
    in_threads(
        kernels.look_up, [(ids[a:b], low, table, places[a:b]) for a, b in even_spans(len(ids))]
    )
    return places


def _check_ids(name: str, ids: Ids) -> None:
    if ids.dtype not in (np.int64, TEXT) or ids.ndim != 1:
        raise RatingsError(
            f"{name} is {ids.dtype} {ids.shape}; expected int64, or texts as objects, in one "
            "dimension."
        )
    falling = ids[1:] <= ids[:-1]  # their difference may be beyond 64 bits
    if falling.any():
        at = int(np.flatnonzero(falling)[0])
        raise RatingsError(
            f"{name}[{at + 1}] is {ids[at + 1]} after {ids[at]}; expected ascending ids, each once."
        )


def _check_csr(csr: Csr, n_users: int, n_movies: int, scale: Scale) -> None:
    n = len(csr.values)
    if len(csr.indptr) != n_users + 1 or csr.indptr[0] != 0 or csr.indptr[-1] != n:
        raise RatingsError(f"indptr does not span {n_users} users and {n} ratings.")
    if len(csr.indices) != n or len(csr.days) != n or (np.diff(csr.indptr) < 0).any():
        raise RatingsError("indptr, indices, values and days do not belong together.")
    bounds = (n_movies, np.float32(scale.low), np.float32(scale.high))
    calls = [(csr, *span, *bounds) for span in even_rows(csr.indptr)]
    flaw = min((found for found in in_threads(kernels.first_flaw, calls) if found), default=0)
    if flaw == kernels.OUTSIDE:
        raise RatingsError(f"A movie index is outside 0..{n_movies - 1}.")
    if flaw == kernels.UNSORTED:
        raise RatingsError("A user's movies are unsorted, or one of them is there twice.")
    if flaw == kernels.NOT_FINITE:
        raise RatingsError("A rating is not a finite number.")
    if flaw == kernels.OFF_SCALE:
        raise RatingsError(
            f"Ratings reach from {csr.values.min():g} to {csr.values.max():g}; "
            f"expected {scale}. Say the right scale with --scale."
        )
