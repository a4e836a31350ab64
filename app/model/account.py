"""The account of a score: where it starts, and what each group of features adds, in plain words."""

from collections.abc import Sequence

from app.model.pages import Contribution

LABELS = {
    "user": "How generous you are",
    "movie": "How well liked the movie is",
    "taste": "Your taste",
    "similar_movies": "Similar movies",
    "similar_users": "People like you",
    "time": "Time",
    "evidence": "How much is known",
    "limit": "The scale's end",
}
DECIMALS = 2


def account(
    groups: Sequence[str], contributions: Sequence[float], start: float, score: float
) -> tuple[Contribution, ...]:
    """What each group adds, in the release's order, without those that add nothing.

    Rounded so that the start and all of them sum to the score as they are shown: what rounding
    leaves goes to the largest.
    """
    stars = [round(value, DECIMALS) for value in contributions]
    left = round(score, DECIMALS) - round(start, DECIMALS) - sum(stars)
    if stars:
        largest = max(range(len(stars)), key=lambda n: abs(stars[n]))
        stars[largest] = round(stars[largest] + left, DECIMALS)
    return tuple(
        Contribution(group=group, label=LABELS.get(group, group), stars=value)
        for group, value in zip(groups, stars, strict=True)
        if value != 0
    )
