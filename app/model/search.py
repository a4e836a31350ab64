"""The pages of a search: movies by title, users by id."""

from dataclasses import dataclass

from app.languages import gettext
from app.model.asked import part_asked_for, user_asked_for, without_numbers
from app.model.catalogue import Browse
from app.model.opened import Movie, OpenedRelease, PageNotFoundError
from app.model.page import ReleasePage, SiteInfo
from app.model.title_index import Found
from processing.ids import Id

FOUND_PER_PAGE = 50
N_SUGGESTED = 8
NOTHING = Found(indices=[], near=False)


@dataclass(frozen=True, kw_only=True)
class SearchPage(ReleasePage):
    """A page of the movies whose titles match; `for_user` is who comes from their list to search.

    `near` says that no title has the words as they were written, and that these differ by a typo or
    two; `searched` is the query, or what is left of it where only that is found. `user_id` is set
    when the query is a known user's id, or names it after "user"; `part` when it names a part of
    the catalogue.
    """

    query: str
    searched: str
    part: Browse | None
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
    found, searched = opened.titles.search(query), query
    user_id, part = user_asked_for(opened, query), part_asked_for(opened, query)
    if user_id is not None and found.near:
        found = NOTHING
    if not found.indices and user_id is None and part is None:
        searched = without_numbers(query) or query
        found = found if searched == query else opened.titles.search(searched)
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
        searched=searched,
        part=part,
        near=found.near,
        n_found=len(found.indices),
        page=page,
        n_pages=n_pages,
        movies=tuple(
            opened.movie(index) for index in found.indices[first : first + FOUND_PER_PAGE]
        ),
        user_id=user_id,
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
        user_id=user_asked_for(opened, query),
        suggestions=tuple(
            Suggestion(
                movie_id=opened.release.movie_id(index),
                title=opened.release.titles[index],
                year=opened.release.years[index],
            )
            for index in found.indices[:N_SUGGESTED]
        ),
    )
