"""The page of a movie: what everyone gave it and when, who loves it, what is like it."""

import math
from dataclasses import dataclass

import numpy as np

from app.model.dates import period_label
from app.model.elsewhere import Elsewhere, elsewhere
from app.model.histogram import Histogram, Period, VotesOverTime, histogram
from app.model.opened import LEAST_LOVERS, Movie, OpenedRelease
from app.model.page import ReleasePage, SiteInfo
from processing.ids import Id
from processing.release import NO_MOVIE, UserRecord

MOST_LOVERS = 6
STRONG = 0.15  # similarity: one in ten of the similar movies of MovieLens 100K reaches it


@dataclass(frozen=True, kw_only=True)
class SimilarMovie:
    """A movie rated alike; `support` counts the users who rated both."""

    movie: Movie
    similarity: float
    support: int

    @property
    def is_strong(self) -> bool:
        """Whether far more viewers than by chance rate both the same way."""
        return self.similarity >= STRONG


@dataclass(frozen=True, kw_only=True)
class ViewerBand:
    """Viewers with `least` to `most` ratings: how many of them rated a movie, and how."""

    least: int
    most: int | None
    votes: int
    mean: float | None
    loved: float | None


@dataclass(frozen=True, kw_only=True)
class Lovers:
    """Of `n` viewers who love another movie and rated this one, the share who love this one."""

    movie: Movie
    n: int
    share: float


@dataclass(frozen=True, kw_only=True)
class Audience:
    """Who tends to love a movie: `share` of all who rated it gave at least `like` stars."""

    like: float
    share: float
    bands: tuple[ViewerBand, ...]
    lovers: tuple[Lovers, ...]


@dataclass(frozen=True, kw_only=True)
class ForUser:
    """What a user gave a movie, or would give it.

    `rank` is its place in their list, None where it is not there; then the score is folded in from
    their ratings. All three are None where nothing can be said.
    """

    user_id: Id
    rating: float | None
    score: float | None
    error: float | None
    rank: int | None


@dataclass(frozen=True, kw_only=True)
class MoviePage(ReleasePage):
    """One movie: what everyone gave it, when, who loves it, and what is like it.

    `n_published` is how many movies a user's list has at most. `for_user` is there for those who
    come from a user's list; `audience` is None, and `periods` empty, where the release does not
    tell.
    """

    movie: Movie
    global_mean: float
    histogram: Histogram
    periods: tuple[Period, ...]
    audience: Audience | None
    similar: tuple[SimilarMovie, ...]
    n_published: int
    elsewhere: tuple[Elsewhere, ...]
    for_user: ForUser | None

    @property
    def viewer(self) -> Id | None:
        """Who comes from their list."""
        return self.for_user.user_id if self.for_user else None

    @property
    def timeline(self) -> VotesOverTime:
        """The periods as bars; only where there are any."""
        return VotesOverTime(periods=self.periods)


def movie_page(opened: OpenedRelease, site: SiteInfo, movie_id: Id, user: Id | None) -> MoviePage:
    """Return a movie's page, for a user who comes from their list where one is named."""
    index = opened.movie_index(movie_id)
    movie = opened.movie(index)
    release, manifest = opened.release, opened.manifest
    return MoviePage(
        title=movie.title,
        site=site,
        movie=movie,
        global_mean=manifest.global_mean,
        histogram=histogram(manifest.histogram_levels, release.histograms[index].tolist()),
        periods=_periods(opened, index),
        audience=_audience(opened, index),
        similar=tuple(
            SimilarMovie(movie=opened.movie(other), similarity=similarity, support=support)
            for other, similarity, support in release.similar[index].tolist()
            if other != NO_MOVIE
        ),
        n_published=manifest.top_n,
        elsewhere=elsewhere(opened, index),
        for_user=None if user is None else _for_user(opened, index, opened.user_id(user)),
    )


def _periods(opened: OpenedRelease, index: int) -> tuple[Period, ...]:
    table, firsts = opened.release.votes_by_period, opened.manifest.periods
    if not table[index]["n"].any():
        return ()
    return tuple(
        Period(
            first=first,
            label=period_label(first, firsts),
            votes=n,
            mean=None if math.isnan(mean) else mean,
        )
        for first, (n, mean) in zip(firsts, table[index].tolist(), strict=True)
    )


def _audience(opened: OpenedRelease, index: int) -> Audience | None:
    rows = opened.release.viewers[index].tolist()
    n_votes = sum(n for n, _, _ in rows)
    if not n_votes:
        return None
    least = opened.manifest.viewer_bands
    most = (*(bound - 1 for bound in least[1:]), None)
    share = sum(loved for _, _, loved in rows) / n_votes
    return Audience(
        like=opened.manifest.like,
        share=share,
        bands=tuple(
            ViewerBand(
                least=low,
                most=high,
                votes=n,
                mean=mean if n else None,
                loved=loved / n if n else None,
            )
            for low, high, (n, mean, loved) in zip(least, most, rows, strict=True)
        ),
        lovers=_lovers(opened, index, share),
    )


def _lovers(opened: OpenedRelease, index: int, share: float) -> tuple[Lovers, ...]:
    """Those whose love of another movie says most: more of them than of all love this one."""
    pairs = zip(
        opened.release.similar[index]["movie"].tolist(),
        opened.release.lovers[index].tolist(),
        strict=True,
    )
    found = [
        Lovers(movie=opened.movie(other), n=n, share=loved / n)
        for other, (n, loved) in pairs
        if other != NO_MOVIE and n >= LEAST_LOVERS and loved / n > share
    ]
    return tuple(sorted(found, key=lambda each: -each.share)[:MOST_LOVERS])


def _for_user(opened: OpenedRelease, index: int, user_id: Id) -> ForUser:
    record = opened.record(user_id)
    history = record.history
    rated = np.flatnonzero(history["movie"] == index)
    if len(rated):
        rating = float(history["rating"][rated[0]])
        return ForUser(user_id=user_id, rating=rating, score=None, error=None, rank=None)
    listed = np.flatnonzero(record.top["movie"] == index)
    if len(listed):
        score = float(record.top["score"][listed[0]])
        votes = int(opened.release.stats["n_ratings"][index])
        error = opened.typical_error(len(history), votes)
        rank = int(listed[0]) + 1
        return ForUser(user_id=user_id, rating=None, score=score, error=error, rank=rank)
    return _folded_for_user(opened, index, user_id, record)


def _folded_for_user(opened: OpenedRelease, index: int, user_id: Id, record: UserRecord) -> ForUser:
    """Estimate what is not in the user's list from all their ratings, as for a visitor."""
    folding = opened.folding
    if not opened.release.stats["n_ratings"][index]:
        return ForUser(user_id=user_id, rating=None, score=None, error=None, rank=None)
    movies = np.array([index])
    person = folding.fold(record.history["movie"].astype(np.int64), record.history["rating"])
    return ForUser(
        user_id=user_id,
        rating=None,
        score=float(opened.clipped(folding.score(person, movies))[0]),
        error=float(folding.deviations(person, movies)[0]),
        rank=None,
    )
