"""The list of a visitor whom nobody has seen before, from a few ratings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.model.account import Account, account_of_ratings
from app.model.choice import Choice
from app.model.listing import ListPage, arrange
from app.model.opened import OpenedRelease, OwnRating, PageNotFoundError
from app.model.page import SiteInfo
from app.model.recommendation import Reason, Recommendation, reason, recommendation
from processing.release import ordering_scores

MOST_RATED = 100
TOP_N = 50
N_REASONS = 3


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
    opened: OpenedRelease, site: SiteInfo, token: str, given: Mapping[int, float], choice: Choice
) -> VisitorPage:
    """Return the list of a visitor who gave these ratings, by movie id."""
    folding = opened.folding
    known, n_unknown = known_ratings(opened, given)
    if not known:
        raise PageNotFoundError(
            "This link holds no rating of a movie that this release knows. Rate a few movies anew."
        )
    person = folding.fold(
        np.array(list(known), np.int64), np.array(list(known.values()), np.float32)
    )
    scores = folding.scores(person)
    best = _best(opened, scores, person.movies)
    parts = folding.parts(person, best).tolist()
    starts = folding.average[best].tolist()
    titles = [opened.release.titles[index] for index in known]

    def account_of(pick: Recommendation) -> Account:
        place = pick.rank - 1
        return account_of_ratings(titles, parts[place], starts[place], pick.score)

    columns = zip(
        map(opened.movie, best.tolist()),
        opened.clipped(scores[best]).tolist(),
        folding.deviations(person, best).tolist(),
        parts,
        strict=True,
    )
    rows = tuple(
        recommendation(movie, rank, score, error, _reasons(opened, known, own_parts))
        for rank, (movie, score, error, own_parts) in enumerate(columns, start=1)
    )
    return VisitorPage(
        title="Your list",
        site=site,
        token=token,
        given=tuple(_highest_first(opened, known)),
        n_unknown=n_unknown,
        cautious=folding.fold_in.order_z > 0,
        **arrange(rows, choice, opened.scale, account_of),
    )


def known_ratings(
    opened: OpenedRelease, given: Mapping[int, float]
) -> tuple[dict[int, float], int]:
    """Return ratings by movie index, within the scale, and how many movies are not known."""
    places = {movie_id: opened.release.find_movie(movie_id) for movie_id in given}
    low, high = opened.scale.low, opened.scale.high
    known = {
        place: min(max(given[movie_id], low), high)
        for movie_id, place in places.items()
        if place is not None
    }
    return known, len(given) - len(known)


def _best(
    opened: OpenedRelease, scores: NDArray[np.float64], rated: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The best movies in the order of lists, ties by movie id."""
    votes = opened.everyone.votes
    order = ordering_scores(scores, votes, opened.deviation, opened.release.fold_in.order_z)
    order[votes == 0] = -np.inf
    order[rated] = -np.inf
    best = np.argsort(-order, kind="stable")[:TOP_N]
    found: NDArray[np.int64] = best[np.isfinite(order[best])]
    return found


def _reasons(
    opened: OpenedRelease, known: Mapping[int, float], parts: list[float]
) -> tuple[Reason, ...]:
    """The ratings, by movie index, that speak most for a movie."""
    found = [
        reason(opened, index, rating, share)
        for (index, rating), share in zip(known.items(), _shares(parts), strict=True)
        if share > 0
    ]
    return tuple(sorted(found, key=lambda each: -each.share)[:N_REASONS])


def _highest_first(opened: OpenedRelease, known: Mapping[int, float]) -> list[OwnRating]:
    order = sorted(known, key=lambda index: (-known[index], index))
    return [opened.own_rating(index, known[index]) for index in order]


def _shares(parts: Sequence[float]) -> list[float]:
    """Return each positive part's share of all that is positive, 0 for the others."""
    total = sum(part for part in parts if part > 0)
    return [max(part, 0.0) / total if total > 0 else 0.0 for part in parts]
