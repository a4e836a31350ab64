"""One open release as pages: looks things up and arranges them, and knows nothing of the web."""

import json
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from app.model import movie as movies
from app.model import user as users
from app.model import visitor as visitors
from app.model.choice import Choice
from app.model.device import OfflineData
from app.model.items import StartUser
from app.model.opened import PageNotFoundError, Shelf, day_text
from app.model.pages import (
    DevicePage,
    HomePage,
    HowPage,
    MoviePage,
    RatePage,
    RatingsPage,
    ReportPage,
    SearchPage,
    SiteInfo,
    Suggestion,
    SuggestPage,
    UserPage,
    VisitorPage,
)
from app.model.report import read_evaluation
from app.model.search import TitleIndex
from processing.release import Release
from processing.report import protocol_text

FOUND_PER_PAGE = 50
N_SUGGESTED = 8
N_POPULAR = 12


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
        self._evaluation = read_evaluation(json.loads(release.report), self.release_id)
        self.shelf = Shelf(release, self._evaluation.errors)
        self.offline = OfflineData(self.shelf)
        votes = release.stats["n_ratings"]
        self._index = TitleIndex(release.titles, release.years, votes.tolist())
        self._popular = np.argsort(-votes, kind="stable")[:N_POPULAR].tolist()

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
            scale=self.shelf.scale,
            problem=problem,
        )

    def home_page(self, site: SiteInfo) -> HomePage:
        """Return the ways in, and what this release is."""
        source = self.release.manifest.source
        return HomePage(
            title="Movie recommendations",
            site=site,
            n_titles=source.n_titles,
            first_day=day_text(source.first_day),
            last_day=day_text(source.last_day),
            served_model=self._evaluation.served,
            start_users=tuple(
                StartUser(user_id=user.user_id, n_ratings=user.n_ratings)
                for user in self.release.manifest.start_users
            ),
            popular=tuple(self.shelf.movie(index) for index in self._popular),
        )

    def user_page(self, site: SiteInfo, user_id: int, choice: Choice) -> UserPage:
        """Return what is recommended to a user; reads one record from the store."""
        return users.user_page(self.shelf, site, user_id, choice)

    def ratings_page(self, site: SiteInfo, user_id: int, page: int) -> RatingsPage:
        """Return one page of everything that a user rated; reads one record from the store."""
        return users.ratings_page(self.shelf, site, user_id, page)

    def movie_page(self, site: SiteInfo, movie_id: int, user_id: int | None) -> MoviePage:
        """Return a movie; reads one record from the store where a user is named."""
        return movies.movie_page(self.shelf, site, movie_id, user_id)

    def rate_page(
        self, site: SiteInfo, given: Mapping[int, float], query: str, skip: int
    ) -> RatePage:
        """Return movies to ask a visitor about, who gave these ratings, by movie id, before."""
        found = self._index.find(query) if query else []
        return visitors.rate_page(self.shelf, site, given, query, found, skip)

    def visitor_page(
        self, site: SiteInfo, token: str, given: Mapping[int, float], choice: Choice
    ) -> VisitorPage:
        """Return the list of a visitor who gave these ratings, by movie id."""
        return visitors.visitor_page(self.shelf, site, token, given, choice)

    def device_page(self, site: SiteInfo, title: str) -> DevicePage:
        """Return a page that the browser fills."""
        return DevicePage(title=title, site=site)

    def search_page(self, site: SiteInfo, query: str, page: int) -> SearchPage:
        """Return the movies whose titles match, and the user whose id the query is.

        Raises
        ------
        PageNotFoundError
            If they do not fill so many pages.
        """
        found = self._index.search(query)
        n_pages = max(1, -(-len(found.indices) // FOUND_PER_PAGE))
        if page > n_pages:
            raise PageNotFoundError(
                f"What was found for {query!r} fills {n_pages} page(s); there is no page {page}."
            )
        first = (page - 1) * FOUND_PER_PAGE
        return SearchPage(
            title=f"Search for “{query}”" if query else "Search",
            site=site,
            query=query,
            near=found.near,
            n_found=len(found.indices),
            page=page,
            n_pages=n_pages,
            movies=tuple(
                self.shelf.movie(index) for index in found.indices[first : first + FOUND_PER_PAGE]
            ),
            user_id=self._known_user_id(query),
        )

    def suggest_page(self, site: SiteInfo, query: str) -> SuggestPage:
        """Return the few movies that a query most likely means."""
        found = self._index.search(query)
        release = self.release
        return SuggestPage(
            title=f"Suggestions for “{query}”",
            site=site,
            query=query,
            near=found.near,
            user_id=self._known_user_id(query),
            suggestions=tuple(
                Suggestion(
                    movie_id=int(release.movie_ids[index]),
                    title=release.titles[index],
                    year=release.years[index],
                )
                for index in found.indices[:N_SUGGESTED]
            ),
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

    def how_page(self, site: SiteInfo) -> HowPage:
        """Return how this works, with the report's figures."""
        found = self._evaluation
        members = [each for each in found.models if each.model not in ("ensemble", "blend", "mean")]
        return HowPage(
            title="How this works",
            site=site,
            n_test=found.n_test,
            protocol_text=protocol_text(found.protocol),
            served_model=found.served,
            best_member=members[0] if members else None,
            average=next((each for each in found.models if each.model == "mean"), None),
            members=tuple(each.label for each in members),
            figures=self.release.manifest.figures,
        )

    def _known_user_id(self, query: str) -> int | None:
        try:
            user_id = int(query)
        except ValueError:
            return None
        return None if self.release.find_user(user_id) is None else user_id
