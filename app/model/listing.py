"""A list of recommendations as a page shows it: chosen, sorted, drawn, a page at a time."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypedDict

from msgspec.structs import replace

from app.languages import gettext
from app.model.account import Account
from app.model.chart import Around, Chart, Point, make_chart
from app.model.choice import Choice
from app.model.opened import OpenedRelease, PageNotFoundError
from app.model.page import Cell, TablePage
from app.model.recommendation import Recommendation, evidence
from app.model.scale import RatingScale


@dataclass(frozen=True, kw_only=True)
class ListPage(TablePage):
    """A list of recommendations: those that were chosen, and a page of them.

    `n_listed` counts the whole list, `n_chosen` what `choice` lets through, `n_rough` those of them
    that are estimated roughly; `chosen` holds them all, and `recommendations` those of this page.
    `genres` are the catalogue's. `usual_error` is the typical error of most rows, as it is written.
    """

    not_in_json = ("chosen", "chart", "usual_error")

    choice: Choice
    genres: tuple[str, ...]
    n_listed: int
    n_chosen: int
    n_rough: int
    n_pages: int
    chart: Chart | None
    usual_error: str | None
    chosen: tuple[Recommendation, ...]
    recommendations: tuple[Recommendation, ...]

    @property
    def page(self) -> int:
        """The number of this page, from 1."""
        return self.choice.page

    @property
    def whom(self) -> str | None:
        """Whose list it is; None where whoever looks at it rated the movies."""
        return None

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        movie = ("movie_id", "title", "year", "genres")
        return ("rank", *movie, "predicted", "typical_error", "mean", "votes", "because")

    @property
    def rows(self) -> tuple[tuple[Cell, ...], ...]:
        """All that were chosen, in their order."""
        return tuple(
            (
                pick.rank,
                pick.movie.movie_id,
                pick.movie.title,
                pick.movie.year,
                "|".join(pick.movie.genres),
                round(pick.score, 4),
                None if pick.error is None else round(pick.error, 4),
                None if pick.movie.mean is None else round(pick.movie.mean, 4),
                pick.movie.votes,
                "|".join(reason.title for reason in pick.reasons),
            )
            for pick in self.chosen
        )


class Listing(TypedDict):
    """The fields of a `ListPage` that depend on the list and the choice alone."""

    choice: Choice
    genres: tuple[str, ...]
    n_listed: int
    n_chosen: int
    n_rough: int
    n_pages: int
    chart: Chart | None
    usual_error: str | None
    chosen: tuple[Recommendation, ...]
    recommendations: tuple[Recommendation, ...]


def arrange(
    opened: OpenedRelease,
    rows: tuple[Recommendation, ...],
    choice: Choice,
    account_of: Callable[[Recommendation], Account] | None,
    around: Around | None,
) -> Listing:
    """Arrange a whole list for a page; only the recommendations on it get their account.

    `around` is what its chart shows beside it; without it there is no chart, and no account where
    nothing gives it.

    Raises
    ------
    PageNotFoundError
        If there is no such page.
    """
    chosen = choice.arrange(rows)
    n_pages = max(1, math.ceil(len(chosen) / choice.per_page))
    if choice.page > n_pages:
        raise PageNotFoundError(
            gettext("There is no page %(page)s of this list; the last is %(last)s.")
            % {"page": choice.page, "last": n_pages}
        )
    first = (choice.page - 1) * choice.per_page
    return Listing(
        choice=choice,
        genres=opened.everyone.genre_names,
        n_listed=len(rows),
        n_chosen=len(chosen),
        n_rough=sum(pick.rough for pick in chosen),
        n_pages=n_pages,
        usual_error=usual_error(rows, opened.scale),
        chart=_chart(rows, {pick.rank for pick in chosen}, opened.scale, around)
        if around
        else None,
        chosen=chosen,
        recommendations=tuple(
            pick
            if account_of is None
            else replace(pick, account=replace(account_of(pick), evidence=evidence(opened, pick)))
            for pick in chosen[first : first + choice.per_page]
        ),
    )


def usual_error(rows: Sequence[Recommendation], scale: RatingScale) -> str | None:
    """How far the predictions of a list are off, as most rows would say it; the browser too."""
    texts: Counter[str] = Counter()
    for error, n in Counter([pick.error for pick in rows if pick.error is not None]).items():
        texts[scale.score_text(error)] += n
    return texts.most_common(1)[0][0] if texts else None


def _chart(
    rows: tuple[Recommendation, ...], chosen: set[int], scale: RatingScale, around: Around
) -> Chart | None:
    return make_chart(
        tuple([_point(pick, pick.rank in chosen) for pick in rows if pick.movie.mean is not None]),
        scale.low,
        scale.high,
        around,
    )


def _point(pick: Recommendation, chosen: bool) -> Point:
    movie = pick.movie
    assert movie.mean is not None
    about = (movie.movie_id, movie.title, movie.year)
    return Point(pick.rank, *about, pick.unclipped, movie.mean, movie.votes, chosen)
