"""The list of a visitor whom nobody has seen before, from a few ratings."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from app.languages import gettext
from app.model.choice import Choice
from app.model.from_ratings import FromRatings
from app.model.listing import ListPage, arrange
from app.model.opened import OpenedRelease, OwnRating, PageNotFoundError
from app.model.page import SiteInfo
from processing.ids import Id

MOST_RATED = 100


@dataclass(frozen=True, kw_only=True)
class VisitorPage(ListPage):
    """The list of a visitor who rated a few movies; `token` is their ratings, signed.

    `n_unknown` counts ratings of movies that this release does not have.
    """

    token: str
    given: tuple[OwnRating, ...]
    n_unknown: int

    @property
    def file_name(self) -> str:
        """What the file is called, without its ending."""
        return "my-recommendations"


def visitor_page(
    opened: OpenedRelease, site: SiteInfo, token: str, given: Mapping[Id, float], choice: Choice
) -> VisitorPage:
    """Return the list of a visitor who gave these ratings, by movie id."""
    known, n_unknown = known_ratings(opened, given)
    if not known:
        raise PageNotFoundError(
            gettext("This link holds no rating of a movie that is known here. Rate a few movies.")
        )
    person = FromRatings(
        opened, np.array(list(known), np.int64), np.array(list(known.values()), np.float64)
    )
    return VisitorPage(
        title=gettext("Your list"),
        site=site,
        token=token,
        given=tuple(_highest_first(opened, known)),
        n_unknown=n_unknown,
        **arrange(
            opened, person.rows(person.best(choice)), choice, person.account, person.around()
        ),
    )


def known_ratings(opened: OpenedRelease, given: Mapping[Id, float]) -> tuple[dict[int, float], int]:
    """Return ratings by movie index, within the scale, and how many movies are not known."""
    places = {movie_id: opened.release.find_movie(movie_id) for movie_id in given}
    low, high = opened.scale.low, opened.scale.high
    known = {
        place: min(max(given[movie_id], low), high)
        for movie_id, place in places.items()
        if place is not None
    }
    return known, len(given) - len(known)


def _highest_first(opened: OpenedRelease, known: Mapping[int, float]) -> list[OwnRating]:
    order = sorted(known, key=lambda index: (-known[index], index))
    return [opened.own_rating(index, known[index]) for index in order]
