"""The world that the simulator plants: viewers, films, their tastes, and who rates which film.

A rating is 1 + the number of `cuts` below  gain * x[u, i, t] + standard normal noise,  where
x is the latent score of `processing.kernels.simulate.latent_scores`. Cuts and gain are chosen so
that the ratings have the Netflix Prize's shares of one to five stars, and so that `FINDABLE` of
their variance comes from x. The rest is noise, which no model can predict.

Who watches what is planted, too: taste decides what is rated, not only how. `truth.WATCHED` and
`truth.DAYS` say by which chances.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from processing.kernels import simulate as kernels
from processing.kernels.hashing import mix
from processing.simulation.films import FilmTitle
from processing.simulation.stars import expected_stars, fit_scale

FIRST_DAY = np.datetime64("1999-11-11")
LAST_DAY = np.datetime64("2005-12-31")
N_DAYS = int((LAST_DAY - FIRST_DAY).astype(int)) + 1
SCALE_SAMPLE = 2_000_000  # ratings that gain and cuts are fitted to
STILL_GROUP = 100  # ratings of that sample that count as of the same score without drift
DENSE = 0.1  # share of all users from which on they are drawn by keys


def release_day(year: int) -> int:
    """First day on which a film of a year may be rated, in days since the first day of all."""
    return max(0, int((np.datetime64(str(year), "D") - FIRST_DAY).astype(int)))


class World(NamedTuple):
    """Sizes of a simulated set, and the seed of all that is random in it."""

    n_users: int
    n_movies: int
    n_ratings: int
    seed: int


class PlantedRatings(NamedTuple):
    """Ratings of one movie: `users` (indices) and `days` int32, `scores` float64, latent."""

    movie: int
    users: NDArray[np.int32]
    days: NDArray[np.int32]
    scores: NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Truth:
    """Everything that decides the ratings of a simulated set.

    `titles`: one per movie; `counts` (int64): its ratings. `user_ids`: int64, ascending.
    `homes`: int32, a permutation of the users; movie i is one that users
    `homes[home_starts[i]:home_starts[i + 1]]` rate for certain, so that everyone rates something.
    """

    world: World
    titles: list[FilmTitle]
    counts: NDArray[np.int64]
    user_ids: NDArray[np.int64]
    homes: NDArray[np.int32]
    home_starts: NDArray[np.int64]
    activity: NDArray[np.float64]
    viewers: kernels.Viewers
    movie_tastes: NDArray[np.float32]
    movie_interests: NDArray[np.float32]
    movie_biases: NDArray[np.float32]
    waves: list[kernels.Wave]
    swings: NDArray[np.float32]
    phases: NDArray[np.float32]
    calendar: NDArray[np.float64]

    @cached_property
    def scale(self) -> tuple[float, NDArray[np.float64]]:
        """Gain and cuts, fitted to a sample of the set's own latent scores."""
        return fit_scale(self._sample[0])

    @cached_property
    def variance_of_drift(self) -> float:
        """Mean variance of the expected rating between days, user and movie being known.

        In stars squared, from the sample: the variance among ratings whose scores without drift
        are nearly the same.
        """
        (scores, still), (gain, cuts) = self._sample, self.scale
        expected = expected_stars(scores, gain, cuts)
        groups = np.array_split(expected[np.argsort(still)], max(1, len(scores) // STILL_GROUP))
        squares = sum(float(group.var()) * len(group) for group in groups)
        return squares / max(1, len(scores) - len(groups))

    @cached_property
    def _sample(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Latent scores of a sample of the ratings, and the same without drift."""
        every = max(1, self.world.n_ratings // SCALE_SAMPLE)
        viewers = self.viewers._replace(trends=np.zeros_like(self.viewers.trends))
        calendar = np.zeros_like(self.calendar)
        scores, still = [], []
        for movie, users, days, latent in self.planted(every):
            film = self.film(movie)._replace(swing=0.0)
            without = np.empty(len(users))
            kernels.latent_scores(viewers, film, calendar, users, days, without)
            scores.append(latent)
            still.append(without)
        return np.concatenate(scores), np.concatenate(still)

    @cached_property
    def _movie_key(self) -> np.uint64:
        return self.key("movies")

    def film(self, movie: int) -> kernels.Film:
        """One movie, as the kernels take it."""
        return kernels.Film(
            taste=self.movie_tastes[movie],
            interest=self.movie_interests[movie],
            bias=float(self.movie_biases[movie]),
            swing=float(self.swings[movie]),
            phase=float(self.phases[movie]),
            released=release_day(self.titles[movie].year),
            wave=self.waves[movie],
            key=np.uint64(mix(self._movie_key ^ np.uint64(movie))),
        )

    def key(self, purpose: str) -> np.uint64:
        """A number that seeds the hashes of one purpose."""
        sequence = np.random.SeedSequence([self.world.seed, *purpose.encode()])
        return np.uint64(sequence.generate_state(1, np.uint64)[0])

    def planted(self, every: int = 1) -> Iterator[PlantedRatings]:
        """Ratings of every movie, movie by movie; only each `every`th rating of all."""
        picker = _Picker(self)
        day_key = self.key("days")
        seen = 0
        for movie in range(self.world.n_movies):
            film = self.film(movie)
            users = picker.pick(movie, film)[-seen % every :: every]
            days = np.empty(len(users), np.int32)
            kernels.draw_days(self.viewers, film, users, N_DAYS - 1, day_key, days)
            scores = np.empty(len(users))
            kernels.latent_scores(self.viewers, film, self.calendar, users, days, scores)
            yield PlantedRatings(movie, users, days, scores)
            seen += int(self.counts[movie])

    def expected(
        self, movie: int, users: NDArray[np.int32], days: NDArray[np.int32]
    ) -> NDArray[np.float64]:
        """Mean rating that the truth expects of users for a movie: the best possible prediction."""
        scores = np.empty(len(users))
        kernels.latent_scores(self.viewers, self.film(movie), self.calendar, users, days, scores)
        return expected_stars(scores, *self.scale)


class _Picker:
    """Draws the users of a movie; holds what is shared between movies."""

    def __init__(self, truth: Truth) -> None:
        n_users = truth.world.n_users
        self._truth = truth
        self._table = kernels.AliasTable(np.empty(n_users), np.empty(n_users, np.int32))
        kernels.fill_alias_table(truth.activity, self._table)
        self._taken = np.full(n_users, -1, np.int32)

    def pick(self, movie: int, film: kernels.Film) -> NDArray[np.int32]:
        """Indices of the users who rate a movie, each once."""
        truth, interests = self._truth, self._truth.viewers.interests
        homes = truth.homes[truth.home_starts[movie] : truth.home_starts[movie + 1]]
        self._taken[homes] = movie
        users = np.empty(truth.counts[movie], np.int32)
        users[: len(homes)] = homes
        if len(users) < DENSE * truth.world.n_users:
            rest = users[len(homes) :]
            kernels.draw_users(self._table, interests, film, self._taken, movie, rest)
        elif len(users) > len(homes):
            keys = np.empty(truth.world.n_users)
            kernels.draw_keys(truth.activity, interests, film, self._taken, movie, keys)
            n = len(users) - len(homes)
            users[len(homes) :] = np.argpartition(keys, n - 1)[:n]
        return users
