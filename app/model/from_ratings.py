"""Rows of a list made from a person's ratings alone: a visitor's, or what a user's goes on with.

Stars are folded in; order and reasons follow from what the person's likes speak for.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from app.model.account import Account, account_of_ratings
from app.model.chart import Around
from app.model.choice import Choice
from app.model.opened import OpenedRelease
from app.model.recommendation import MOST_REASONS, Reason, Recommendation, reason, recommendation
from app.model.turned import turned
from processing.release.spread import spread

TOP_N = 50


class FromRatings:
    """What the ratings of one person say about every movie.

    Parameters
    ----------
    rated, stars
        The movies rated, by index, and what they were given, (n,).
    """

    def __init__(
        self, opened: OpenedRelease, rated: NDArray[np.int64], stars: NDArray[np.float64]
    ) -> None:
        self._opened = opened
        self._rated = rated
        self._stars = stars
        self._person = opened.folding.fold(rated, stars.astype(np.float32))

    @classmethod
    def of(cls, opened: OpenedRelease, known: Mapping[int, float]) -> Self:
        """What ratings by movie index say."""
        return cls(opened, np.array(list(known), np.int64), np.array(list(known.values())))

    def best(
        self, choice: Choice, most: int = TOP_N, without: NDArray[np.int32] | None = None
    ) -> NDArray[np.int64]:
        """Return the movies of the catalogue to list, by index, best first; ties by movie id.

        They are those that the choice lets in, that somebody rated and the person did not, and that
        are not among those to leave out.
        """
        opened, order = self._opened, self.order(choice)
        if without is not None:
            order[without] = -np.inf
        best = np.argsort(-order, kind="stable")
        best = best[np.isfinite(order[best])]
        listed = spread(best, opened.release.weights.near, most)
        return listed[turned(opened, listed, order[listed], choice.known)]

    def order(self, choice: Choice) -> NDArray[np.float64]:
        """Return what orders the movies, (n_movies,); -inf of those that are not to be listed."""
        opened = self._opened
        order = opened.affinity.order(self._rated, self._stars)
        order[(opened.everyone.votes == 0) | ~choice.let_in(opened.everyone)] = -np.inf
        order[self._rated] = -np.inf
        return order

    def rows(self, listed: NDArray[np.int64], first_rank: int = 1) -> tuple[Recommendation, ...]:
        """Return movies, by index, as rows of a list, without accounts."""
        opened, folding = self._opened, self._opened.folding
        columns = zip(
            map(opened.movie, listed.tolist()),
            folding.score(self._person, listed).tolist(),
            folding.deviations(self._person, listed).tolist(),
            self._reasons(listed),
            strict=True,
        )
        return tuple(
            recommendation(movie, (rank, opened.scale), score, error, reasons)
            for rank, (movie, score, error, reasons) in enumerate(columns, start=first_rank)
        )

    def account(self, pick: Recommendation) -> Account:
        """Return what each rating adds to the stars of a row."""
        folding = self._opened.folding
        index = self._opened.movie_index(pick.movie.movie_id)
        (parts,) = folding.parts(self._person, np.array([index])).tolist()
        ends = (float(folding.average[index]), pick.score)
        return account_of_ratings(self._titles, parts, ends, self._opened.scale)

    def around(self) -> Around:
        """Return what stands around a list in a chart: some other movies, and the ratings."""
        opened, everyone = self._opened, self._opened.everyone
        rated = np.zeros(len(everyone.votes), bool)
        rated[self._rated] = True
        others = opened.sampled[~rated[opened.sampled]]
        scores = opened.folding.score(self._person, others)
        order = np.argsort(self._rated)
        return Around(
            others=np.stack((everyone.means[others], scores), axis=1),
            given=np.stack((everyone.means[self._rated], self._stars), axis=1)[order],
        )

    @cached_property
    def _titles(self) -> list[str]:
        return [self._opened.release.titles[index] for index in self._rated.tolist()]

    def _reasons(self, listed: NDArray[np.int64]) -> list[tuple[Reason, ...]]:
        """The movies that were liked, are evident, and speak most for listing each of some."""
        opened, affinity = self._opened, self._opened.affinity
        parts = np.maximum(affinity.parts(self._rated, self._stars, listed), 0)
        weight = affinity.about.popularity_weight(len(self._rated))
        popular = weight * np.log1p(opened.everyone.votes[listed])
        whole = parts.sum(axis=1) + np.maximum(popular, 0)
        parts[:, (self._stars < opened.manifest.like) | (self._stars <= affinity.about.neutral)] = 0
        parts[~affinity.evident(self._rated, listed)] = 0
        rows = np.arange(len(listed))
        found: list[list[Reason]] = [[] for _ in rows]
        for _ in range(MOST_REASONS):
            best = parts.argmax(axis=1)
            shares = parts[rows, best] / np.where(whole > 0, whole, 1)
            for reasons, place, share in zip(found, best.tolist(), shares.tolist(), strict=True):
                if share > 0:
                    index, stars = int(self._rated[place]), float(self._stars[place])
                    reasons.append(reason(opened, index, stars, share))
            parts[rows, best] = 0
        return [tuple(reasons) for reasons in found]
