"""Ratings that were shared by a link, and the movies of the open release that they are of."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from app.model.film_index import CUT_LETTERS
from app.model.opened import OpenedRelease
from app.model.scale import RatingScale
from processing.ids import Id


@dataclass(frozen=True, kw_only=True)
class SharedRating:
    """A film that somebody rated; its title may be cut.

    `movie_id` is its id in the set of data that it was rated in, None where that set has no such
    movie.
    """

    movie_id: Id | None
    title: str
    year: int | None
    rating: float


@dataclass(frozen=True, kw_only=True)
class SharedRatings:
    """What a link holds: ratings on a scale, with ids of a set of data."""

    set_key: str
    scale: RatingScale
    ratings: tuple[SharedRating, ...]


@dataclass(frozen=True, kw_only=True)
class KnownRatings:
    """Ratings by movie index, and those of movies that the release does not have, on its scale."""

    stars: dict[int, float]
    missing: tuple[SharedRating, ...] = ()


def known_ratings(opened: OpenedRelease, shared: SharedRatings) -> KnownRatings:
    """Find the movies of ratings: by id in the set that they are of, else by title and year.

    Of two ratings of one movie the first counts.
    """
    stars: dict[int, float] = {}
    missing = []
    for each in shared.ratings:
        place = _place(opened, shared, each)
        rating = _converted(each.rating, shared.scale, opened.scale)
        if place is None:
            missing.append(replace(each, rating=rating))
        else:
            stars.setdefault(place, rating)
    return KnownRatings(stars=stars, missing=tuple(missing))


def shared_ratings(
    opened: OpenedRelease, stars: Mapping[int, float], missing: Iterable[SharedRating] = ()
) -> SharedRatings:
    """Return ratings by movie index, and those of films that are `missing`, as a link holds them.

    The latter keep no id.
    """
    release = opened.release
    found = [
        SharedRating(
            movie_id=release.movie_id(index),
            title=release.titles[index][:CUT_LETTERS],
            year=release.years[index],
            rating=rating,
        )
        for index, rating in stars.items()
    ]
    found += [
        SharedRating(movie_id=None, title=each.title, year=each.year, rating=each.rating)
        for each in missing
    ]
    return SharedRatings(set_key=opened.set_key, scale=opened.scale, ratings=tuple(found))


def _place(opened: OpenedRelease, shared: SharedRatings, rated: SharedRating) -> int | None:
    if shared.set_key == opened.set_key and rated.movie_id is not None:
        return opened.release.find_movie(rated.movie_id)
    return opened.films.find(rated.title, rated.year, rated.movie_id)


def _converted(rating: float, own: RatingScale, scale: RatingScale) -> float:
    """Stars on another scale, as they are where both end with the same number.

    The twin of `starsOf` in `app/static/films.js`.
    """
    if (own.low, own.high) == (scale.low, scale.high):
        return rating
    moved = rating
    if own.high != scale.high:
        share = (rating - own.low) / (own.high - own.low)
        moved = scale.low + share * (scale.high - scale.low)
    if scale.step > 0:
        steps = math.floor((moved - scale.low) / scale.step + 0.5)
        moved = scale.low + steps * scale.step
    return min(max(moved, scale.low), scale.high)
