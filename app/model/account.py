"""The account of a score: where it starts, and what each part adds, in plain words."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from app.languages import N_, gettext

LABELS = {
    "user": N_("How generous you are"),
    "movie": N_("How well liked the movie is"),
    "taste": N_("Your taste"),
    "similar_movies": N_("Similar movies"),
    "similar_users": N_("People like you"),
    "time": N_("Rating date"),
    "evidence": N_("Amount of data"),
    "limit": N_("Cannot go above the scale’s end"),
    "rest": N_("Your other ratings"),
}
START_OF_ALL = N_("Where every score starts")
START_OF_MOVIE = N_("What people in general would give it")
DECIMALS = 2
MOST_RATINGS = 5


@dataclass(frozen=True, kw_only=True)
class Contribution:
    """Stars that a group of features, or a rating, adds to a score, in words people know."""

    group: str
    label: str
    stars: float


@dataclass(frozen=True, kw_only=True)
class Step:
    """A part as a bar from where the account stands before it, in hundredths of the drawing."""

    part: Contribution
    left: float
    width: float


@dataclass(frozen=True, kw_only=True)
class Account:
    """How a score comes about: `start` plus all `parts` is `score`, to the hundredth."""

    start_label: str
    start: float
    parts: tuple[Contribution, ...]
    score: float

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
    groups: Sequence[str], contributions: Sequence[float], start: float, score: float
) -> Account:
    """What each group of features adds, in the release's order, without those that add nothing.

    Rounded so that the start and all of them sum to the score as they are shown: what rounding
    leaves goes to the largest.
    """
    labels = [gettext(LABELS.get(group, group)) for group in groups]
    return _account(gettext(START_OF_ALL), groups, labels, contributions, start, score)


def account_of_ratings(
    titles: Sequence[str], parts: Sequence[float], start: float, score: float
) -> Account:
    """What each of a visitor's ratings adds, the strongest by name, the others together."""
    order = sorted(range(len(parts)), key=lambda place: -abs(parts[place]))
    named, rest = order[:MOST_RATINGS], order[MOST_RATINGS:]
    groups = ["rating"] * len(named) + ["rest", "limit"]
    labels = [titles[place] for place in named] + [
        gettext(LABELS["rest"]),
        gettext(LABELS["limit"]),
    ]
    stars = [parts[place] for place in named] + [sum(parts[place] for place in rest)]
    beyond = score - start - sum(stars)
    return _account(gettext(START_OF_MOVIE), groups, labels, [*stars, beyond], start, score)


def _account(
    start_label: str,
    groups: Sequence[str],
    labels: Sequence[str],
    contributions: Sequence[float],
    start: float,
    score: float,
) -> Account:
    stars = [round(value, DECIMALS) for value in contributions]
    left = round(score, DECIMALS) - round(start, DECIMALS) - sum(stars)
    if stars:
        largest = max(range(len(stars)), key=lambda n: abs(stars[n]))
        stars[largest] = round(stars[largest] + left, DECIMALS)
    return Account(
        start_label=start_label,
        start=round(start, DECIMALS) + 0.0,  # no -0
        parts=tuple(
            Contribution(group=group, label=label, stars=value)
            for group, label, value in zip(groups, labels, stars, strict=True)
            if value != 0
        ),
        score=round(score, DECIMALS) + 0.0,
    )
