"""The page that asks visitors to rate a few movies."""

from dataclasses import dataclass
from typing import ClassVar

from app.languages import gettext
from app.model.opened import Movie, OpenedRelease, OwnRating
from app.model.page import ReleasePage, SiteInfo
from app.model.search import Suggestion
from app.model.shared import KnownRatings

ASKED_PER_PAGE = 12


@dataclass(frozen=True, kw_only=True)
class AskedMovie:
    """A movie that a visitor is asked about, and what they gave it, None before they do."""

    movie: Movie
    rating: float | None


@dataclass(frozen=True, kw_only=True)
class RatePage(ReleasePage):
    """The movies that a visitor is asked about; nothing here tells what others gave them.

    `token` are the ratings that were given before as links hold them, empty where there are none.
    `levels` are the ratings to choose from, `given` what is rated already and not asked for here,
    and `next_skip` how many of the asking list come before the next page, None at its end. `ahead`
    are the movies asked about, and those of the asking list that follow them: with scripts these
    come onto the same page.
    """

    not_in_json: ClassVar[tuple[str, ...]] = ("ahead",)

    token: str
    query: str
    levels: tuple[float, ...]
    asked: tuple[AskedMovie, ...]
    ahead: tuple[Suggestion, ...]
    given: tuple[OwnRating, ...]
    skip: int
    next_skip: int | None


def rate_page(
    opened: OpenedRelease, site: SiteInfo, token: str, known: KnownRatings, query: str, skip: int
) -> RatePage:
    """Return the movies to ask about: those that a query finds, or the next of the asking list.

    `known` are the ratings of the `token`; `skip` says how many of the asking list were passed.
    """
    asking = opened.release.fold_in.ask
    ahead = opened.titles.find(query)[:ASKED_PER_PAGE] if query else asking[skip:]
    indices = ahead[:ASKED_PER_PAGE]
    following = skip + ASKED_PER_PAGE
    given = known.stars
    here = set(indices)
    return RatePage(
        title=gettext("Rate movies"),
        site=site,
        token=token,
        query=query,
        levels=opened.scale.choices,
        asked=tuple(
            AskedMovie(movie=opened.movie(index), rating=given.get(index)) for index in indices
        ),
        ahead=tuple(_suggestion(opened.movie(index)) for index in ahead),
        given=tuple(
            opened.own_rating(index, rating) for index, rating in given.items() if index not in here
        ),
        skip=skip,
        next_skip=following if following < len(asking) and not query else None,
    )


def _suggestion(movie: Movie) -> Suggestion:
    return Suggestion(movie_id=movie.movie_id, title=movie.title, year=movie.year)
