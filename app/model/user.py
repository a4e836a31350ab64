"""Pages of a release's users: their list, their taste, everything they rated."""

import math
from dataclasses import dataclass, replace

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from app.languages import gettext
from app.model.account import LIMIT, Account, account
from app.model.choice import Choice
from app.model.from_ratings import TOP_N, FromRatings
from app.model.listing import Listing, ListPage, arrange
from app.model.opened import OpenedRelease, OwnRating, PageNotFoundError
from app.model.page import Cell, SiteInfo, TablePage
from app.model.recommendation import MOST_REASONS, Alike, Recommendation, reason, recommendation
from app.model.taste import Taste, taste_of
from app.model.turned import turned
from processing.ids import Id
from processing.release import NO_MOVIE, UserRecord

N_LATEST = 12
RATINGS_PER_PAGE = 100


@dataclass(frozen=True, kw_only=True)
class OwnError:
    """How far predictions of a user's held-out ratings were off, in stars, and of how many."""

    n: int
    rmse: float
    mae: float


@dataclass(frozen=True, kw_only=True)
class UserPage(ListPage):
    """One user's recommendations, taste and latest ratings (highest where the data has no dates).

    `own_error` is None where none of the user's ratings were held out.
    """

    user_id: Id
    n_ratings: int
    mean_rating: float | None
    global_mean: float
    dated: bool
    own_error: OwnError | None
    taste: Taste | None
    ratings: tuple[OwnRating, ...]

    @property
    def whom(self) -> str:
        """Whose list it is."""
        return gettext("User %(id)s") % {"id": self.user_id}

    @property
    def viewer(self) -> Id | None:
        """The user themselves."""
        return self.user_id

    @property
    def file_name(self) -> str:
        """What the file is called, without its ending."""
        return f"recommendations-of-user-{self.user_id}"


@dataclass(frozen=True, kw_only=True)
class RatingsPage(TablePage):
    """One page of everything that a user rated; `all_ratings` are of all pages."""

    not_in_json = ("all_ratings",)

    user_id: Id
    n_ratings: int
    dated: bool
    first: int
    page: int
    n_pages: int
    all_ratings: tuple[OwnRating, ...]
    ratings: tuple[OwnRating, ...]

    @property
    def viewer(self) -> Id | None:
        """The user themselves."""
        return self.user_id

    @property
    def file_name(self) -> str:
        """What the file is called, without its ending."""
        return f"ratings-of-user-{self.user_id}"

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return ("movie_id", "title", "year", "rating", "day")

    @property
    def rows(self) -> tuple[tuple[Cell, ...], ...]:
        """All ratings, of all pages."""
        return tuple(
            (own.movie_id, own.title, own.year, own.rating, own.day) for own in self.all_ratings
        )


def user_page(opened: OpenedRelease, site: SiteInfo, user: Id, choice: Choice) -> UserPage:
    """Return a user's recommendations, taste and latest ratings; reads one record."""
    user_id = opened.user_id(user)
    record = opened.record(user_id)
    ratings = record.history["rating"]
    manifest = opened.manifest
    return UserPage(
        title=gettext("User %(id)s") % {"id": user_id},
        site=site,
        user_id=user_id,
        n_ratings=len(ratings),
        mean_rating=float(ratings.mean(dtype=np.float64)) if len(ratings) else None,
        global_mean=manifest.global_mean,
        dated=manifest.source.dated,
        own_error=_own_error(opened, user_id),
        taste=taste_of(
            record.history["movie"],
            ratings,
            opened.everyone,
            opened.release.titles,
            opened.release.movie_ids,
        ),
        ratings=opened.own_ratings(record, 0, N_LATEST),
        **_listing(opened, record, choice),
    )


