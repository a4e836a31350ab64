"""Pages of movies: what everyone gave them and when, who loves them, what is like them."""

import math
from datetime import date

import numpy as np

from app.model.histogram import histogram
from app.model.items import Audience, ForUser, Lovers, Period, SimilarMovie, ViewerBand
from app.model.opened import Shelf
from app.model.pages import MoviePage, SiteInfo
from processing.release import NO_MOVIE, UserRecord

LEAST_LOVERS = 20  # viewers behind a share that is shown
MOST_LOVERS = 6
MOST_LABELS = 8
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def movie_page(shelf: Shelf, site: SiteInfo, movie_id: int, user_id: int | None) -> MoviePage:
    """Return a movie's page, for a user who comes from their list where one is named."""
    index = shelf.movie_index(movie_id)
    movie = shelf.movie(index)
    release, manifest = shelf.release, shelf.manifest
    return MoviePage(
        title=movie.title,
        site=site,
        movie=movie,
        global_mean=manifest.global_mean,
        histogram=histogram(manifest.histogram_levels, release.histograms[index].tolist()),
        periods=_periods(shelf, index),
        audience=_audience(shelf, index),
        similar=tuple(
            SimilarMovie(movie=shelf.movie(other), similarity=similarity, support=support)
            for other, similarity, support in release.similar[index].tolist()
            if other != NO_MOVIE
        ),
        for_user=None if user_id is None else _for_user(shelf, index, user_id),
    )


def _periods(shelf: Shelf, index: int) -> tuple[Period, ...]:
    table, firsts = shelf.release.votes_by_period, shelf.manifest.periods
    if not table[index]["n"].any():
        return ()
    return tuple(
        Period(
            first=first,
            label=_period_label(first, firsts),
            votes=n,
            mean=None if math.isnan(mean) else mean,
        )
        for first, (n, mean) in zip(firsts, table[index].tolist(), strict=True)
    )


def _period_label(first: str, firsts: tuple[str, ...]) -> str:
    """Name a period as its kind is named: '2004', 'Q3 2004' or 'Jul 2004'."""
    day = date.fromisoformat(first)
    months = {date.fromisoformat(each).month for each in firsts}
    if months == {1} and len(firsts) > 1:
        return str(day.year)
    if months <= {1, 4, 7, 10} and _gap(firsts) > 31:
        return f"Q{(day.month + 2) // 3} {day.year}"
    return f"{_MONTHS[day.month - 1]} {day.year}"


def _gap(firsts: tuple[str, ...]) -> int:
    days = [date.fromisoformat(first).toordinal() for first in firsts[:2]]
    return days[-1] - days[0]


def _audience(shelf: Shelf, index: int) -> Audience | None:
    rows = shelf.release.viewers[index].tolist()
    n_votes = sum(n for n, _, _ in rows)
    if not n_votes:
        return None
    least = shelf.manifest.viewer_bands
    most = (*(bound - 1 for bound in least[1:]), None)
    share = sum(loved for _, _, loved in rows) / n_votes
    return Audience(
        like=shelf.manifest.like,
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
        lovers=_lovers(shelf, index, share),
    )


def _lovers(shelf: Shelf, index: int, share: float) -> tuple[Lovers, ...]:
    """Those whose love of another movie says most: more of them than of all love this one."""
    pairs = zip(
        shelf.release.similar[index]["movie"].tolist(),
        shelf.release.lovers[index].tolist(),
        strict=True,
    )
    found = [
        Lovers(movie=shelf.movie(other), n=n, share=loved / n)
        for other, (n, loved) in pairs
        if other != NO_MOVIE and n >= LEAST_LOVERS and loved / n > share
    ]
    return tuple(sorted(found, key=lambda each: -each.share)[:MOST_LOVERS])


def _for_user(shelf: Shelf, index: int, user_id: int) -> ForUser:
    record = shelf.record(user_id)
    history = record.history
    rated = np.flatnonzero(history["movie"] == index)
    if len(rated):
        rating = float(history["rating"][rated[0]])
        return ForUser(user_id=user_id, rating=rating, score=None, error=None, rank=None)
    listed = np.flatnonzero(record.top["movie"] == index)
    if len(listed):
        score = float(record.top["score"][listed[0]])
        votes = int(shelf.release.stats["n_ratings"][index])
        error = shelf.errors.typical(len(history), votes) if shelf.errors else None
        rank = int(listed[0]) + 1
        return ForUser(user_id=user_id, rating=None, score=score, error=error, rank=rank)
    return _folded_for_user(shelf, index, user_id, record)


def _folded_for_user(shelf: Shelf, index: int, user_id: int, record: UserRecord) -> ForUser:
    """Estimate what is not in the user's list from all their ratings, as for a visitor."""
    folding = shelf.folding
    if not shelf.release.stats["n_ratings"][index]:
        return ForUser(user_id=user_id, rating=None, score=None, error=None, rank=None)
    movies = np.array([index])
    person = folding.fold(record.history["movie"].astype(np.int64), record.history["rating"])
    return ForUser(
        user_id=user_id,
        rating=None,
        score=float(shelf.clipped(folding.score(person, movies))[0]),
        error=float(folding.deviations(person, movies)[0]),
        rank=None,
    )
