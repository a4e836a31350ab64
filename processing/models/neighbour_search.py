"""Rows that may be similar, where there are too many to compare each with each.

Each row gets a vector of tastes: its coordinates in the best approximation of the deviations from
the baseline by a matrix of rank `N_TASTES` (Halko, Martinsson and Tropp 2011, "Finding structure
with randomness", algorithms 4.4 and 5.1). Candidates of row a are the rows b with the highest

    cos(a, b) * n_b / (n_b + SHRINKAGE),     n_b ratings of b,

of those that an inverted file finds, which looks only into the cells of vectors nearest to a's.
"""

import numpy as np
from numpy.typing import NDArray

from processing.kernels.arrays import Csr
from processing.kernels.nearest import times_dense
from processing.tools.progress import progress

N_TASTES = 16
N_MORE = 8  # directions that are followed beside these, and dropped
N_PASSES = 3
SHRINKAGE = 100.0
N_CELLS_OF_ROOT = 1.5  # cells per √n rows,
ROWS_PER_CELL = 64  # but each holds at least this many rows
N_PROBED = 16
N_EPOCHS = 10
SAMPLE_PER_CELL = 128
BLOCK = 1 << 15
SEED = 1


def find_candidates(
    x_side: Csr, y_side: Csr, n: int
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Up to `n` candidates of each row of `x_side`, and perhaps itself.

    int32 (n_x, n + 1), -1 beyond the last. The values are deviations from the baseline, float32;
    `y_side` is the transpose. Also returns an order of the rows in which those with like tastes are
    near each other. The same input gives the same output.
    """
    queries, keys = queries_and_keys(taste_vectors(x_side, y_side, N_TASTES), x_side.counts)
    return search(queries, keys, n + 1)


def queries_and_keys(
    tastes: NDArray[np.float32], counts: NDArray[np.int64]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Vectors whose product is what candidates are ordered by: of row a, and of row b."""
    lengths = np.linalg.norm(tastes, axis=1, keepdims=True)
    queries = tastes / np.maximum(lengths, np.float32(1e-12))
    weights = (counts / (counts + SHRINKAGE)).astype(np.float32)
    return queries, queries * weights[:, None]


def search(
    queries: NDArray[np.float32], keys: NDArray[np.float32], n: int
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Rows of `keys` with the highest products, int32 (len(queries), n), and an order of rows."""
    import faiss

    n_tastes = queries.shape[1]
    n_cells = max(
        1, int(min(N_CELLS_OF_ROOT * np.sqrt(len(queries)), len(queries) / ROWS_PER_CELL))
    )
    cells = faiss.IndexFlatIP(n_tastes)
    index = faiss.IndexIVFFlat(cells, n_tastes, n_cells, faiss.METRIC_INNER_PRODUCT)
    index.cp.seed, index.cp.niter, index.cp.spherical = SEED, N_EPOCHS, True
    index.cp.max_points_per_centroid, index.cp.min_points_per_centroid = SAMPLE_PER_CELL, 1
    index.train(queries)
    index.add(keys)
    index.nprobe = N_PROBED
    found = np.empty((len(queries), n), np.int32)
    for start in progress(range(0, len(queries), BLOCK), "candidates", "block"):
        found[start : start + BLOCK] = index.search(queries[start : start + BLOCK], n)[1]
    cell = cells.search(queries, 1)[1][:, 0]
    return found, np.argsort(cell, kind="stable")


def taste_vectors(x_side: Csr, y_side: Csr, n: int) -> NDArray[np.float32]:
    """Coordinates of the rows of `x_side` along its `n` strongest directions, float32 (n_x, n).

    `y_side`: the transpose. Fewer where there are fewer columns.
    """
    size = min(n + N_MORE, y_side.n_rows, x_side.n_rows)
    rng = np.random.default_rng(SEED)
    directions = rng.standard_normal((y_side.n_rows, size), np.float32)
    along = np.empty((x_side.n_rows, size), np.float32)
    for _ in range(N_PASSES):
        times_dense(x_side, directions, along)
        times_dense(y_side, along, directions)
        directions = np.linalg.qr(directions)[0]
    times_dense(x_side, directions, along)
    _, turn = np.linalg.eigh(along.T.astype(np.float64) @ along)
    return along @ np.ascontiguousarray(turn[:, ::-1][:, :n], np.float32)
