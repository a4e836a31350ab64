"""What orders a visitor's list: how a few ratings speak for every movie, by arithmetic alone.

Model:   order of movie i = Σ_{j rated} x_j B_ji + g(n) log(1 + votes_i)
         x_j = (rating_j - neutral) / (highest - lowest), below 0 where the rating is below
         `neutral`; n is how many movies were rated, g falls as n grows
Source:  Steck (2019), "Embarrassingly shallow autoencoders for sparse data", for B, as
         `processing.ranking.ease` learns it.
Differs: of B only the largest weights are kept, in 8 bits; votes stand in for what little the first
         ratings say. Without any rating the list is the one of the most popular movies.

The order is linear in the ratings given, so each of them has an exact part in it. The same
arithmetic is done in the browser, where there is no server: `app/static/ranking.js`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from processing.errors import ReleaseFormatError
from processing.release.encoding import Document, from_json

LARGEST = 127  # of an int8


class AffinityAbout(Document, frozen=True, kw_only=True):
    """How ratings weigh.

    Attributes
    ----------
    neutral
        Stars of a rating that speaks neither for nor against.
    popularity
        (n, g) pairs, n ascending from 0: from n ratings on, g is what log(1 + votes) counts for.
    """

    neutral: float
    popularity: tuple[tuple[int, float], ...]

    @classmethod
    def read(cls, data: bytes, where: str) -> "AffinityAbout":
        """Read it from JSON; `where` names the file in the error.

        Raises
        ------
        ReleaseFormatError
            If it is something else.
        """
        found = from_json(data, cls, where)
        if problem := found.problem():
            raise ReleaseFormatError(f"{where}: {problem}")
        return found

    def problem(self) -> str | None:
        """Say what is wrong, None where nothing is."""
        if not np.isfinite(self.neutral):
            return f"neutral is {self.neutral}; expected a number of stars."
        given = [n for n, _ in self.popularity]
        if given[:1] != [0] or sorted(set(given)) != given:
            return f"popularity begins at {given} ratings; expected ascending numbers from 0."
        if not np.isfinite([weight for _, weight in self.popularity]).all():
            return "popularity holds a weight that is not finite."
        return None

    def popularity_weight(self, n_given: int) -> float:
        """Return g for so many ratings."""
        return [weight for given, weight in self.popularity if given <= n_given][-1]


@dataclass(frozen=True, kw_only=True, eq=False)
class Weights:
    """The largest entries of B by rated movie, and which movies are near to each other.

    Rated movie j speaks for `movies[indptr[j]:indptr[j + 1]]`, ascending, by
    `values[...] * scales[j]`. The movies near to j are
    `near_movies[near_indptr[j]:near_indptr[j + 1]]`, ascending, and near goes both ways.

    Attributes
    ----------
    indptr, near_indptr
        int32 (n_movies + 1,).
    movies, near_movies
        uint16, or uint32 in a release of more than 65,536 movies.
    values, scales
        int8 (n,), float32 (n_movies,).
    evident
        uint8, a bit for each weight, the lowest first: whether the rated movie may be named as a
        reason for the other.
    """

    indptr: NDArray[np.int32]
    movies: NDArray[Any]
    values: NDArray[np.int8]
    scales: NDArray[np.float32]
    evident: NDArray[np.uint8]
    near_indptr: NDArray[np.int32]
    near_movies: NDArray[Any]

    def row(self, movie: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the movies that a rated movie speaks for, and by how much."""
        own = slice(self.indptr[movie], self.indptr[movie + 1])
        by = self.values[own].astype(np.float64) * float(self.scales[movie])
        return self.movies[own].astype(np.int64), by

    def of(self, rated: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the weights of some rated movies, (n,): whose each is, and its place.

        The first says which of `rated`, the second where in `movies` and `values`.
        """
        starts = self.indptr[rated].astype(np.int64)
        counts = self.indptr[rated + 1] - starts
        whose = np.repeat(np.arange(len(rated)), counts)
        places = np.arange(len(whose)) + np.repeat(starts - np.cumsum(counts) + counts, counts)
        return whose, places

    def near(self, movie: int) -> NDArray[np.int64]:
        """Return the movies near to a movie, ascending."""
        own = slice(self.near_indptr[movie], self.near_indptr[movie + 1])
        return self.near_movies[own].astype(np.int64)


class Affinity:
    """Orders all movies for anyone who has rated a few.

    Parameters
    ----------
    about, weights
        How ratings weigh, and B.
    scale
        Lowest and highest rating.
    votes
        (n_movies,), how many rated each movie.
    """

    def __init__(
        self,
        about: AffinityAbout,
        weights: Weights,
        scale: tuple[float, float],
        votes: NDArray[Any],
    ) -> None:
        self.about = about
        self.weights = weights
        self._low, self._high = scale
        self._log_votes = np.log1p(votes.astype(np.float64))

    def grades(self, ratings: NDArray[Any]) -> NDArray[np.float64]:
        """Return x of ratings in stars, (n,)."""
        stars = np.asarray(ratings, np.float64)
        return (stars - self.about.neutral) / (self._high - self._low)

    def order(self, movies: NDArray[np.int64], ratings: NDArray[Any]) -> NDArray[np.float64]:
        """Return what orders the movies, (n_movies,), given ratings, (n,), of movies, (n,)."""
        order = self.about.popularity_weight(len(movies)) * self._log_votes
        whose, places = self.weights.of(movies)
        spoken_for = self.weights.movies[places].astype(np.int64)
        np.add.at(order, spoken_for, self._said(movies, ratings, whose, places))
        return order

    def parts(
        self, movies: NDArray[np.int64], ratings: NDArray[Any], listed: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Return what each rating adds to the order of some movies, (len(listed), n).

        Each row sums to the order less what votes add.
        """
        parts = np.zeros((len(listed), len(movies)))
        rows, whose, places = self._about(movies, listed)
        parts[rows, whose] = self._said(movies, ratings, whose, places)
        return parts

    def evident(self, movies: NDArray[np.int64], listed: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return whether each rated movie may be named as a reason for some, (len(listed), n)."""
        may = np.zeros((len(listed), len(movies)), bool)
        rows, whose, places = self._about(movies, listed)
        may[rows, whose] = (self.weights.evident[places >> 3] >> (places & 7)) & 1
        return may

    def _about(
        self, movies: NDArray[np.int64], listed: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """The weights of rated movies for listed ones: which listed, whose, and its place."""
        row_of = np.full(len(self._log_votes), -1)
        row_of[listed] = np.arange(len(listed))
        whose, places = self.weights.of(movies)
        rows = row_of[self.weights.movies[places]]
        return rows[rows >= 0], whose[rows >= 0], places[rows >= 0]

    def _said(
        self,
        movies: NDArray[np.int64],
        ratings: NDArray[Any],
        whose: NDArray[np.int64],
        places: NDArray[np.int64],
    ) -> NDArray[np.float64]:
        """What ratings say by some of their weights, which `Weights.of` gave, (n_weights,)."""
        scales = self.weights.scales[movies].astype(np.float64)
        by = self.weights.values[places] * scales[whose]
        said: NDArray[np.float64] = self.grades(ratings)[whose] * by
        return said
