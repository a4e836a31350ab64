"""Keeping a list from being flooded: of movies that are near to each other, a few among ten."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

MOST_NEAR = 3
WINDOW = 10


def spread(best: NDArray[np.int64], near: Callable[[int], NDArray[np.int64]]) -> NDArray[np.int64]:
    """Return movies, best first, (n,), so ordered that none of ten is the fourth of its kind.

    Ten places at a time are filled with the best that are left, but for those that `MOST_NEAR` of
    the places before are near to; these go on to the next ten. Where nothing else is left, they
    are taken after all. `near` gives the movies near to one.
    """
    left, out = best.tolist(), []
    neighbours = {movie: frozenset(near(movie).tolist()) for movie in left}
    while left:
        window: list[int] = []
        put_off: list[int] = []
        for movie in left:
            crowd = sum(movie in neighbours[other] for other in window)
            if len(window) < WINDOW and crowd < MOST_NEAR:
                window.append(movie)
            else:
                put_off.append(movie)
        room = min(WINDOW, len(left)) - len(window)
        out += window + put_off[:room]
        left = put_off[room:]
    return np.array(out, np.int64)
