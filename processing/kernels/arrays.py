"""The arrays that several kernels share, in named tuples that kernels take whole.

A kernel with `parallel=True` takes the arrays that it writes to out of a tuple by name, one by one
(`ids = out.ids`). Where it unpacks the tuple (`ids, sims = out`), numba 0.68 does not see that the
arrays are the caller's, and may drop what is written to them as dead code. And within `prange` it
takes a named tuple whole only if that is an argument itself, not a part of another one.
"""

from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
Real: TypeAlias = Any  # float, float32 or float64: numba compiles a kernel for each that it meets
Whole: TypeAlias = Any  # int or any integer of numpy

NO_DAYS = np.empty(0, np.int32)


class Csr(NamedTuple):
    """A sparse matrix by rows, compressed: ratings by user, or by movie.

    `indptr`: int64 (n_rows + 1,); row r has the entries `indptr[r]` to `indptr[r + 1]`. `indices`:
    int32 (n,), the column of each entry, ascending within a row where nothing else is said.
    `values`: floats (n,), stars where they are ratings. `days`: int32 (n,), days since 1970-01-01
    or NO_DAY; empty where they are not needed.
    """

    indptr: NDArray[np.int64]
    indices: NDArray[Any]
    values: NDArray[Any]
    days: NDArray[np.int32] = NO_DAYS

    @property
    def n_rows(self) -> int:
        """Rows, empty ones included."""
        return len(self.indptr) - 1

    @property
    def counts(self) -> NDArray[np.int64]:
        """Entries of each row, int64 (n_rows,)."""
        return np.diff(self.indptr)

    def rows(self) -> NDArray[np.int32]:
        """Row number of each entry, int32 (n,)."""
        return np.repeat(np.arange(self.n_rows, dtype=np.int32), self.counts)

    def take(self, rows: NDArray[Any]) -> "Csr":
        """Some of the rows, in the order given, without days."""
        counts = self.counts[rows]
        indptr = np.concatenate(([0], np.cumsum(counts)))
        places = np.arange(indptr[-1]) + np.repeat(self.indptr[rows] - indptr[:-1], counts)
        return Csr(indptr, self.indices[places], self.values[places])

    def where(self, kept: NDArray[np.bool_]) -> "Csr":
        """The entries that are marked, bool (n,), without days."""
        indptr = np.concatenate(([0], np.cumsum(kept)))[self.indptr]
        return Csr(indptr, self.indices[kept], self.values[kept])

    def transposed(self, n_columns: int) -> "Csr":
        """The same entries by column, rows ascending within each, without days."""
        order = np.argsort(self.indices, kind="stable")
        counts = np.bincount(self.indices, minlength=n_columns)
        indptr = np.concatenate(([0], np.cumsum(counts)))
        return Csr(indptr, self.rows()[order], self.values[order])


class Columns(NamedTuple):
    """Entries that are not yet in rows: `indices`, `values` and `days` as of `Csr`."""

    indices: NDArray[Any]
    values: NDArray[Any]
    days: NDArray[np.int32]


class Cells(NamedTuple):
    """Cells of a matrix, rated or not: int32 (n,), row and column of each."""

    rows: NDArray[np.int32]
    columns: NDArray[np.int32]


class Neighbours(NamedTuple):
    """The most similar rows of each row, best first, ties by index; -1, 0 and 0 beyond the last.

    `ids` int32, `similarities` float32 and `supports` int32 (columns in common), each (n_rows, k).
    """

    ids: NDArray[np.int32]
    similarities: NDArray[np.float32]
    supports: NDArray[np.int32]


class Formula(NamedTuple):
    """How similarity is computed: `measure` is a constant of `similarities`.

    A pair with fewer than `min_support` columns in common has similarity 0; `shrinkage` is that of
    PEARSON_BASELINE, in columns. Where all pairs are compared, `most` entries of a row count.
    """

    measure: int
    min_support: int
    shrinkage: float
    most: int


class Triangle(NamedTuple):
    """Similarities of all pairs of rows: ranks b < a are at a (a - 1) / 2 + b.

    `sims`: float64, float32 or int16, in units of 1 / `unit`. `order`: int64 (n_rows,), the row of
    each rank. `supports`: int32, columns in common, or empty: then they are left out.
    """

    sims: NDArray[Any]
    order: NDArray[np.int64]
    unit: int
    supports: NDArray[np.int32]


