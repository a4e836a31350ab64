"""The whole catalogue to browse, and a movie out of it by chance."""

import math
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import msgspec
import numpy as np
from numpy.typing import NDArray

from app.languages import N_, gettext
from app.model.choice import Choice
from app.model.opened import FEW_VOTES, Movie, OpenedRelease, PageNotFoundError
from app.model.page import Cell, SiteInfo, TablePage
from processing.ids import Id

PER_PAGE = 48
LOVED_SHARE = 0.25  # of the movies with enough votes: among them is what surprises

# What the movies are sorted by: the lowest key first, NaN last, ties by votes, then by movie id.
BROWSE_SORTS: dict[str, tuple[str, Callable[[OpenedRelease], NDArray[np.float64]]]] = {
    "best": (N_("Best loved"), lambda opened: -opened.loved.means),
    "votes": (N_("Most rated"), lambda opened: -opened.everyone.votes.astype(np.float64)),
    "mean": (N_("Everyone’s stars"), lambda opened: -opened.everyone.means),
    "new": (N_("Newest"), lambda opened: -_years(opened)),
    "old": (N_("Oldest"), lambda opened: _years(opened)),
    "title": (N_("Title"), lambda opened: opened.title_places),
}


@dataclass(frozen=True, kw_only=True)
class Browse:
    """What a visitor wants to see of the catalogue; `page` counts from 1."""

    sort: str = "best"
    genre: str | None = None
    year_from: int | None = None
    year_to: int | None = None
    page: int = 1

    @classmethod
    def of(cls, given: Mapping[str, object]) -> "Browse":
        """Make it of the parameters of an address."""
        renamed = {"from": "year_from", "to": "year_to"}
        return msgspec.convert({renamed.get(name, name): given[name] for name in given}, cls)

    @property
    def years(self) -> str:
        """The years as they are called: 1980s, 1994, 1950–1969; empty where they are not chosen."""
        first, last = self.year_from, self.year_to
        if first is not None and last is not None and first % 10 == 0 and last == first + 9:
            return gettext("%(decade)ss") % {"decade": first}
        if first == last:
            return "" if first is None else f"{first}"
        return f"{'' if first is None else first}–{'' if last is None else last}"

    @property
    def part(self) -> str:
        """What part of the catalogue is chosen, by its name: Horror · 1980s."""
        return " · ".join(filter(None, (self.genre and gettext(self.genre), self.years)))

    def query(self, page: int = 1) -> dict[str, str]:
        """Return it as parameters of an address that leads to one of its pages."""
        values = {
            "sort": None if self.sort == "best" else self.sort,
            "genre": self.genre,
            "from": self.year_from,
            "to": self.year_to,
            "page": None if page == 1 else page,
        }
        return {name: f"{value}" for name, value in values.items() if value is not None}

    def sorted_by(self, sort: str) -> "Browse":
        """Return the same movies in another order."""
        return replace(self, sort=sort, page=1)

    def of_genre(self, genre: str | None) -> "Browse":
        """Return the same of another genre, or of all."""
        return replace(self, genre=genre, page=1)

    def of_decade(self, decade: int | None) -> "Browse":
        """Return the same of another decade, by its first year, or of all years."""
        last = None if decade is None else decade + 9
        return replace(self, year_from=decade, year_to=last, page=1)


@dataclass(frozen=True, kw_only=True)
class MoviesPage(TablePage):
    """A page of the catalogue, or of a part of it.

    `damping` is how many votes at `global_mean` are added to each movie's where the best loved come
    first; None where movies do not differ by more than chance.
    """

    not_in_json = ("found",)

    browse: Browse
    genres: tuple[str, ...]
    decades: tuple[int, ...]
    damping: float | None
    global_mean: float
    n_found: int
    n_pages: int
    found: tuple[Movie, ...]
    movies: tuple[Movie, ...]

    @property
    def page(self) -> int:
        """The number of this page, from 1."""
        return self.browse.page

    @property
    def file_name(self) -> str:
        """What the file is called, without its ending."""
        return "-".join(filter(None, ("movies", self.browse.genre, self.browse.years)))

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return ("movie_id", "title", "year", "genres", "mean", "votes")

    @property
    def rows(self) -> tuple[tuple[Cell, ...], ...]:
        """All that were found, in their order."""
        return tuple(
            (
                movie.movie_id,
                movie.title,
                movie.year,
                "|".join(movie.genres),
                None if movie.mean is None else round(movie.mean, 4),
                movie.votes,
            )
            for movie in self.found
        )


def movies_page(opened: OpenedRelease, site: SiteInfo, browse: Browse) -> MoviesPage:
    """Return a page of the catalogue.

    Raises
    ------
    PageNotFoundError
        If there is no such page.
    """
    found = _found(opened, browse)
    n_pages = max(1, math.ceil(len(found) / PER_PAGE))
    if browse.page > n_pages:
        raise PageNotFoundError(
            gettext("There is no page %(page)s of this list; the last is %(last)s.")
            % {"page": browse.page, "last": n_pages}
        )
    first = (browse.page - 1) * PER_PAGE
    movies = tuple(map(opened.movie, found.tolist()))
    return MoviesPage(
        title=browse.part or gettext("Movies"),
        site=site,
        browse=browse,
        genres=opened.everyone.genre_names,
        decades=decades(opened),
        damping=opened.loved.damping,
        global_mean=opened.manifest.global_mean,
        n_found=len(movies),
        n_pages=n_pages,
        found=movies,
        movies=movies[first : first + PER_PAGE],
    )


def best_loved(opened: OpenedRelease, most: int) -> tuple[Movie, ...]:
    """Return the movies that everyone loves most."""
    found = _found(opened, Browse())[:most]
    return tuple(opened.movie(index) for index in found.tolist() if opened.everyone.votes[index])


def decades(opened: OpenedRelease) -> tuple[int, ...]:
    """Return the first years of the decades that movies are of, the latest first."""
    years = opened.everyone.years
    return tuple(np.unique(years[years > 0] // 10 * 10)[::-1].tolist())


def surprise(opened: OpenedRelease, browse: Browse) -> Id:
    """Return any of the best loved quarter of the movies of a part that enough people have rated.

    Raises
    ------
    PageNotFoundError
        If that part has no such movie.
    """
    found = _found(opened, browse.sorted_by("best"))
    known = found[opened.everyone.votes[found] >= FEW_VOTES]
    if not len(known):
        raise PageNotFoundError(
            gettext(
                "No movie of this kind has been rated by %(n)s viewers. Choose another genre or "
                "decade."
            )
            % {"n": FEW_VOTES}
        )
    return opened.release.movie_id(secrets.choice(known[: _n_loved(len(known))].tolist()))


def _n_loved(n: int) -> int:
    return math.ceil(LOVED_SHARE * n)


def _found(opened: OpenedRelease, browse: Browse) -> NDArray[np.int64]:
    """The movies of a part of the catalogue, by index, in order."""
    part = Choice(genre=browse.genre, year_from=browse.year_from, year_to=browse.year_to)
    found = np.flatnonzero(part.let_in(opened.everyone))
    _, key = BROWSE_SORTS[browse.sort]
    order = np.lexsort((-opened.everyone.votes[found], key(opened)[found]))
    return found[order]


def _years(opened: OpenedRelease) -> NDArray[np.float64]:
    years = opened.everyone.years
    return np.where(years > 0, years, np.nan).astype(np.float64)
