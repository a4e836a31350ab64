"""A person's taste: how they rate beside everyone who rated the same movies."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from app.languages import gettext
from processing.ids import Id, Ids

N_OPINIONS = 4
LEAST_VOTES = 10  # behind a mean that an opinion is compared with
SHARED_WITHIN = 0.125  # of the scale's span: half a star of four
LEAST_RATED = 3  # of a decade or a genre


class TasteLevel(msgspec.Struct, frozen=True, kw_only=True):
    """A rating, and the share of their ratings that the person and everyone gave it."""

    rating: float
    own: float
    everyone: float


class TasteGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Movies of a decade or a genre: how many were rated, the mean, everyone's mean of the same."""

    label: str
    n: int
    mean: float
    everyone: float


class Opinion(msgspec.Struct, frozen=True, kw_only=True):
    """A rating beside everyone's mean."""

    movie_id: Id
    title: str
    rating: float
    mean: float
    votes: int


@dataclass(frozen=True, kw_only=True)
class Taste:
    """A person's taste.

    `generosity` is by how many stars the person's ratings are above everyone's of the same movies.
    `shared` are opinions that are close to everyone's, of the best loved first, `unshared` those
    that are not, the furthest first.
    """

    generosity: float
    levels: tuple[TasteLevel, ...]
    decades: tuple[TasteGroup, ...]
    genres: tuple[TasteGroup, ...]
    shared: tuple[Opinion, ...]
    unshared: tuple[Opinion, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Everyone:
    """What everyone's ratings say, as arrays with an entry per movie.

    Attributes
    ----------
    means, votes, years
        float64 with NaN where unrated, int64, and int64 with 0 where not known.
    genre_names, genres
        Names, and bool (n_movies, n_names).
    shares
        float64 (n_levels,), of all ratings.
    levels
        float64 (n_levels,): ratings, or the upper ends of bins where `binned`.
    span
        Of the scale, in stars.
    """

    means: NDArray[np.float64]
    votes: NDArray[np.int64]
    years: NDArray[np.int64]
    genre_names: tuple[str, ...]
    genres: NDArray[np.bool_]
    shares: NDArray[np.float64]
    levels: NDArray[np.float64]
    binned: bool
    span: float
    global_mean: float

    def having(self, genre: str) -> NDArray[np.bool_]:
        """Return which movies are of a genre, (n_movies,); of one that is not known none is."""
        if genre not in self.genre_names:
            return np.zeros(len(self.votes), bool)
        return self.genres[:, self.genre_names.index(genre)]


def taste_of(
    movies: NDArray[np.int32],
    ratings: NDArray[np.float32],
    everyone: Everyone,
    titles: Sequence[str],
    movie_ids: Ids,
) -> Taste | None:
    """Compare ratings with everyone's; None without any. `movies` are indices."""
    known = ~np.isnan(everyone.means[movies])
    movies, own = movies[known], ratings[known].astype(np.float64)
    if not len(movies):
        return None
    means = everyone.means[movies]

    def opinion(place: int) -> Opinion:
        index = int(movies[place])
        return Opinion(
            movie_id=movie_ids[index : index + 1].tolist()[0],
            title=titles[index],
            rating=float(own[place]),
            mean=float(means[place]),
            votes=int(everyone.votes[index]),
        )

    enough = everyone.votes[movies] >= LEAST_VOTES
    apart = np.abs(own - means)
    together = apart < SHARED_WITHIN * everyone.span
    loved = np.minimum(own, means)
    return Taste(
        generosity=float(np.mean(own - means)),
        levels=_levels(own, everyone),
        decades=_decades(everyone.years[movies], own, means),
        genres=_genres(everyone, movies, own, means),
        shared=tuple(opinion(place) for place in _largest(loved, enough & together)),
        unshared=tuple(opinion(place) for place in _largest(apart, enough & ~together)),
    )


def _levels(own: NDArray[np.float64], everyone: Everyone) -> tuple[TasteLevel, ...]:
    levels = everyone.levels
    edges = levels[:-1] if everyone.binned else (levels[1:] + levels[:-1]) / 2
    counts = np.bincount(np.searchsorted(edges, own), minlength=len(levels))
    return tuple(
        TasteLevel(rating=level, own=share, everyone=all_share)
        for level, share, all_share in zip(
            levels.tolist(), (counts / len(own)).tolist(), everyone.shares.tolist(), strict=True
        )
    )


def _decades(
    years: NDArray[np.int64], own: NDArray[np.float64], means: NDArray[np.float64]
) -> tuple[TasteGroup, ...]:
    decades = years // 10 * 10
    return tuple(
        _group(gettext("%(decade)ss") % {"decade": decade}, decades == decade, own, means)
        for decade in np.unique(decades[years > 0]).tolist()
        if np.count_nonzero(decades == decade) >= LEAST_RATED
    )


def _genres(
    everyone: Everyone,
    movies: NDArray[np.int32],
    own: NDArray[np.float64],
    means: NDArray[np.float64],
) -> tuple[TasteGroup, ...]:
    of_movies = everyone.genres[movies]
    groups = [
        _group(name, of_movies[:, column], own, means)
        for column, name in enumerate(everyone.genre_names)
        if np.count_nonzero(of_movies[:, column]) >= LEAST_RATED
    ]
    return tuple(sorted(groups, key=lambda group: -group.n))


def _group(
    label: str,
    inside: NDArray[np.bool_],
    own: NDArray[np.float64],
    means: NDArray[np.float64],
) -> TasteGroup:
    return TasteGroup(
        label=label,
        n=int(np.count_nonzero(inside)),
        mean=float(own[inside].mean()),
        everyone=float(means[inside].mean()),
    )


def _largest(values: NDArray[np.float64], able: NDArray[np.bool_]) -> list[int]:
    """Places of the largest values among those that are able, ties by place."""
    order = np.argsort(-np.where(able, values, -np.inf), kind="stable")[:N_OPINIONS]
    found: list[int] = order[able[order]].tolist()
    return found
