"""The pages of a search: movies by title, users by id."""

from dataclasses import dataclass

from app.languages import gettext
from app.model.opened import Movie, OpenedRelease, PageNotFoundError
from app.model.page import ReleasePage, SiteInfo
from processing.ids import Id

FOUND_PER_PAGE = 50
N_SUGGESTED = 8


@dataclass(frozen=True, kw_only=True)
class SearchPage(ReleasePage):
    """A page of the movies whose titles match; `for_user` is who comes from their list to search.

    `near` says that no title has the words as they were written, and that these differ by a typo or
    two; `user_id` is set when the query is a known user's id.
    """

    query: str
    near: bool
    n_found: int
    page: int
    n_pages: int
    movies: tuple[Movie, ...]
    user_id: Id | None
    for_user: Id | None

    @property
    def viewer(self) -> Id | None:
        """The user who searches."""
        return self.for_user


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """A movie that a query may mean."""

    movie_id: Id
    title: str
    year: int | None


@dataclass(frozen=True, kw_only=True)
class SuggestPage(ReleasePage):
    """What a query may mean, best first, while it is being typed; `near` as in a search."""

    query: str
    near: bool
    user_id: Id | None
    suggestions: tuple[Suggestion, ...]


def search_page(
    opened: OpenedRelease, site: SiteInfo, query: str, page: int, user: Id | None
) -> SearchPage:
    """Return the movies whose titles match, and the user whose id the query is.

    Raises
    ------
    PageNotFoundError
        If there is no such page, or no such user who searches.
    """
    found = opened.titles.search(query)
    n_pages = max(1, -(-len(found.indices) // FOUND_PER_PAGE))
    if page > n_pages:
        raise PageNotFoundError(
            gettext(
                "There is no page %(page)s of what was found for “%(query)s”; the last is %(last)s."
            )
            % {"page": page, "query": query, "last": n_pages}
        )
    first = (page - 1) * FOUND_PER_PAGE
    return SearchPage(
        title=gettext("Search for “%(query)s”") % {"query": query} if query else gettext("Search"),
        site=site,
        query=query,
        near=found.near,
        n_found=len(found.indices),
        page=page,
        n_pages=n_pages,
        movies=tuple(
            opened.movie(index) for index in found.indices[first : first + FOUND_PER_PAGE]
        ),
        user_id=_known_user_id(opened, query),
        for_user=None if user is None else opened.user_id(user),
    )


def suggest_page(opened: OpenedRelease, site: SiteInfo, query: str) -> SuggestPage:
    """Return the few movies that a query most likely means."""
    found = opened.titles.search(query)
    return SuggestPage(
        title=f"Suggestions for “{query}”",
        site=site,
        query=query,
        near=found.near,
        user_id=_known_user_id(opened, query),
        suggestions=tuple(
            Suggestion(
                movie_id=opened.release.movie_id(index),
                title=opened.release.titles[index],
                year=opened.release.years[index],
            )
            for index in found.indices[:N_SUGGESTED]
        ),
    )


def _known_user_id(opened: OpenedRelease, query: str) -> Id | None:
    index = opened.release.find_user(query.strip())
    return None if index is None else opened.release.user_id(index)
