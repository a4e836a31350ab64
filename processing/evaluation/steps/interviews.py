"""People who rate some movies when asked, and what is predicted of them then."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from processing.data.ratings import Ratings
from processing.data.splits import Mask
from processing.evaluation.sampled_lists import Lists
from processing.release.fold_in import FoldingModel


class Person(NamedTuple):
    """The movies that somebody rated, in the order of asking, and the ratings."""

    movies: NDArray[np.int64]
    ratings: NDArray[np.float32]


def asking_places(folding: FoldingModel, counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Each movie's place in the order of asking: the asking list, then the most rated first.

    `counts`: the ratings of each movie, (n_movies,), as is the result.
    """
    order = np.argsort(-counts, kind="stable")
    ask = np.array(folding.fold_in.ask, np.int64)
    order = np.concatenate((ask, order[~np.isin(order, ask)]))
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
    """The users of some lists, to be scored by the first few ratings of each.

    Scored are rows of users and movies, and the pairs of the lists. `users` of the rows ascend, and
    are among those of the lists; `people` are those of the lists, in the same order.
    """

    def __init__(
        self,
        users: NDArray[np.int32],
        movies: NDArray[np.int32],
        lists: Lists,
        people: list[Person],
    ) -> None:
        self.movies = movies
        self.lists = lists
        self._people = people
        self._starts = np.searchsorted(users, lists.users, side="left")
        self._ends = np.searchsorted(users, lists.users, side="right")

    def scores(
        self, folding: FoldingModel, given: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
        """Scores of the rows and of the pairs, by the first `given` ratings of each person."""
        of_rows = np.empty(len(self.movies))
        of_pairs = np.empty(len(self.lists.movies), np.float32)
        for k, person in enumerate(self._people):
            every = folding.scores(folding.fold(person.movies[:given], person.ratings[:given]))
            rows = slice(self._starts[k], self._ends[k])
            pairs = slice(self.lists.indptr[k], self.lists.indptr[k + 1])
            of_rows[rows] = every[self.movies[rows]]
            of_pairs[pairs] = every[self.lists.movies[pairs]]
        return of_rows, of_pairs
