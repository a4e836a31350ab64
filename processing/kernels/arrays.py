"""The arrays that several kernels share, in named tuples that kernels take whole.

A kernel with `parallel=True` takes the arrays that it writes to out of a tuple by name, one by one
(`ids = out.ids`). Where it unpacks the tuple (`ids, sims = out`), numba 0.68 does not see that the
arrays are the caller's, and may drop what is written to them as dead code.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

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


class Columns(NamedTuple):
    """Entries that are not yet in rows: `indices`, `values` and `days` as of `Csr`."""

    indices: NDArray[Any]
    values: NDArray[Any]
    days: NDArray[np.int32]
