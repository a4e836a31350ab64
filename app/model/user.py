"""Pages of a release's users: their list, their taste, everything they rated."""

import math

import numpy as np

from app.model.account import account
from app.model.choice import Choice
from app.model.items import Account, Alike, OwnError, Reason, Recommendation
from app.model.listing import arrange
from app.model.opened import PageNotFoundError, Shelf
from app.model.pages import RatingsPage, SiteInfo, UserPage
from app.model.taste import taste_of
from processing.release import NO_MOVIE, UserRecord

N_LATEST = 12
RATINGS_PER_PAGE = 100


def user_page(shelf: Shelf, site: SiteInfo, user_id: int, choice: Choice) -> UserPage:
    """Return a user's recommendations, taste and latest ratings; reads one record."""
    record = shelf.record(user_id)
    ratings = record.history["rating"]
    manifest = shelf.manifest
    return UserPage(
        title=f"User {user_id}",
        site=site,
        user_id=user_id,
        n_ratings=len(ratings),
        mean_rating=float(ratings.mean(dtype=np.float64)) if len(ratings) else None,
        global_mean=manifest.global_mean,
        dated=manifest.source.dated,
        cautious=manifest.order_z > 0,
        own_error=_own_error(shelf, user_id),
        taste=taste_of(
            record.history["movie"],
            ratings,
            shelf.everyone,
            shelf.release.titles,
            shelf.release.movie_ids,
        ),
        ratings=shelf.own_ratings(record, 0, N_LATEST),
        **arrange(
            recommendations(shelf, record),
            choice,
            shelf.scale,
            lambda pick: _account(shelf, record, pick),
        ),
    )


def ratings_page(shelf: Shelf, site: SiteInfo, user_id: int, page: int) -> RatingsPage:
    """Return one page of everything that a user rated."""
    record = shelf.record(user_id)
    n_ratings = len(record.history)
    n_pages = max(1, math.ceil(n_ratings / RATINGS_PER_PAGE))
    if page > n_pages:
        raise PageNotFoundError(
            f"The ratings of user {user_id} fill {n_pages} page(s); there is no page {page}."
        )
    first = (page - 1) * RATINGS_PER_PAGE
    ratings = shelf.own_ratings(record)
    return RatingsPage(
        title=f"Ratings of user {user_id}",
        site=site,
        user_id=user_id,
        n_ratings=n_ratings,
        dated=shelf.manifest.source.dated,
        first=first + 1,
        page=page,
        n_pages=n_pages,
        all_ratings=ratings,
        ratings=ratings[first : first + RATINGS_PER_PAGE],
    )


def recommendations(shelf: Shelf, record: UserRecord) -> tuple[Recommendation, ...]:
    """Return a user's whole list, as the release orders it, without accounts."""
    own = dict(
        zip(record.history["movie"].tolist(), record.history["rating"].tolist(), strict=True)
    )
    columns = (record.top[name].tolist() for name in ("movie", "score", "reasons"))
    alike = _alike(record)
    rows = []
    for place, (index, score, reasons) in enumerate(zip(*columns, strict=True)):
        movie = shelf.movie(index)
        rows.append(
            Recommendation(
                rank=place + 1,
                movie=movie,
                score=score,
                difference=None if movie.mean is None else score - movie.mean,
                error=shelf.errors.typical(len(own), movie.votes) if shelf.errors else None,
                reasons=tuple(
                    _reason(shelf, reason, share, own.get(reason))
                    for reason, share in reasons
                    if reason != NO_MOVIE
                ),
                account=None,
                alike=alike[place],
            )
        )
    return tuple(rows)


def _account(shelf: Shelf, record: UserRecord, pick: Recommendation) -> Account:
    manifest = shelf.manifest
    added = record.top["contributions"][pick.rank - 1].tolist()
    return account(manifest.contribution_groups, added, manifest.contribution_start, pick.score)


def _alike(record: UserRecord) -> list[Alike | None]:
    counts, means = record.top["near_n"].tolist(), record.top["near_mean"].tolist()
    return [Alike(n=n, mean=mean) if n else None for n, mean in zip(counts, means, strict=True)]


def _reason(shelf: Shelf, index: int, share: float, rating: float | None) -> Reason:
    return Reason(
        movie_id=int(shelf.release.movie_ids[index]),
        title=shelf.release.titles[index],
        rating=rating,
        share=share,
    )


def _own_error(shelf: Shelf, user_id: int) -> OwnError | None:
    errors, index = shelf.release.user_errors, shelf.release.find_user(user_id)
    if index is None or not errors[index]["n"]:
        return None
    n, rmse, mae = errors[index].item()
    return OwnError(n=n, rmse=rmse, mae=mae)
