"""The account of a score: where it starts, and what each part adds, in plain words."""

from collections.abc import Sequence
from itertools import accumulate, pairwise

import msgspec

from app.languages import N_, gettext
from app.model.scale import RatingScale

LABELS = {
    "user": N_("How generous they are"),
    "movie": N_("How well liked the movie is"),
    "taste": N_("Their taste"),
    "similar_movies": N_("Similar movies"),
    "similar_users": N_("People like them"),
    "time": N_("Rating date"),
    "evidence": N_("Amount of data"),
}
LIMIT = "limit"
REST_OF_RATINGS = N_("The other ratings")
REST_OF_ALL = N_("Everything else")
START_OF_ALL = N_("Where every score starts")
START_OF_MOVIE = N_("What people in general would give it")
DECIMALS = 2
MOST_RATINGS = 5
LEAST_SHARE = 0.0075  # of the scale's span: 0.03 of four stars; a smaller part has no name


class Contribution(msgspec.Struct, frozen=True, kw_only=True):
    """Stars that a group of features, or a rating, adds to a score, in words people know."""

    group: str
    label: str
    stars: float


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Of `n` viewers who love the movie that is a reason and rated the other, `both` love both.

    `title` is that of the reason.
    """

    title: str
    n: int
    both: int

    @property
    def percent(self) -> int:
        """The share as a whole percentage."""
        return round(100 * self.both / self.n)


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A part as a bar from where the account stands before it, in hundredths of the drawing."""

    part: Contribution
    left: float
    width: float


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """How a score comes about: `start` plus all `parts` is `score`, to the hundredth.

    `evidence` is what the release tells of the reasons for listing the movie.
    """

    start_label: str
    start: float
    parts: tuple[Contribution, ...]
    score: float
    evidence: tuple[Evidence, ...] = ()

    @property
    def steps(self) -> tuple[Step, ...]:
        """The parts as bars, each beginning where the one before it ends."""
        stands = list(accumulate((part.stars for part in self.parts), initial=self.start))
        low, high = min(stands), max(stands)
        unit = 100 / (high - low) if high > low else 0.0
        return tuple(
            Step(
                part=part,
                left=round((min(before, after) - low) * unit, 1),
                width=round(abs(after - before) * unit, 1),
            )
            for part, (before, after) in zip(self.parts, pairwise(stands), strict=True)
        )


def account(
    groups: Sequence[str],
    contributions: Sequence[float],
    ends: tuple[float, float],
    scale: RatingScale,
) -> Account:
    """What each group of features adds, in the release's order, small parts together at the end.

    `ends`: where the account starts, and the score. Rounded so that the start and all parts sum to
    the score as they are shown: what rounding leaves goes to the largest.
    """
    told = list(zip(groups, groups, contributions, strict=True))
    rest = ("rest", REST_OF_ALL, 0.0)
    return _account(gettext(START_OF_ALL), told, rest, ends, scale)


def account_of_ratings(
    titles: Sequence[str],
    parts: Sequence[float],
    ends: tuple[float, float],
    scale: RatingScale,
) -> Account:
    """What each of a visitor's ratings adds, the strongest by name, the others together.

    `ends`: what people in general would give, and the score.
    """
    order = sorted(range(len(parts)), key=lambda place: -abs(parts[place]))
    others = sum(parts[place] for place in order[MOST_RATINGS:])
    told = [("rating", titles[place], parts[place]) for place in order[:MOST_RATINGS]]
    beyond = ends[1] - ends[0] - sum(parts)
    if beyond:
        told.append((LIMIT, LIMIT, beyond))
    rest = ("rest", REST_OF_RATINGS, others)
    return _account(gettext(START_OF_MOVIE), told, rest, ends, scale)


def _account(
    start_label: str,
    told: list[tuple[str, str, float]],
    rest: tuple[str, str, float],
    ends: tuple[float, float],
    scale: RatingScale,
) -> Account:
    """Gather what is small in the rest. A part is its group, what names it, and its stars."""
    least = LEAST_SHARE * (scale.high - scale.low)
    small = rest[2] + sum(part[2] for part in told if abs(part[2]) < least)
    parts = [part for part in told if abs(part[2]) >= least]
    parts += [(*rest[:2], small)] if told else []
    start, score = (round(end, DECIMALS) + 0.0 for end in ends)  # no -0
    stars = [round(part[2], DECIMALS) for part in parts]
    if stars:
        largest = max(range(len(stars)), key=lambda n: abs(stars[n]))
        stars[largest] = round(stars[largest] + score - start - sum(stars), DECIMALS)
    return Account(
        start_label=start_label,
        start=start,
        parts=tuple(
            Contribution(group=group, label=_label(group, name, value, scale), stars=value)
            for (group, name, _), value in zip(parts, stars, strict=True)
            if value != 0
        ),
        score=score,
    )


def _label(group: str, name: str, stars: float, scale: RatingScale) -> str:
    if group == "rating":
        return name
    if group != LIMIT:
        return gettext(LABELS.get(name, name))
    if stars < 0:
        return gettext("Cannot go above %(stars)s") % {"stars": scale.rating_text(scale.high)}
    return gettext("Cannot go below %(stars)s") % {"stars": scale.rating_text(scale.low)}
