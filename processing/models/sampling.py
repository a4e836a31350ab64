"""The course of a fit by Gibbs sampling: its sweeps, its samples, and its state as arrays."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from processing.kernels.gibbs import DAY, OWN_MOVIE, OWN_USER, Chain, Latent

SWEEP, RNG = "sweep", "rng"


class Schedule(NamedTuple):
    """Sweeps of burn-in, and how often each chain is sampled then, every `thin` sweeps."""

    n_burn_in: int
    thin: int
    n_taken: int

    @property
    def n_sweeps(self) -> int:
        """All sweeps of a chain.

        >>> Schedule(n_burn_in=10, thin=2, n_taken=3).n_sweeps
        15
        """
        return self.n_burn_in + self.thin * (self.n_taken - 1) + 1

    def shorter(self, share: float) -> "Schedule":
        """A share, 0 to 1, of burn-in and of samples, one of each at least."""
        n_burn_in, n_taken = round(share * self.n_burn_in), int(share * self.n_taken)
        return Schedule(max(1, n_burn_in), self.thin, max(1, n_taken))

    def taken_by(self, sweep: int) -> int:
        """How many samples each chain has given before a sweep, counted from 0.

        >>> [Schedule(n_burn_in=10, thin=2, n_taken=3).taken_by(k) for k in (10, 11, 12, 13, 15)]
        [0, 1, 1, 2, 3]
        """
        return max(0, -(-(sweep - self.n_burn_in) // self.thin))


class Samples(NamedTuple):
    """What is kept of the chains, those of one moment side by side; as in `BayesArrays`."""

    user: NDArray[np.float32]
    movie: NDArray[np.float32]
    day: NDArray[np.float32]
    cuts: NDArray[np.float64]

    @classmethod
    def room(cls, n_samples: int, chain: Chain, latent: Latent) -> Self:
        """Room for samples; memory is taken as they come."""
        n_columns, n_days = chain.day.shape[1:]

        def rows(n: int) -> NDArray[np.float32]:
            return np.empty((n_samples, n, n_columns), np.float32)

        n_users, n_movies = chain.p.shape[2], chain.q.shape[2]
        cuts = np.empty((n_samples, max(0, latent.cuts.shape[1] - 2)))
        return cls(rows(n_users), rows(n_movies), rows(n_days + 1), cuts)


class Course(NamedTuple):
    """The state of a fit before a sweep: all that decides how it goes on.

    `seen`: of users and movies, whether they have ratings.
    """

    chain: Chain
    latent: Latent
    rng: np.random.Generator
    samples: Samples
    seen: tuple[NDArray[np.bool_], NDArray[np.bool_]]

    def take(self, place: int) -> None:
        """Sample each chain; the first sample gets the place, the last day is an unknown one."""
        chain, places = self.chain, slice(place, place + len(self.chain.p))
        means = chain.means[..., None]
        user = np.where(self.seen[0], chain.user, means[:, OWN_USER])
        movie = np.where(self.seen[1], chain.movie, means[:, OWN_MOVIE])
        day = np.concatenate((chain.day, means[:, DAY]), axis=2)
        self.samples.user[places] = user.transpose(0, 2, 1)
        self.samples.movie[places] = movie.transpose(0, 2, 1)
        self.samples.day[places] = day.transpose(0, 2, 1)
        self.samples.cuts[places] = self.latent.cuts[:, 1:-1]

    def state(self, sweep: int, n_samples: int) -> dict[str, NDArray[Any]]:
        """The state before a sweep, with so many samples, as arrays by name."""
        return {
            SWEEP: np.array(sweep),
            RNG: np.array(json.dumps(self.rng.bit_generator.state)),
            **{f"chain_{name}": array for name, array in self.chain._asdict().items()},
            "cuts": self.latent.cuts,
            "targets": self.latent.targets,
            **{f"samples_{name}": a[:n_samples] for name, a in self.samples._asdict().items()},
        }

    def take_back(self, state: Mapping[str, NDArray[Any]]) -> int:
        """Be in the state that `state` gave; the sweep that comes."""
        self.rng.bit_generator.state = json.loads(str(state[RNG]))
        for name, array in self.chain._asdict().items():
            array[...] = state[f"chain_{name}"]
        self.latent.cuts[...] = state["cuts"]
        self.latent.targets[...] = state["targets"]
        for name, array in self.samples._asdict().items():
            kept = state[f"samples_{name}"]
            array[: len(kept)] = kept
        return int(state[SWEEP])
