"""Which movies may be named as a reason for another: the same people like both, and of a kind.

A pair is evident where the correlation of the two movies' grades (`processing.ranking.near`) is at
least `LEAST_ALIKE`, where as many people rated both as if `LEAST_TOGETHER` had given each the
highest grade, Σ x_ui x_uj with x from 0 to 1, and where the movies have a genre in common. A movie
without genres is of any kind.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from processing.data.ratings import Ratings
from processing.kernels.arrays import Csr
from processing.ranking.gram import Grams
from processing.ranking.near import correlated

LEAST_ALIKE = 0.25
LEAST_TOGETHER = 10.0


def evident_pairs(ratings: Ratings, grams: Grams, genres: Sequence[tuple[str, ...]]) -> Csr:
    """The movies that may be a reason for each, ascending, with their correlation; both ways."""
    rows, columns, values = correlated(ratings, grams, LEAST_ALIKE)
    together = grams.lower[rows, columns] / grams.grading.most**2
    one, other = grams.movies[rows], grams.movies[columns]
    kept = (together >= LEAST_TOGETHER) & _of_a_kind(genres, one, other)
    one, other, values = one[kept], other[kept], values[kept]
    ends = (np.concatenate((one, other)), np.concatenate((other, one)))
    order = np.lexsort(ends[::-1])
    counts = np.bincount(ends[0], minlength=ratings.n_movies)
    return Csr(
        np.concatenate(([0], np.cumsum(counts))),
        ends[1][order].astype(np.int32),
        np.concatenate((values, values))[order].astype(np.float32),
    )


def among(entries: Csr, pairs: Csr) -> NDArray[np.bool_]:
    """Whether each entry of a square matrix is one of some pairs too, bool (n_entries,)."""
    n_movies = pairs.n_rows
    wanted = entries.rows().astype(np.int64) * n_movies + entries.indices
    there = np.append(pairs.rows().astype(np.int64) * n_movies + pairs.indices, -1)
    return np.asarray(there[np.searchsorted(there[:-1], wanted)] == wanted)


def _of_a_kind(
    genres: Sequence[tuple[str, ...]], one: NDArray[np.int32], other: NDArray[np.int32]
) -> NDArray[np.bool_]:
    names = sorted({name for of_movie in genres for name in of_movie})
    places = {name: place for place, name in enumerate(names)}
    has = np.zeros((len(genres), len(names)), bool)
    for movie, of_movie in enumerate(genres):
        has[movie, [places[name] for name in of_movie]] = True
    any_kind = np.asarray(~has.any(axis=1))
    shared = np.zeros(len(one), bool)
    for column in has.T:
        shared |= column[one] & column[other]
    return shared | any_kind[one] | any_kind[other]
