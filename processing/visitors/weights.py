"""What is published of EASE, so that visitors are ranked by it on the site and in the browser."""

import numpy as np
from numpy.typing import NDArray

from processing.kernels.arrays import Csr
from processing.release.affinity import LARGEST, Weights

MOST_BYTES = 2_700_000  # of a release's weights and near movies together
SMALL_INDEX = 65_536


def published(by_rated: Csr, near: Csr, evident: NDArray[np.bool_]) -> Weights:
    """The largest weights that fit into `MOST_BYTES`, in 8 bits each, and a bit for `evident`.

    `by_rated`: weights by rated movie, and of each whether it may be named as a reason; `near`:
    movies near to each, ascending.
    """
    n_movies = by_rated.n_rows
    index = np.dtype(np.uint16 if n_movies <= SMALL_INDEX else np.uint32)
    room = MOST_BYTES - 12 * (n_movies + 1) - index.itemsize * len(near.indices)
    most = max(1, 8 * room // (8 * index.itemsize + 9))
    kept = _largest(by_rated.values, most)
    rows = by_rated.rows()[kept]
    movies, values = by_rated.indices[kept], by_rated.values[kept]
    scales = np.zeros(n_movies, np.float32)
    np.maximum.at(scales, rows, np.abs(values) / np.float32(LARGEST))
    eighths = np.rint(values / np.where(scales > 0, scales, 1)[rows]).clip(-LARGEST, LARGEST)
    said = eighths != 0
    counts = np.bincount(rows[said], minlength=n_movies)
    return Weights(
        indptr=np.concatenate(([0], np.cumsum(counts))).astype(np.int32),
        movies=movies[said].astype(index),
        values=eighths[said].astype(np.int8),
        scales=scales,
        evident=np.packbits(evident[kept][said], bitorder="little"),
        near_indptr=near.indptr.astype(np.int32),
        near_movies=near.indices.astype(index),
    )


def _largest(values: NDArray[np.float32], most: int) -> NDArray[np.int64]:
    """Places of the `most` values furthest from 0, ascending; ties by place."""
    if len(values) <= most:
        return np.arange(len(values))
    return np.sort(np.argsort(-np.abs(values), kind="stable")[:most])
