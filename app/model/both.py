"""One list for two people, from the ratings of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import msgspec
import numpy as np
from numpy.typing import NDArray

from app.languages import gettext
from app.model.choice import Choice
from app.model.from_ratings import TOP_N, FromRatings
from app.model.listing import ListPage, arrange
from app.model.opened import OpenedRelease, OwnRating, PageNotFoundError
from app.model.page import Cell, SiteInfo
from app.model.recommendation import Reason, Recommendation
from app.model.scale import RatingScale
from app.model.shared import KnownRatings, SharedRating, SharedRatings, known_ratings
from app.model.turned import turned
from app.model.visitor import highest_first
from processing.release.pair import pair_order
from processing.release.spread import spread

NAMES = ("A", "B")


@dataclass(frozen=True, kw_only=True)
class Person:
    """One of the two: their ratings, as links hold them, and those of films not in the release."""

    name: str
    token: str
    given: tuple[OwnRating, ...]
    missing: tuple[SharedRating, ...]


class ForOne(msgspec.Struct, frozen=True, kw_only=True):
    """What a movie is to one of the two: stars predicted, and a movie they liked that tells why."""

    name: str
    score: float
    reason: Reason | None


class BothRecommendation(Recommendation, frozen=True, kw_only=True):
    """A movie for two people; its `score` is the mean of theirs."""

    for_each: tuple[ForOne, ...]


@dataclass(frozen=True, kw_only=True)
class BothPage(ListPage):
    """The list of two people; without both of them it is empty."""

    people: tuple[Person, ...]
    recommendations: tuple[BothRecommendation, ...]

    @property
    def file_name(self) -> str:
        """What the file is called, without its ending."""
        return "for-both"

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        each = tuple(f"{what}_{name}" for what in ("predicted", "because") for name in "ab")
        return ("rank", "movie_id", "title", "year", "genres", *each, "mean", "votes")

    @property
    def rows(self) -> tuple[tuple[Cell, ...], ...]:
        """All that were chosen, in their order."""
        return tuple(_row(pick) for pick in cast(tuple[BothRecommendation, ...], self.chosen))


def both_page(
    opened: OpenedRelease,
    site: SiteInfo,
    links: Sequence[tuple[str, SharedRatings]],
    choice: Choice,
) -> BothPage:
    """Return the list of two people, each given by a token and what it holds.

    Raises
    ------
    PageNotFoundError
        If the release has none of the movies of one of them.
    """
    both = [known_ratings(opened, shared) for _, shared in links]
    people = tuple(
        Person(
            name=name,
            token=token,
            given=highest_first(opened, known.stars),
            missing=known.missing,
        )
        for name, (token, _), known in zip(NAMES, links, both, strict=False)
    )
    for person in people:
        if not person.given:
            raise PageNotFoundError(
                gettext("None of the movies that link %(name)s has ratings of is in this data.")
                % {"name": person.name}
            )
    rows = _recommended(opened, both, choice) if len(both) == len(NAMES) else ()
    listing: dict[str, Any] = {**arrange(opened, rows, choice, None, None)}
    return BothPage(title=gettext("For both of you"), site=site, people=people, **listing)


def _recommended(
    opened: OpenedRelease, both: Sequence[KnownRatings], choice: Choice
) -> tuple[BothRecommendation, ...]:
    people = [FromRatings.of(opened, known.stars) for known in both]
    listed = _listed(opened, people, choice)
    rows = zip(*(person.rows(listed) for person in people), strict=True)
    return tuple(_recommendation(opened.scale, each) for each in rows)


def _listed(
    opened: OpenedRelease, people: Sequence[FromRatings], choice: Choice
) -> NDArray[np.int64]:
    """The movies that neither has rated, in the order of both; ties by movie id."""
    orders = np.array([person.order(choice) for person in people])
    places = np.flatnonzero(np.isfinite(orders).all(axis=0))
    order = np.full(orders.shape[1], -np.inf)
    order[places] = pair_order(orders[:, places])
    best = places[np.argsort(-order[places], kind="stable")]
    listed = spread(best, opened.release.weights.near, TOP_N)
    return listed[turned(opened, listed, order[listed], choice.known)]


def _recommendation(scale: RatingScale, each: Sequence[Recommendation]) -> BothRecommendation:
    movie, unclipped = each[0].movie, sum(row.unclipped for row in each) / len(each)
    return BothRecommendation(
        rank=each[0].rank,
        movie=movie,
        score=scale.clipped(unclipped),
        unclipped=unclipped,
        difference=None if movie.mean is None else unclipped - movie.mean,
        error=None,
        reasons=(),
        account=None,
        alike=None,
        for_each=tuple(
            ForOne(name=name, score=row.score, reason=next(iter(row.reasons), None))
            for name, row in zip(NAMES, each, strict=True)
        ),
    )


def _row(pick: BothRecommendation) -> tuple[Cell, ...]:
    movie = pick.movie
    return (
        pick.rank,
        movie.movie_id,
        movie.title,
        movie.year,
        "|".join(movie.genres),
        *(round(own.score, 4) for own in pick.for_each),
        *(own.reason.title if own.reason else "" for own in pick.for_each),
        None if movie.mean is None else round(movie.mean, 4),
        movie.votes,
    )
