"""The movies that may be listed for some users, whom a ranking is measured on.

Nothing here knows what was given to a held-out pair, only that it is held out: the sample and its
lists are the same whatever the test ratings are.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from processing.data.ratings import Ratings
from processing.kernels.arrays import Csr
from processing.kernels.csr import locate
from processing.ranking.candidates import last_days
from processing.tools.files import mapped_array

N_USERS = 1000
MANY_MOVIES = 10_000
N_USERS_OF_MANY = 500
BLOCK_PAIRS = 400_000
CHUNK_PAIRS = 10_000_000


class Pairs(NamedTuple):
    """(user, movie) pairs to be scored, and the days on which: int32 (n,) each."""

    users: NDArray[np.int32]
    movies: NDArray[np.int32]
    days: NDArray[np.int32]


@dataclass(frozen=True, kw_only=True)
class Lists:
    """What may be listed for each of a sample of users: rated movies that are new to them.

    `users`: int32 (n_users,), ascending. `days`: int32 (n_users,), the day of the user's last known
    rating, or NO_DAY. The movies of user k are `movies[indptr[k]:indptr[k + 1]]`, int32 and
    ascending. `movie_counts`: int64 (n_movies,), the known ratings of each movie.
    """

    users: NDArray[np.int32]
    days: NDArray[np.int32]
    indptr: NDArray[np.int64]
    movies: NDArray[np.int32]
    movie_counts: NDArray[np.int64]

    def rows(self) -> NDArray[np.int64]:
        """The row, a place in `users`, of each pair."""
        return np.repeat(np.arange(len(self.users)), np.diff(self.indptr))

    def places(self, rows: NDArray[Any], movies: NDArray[np.int32]) -> NDArray[np.int64]:
        """Where the pairs of some rows and movies are, int64 (n,), -1 where they are not listed."""
        found = np.empty(len(rows), np.int64)
        locate(Csr(self.indptr, self.movies, self.movies), rows, movies, found)
        return found

    def pairs_of(self, table: NDArray[np.float32]) -> NDArray[np.float32]:
        """The entries of the pairs in a table, (n_users, n_movies), float32 (n_pairs,)."""
        out = np.empty(len(self.movies), np.float32)
        for row, start, end in zip(table, self.indptr[:-1], self.indptr[1:], strict=True):
            np.take(row, self.movies[start:end], out=out[start:end])
        return out

    def blocks(self) -> Iterator[tuple[slice, Pairs]]:
        """The pairs, whole users at a time, and where they lie."""
        first = 0
        while first < len(self.users):
            room = self.indptr[first] + BLOCK_PAIRS
            end = max(first + 1, int(np.searchsorted(self.indptr, room, side="right")) - 1)
            where = slice(int(self.indptr[first]), int(self.indptr[end]))
            sizes = np.diff(self.indptr[first : end + 1])
            users, days = (np.repeat(a[first:end], sizes) for a in (self.users, self.days))
            yield where, Pairs(users, self.movies[where], days)
            first = end

    def save(self, directory: Path) -> None:
        """Write each array into a folder."""
        for name, array in vars(self).items():
            np.save(directory / f"{name}.npy", array)

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Read what `save` wrote."""
        names = cls.__dataclass_fields__
        return cls(**{name: np.load(directory / f"{name}.npy") for name in names})


def sample_size(n_movies: int) -> int:
    """How many users a ranking is measured on: fewer where their lists are long."""
    return N_USERS if n_movies <= MANY_MOVIES else N_USERS_OF_MANY


def sample_lists(
    known: Ratings, held_out_users: NDArray[np.int32], n_users: int, seed: int
) -> Lists:
    """Draw up to `n_users` of the users with a held-out and a known rating, and make their lists.

    `held_out_users` are the users of the held-out ratings.
    """
    return lists_of(known, draw_users(known, held_out_users, n_users, seed))


def draw_users(
    known: Ratings, held_out_users: NDArray[np.int32], n_users: int, seed: int
) -> NDArray[np.int32]:
    """Up to `n_users` of the users with a held-out and a known rating, ascending."""
    asked = np.unique(held_out_users)
    asked = asked[known.by_user.counts[asked] > 0]
    drawn = np.random.default_rng(seed).permutation(asked)[:n_users]
    return np.sort(drawn).astype(np.int32)


def lists_of(known: Ratings, users: NDArray[np.int32]) -> Lists:
    """All rated movies that are new to each of `users`, who ascend."""
    csr, rated = known.by_user, known.movie_counts > 0
    movies = [np.empty(0, np.int32)]
    for user in users:
        new = rated.copy()
        new[csr.indices[csr.indptr[user] : csr.indptr[user + 1]]] = False
        movies.append(np.flatnonzero(new).astype(np.int32))
    sizes = [len(of_user) for of_user in movies]
    return Lists(
        users=users,
        days=last_days(known, users),
        indptr=np.cumsum(sizes, dtype=np.int64),
        movies=np.concatenate(movies),
        movie_counts=known.movie_counts,
    )


def in_chunks(known: Ratings, users: NDArray[np.int32]) -> Iterator[Lists]:
    """The lists of many users, some of them at a time: up to `CHUNK_PAIRS` pairs; once of none."""
    size = max(1, CHUNK_PAIRS // max(1, known.n_movies))
    for start in range(0, max(1, len(users)), size):
        yield lists_of(known, users[start : start + size])


def fill(
    path: Path, lists: Lists, width: tuple[int, ...], make: Callable[[Pairs], NDArray[Any]]
) -> None:
    """Write what `make` says of every pair, in blocks: float32 (n_pairs, *width)."""
    out = mapped_array(path, np.float32, (len(lists.movies), *width))
    for where, pairs in lists.blocks():
        out[where] = make(pairs)
