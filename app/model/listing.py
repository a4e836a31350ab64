"""A list of recommendations as a page shows it: chosen, sorted, drawn, a page at a time."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypedDict

from app.model.chart import Chart, Point, make_chart
from app.model.choice import PER_PAGE, Choice, genres_of
from app.model.items import Account, Recommendation
from app.model.opened import PageNotFoundError
from app.model.scale import RatingScale


class Listing(TypedDict):
    """The fields of a `ListPage` that depend on the list and the choice alone."""

    choice: Choice
    genres: tuple[str, ...]
    n_listed: int
    n_chosen: int
    n_pages: int
    chart: Chart | None
    chosen: tuple[Recommendation, ...]
    recommendations: tuple[Recommendation, ...]


def arrange(
    rows: tuple[Recommendation, ...],
    choice: Choice,
    scale: RatingScale,
    account_of: Callable[[Recommendation], Account],
) -> Listing:
    """Arrange a whole list for a page; only the recommendations on it get their account.

    Raises
    ------
    PageNotFoundError
        If there is no such page.
    """
    chosen = choice.arrange(rows)
    n_pages = max(1, math.ceil(len(chosen) / PER_PAGE))
    if choice.page > n_pages:
        raise PageNotFoundError(
            f"This list has {n_pages} page(s); there is no page {choice.page}. Go to its first."
        )
    first = (choice.page - 1) * PER_PAGE
    return Listing(
        choice=choice,
        genres=genres_of(rows),
        n_listed=len(rows),
        n_chosen=len(chosen),
        n_pages=n_pages,
        chart=_chart(rows, {pick.rank for pick in chosen}, scale),
        chosen=chosen,
        recommendations=tuple(
            replace(pick, account=account_of(pick)) for pick in chosen[first : first + PER_PAGE]
        ),
    )


def _chart(rows: tuple[Recommendation, ...], chosen: set[int], scale: RatingScale) -> Chart | None:
    return make_chart(
        tuple(
            Point(
                rank=pick.rank,
                movie_id=pick.movie.movie_id,
                title=pick.movie.title,
                year=pick.movie.year,
                score=pick.score,
                mean=pick.movie.mean,
                votes=pick.movie.votes,
                chosen=pick.rank in chosen,
            )
            for pick in rows
            if pick.movie.mean is not None
        ),
        scale.low,
        scale.high,
    )


def reason_shares(parts: Any) -> list[float]:
    """Return each positive part's share of all that is positive, 0 for the others."""
    total = sum(part for part in parts if part > 0)
    return [max(part, 0.0) / total if total > 0 else 0.0 for part in parts]
