"""From what orders candidates to lists: the best of each user, turned, and kept from floods."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from processing.kernels.arrays import Csr
from processing.kernels.spread import spread_rows
from processing.kernels.topn import best_places
from processing.ranking.candidates import Candidates
from processing.release.spread import MOST_NEAR, WINDOW

KNOWN_WEIGHTS = (0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0)


class Turn(NamedTuple):
    """How many movies a list has, and what `logs`, log(1 + ratings) of each movie, count for.

    `weight` is in standard deviations of what orders the list's movies, so that it means the same
    whatever orders it; 1 stands for a standard deviation of 0.
    """

    n: int
    weight: float
    logs: NDArray[np.float64]


def best_of(candidates: Candidates, orders: NDArray[np.float32], n: int) -> NDArray[np.int64]:
    """Places of the `n` best candidates of each user, int64 (n_users, n), -1 beyond the last."""
    places = np.full((len(candidates.users), n), -1, np.int64)
    best_places(candidates.indptr, np.ascontiguousarray(orders, np.float32), places)
    return places


def first_of(
    candidates: Candidates, orders: NDArray[np.float32], near: Csr, turn: Turn
) -> NDArray[np.int64]:
    """Places of the movies of each list: the best, turned, then spread; -1 beyond the last.

    To turn a list orders the same movies anew.
    """
    places = best_of(candidates, orders, turn.n)
    if turn.weight:
        some = places >= 0
        rows, turned = np.nonzero(some)[0], np.full(places.shape, -np.inf)
        listed = orders[places[some]].astype(np.float64)
        weights = turn.weight * _spreads(listed, rows, len(places))
        turned[some] = listed + weights[rows] * turn.logs[candidates.movies[places[some]]]
        order = np.lexsort((np.where(some, places, np.iinfo(np.int64).max), -turned), axis=1)
        places = np.take_along_axis(places, order, axis=1)
    return spread_places(candidates, places, near)


def _spreads(
    values: NDArray[np.float64], rows: NDArray[np.int64], n_rows: int
) -> NDArray[np.float64]:
    """Standard deviation of each row's values, float64 (n_rows,); 1 where it is 0."""
    n = np.maximum(np.bincount(rows, minlength=n_rows), 1)
    means = np.bincount(rows, values, n_rows) / n
    spreads = np.sqrt(np.bincount(rows, (values - means[rows]) ** 2, n_rows) / n)
    return np.where(spreads > 0, spreads, 1.0)


def spread_places(
    candidates: Candidates, places: NDArray[np.int64], near: Csr
) -> NDArray[np.int64]:
    """The same places, best first, so that none of ten movies is the fourth of its kind."""
    best = np.where(places >= 0, np.append(candidates.movies, np.int32(-1))[places], -1)
    out = np.empty_like(best, np.int32)
    spread_rows(best.astype(np.int32), near, MOST_NEAR, WINDOW, out)
    by_movie, back = np.argsort(best, axis=1, kind="stable"), np.argsort(out, axis=1, kind="stable")
    moved = np.empty_like(places)
    np.put_along_axis(moved, back, np.take_along_axis(places, by_movie, axis=1), axis=1)
    return moved
