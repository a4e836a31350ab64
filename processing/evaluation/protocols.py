"""The protocols: which ratings are for testing, and which teach the ensemble.

Every protocol sets aside *test* ratings, which nothing but the metrics ever sees, and one or more
*stack* sets within the rest. For each stack set the base models are fitted on all that is neither
test nor in that set, and predict it; the ensemble learns from those predictions. For the test
ratings the base models are fitted once more, on everything that is not test, as Koren (2009, §VII)
refitted his with the probe set before predicting the quiz set.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from processing.data.dataset import Dataset
from processing.data.ratings import Ratings
from processing.errors import ConfigError
from processing.kernels.csr import counting_order

TEST_SHARE_TIME = 0.2
TEST_SHARE_RANDOM = 0.1
STACK_SHARE = 0.1
LAST_RATINGS = 9
N_FOLDS = 5
OUT_OF_FOLD_LIMIT = 200_000

Mask = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Split:
    """One division of the ratings; masks have one entry per position in `ratings.by_user`.

    `stacks` do not overlap each other or `test`.
    """

    name: str
    test: Mask
    stacks: tuple[Mask, ...]

    @property
    def known(self) -> Mask:
        """Everything that is not test."""
        return ~self.test


def make_splits(dataset: Dataset, protocol: str, seed: int) -> list[Split]:
    """The splits of a protocol: one, or one per fold.

    Raises
    ------
    ConfigError
        If the protocol is unknown, or the data set does not have what it needs.
    """
    if protocol not in PROTOCOLS:
        raise ConfigError(f"Protocol {protocol!r} is unknown; known: {', '.join(PROTOCOLS)}.")
    splits = PROTOCOLS[protocol](dataset, np.random.default_rng(seed))
    for split in splits:
        _check(split, protocol, dataset)
    return splits


def _time(dataset: Dataset, rng: np.random.Generator) -> list[Split]:
    """Test: the last 20 % of the ratings by day. Stack: the last 20 % of the rest."""
    order = _by_day(_dated(dataset, "time"), rng)
    n_test = int(TEST_SHARE_TIME * len(order))
    n_stack = int(TEST_SHARE_TIME * (len(order) - n_test))
    test = _mask(order[len(order) - n_test :], len(order))
    stack = _mask(order[len(order) - n_test - n_stack : len(order) - n_test], len(order))
    return [Split(name="time", test=test, stacks=(stack,))]


def _last(dataset: Dataset, rng: np.random.Generator) -> list[Split]:
    """Test: each user's last h ratings by day; stack: the h before. h = min(9, a third of them).

    The Netflix Prize held out nine of each user's ratings (fewer for light users) in this way.
    """
    ratings = _dated(dataset, "last")
    counts = ratings.by_user.counts
    held = np.minimum(LAST_RATINGS, counts // 3)
    from_end = _rank_from_end(ratings, np.ones(ratings.n_ratings, bool), rng)
    held_of_row = np.repeat(held, counts)
    test = from_end < held_of_row
    return [Split(name="last", test=test, stacks=(~test & (from_end < 2 * held_of_row),))]


def _probe(dataset: Dataset, rng: np.random.Generator) -> list[Split]:
    """Test: the Netflix Prize's probe list. Stack: of the rest, each user's last ratings by day.

    The probe holds a third of each user's last nine, so the stack takes a user's last three (a
    sixth of all for light users).
    """
    if dataset.probe is None:
        raise ConfigError(
            f"{dataset.name} has no probe list; expected probe.txt beside the ratings. "
            "Use another protocol."
        )
    ratings = _dated(dataset, "probe")
    test = _mask(dataset.probe, ratings.n_ratings)
    known = ~test
    users = ratings.by_user.rows()
    counts = np.bincount(users[known], minlength=ratings.n_users)
    held = np.minimum(LAST_RATINGS // 3, counts // 6)
    stack = known & (_rank_from_end(ratings, known, rng) < held[users])
    return [Split(name="probe", test=test, stacks=(stack,))]


def _random(dataset: Dataset, rng: np.random.Generator) -> list[Split]:
    """Test: a random tenth of the ratings. Stack: out of fold, or a random tenth of the rest."""
    n = dataset.ratings.n_ratings
    test = _mask(rng.permutation(n)[: int(TEST_SHARE_RANDOM * n)], n)
    return [Split(name="random", test=test, stacks=_random_stacks(test, rng))]


def _folds(dataset: Dataset, rng: np.random.Generator) -> list[Split]:
    """Test: each ready-made fold in turn, or each of five random ones where there are none."""
    n = dataset.ratings.n_ratings
    folds = dataset.folds
    if not folds:
        parts = np.array_split(rng.permutation(n), N_FOLDS)
        folds = {f"fold {k + 1}": part for k, part in enumerate(parts)}
    masks = {name: _mask(positions, n) for name, positions in folds.items()}
    return [
        Split(name=name, test=test, stacks=_random_stacks(test, rng))
        for name, test in masks.items()
    ]


PROTOCOLS: dict[str, Callable[[Dataset, np.random.Generator], list[Split]]] = {
    "time": _time,
    "probe": _probe,
    "last": _last,
    "random": _random,
    "folds": _folds,
}


def _random_stacks(test: Mask, rng: np.random.Generator) -> tuple[Mask, ...]:
    """Small data: every known rating, in five folds. Large: one random tenth of the known."""
    known = rng.permutation(np.flatnonzero(~test))
    if len(known) <= OUT_OF_FOLD_LIMIT:
        parts = np.array_split(known, N_FOLDS)
    else:
        parts = [known[: int(STACK_SHARE * len(known))]]
    return tuple(_mask(part, len(test)) for part in parts)


def _by_day(ratings: Ratings, rng: np.random.Generator) -> NDArray[np.int64]:
    """Positions of the ratings by day; those of one day in random order.

    By user or movie they would stand by id, and a test set cut out of one day would hold the
    highest ids rather than the last ratings.
    """
    shuffled = rng.permutation(ratings.n_ratings)
    return shuffled[np.argsort(ratings.by_user.days[shuffled], kind="stable")]


def _rank_from_end(ratings: Ratings, among: Mask, rng: np.random.Generator) -> NDArray[np.int64]:
    """For each rating in `among`: how many later ones of the same user are in `among`."""
    by_day = _by_day(ratings, rng)
    by_day = by_day[among[by_day]]
    users = ratings.by_user.rows()[by_day]
    indptr, order = counting_order(users, ratings.n_users)
    rank = np.repeat(indptr[1:], np.diff(indptr)) - 1 - np.arange(len(by_day))
    out = np.full(ratings.n_ratings, ratings.n_ratings, np.int64)
    out[by_day[order]] = rank
    return out


def _dated(dataset: Dataset, protocol: str) -> Ratings:
    if not dataset.ratings.dated:
        raise ConfigError(
            f"{dataset.name} has no dates, which the protocol {protocol!r} needs. "
            "Use 'random' or 'folds', or add a date column to the source."
        )
    return dataset.ratings


def _mask(positions: NDArray[np.int64], n: int) -> Mask:
    mask = np.zeros(n, bool)
    mask[positions] = True
    return mask


def _check(split: Split, protocol: str, dataset: Dataset) -> None:
    sizes = {"test": split.test.sum(), "stack": sum(s.sum() for s in split.stacks)}
    sizes["train"] = min(int((split.known & ~stack).sum()) for stack in split.stacks)
    if empty := [part for part, size in sizes.items() if size == 0]:
        raise ConfigError(
            f"Protocol {protocol!r} leaves no {' and no '.join(empty)} ratings of {dataset.name} "
            f"({dataset.ratings.n_ratings} ratings). Use another protocol or more data."
        )
