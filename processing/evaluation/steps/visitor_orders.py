"""How the few ratings of a newcomer are made to weigh, and what their lists are then worth.

What there is to choose, the neutral rating and what votes count for, is chosen by newcomers' own
ratings of the first stack set, which they have not given then: the test has no say in it.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from processing.evaluation.sampled_lists import Lists
from processing.evaluation.steps.interviews import Person
from processing.evaluation.topn import Likes, outcome
from processing.release.affinity import Affinity, AffinityAbout, Weights
from processing.release.spread import spread

GIVEN = (1, 3, 5, 10, 20)
NEUTRALS = (0.25, 0.375, 0.5)  # of the way up the scale: what is below counts against a movie
POPULARITIES = (0.0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
SPREAD_AMONG = 50  # as many as a visitor's list has


class Newcomers(NamedTuple):
    """People who are asked, the lists of what may be listed for them, and what they like there."""

    people: list[Person]
    lists: Lists
    likes: Likes


def choose_about(
    weights: Weights, scale: tuple[float, float], votes: NDArray[np.int64], newcomers: Newcomers
) -> AffinityAbout:
    """The neutral rating and the weights of votes whose lists have the best NDCG@10.

    Votes never count for more after more ratings.
    """
    low, high = scale
    best: tuple[float, float, list[float]] | None = None
    for share in NEUTRALS:
        neutral = low + share * (high - low)
        worth = np.array([_worth(weights, scale, votes, newcomers, (neutral, n)) for n in GIVEN])
        worth = np.nan_to_num(worth, nan=-1.0)  # which wins nothing
        places = _falling(worth)
        total = float(sum(worth[k, place] for k, place in enumerate(places)))
        if best is None or total > best[0]:
            best = (total, neutral, [POPULARITIES[place] for place in places])
    assert best is not None
    return AffinityAbout(
        neutral=best[1],
        popularity=((0, 1.0), *zip(GIVEN, best[2], strict=True)),
    )


def default_about(scale: tuple[float, float]) -> AffinityAbout:
    """What weighs where there are too few newcomers to choose by."""
    low, high = scale
    return AffinityAbout(
        neutral=low + 0.25 * (high - low), popularity=((0, 1.0), (1, 0.02), (5, 0.01), (20, 0.0))
    )


def orders(
    affinity: Affinity, people: list[Person], lists: Lists, given: int
) -> NDArray[np.float32]:
    """What orders the pairs of the lists after the first `given` ratings of each person."""
    out = np.empty(len(lists.movies), np.float32)
    for k, person in enumerate(people):
        pairs = slice(lists.indptr[k], lists.indptr[k + 1])
        movies = lists.movies[pairs]
        every = affinity.order(person.movies[:given], person.ratings[:given])[movies]
        out[pairs] = every
    return out


def spread_orders(
    order: NDArray[np.float32], lists: Lists, weights: Weights
) -> NDArray[np.float32]:
    """The same order with the first `SPREAD_AMONG` of each list spread, as the site lists them."""
    out = order.copy()
    for start, end in pairwise(lists.indptr.tolist()):
        best = start + np.argsort(-order[start:end], kind="stable")[:SPREAD_AMONG]
        listed = spread(lists.movies[best].astype(np.int64), weights.near)
        places = start + np.searchsorted(lists.movies[start:end], listed)
        out[places] = np.sort(order[best])[::-1]
    return out


def _worth(
    weights: Weights,
    scale: tuple[float, float],
    votes: NDArray[np.int64],
    newcomers: Newcomers,
    asked: tuple[float, int],
) -> NDArray[np.float64]:
    """NDCG@10 by what votes count for, after so many ratings with this neutral one."""
    neutral, given = asked
    people, lists, likes = newcomers
    about = AffinityAbout(neutral=neutral, popularity=((0, 0.0),))
    said = orders(Affinity(about, weights, scale, votes), people, lists, given)
    logs = np.log1p(votes)[lists.movies].astype(np.float32)
    return np.array(
        [
            outcome(lists, likes, said + np.float32(weight) * logs).gains.mean()
            for weight in POPULARITIES
        ]
    )


def _falling(worth: NDArray[np.float64]) -> list[int]:
    """For each row the place of a column, none beyond that of the row before: the best in sum."""
    n, size = worth.shape
    totals, choices = worth[0].copy(), []
    for row in range(1, n):
        from_place = np.array([place + int(np.argmax(totals[place:])) for place in range(size)])
        choices.append(from_place)
        totals = totals[from_place] + worth[row]
    places = [int(np.argmax(totals))]
    for from_place in reversed(choices):
        places.append(int(from_place[places[-1]]))
    return places[::-1]
