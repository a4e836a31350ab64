"""People who rate some movies when asked, and what is predicted of them then."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from processing.data.ratings import Ratings
from processing.data.splits import Mask
from processing.release.fold_in import FoldingModel


class Person(NamedTuple):
    """The movies that somebody rated, in the order of asking, and the ratings."""

    movies: NDArray[np.int64]
    ratings: NDArray[np.float32]


def asking_places(ask: Sequence[int], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Each movie's place in the order of asking: the asking list, then the most rated first.

    `counts`: the ratings of each movie, (n_movies,), as is the result.
    """
    order = np.argsort(-counts, kind="stable")
    first = np.array(ask, np.int64)
    order = np.concatenate((first, order[~np.isin(order, first)]))
    places = np.empty(len(order), np.int64)
    places[order] = np.arange(len(order))
    return places


def people_of(
    ratings: Ratings, mask: Mask, users: NDArray[np.int32], places: NDArray[np.int64]
) -> list[Person]:
    """What each of `users` rated of what `mask` picks; `places` say what is asked about first."""
    csr, people = ratings.by_user, []
    for user in users:
        own = slice(csr.indptr[user], csr.indptr[user + 1])
        movies, values = csr.indices[own][mask[own]], csr.values[own][mask[own]]
        order = np.argsort(places[movies])
        people.append(Person(movies[order].astype(np.int64), values[order]))
    return people


class Interviews:
    """Rows of users and movies, to be predicted by the first few ratings of each user.

    `users` of the rows ascend; `people` are all of them, in the same order.
    """

    def __init__(
        self, users: NDArray[np.int32], movies: NDArray[np.int32], people: list[Person]
    ) -> None:
        self._movies = movies
        self._people = people
        _, starts = np.unique(users, return_index=True)
        self._bounds = np.append(starts, len(users))

    def scores(self, folding: FoldingModel, given: int) -> NDArray[np.float64]:
        """Stars of the rows, by the first `given` ratings of each person."""
        out = np.empty(len(self._movies))
        for k, person in enumerate(self._people):
            visitor = folding.fold(person.movies[:given], person.ratings[:given])
            rows = slice(self._bounds[k], self._bounds[k + 1])
            out[rows] = folding.score(visitor, self._movies[rows].astype(np.int64))
        return out
