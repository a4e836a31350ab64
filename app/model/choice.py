"""What a visitor wants to see of a list: its order, which movies, and which page."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import msgspec
import numpy as np
from numpy.typing import NDArray

from app.languages import N_
from app.model.recommendation import Recommendation
from app.model.taste import Everyone

SORTS: dict[str, tuple[str, Callable[[Recommendation], float | str]]] = {
    "best": (N_("Recommended order"), lambda row: row.rank),
    "score": (N_("Predicted stars"), lambda row: -row.unclipped),
    "gap": (N_("Predicted above everyone’s"), lambda row: -_or_last(row.difference)),
    "mean": (N_("Everyone’s stars"), lambda row: -_or_last(row.movie.mean)),
    "votes": (N_("Most votes"), lambda row: -row.movie.votes),
    "few": (N_("Fewest votes"), lambda row: row.movie.votes),
    "new": (N_("Newest"), lambda row: -_or_last(row.movie.year)),
    "old": (N_("Oldest"), lambda row: -_or_last(None if not row.movie.year else -row.movie.year)),
    "title": (N_("Title"), lambda row: row.movie.title.casefold()),
}
KNOWN = {"": N_("As listed"), "well": N_("Well known"), "less": N_("Less known")}
PER_PAGE = 10


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A choice from a list; a bound that is None is none, and `page` counts from 1.

    A genre, years and votes make it a list of that part of the catalogue; stars choose among what
    is listed.
    `known` turns the list to movies that are known "well" or "less". A movie whose year or mean is
    not known is outside every bound on it.
    """

    known: str | None = None
    sort: str = "best"
    genre: str | None = None
    year_from: int | None = None
    year_to: int | None = None
    votes: int | None = None
    score_from: float | None = None
    score_to: float | None = None
    mean_from: float | None = None
    mean_to: float | None = None
    per_page: int = PER_PAGE
    page: int = 1

    @classmethod
    def of(cls, given: Mapping[str, object]) -> "Choice":
        """Make a choice of the parameters of an address."""
        renamed = {"from": "year_from", "to": "year_to"}
        values = {renamed.get(name, name): value for name, value in given.items()}
        return msgspec.convert(values, cls)

    @property
    def filters(self) -> bool:
        """Whether anything is left out."""
        return self.narrows or self.bounds_stars

    @property
    def narrows(self) -> bool:
        """Whether it is a list of a part of the catalogue: of a genre, of years, of many votes."""
        asked = (self.genre, self.year_from, self.year_to, self.votes)
        return any(value is not None for value in asked)

    @property
    def bounds_stars(self) -> bool:
        """Whether some of what is listed is left out by its stars, predicted or everyone's."""
        bounds = (self.score_from, self.score_to, self.mean_from, self.mean_to)
        return any(value is not None for value in bounds)

    def let_in(self, everyone: Everyone) -> NDArray[np.bool_]:
        """Return which movies of the catalogue its genre, years and votes let in, (n_movies,)."""
        let_in = np.ones(len(everyone.votes), bool)
        if self.genre is not None:
            let_in &= everyone.having(self.genre)
        if self.votes is not None:
            let_in &= everyone.votes >= self.votes
        if self.year_from is not None or self.year_to is not None:
            let_in &= everyone.years > 0
        if self.year_from is not None:
            let_in &= everyone.years >= self.year_from
        if self.year_to is not None:
            let_in &= everyone.years <= self.year_to
        return let_in

    def query(self, page: int = 1) -> dict[str, str]:
        """Return the choice as parameters of an address that leads to one of its pages."""
        values = {
            "known": self.known,
            "sort": None if self.sort == "best" else self.sort,
            "genre": self.genre,
            "from": self.year_from,
            "to": self.year_to,
            "votes": self.votes,
            "score_from": self.score_from,
            "score_to": self.score_to,
            "mean_from": self.mean_from,
            "mean_to": self.mean_to,
            "per_page": None if self.per_page == PER_PAGE else self.per_page,
            "page": None if page == 1 else page,
        }
        return {name: f"{value}" for name, value in values.items() if value is not None}

    def turned(self, known: str) -> "Choice":
        """Return the same choice of a list that is turned another way; "" is as it is listed."""
        return replace(self, known=known or None, page=1)

    def any_score(self) -> "Choice":
        """Return the same choice without bounds on predicted stars."""
        return replace(self, page=1, score_from=None, score_to=None)

    def any_mean(self) -> "Choice":
        """Return the same choice without bounds on everyone's stars."""
        return replace(self, page=1, mean_from=None, mean_to=None)

    @property
    def whole(self) -> "Choice":
        """The whole list in its own order, turned and cut into pages as it is."""
        return Choice(known=self.known, per_page=self.per_page)

    def arrange(self, rows: Iterable[Recommendation]) -> tuple[Recommendation, ...]:
        """Return the rows whose stars are chosen, sorted; ties stay in the order of recommendation.

        The rows are those of movies that are let in.
        """
        _, key = SORTS[self.sort]
        return tuple(sorted((row for row in rows if self._wants(row)), key=key))

    def _wants(self, row: Recommendation) -> bool:
        return _within(row.unclipped, self.score_from, self.score_to) and _within(
            row.movie.mean, self.mean_from, self.mean_to
        )


def _within(value: float | None, low: float | None, high: float | None) -> bool:
    if low is None and high is None:
        return True
    return value is not None and (low is None or value >= low) and (high is None or value <= high)


def _or_last(value: float | None) -> float:
    return float("-inf") if value is None else value
