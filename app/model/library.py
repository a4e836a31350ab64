"""One open release as pages: looks things up and arranges them, and knows nothing of the web."""

import math
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from app.model.account import account
from app.model.histogram import histogram
from app.model.pages import (
    HomePage,
    Movie,
    MoviePage,
    OwnRating,
    RatingsPage,
    Reason,
    Recommendation,
    ReportPage,
    SearchPage,
    SimilarMovie,
    SiteInfo,
    StartUser,
    UserPage,
)
from app.model.report import read_evaluation
from app.model.scale import RatingScale
from app.model.search import TitleIndex
from processing.release import NO_DAY, NO_MOVIE, Release, UserRecord
from processing.report import protocol_text

N_LATEST = 20
RATINGS_PER_PAGE = 100
MOST_FOUND = 50
N_POPULAR = 12

_EPOCH = date(1970, 1, 1)


class PageNotFoundError(LookupError):
    """What an address names is not in the release; the text is shown to the visitor."""


class Library:
    """The pages of one release.

    Parameters
    ----------
    release
        An open release; user records are read from its store when a page needs one.
    """

    def __init__(self, release: Release) -> None:
        self.release = release
        self.release_id = release.manifest.release_id
        self._scale = RatingScale(
            low=release.manifest.scale[0],
            high=release.manifest.scale[1],
            step=release.manifest.scale[2],
        )
        votes = release.stats["n_ratings"]
        self._index = TitleIndex(release.titles, release.years, votes.tolist())
        self._popular = np.argsort(-votes, kind="stable")[:N_POPULAR].tolist()
        self._evaluation = read_evaluation(release.report, self.release_id)

    def site(self, problem: str | None) -> SiteInfo:
        """Say what stands behind every page; `problem` is why nothing newer is shown."""
        manifest = self.release.manifest
        return SiteInfo(
            release_id=manifest.release_id,
            created_utc=manifest.created_utc,
            source_name=manifest.source.name,
            simulated=manifest.source.simulated,
            n_ratings=manifest.source.n_ratings,
            n_users=manifest.source.n_users,
            n_movies=manifest.source.n_movies,
            profile=manifest.profile,
            scale=self._scale,
            problem=problem,
        )

    def home_page(self, site: SiteInfo) -> HomePage:
        """Return the ways in, and what this release is."""
        source = self.release.manifest.source
        return HomePage(
            title="Movie recommendations",
            site=site,
            n_titles=source.n_titles,
            first_day=_day_text(source.first_day),
            last_day=_day_text(source.last_day),
            served_model=self._evaluation.served,
            start_users=tuple(
                StartUser(user_id=user.user_id, n_ratings=user.n_ratings)
                for user in self.release.manifest.start_users
            ),
            popular=tuple(self._movie(index) for index in self._popular),
        )

    def user_page(self, site: SiteInfo, user_id: int) -> UserPage:
        """Return a user's recommendations and latest ratings; reads one record from the store."""
        record = self._record(user_id)
        ratings = record.history["rating"]
        return UserPage(
            title=f"User {user_id}",
            site=site,
            user_id=user_id,
            n_ratings=len(ratings),
            mean_rating=float(ratings.mean(dtype=np.float64)) if len(ratings) else None,
            global_mean=self.release.manifest.global_mean,
            dated=self.release.manifest.source.dated,
            start=self.release.manifest.score_start,
            cautious=self.release.manifest.order_z > 0,
            recommendations=self._recommendations(record),
            ratings=self._own_ratings(record, 0, N_LATEST),
        )

    def ratings_page(self, site: SiteInfo, user_id: int, page: int) -> RatingsPage:
        """Return one page of everything that a user rated."""
        record = self._record(user_id)
        n_ratings = len(record.history)
        n_pages = max(1, math.ceil(n_ratings / RATINGS_PER_PAGE))
        if not 1 <= page <= n_pages:
            raise PageNotFoundError(
                f"The ratings of user {user_id} fill {n_pages} page(s); there is no page {page}."
            )
        first = (page - 1) * RATINGS_PER_PAGE
        return RatingsPage(
            title=f"Ratings of user {user_id}",
            site=site,
            user_id=user_id,
            n_ratings=n_ratings,
            dated=self.release.manifest.source.dated,
            first=first + 1,
            page=page,
            n_pages=n_pages,
            ratings=self._own_ratings(record, first, first + RATINGS_PER_PAGE),
        )

    def movie_page(self, site: SiteInfo, movie_id: int) -> MoviePage:
        """Return what everyone gave a movie, and what is like it."""
        index = self.release.find_movie(movie_id)
        if index is None:
            raise PageNotFoundError(
                f"There is no movie {movie_id} in this release. Search for it by its title."
            )
        movie = self._movie(index)
        return MoviePage(
            title=movie.title,
            site=site,
            movie=movie,
            global_mean=self.release.manifest.global_mean,
            histogram=histogram(
                self.release.manifest.histogram_levels, self.release.histograms[index].tolist()
            ),
            similar=tuple(
                SimilarMovie(movie=self._movie(other), similarity=similarity, support=support)
                for other, similarity, support in self.release.similar[index].tolist()
                if other != NO_MOVIE
            ),
        )

    def search_page(self, site: SiteInfo, query: str) -> SearchPage:
        """Return the movies whose titles match, and the user whose id the query is."""
        found = self._index.find(query)
        return SearchPage(
            title=f"Search for “{query}”" if query else "Search",
            site=site,
            query=query,
            n_found=len(found),
            movies=tuple(self._movie(index) for index in found[:MOST_FOUND]),
            user_id=self._known_user_id(query),
        )

    def report_page(self, site: SiteInfo) -> ReportPage:
        """Return how well the models predict, and how that was measured."""
        found, manifest = self._evaluation, self.release.manifest
        return ReportPage(
            title="How good are the predictions?",
            site=site,
            protocol=found.protocol,
            protocol_text=protocol_text(found.protocol),
            seed=found.seed,
            commit=manifest.commit,
            n_train=found.n_train,
            n_stack=found.n_stack,
            n_test=found.n_test,
            models=found.models,
            left_out=found.left_out,
            sections=tuple(
                replace(
                    section,
                    figures=tuple(name for name in section.figures if name in manifest.figures),
                )
                for section in found.sections
            ),
            figures=manifest.figures,
        )

    def _record(self, user_id: int) -> UserRecord:
        user_index = self.release.find_user(user_id)
        if user_index is None:
            raise PageNotFoundError(
                f"There is no user {user_id} in this release, which knows "
                f"{self.release.manifest.source.n_users:,} users."
            )
        return self.release.user_record(user_index)

    def _known_user_id(self, query: str) -> int | None:
        try:
            user_id = int(query)
        except ValueError:
            return None
        return None if self.release.find_user(user_id) is None else user_id

    def _movie(self, index: int) -> Movie:
        votes, mean = self.release.stats[index].item()
        return Movie(
            movie_id=int(self.release.movie_ids[index]),
            title=self.release.titles[index],
            year=self.release.years[index],
            genres=tuple(self.release.genres[index]),
            mean=None if math.isnan(mean) else mean,
            votes=votes,
        )

    def _recommendations(self, record: UserRecord) -> tuple[Recommendation, ...]:
        own = {index: rating for index, rating, _ in record.history.tolist()}
        names = ("movie", "score", "reasons", "contributions")
        columns = (record.top[name].tolist() for name in names)
        groups = self.release.manifest.contribution_groups
        start = self.release.manifest.score_start
        rows = []
        for rank, (index, score, reasons, added) in enumerate(zip(*columns, strict=True), start=1):
            movie = self._movie(index)
            rows.append(
                Recommendation(
                    rank=rank,
                    movie=movie,
                    score=score,
                    difference=None if movie.mean is None else score - movie.mean,
                    reasons=tuple(
                        self._reason(reason, share, own.get(reason))
                        for reason, share in reasons
                        if reason != NO_MOVIE
                    ),
                    contributions=() if start is None else account(groups, added, start, score),
                )
            )
        return tuple(rows)

    def _reason(self, index: int, share: float, rating: float | None) -> Reason:
        return Reason(
            movie_id=int(self.release.movie_ids[index]),
            title=self.release.titles[index],
            rating=rating,
            share=share,
        )

    def _own_ratings(self, record: UserRecord, start: int, stop: int) -> tuple[OwnRating, ...]:
        """Return a slice of the user's ratings: latest first, then highest, then by movie."""
        history: NDArray[np.void] = record.history
        order = np.lexsort((history["movie"], -history["rating"], -history["day"].astype(np.int64)))
        return tuple(
            OwnRating(
                movie_id=int(self.release.movie_ids[index]),
                title=self.release.titles[index],
                year=self.release.years[index],
                rating=rating,
                day=_day_text(None if day == NO_DAY else day),
            )
            for index, rating, day in history[order[start:stop]].tolist()
        )


def _day_text(day: int | None) -> str | None:
    return None if day is None else (_EPOCH + timedelta(days=day)).isoformat()
