"""What a visitor wants to see of a list: its order, which movies, and which page."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec

from app.model.recommendation import Recommendation

SORTS: dict[str, tuple[str, Callable[[Recommendation], float | str]]] = {
    "best": ("Recommended order", lambda row: row.rank),
    "score": ("Predicted stars", lambda row: -row.score),
    "gap": ("Predicted above everyone’s", lambda row: -_or_last(row.difference)),
    "mean": ("Everyone’s stars", lambda row: -_or_last(row.movie.mean)),
    "votes": ("Most votes", lambda row: -row.movie.votes),
    "few": ("Fewest votes", lambda row: row.movie.votes),
    "new": ("Newest", lambda row: -_or_last(row.movie.year)),
    "old": ("Oldest", lambda row: -_or_last(None if not row.movie.year else -row.movie.year)),
    "title": ("Title", lambda row: row.movie.title.casefold()),
}
KNOWN = {"": "As listed", "well": "Well known", "less": "Less known"}
PER_PAGE = 10


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A choice from a list; a bound that is None is none, and `page` counts from 1.

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
        bounds = (self.year_from, self.year_to, self.score_from, self.score_to)
        rest = (self.genre, self.votes, self.mean_from, self.mean_to)
        return any(value is not None for value in (*bounds, *rest))

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

    @property
    def whole(self) -> "Choice":
        """The whole list in its own order, turned and cut into pages as it is."""
        return Choice(known=self.known, per_page=self.per_page)

    def arrange(self, rows: Iterable[Recommendation]) -> tuple[Recommendation, ...]:
        """Return the rows that are chosen, sorted; ties stay in the order of recommendation."""
        _, key = SORTS[self.sort]
        return tuple(sorted((row for row in rows if self._wants(row)), key=key))

    def _wants(self, row: Recommendation) -> bool:
        movie = row.movie
        return (
            (self.genre is None or self.genre in movie.genres)
            and (self.votes is None or movie.votes >= self.votes)
            and _within(movie.year, self.year_from, self.year_to)
            and _within(row.score, self.score_from, self.score_to)
            and _within(movie.mean, self.mean_from, self.mean_to)
        )


def genres_of(rows: Sequence[Recommendation]) -> tuple[str, ...]:
    """Return the genres that a list has, in alphabetical order."""
    return tuple(sorted({genre for row in rows for genre in row.movie.genres}))


def _within(value: float | None, low: float | None, high: float | None) -> bool:
    if low is None and high is None:
        return True
    return value is not None and (low is None or value >= low) and (high is None or value <= high)


def _or_last(value: float | None) -> float:
    return float("-inf") if value is None else value
