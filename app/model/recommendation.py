"""A recommendation: a movie, what is predicted for it, and why."""

import msgspec

from app.model.account import Account, Evidence
from app.model.opened import LEAST_LOVERS, Movie, OpenedRelease
from app.model.scale import RatingScale
from processing.ids import Id

MOST_REASONS = 2


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """A movie that the user liked and for which another is listed.

    `share` is its part, 0 to 1, of all that speaks for listing it.
    """

    movie_id: Id
    title: str
    rating: float
    share: float

    @property
    def percent(self) -> int:
        """The share as a whole percentage."""
        return round(100 * self.share)


class Alike(msgspec.Struct, frozen=True, kw_only=True):
    """How the viewers whose ratings are most like the user's rated a movie."""

    n: int
    mean: float


class Recommendation(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a list.

    `unclipped` is the score as it is predicted, beyond the scale's end too: it tells apart what
    `score`, within the scale, does not; `difference` is it minus the movie's mean. `error` is the
    typical error, in stars, of predictions from as many ratings. `alike` is None where none of
    those viewers rated the movie; `account` is None until a page shows it. A row is `rough` if it
    is estimated from the ratings alone, where others of the list are not.
    """

    rank: int
    movie: Movie
    score: float
    unclipped: float
    difference: float | None
    error: float | None
    reasons: tuple[Reason, ...]
    account: Account | None
    alike: Alike | None
    rough: bool = False


def reason(opened: OpenedRelease, index: int, rating: float, share: float) -> Reason:
    """Return the movie of an index as a reason."""
    return Reason(
        movie_id=opened.release.movie_id(index),
        title=opened.release.titles[index],
        rating=rating,
        share=share,
    )


def evidence(opened: OpenedRelease, pick: Recommendation) -> tuple[Evidence, ...]:
    """What the release tells of the reasons of a row, where enough viewers stand behind it."""
    movie = opened.movie_index(pick.movie.movie_id)
    similar, lovers = opened.release.similar[movie]["movie"], opened.release.lovers[movie]
    found = []
    for each in pick.reasons:
        for n, both in lovers[similar == opened.movie_index(each.movie_id)].tolist():
            if n >= LEAST_LOVERS:
                found.append(Evidence(title=each.title, n=n, both=both))
    return tuple(found)


def recommendation(
    movie: Movie,
    place: tuple[int, RatingScale],
    unclipped: float,
    error: float | None,
    reasons: tuple[Reason, ...],
    alike: Alike | None = None,
) -> Recommendation:
    """Return a recommendation of a rank, on a scale, without its account."""
    rank, scale = place
    return Recommendation(
        rank=rank,
        movie=movie,
        score=scale.clipped(unclipped),
        unclipped=unclipped,
        difference=None if movie.mean is None else unclipped - movie.mean,
        error=error,
        reasons=reasons,
        account=None,
        alike=alike,
    )