class Biases(NamedTuple):
    """The baseline `mean` + b_row + b_column, in stars: float64, (n_rows,) and (n_columns,).

    Rows are users and columns movies, or the other way round.
    """

    mean: float
    rows: NDArray[np.float64]
    columns: NDArray[np.float64]

    def transposed(self) -> "Biases":
        """The same baseline of the transposed matrix."""
        return Biases(self.mean, self.columns, self.rows)


class Parameters(NamedTuple):
    """What gradient descent learns, with Surprise's names; float32, or float64 where exact.

    `bu` (n_users,) and `bi` (n_movies,) are biases, `pu` (n_users, f) and `qi` (n_movies, f)
    factors, `yj` (n_movies, f) the implicit factors of SVD++, None elsewhere.
    """

    bu: NDArray[Any]
    bi: NDArray[Any]
    pu: NDArray[Any]
    qi: NDArray[Any]
    yj: Any = None


class Steps(NamedTuple):
    """Learning rate and regularisation of bu, bi, pu, qi and, for SVD++, yj: (4,) or (5,)."""

    rates: NDArray[Any]
    regs: NDArray[Any]


class Timeline(NamedTuple):
    """Ratings by user, and on which days they were given.

    `places`: uint16 or int32 (n_ratings,), place of each rating's day among its user's. User u's
    days are `days[indptr[u]:indptr[u + 1]]`, int32, ascending, counted from the first day of all
    ratings. `devs`: float32, the deviation of each (`time_biases.deviation`). `bins`: int32
    (n_days,), bin of each day of the calendar.
    """

    ratings: Csr
    places: NDArray[Any]
    indptr: NDArray[np.int64]
    days: NDArray[np.int32]
    devs: NDArray[np.float32]
    bins: NDArray[np.int32]


class TimeBiases(NamedTuple):
    """Biases that move with time, in stars; float64 in least squares, float32 in gradient descent.

    `mean`: of all ratings. `users`, `drifts`: (n_users,), b_u and alpha_u. `user_days`: float32,
    one per entry of `Timeline.days`. `movies`: (n_movies,). `movie_bins`: (n_movies, n_bins).
    `calendar`: (n_days,).
    """

    mean: Any
    users: NDArray[Any]
    drifts: NDArray[Any]
    user_days: NDArray[np.float32]
    movies: NDArray[Any]
    movie_bins: NDArray[Any]
    calendar: NDArray[Any]


class TimeFactors(NamedTuple):
    """Float32. `users`, `drifts`: (n_users, f), p_u and its alpha_u. `movies`, `implicit`:
    (n_movies, f), q_i and y_j.
    """

    users: NDArray[np.float32]
    drifts: NDArray[np.float32]
    movies: NDArray[np.float32]
    implicit: NDArray[np.float32]


class TimeArrays(NamedTuple):
    """Learned arrays of a model of time; float32 where nothing else is said.

    `mean`: float64 (1,). `first_day`: int64 (1,), days since 1970-01-01; the other days are counted
    from it. `calendar`: (n_days,); `bins`: int32 (n_days,), each day's bin. `user_biases`,
    `user_drifts`, `user_middles` (t_u), `user_scales` (by how much a user's scale of the movies'
    biases is above 1): (n_users,). User u's own days are
    `own_days[own_indptr[u]:own_indptr[u + 1]]`, int32, with `user_day_biases`. `movie_biases`:
    (n_movies,); `movie_bins`: (n_movies, n_bins). `user_factors`, `factor_drifts`: (n_users, f);
    `movie_factors`: (n_movies, f). All are zero where nothing was known in fitting.
    """

    mean: NDArray[np.float64]
    first_day: NDArray[np.int64]
    calendar: NDArray[np.float32]
    bins: NDArray[np.int32]
    user_biases: NDArray[np.float32]
    user_drifts: NDArray[np.float32]
    user_middles: NDArray[np.float32]
    user_scales: NDArray[np.float32]
    own_indptr: NDArray[np.int64]
    own_days: NDArray[np.int32]
    user_day_biases: NDArray[np.float32]
    movie_biases: NDArray[np.float32]
    movie_bins: NDArray[np.float32]
    user_factors: NDArray[np.float32]
    factor_drifts: NDArray[np.float32]
    movie_factors: NDArray[np.float32]