def ratings_page(opened: OpenedRelease, site: SiteInfo, user: Id, page: int) -> RatingsPage:
    """Return one page of everything that a user rated."""
    user_id = opened.user_id(user)
    record = opened.record(user_id)
    n_ratings = len(record.history)
    n_pages = max(1, math.ceil(n_ratings / RATINGS_PER_PAGE))
    if page > n_pages:
        raise PageNotFoundError(
            gettext(
                "There is no page %(page)s of the ratings of user %(id)s; the last is %(last)s."
            )
            % {"page": page, "id": user_id, "last": n_pages}
        )
    first = (page - 1) * RATINGS_PER_PAGE
    ratings = opened.own_ratings(record)
    return RatingsPage(
        title=gettext("Ratings of user %(id)s") % {"id": user_id},
        site=site,
        user_id=user_id,
        n_ratings=n_ratings,
        dated=opened.manifest.source.dated,
        first=first + 1,
        page=page,
        n_pages=n_pages,
        all_ratings=ratings,
        ratings=ratings[first : first + RATINGS_PER_PAGE],
    )


def recommendations(opened: OpenedRelease, record: UserRecord) -> tuple[Recommendation, ...]:
    """Return a user's whole list, as its record orders it, without accounts."""
    like = opened.manifest.like
    own = dict(
        zip(record.history["movie"].tolist(), record.history["rating"].tolist(), strict=True)
    )
    columns = zip(
        map(opened.movie, record.top["movie"].tolist()),
        unclipped_scores(opened, record).tolist(),
        record.top["reasons"].tolist(),
        _alike(record),
        strict=True,
    )
    return tuple(
        [
            recommendation(
                movie,
                (rank, opened.scale),
                unclipped,
                opened.typical_error(len(own), movie.votes),
                tuple(
                    [
                        reason(opened, rated, own[rated], share)
                        for rated, share in reasons[:MOST_REASONS]
                        if rated != NO_MOVIE and own.get(rated, -math.inf) >= like
                    ]
                ),
                alike,
            )
            for rank, (movie, unclipped, reasons, alike) in enumerate(columns, start=1)
        ]
    )


def _listing(opened: OpenedRelease, record: UserRecord, choice: Choice) -> Listing:
    """Arrange what is published; a list of a part of the catalogue goes on with the rest of it."""
    shown = _turned(opened, record, choice.known)
    if choice.narrows:
        shown = replace(shown, top=shown.top[choice.let_in(opened.everyone)[shown.top["movie"]]])
    rows = recommendations(opened, shown)
    history = record.history
    person = FromRatings(
        opened, history["movie"].astype(np.int64), history["rating"].astype(np.float64)
    )
    if choice.narrows and len(rows) < TOP_N:
        beyond = person.best(choice, TOP_N - len(rows), without=record.top["movie"])
        rows += tuple(
            structs.replace(pick, rough=True) for pick in person.rows(beyond, len(rows) + 1)
        )
    return arrange(
        opened,
        rows,
        choice,
        lambda pick: person.account(pick) if pick.rough else _account(opened, shown, pick),
        person.around(),
    )


def unclipped_scores(opened: OpenedRelease, record: UserRecord) -> NDArray[np.float64]:
    """The scores of a user's list as they were before the scale's ends cut them, (n,)."""
    scores = record.top["score"].astype(np.float64)
    groups = opened.manifest.contribution_groups
    if LIMIT not in groups:
        return scores
    return scores - record.top["contributions"][:, groups.index(LIMIT)].astype(np.float64)


def _turned(opened: OpenedRelease, record: UserRecord, known: str | None) -> UserRecord:
    top = record.top
    places = turned(opened, top["movie"], top["order"].astype(np.float64), known)
    return replace(record, top=top[places])


def _account(opened: OpenedRelease, record: UserRecord, pick: Recommendation) -> Account:
    manifest = opened.manifest
    added = record.top["contributions"][pick.rank - 1].tolist()
    ends = (manifest.contribution_start, pick.score)
    return account(manifest.contribution_groups, added, ends, opened.scale)


def _alike(record: UserRecord) -> list[Alike | None]:
    counts, means = record.top["n_neighbours"].tolist(), record.top["neighbours_mean"].tolist()
    return [Alike(n=n, mean=mean) if n else None for n, mean in zip(counts, means, strict=True)]


def _own_error(opened: OpenedRelease, user_id: Id) -> OwnError | None:
    errors, index = opened.release.user_errors, opened.release.find_user(user_id)
    if index is None or not errors[index]["n"]:
        return None
    n, rmse, mae = errors[index].item()
    return OwnError(n=n, rmse=rmse, mae=mae)
