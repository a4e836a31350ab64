"""The list of a visitor whom nobody has seen before, from a few ratings."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.model.account import Account, account_of_ratings
from app.model.choice import Choice
from app.model.listing import ListPage, arrange
from app.model.opened import OpenedRelease, OwnRating, PageNotFoundError
from app.model.page import SiteInfo
from app.model.recommendation import Reason, Recommendation, reason, recommendation
from app.model.turned import turned
from processing.ids import Id
from processing.release.spread import spread

MOST_RATED = 100
TOP_N = 50
N_REASONS = 2


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
            "This link holds no rating of a movie that this release knows. Rate a few movies anew."
        )
    folding = opened.folding
    rated, stars = np.array(list(known), np.int64), np.array(list(known.values()), np.float64)
    listed = _listed(opened, rated, stars, choice.known)
    person = folding.fold(rated, stars.astype(np.float32))
    parts = folding.parts(person, listed).tolist()
    starts = folding.average[listed].tolist()
    titles = [opened.release.titles[index] for index in known]

    def account_of(pick: Recommendation) -> Account:
        place = pick.rank - 1
        return account_of_ratings(titles, parts[place], starts[place], pick.score)

    columns = zip(
        map(opened.movie, listed.tolist()),
        opened.clipped(folding.score(person, listed)).tolist(),
        folding.deviations(person, listed).tolist(),
        _reasons(opened, known, listed),
        strict=True,
    )
    rows = tuple(
        recommendation(movie, rank, score, error, reasons)
        for rank, (movie, score, error, reasons) in enumerate(columns, start=1)
    )
    return VisitorPage(
        title="Your list",
        site=site,
        token=token,
        given=tuple(_highest_first(opened, known)),
        n_unknown=n_unknown,
        **arrange(rows, choice, opened.scale, account_of),
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


def _listed(
    opened: OpenedRelease, rated: NDArray[np.int64], stars: NDArray[np.float64], known: str | None
) -> NDArray[np.int64]:
    """The movies that are listed, in their order; ties by movie id."""
    order = opened.affinity.order(rated, stars)
    order[opened.everyone.votes == 0] = -np.inf
    order[rated] = -np.inf
    best = np.argsort(-order, kind="stable")
    best = best[np.isfinite(order[best])]
    listed = spread(best, opened.release.weights.near, TOP_N)
    return listed[turned(opened, listed, order[listed], known)]


def _reasons(
    opened: OpenedRelease, known: Mapping[int, float], listed: NDArray[np.int64]
) -> list[tuple[Reason, ...]]:
    """The movies that were liked, by index, and that speak most for listing each of some movies."""
    affinity, likes = opened.affinity, opened.manifest.like
    rated, stars = list(known), list(known.values())
    liked = [star >= likes and star > affinity.about.neutral for star in stars]
    parts = affinity.parts(np.array(rated, np.int64), np.array(stars), listed)
    popular = affinity.about.popularity_weight(len(known)) * np.log1p(opened.everyone.votes[listed])
    whole = np.maximum(parts, 0).sum(axis=1) + np.maximum(popular, 0)
    found = []
    for own, of_all in zip(parts.tolist(), whole.tolist(), strict=True):
        most = sorted((-part, place) for place, part in enumerate(own) if part > 0 and liked[place])
        found.append(
            tuple(
                reason(opened, rated[place], stars[place], -part / of_all)
                for part, place in most[:N_REASONS]
            )
        )
    return found


def _highest_first(opened: OpenedRelease, known: Mapping[int, float]) -> list[OwnRating]:
    order = sorted(known, key=lambda index: (-known[index], index))
    return [opened.own_rating(index, known[index]) for index in order]
