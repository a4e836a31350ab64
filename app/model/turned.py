"""A list turned to well known or less known movies: the same ones in another order."""

import numpy as np
from numpy.typing import NDArray

from app.model.opened import OpenedRelease
from processing.release.spread import spread


def turned(
    opened: OpenedRelease, movies: NDArray[np.int64], order: NDArray[np.float64], known: str | None
) -> NDArray[np.int64]:
    """Return the places of a list's movies, (n,), in the order that they are shown in.

    `movies` are indices, best first, and `order` is what orders them. `known` is "well" or "less",
    or None for the list as it is. The browser does the same: `app/static/ranking.js`.
    """
    places = np.arange(len(movies))
    if known is None or not len(movies):
        return places
    unit = float(np.std(order)) or 1.0
    weight = opened.manifest.known_weight * unit * (1 if known == "well" else -1)
    by = np.argsort(-(order + weight * np.log1p(opened.everyone.votes[movies])), kind="stable")
    place_of = dict(zip(movies.tolist(), places.tolist(), strict=True))
    best = spread(movies[by].astype(np.int64), opened.release.weights.near)
    return np.array([place_of[movie] for movie in best.tolist()], np.int64)
