"""Pages of visitors whom nobody has seen before: what they are asked, and their list."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from app.model.account import account_of_ratings
from app.model.choice import Choice
from app.model.items import Account, OwnRating, Reason, Recommendation
from app.model.listing import arrange, reason_shares
from app.model.opened import PageNotFoundError, Shelf
from app.model.pages import AskedMovie, RatePage, SiteInfo, VisitorPage
from processing.release import FoldingModel, ordering_scores

ASKED_PER_PAGE = 12
MOST_RATED = 100
TOP_N = 50
N_REASONS = 3


def rate_page(
    shelf: Shelf,
    site: SiteInfo,
    given: Mapping[int, float],
    query: str,
    found: list[int],
    skip: int,
) -> RatePage:
    """Return the movies to ask about: those `found` for a query, or the next of the asking list.

    `given` holds ratings by movie id; `skip` says how many of the asking list were passed.
    """
    asking = shelf.release.fold_in.ask
    indices = found[:ASKED_PER_PAGE] if query else list(asking[skip : skip + ASKED_PER_PAGE])
    following = skip + ASKED_PER_PAGE
    known, _ = known_ratings(shelf, given)
    here = set(indices)
    return RatePage(
        title="Rate a few movies",
        site=site,
        query=query,
        levels=shelf.scale.choices,
        asked=tuple(
            AskedMovie(movie=shelf.movie(index), rating=known.get(index)) for index in indices
        ),
        given=tuple(
            shelf.own_rating(index, rating) for index, rating in known.items() if index not in here
        ),
        skip=skip,
        next_skip=following if following < len(asking) and not query else None,
    )


def visitor_page(
    shelf: Shelf, site: SiteInfo, token: str, given: Mapping[int, float], choice: Choice
) -> VisitorPage:
    """Return the list of a visitor who gave these ratings, by movie id."""
    folding = shelf.folding
    known, n_unknown = known_ratings(shelf, given)
    if not known:
        raise PageNotFoundError(
            "This link holds no rating of a movie that this release knows. Rate a few movies anew."
        )
    rated, ratings = np.array(list(known), np.int64), np.array(list(known.values()), np.float32)
    person = folding.fold(rated, ratings)
    scores = folding.scores(person)
    best = _best(shelf, folding, scores, rated)
    parts = folding.parts(person, best).tolist()
    starts = folding.average[best].tolist()
    titles = [shelf.release.titles[index] for index in known]
    rows = tuple(
        Recommendation(
            rank=rank,
            movie=(movie := shelf.movie(index)),
            score=score,
            difference=None if movie.mean is None else score - movie.mean,
            error=error,
            reasons=_reasons(shelf, list(known.items()), own_parts),
            account=None,
            alike=None,
        )
        for rank, index, score, error, own_parts in zip(
            range(1, len(best) + 1),
            best.tolist(),
            shelf.clipped(scores[best]).tolist(),
            folding.deviations(person, best).tolist(),
            parts,
            strict=True,
        )
    )

    def account_of(pick: Recommendation) -> Account:
        place = pick.rank - 1
        return account_of_ratings(titles, parts[place], starts[place], pick.score)

    return VisitorPage(
        title="Your list",
        site=site,
        token=token,
        given=tuple(_highest_first(shelf, known)),
        n_unknown=n_unknown,
        cautious=folding.fold_in.order_z > 0,
        **arrange(rows, choice, shelf.scale, account_of),
    )


def known_ratings(shelf: Shelf, given: Mapping[int, float]) -> tuple[dict[int, float], int]:
    """Return ratings by movie index, within the scale, and how many movies are not known."""
    places = {movie_id: shelf.release.find_movie(movie_id) for movie_id in given}
    low, high = shelf.scale.low, shelf.scale.high
    known = {
        place: min(max(given[movie_id], low), high)
        for movie_id, place in places.items()
        if place is not None
    }
    return known, len(given) - len(known)


def _best(
    shelf: Shelf, folding: FoldingModel, scores: NDArray[np.float64], rated: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The best movies in the order of lists, ties by movie id."""
    votes = shelf.everyone.votes
    order = ordering_scores(scores, votes, shelf.deviation, folding.fold_in.order_z)
    order[votes == 0] = -np.inf
    order[rated] = -np.inf
    best = np.argsort(-order, kind="stable")[:TOP_N]
    found: NDArray[np.int64] = best[np.isfinite(order[best])]
    return found


def _reasons(
    shelf: Shelf, known: list[tuple[int, float]], parts: list[float]
) -> tuple[Reason, ...]:
    """The ratings, of movie indices, that speak most for a movie."""
    found = [
        Reason(
            movie_id=int(shelf.release.movie_ids[index]),
            title=shelf.release.titles[index],
            rating=rating,
            share=share,
        )
        for (index, rating), share in zip(known, reason_shares(parts), strict=True)
        if share > 0
    ]
    return tuple(sorted(found, key=lambda reason: -reason.share)[:N_REASONS])


def _highest_first(shelf: Shelf, known: Mapping[int, float]) -> list[OwnRating]:
    order = sorted(known, key=lambda index: (-known[index], index))
    return [shelf.own_rating(index, known[index]) for index in order]
