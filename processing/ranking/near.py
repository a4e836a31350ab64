"""Which movies are near to each other: series, near-duplicates, what the same people watch alike.

Measure: the correlation of the movies' grades over all users, 0 where not rated,
         (G_ij / n - m_i m_j) / (s_i s_j),  G the Gram matrix, m and s mean and spread of grades.
Movies are near where it is at least `NEAR`. Of more than `MOST_NEAR` a movie keeps the nearest; a
pair is near if either keeps it.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from processing.data.ratings import Ratings
from processing.kernels.arrays import Csr
from processing.ranking.gram import Grams

NEAR = 0.4
MOST_NEAR = 30
BLOCK = 512


def near_movies(ratings: Ratings, grams: Grams) -> Csr:
    """Near movies of each, ascending, with their correlation: `Csr` of n_movies rows."""
    row, column, value = correlated(ratings, grams, NEAR)
    ends = (np.concatenate((row, column)), np.concatenate((column, row)))
    return _strongest(*ends, np.concatenate((value, value)), grams.movies, ratings.n_movies)


def correlated(
    ratings: Ratings, grams: Grams, least: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Pairs of movies whose correlation is at least `least`, and that, each (n,).

    Movies go by their place in the matrix; of the two the first has the higher one.
    """
    n = len(grams.movies)
    means, spreads = _moments(ratings, grams)
    rows, columns, values = [], [], []
    n_users = max(1, int(np.count_nonzero(ratings.by_user.counts)))
    for start in range(0, n, BLOCK):
        end = min(start + BLOCK, n)
        block: NDArray[Any] = grams.lower[start:end, :end] / n_users
        block -= np.outer(means[start:end], means[:end])
        block /= np.outer(spreads[start:end], spreads[:end])
        row, column = np.nonzero(block >= least)
        below = column < start + row
        rows.append(start + row[below])
        columns.append(column[below])
        values.append(block[row, column][below])
    row, column, value = (np.concatenate(parts) for parts in (rows, columns, values))
    return row, column, value


class Correlations:
    """Correlations of any movies, for lists: how far apart the movies of a list are.

    Parameters
    ----------
    ratings, grams
        What they are of.
    """

    def __init__(self, ratings: Ratings, grams: Grams) -> None:
        self._lower = grams.lower
        self._n_users = max(1, int(np.count_nonzero(ratings.by_user.counts)))
        self._means, self._spreads = _moments(ratings, grams)
        self._places = np.full(ratings.n_movies + 1, -1, np.int64)
        self._places[grams.movies] = np.arange(len(grams.movies))

    def distances(self, top: NDArray[np.int32]) -> NDArray[np.float64]:
        """1 less the mean correlation of two movies of each list, float64 (n_lists,).

        `top`: int32 (n_lists, n), -1 beyond the last; a movie that the matrix does not know is as
        far from all as if nobody had rated it. A list of one movie has distance 1.
        """
        places = self._places[top]
        totals, n_pairs = np.zeros(len(top)), np.zeros(len(top))
        for a in range(top.shape[1]):
            for b in range(a):
                there = (top[:, a] >= 0) & (top[:, b] >= 0)
                known = there & (places[:, a] >= 0) & (places[:, b] >= 0)
                totals[known] += self._of_pairs(places[known, a], places[known, b])
                n_pairs += there
        return np.asarray(1 - totals / np.maximum(n_pairs, 1))

    def _of_pairs(self, a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.float64]:
        high, low = np.maximum(a, b), np.minimum(a, b)
        found = self._lower[high, low] / self._n_users - self._means[high] * self._means[low]
        return np.asarray(found / (self._spreads[high] * self._spreads[low]))


def _moments(ratings: Ratings, grams: Grams) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and spread of each movie's grades over the users who rated anything."""
    n_users = max(1, int(np.count_nonzero(ratings.by_user.counts)))
    means = grams.totals / n_users
    variances = grams.diagonal / n_users - means**2
    return means, np.sqrt(np.maximum(variances, 1e-12))


def _strongest(
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    values: NDArray[np.float64],
    movies: NDArray[np.int32],
    n_movies: int,
) -> Csr:
    """The `MOST_NEAR` strongest of each row, each pair both ways, in the movies' own numbers."""
    order = np.lexsort((columns, -values, rows))
    rows, columns, values = rows[order], columns[order], values[order]
    counts = np.bincount(rows, minlength=len(movies))
    place = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    kept = place < MOST_NEAR
    keys = np.concatenate(
        (rows[kept] * n_movies + columns[kept], columns[kept] * n_movies + rows[kept])
    )
    keys, first = np.unique(keys, return_index=True)
    both = np.concatenate((values[kept], values[kept]))[first].astype(np.float32)
    near_rows, near_columns = movies[keys // n_movies], movies[keys % n_movies]
    indptr = np.concatenate(([0], np.cumsum(np.bincount(near_rows, minlength=n_movies))))
    return Csr(indptr, near_columns, both)
