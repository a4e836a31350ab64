"""Keeping a list from being flooded: of movies that are near to each other, a few among ten."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

MOST_NEAR = 3
WINDOW = 10


def spread(
    best: NDArray[np.int64],
    near: Callable[[int], NDArray[np.int64]],
    most: int | None = None,
) -> NDArray[np.int64]:
    """Return movies, best first, (n,), so ordered that none of ten is the fourth of its kind.

    Ten places at a time are filled with the best that are left, but for those that `MOST_NEAR` of
    the places before are near to; these go on to the next ten. Where nothing else is left, they
    are taken after all. `near` gives the movies near to one. Of a long list only the first `most`
    are worked out.
    """
    left: list[int] = best.tolist()
    out: list[int] = []
    most = len(left) if most is None else most
    while left and len(out) < most:
        window: list[int] = []
        put_off: list[int] = []
        kinds: list[frozenset[int]] = []
        seen = 0
        while seen < len(left) and len(window) < WINDOW:
            movie = left[seen]
            seen += 1
            if sum(movie in kind for kind in kinds) < MOST_NEAR:
                window.append(movie)
                kinds.append(frozenset(near(movie).tolist()))
            else:
                put_off.append(movie)
        room = min(WINDOW, len(left)) - len(window)
        out += window + put_off[:room]
        left = put_off[room:] + left[seen:]
    return np.array(out[:most], np.int64)
