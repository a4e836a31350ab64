"""The list of a visitor whom nobody has seen before, from their ratings."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.languages import gettext
from app.model.choice import Choice
from app.model.from_ratings import FromRatings
from app.model.listing import ListPage, arrange
from app.model.opened import OpenedRelease, OwnRating, PageNotFoundError
from app.model.page import SiteInfo
from app.model.shared import SharedRating, SharedRatings, known_ratings


@dataclass(frozen=True, kw_only=True)
class VisitorPage(ListPage):
    """The list of a visitor who rated a few movies; `token` is their ratings as links hold them.

    `missing` are ratings of films that this release does not have.
    """

    token: str
    given: tuple[OwnRating, ...]
    missing: tuple[SharedRating, ...]

    @property
    def file_name(self) -> str:
        """What the file is called, without its ending."""
        return "my-recommendations"


def visitor_page(
    opened: OpenedRelease,
    site: SiteInfo,
    token: str,
    shared: SharedRatings,
    choice: Choice,
) -> VisitorPage:
    """Return the list of a visitor who gave these ratings, which `token` holds.

    Raises
    ------
    PageNotFoundError
        If the release has none of the movies.
    """
    known = known_ratings(opened, shared)
    if not known.stars:
        raise PageNotFoundError(
            gettext("None of the movies that this link has ratings of is in this data.")
        )
    person = FromRatings.of(opened, known.stars)
    return VisitorPage(
        title=gettext("A list made from ratings"),
        site=site,
        token=token,
        given=highest_first(opened, known.stars),
        missing=known.missing,
        **arrange(
            opened, person.rows(person.best(choice)), choice, person.account, person.around()
        ),
    )


def highest_first(opened: OpenedRelease, known: Mapping[int, float]) -> tuple[OwnRating, ...]:
    """Return ratings by movie index as a page shows them."""
    order = sorted(known, key=lambda index: (-known[index], index))
    return tuple(opened.own_rating(index, known[index]) for index in order)
