"""The protocols: which ratings are for testing, and which teach the ensemble.

Every protocol sets aside *test* ratings, which nothing but the metrics ever sees, and one or more
*stack* sets within the rest. For each stack set the base models are fitted on all that is neither
test nor in that set, and predict it; the ensemble learns from those predictions. For the test
ratings the base models are fitted once more, on everything that is not test, as Koren (2009, §VII)
refitted his with the probe set before predicting the quiz set.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from processing.data.dataset import Dataset
from processing.data.ratings import Ratings
from processing.errors import ConfigError
from processing.kernels.ranks import rank_from_end

TEST_SHARE_TIME = 0.2
TEST_SHARE_RANDOM = 0.1
STACK_SHARE = 0.1
LAST_RATINGS = 9
N_FOLDS = 5
OUT_OF_FOLD_LIMIT = 200_000
LEAST_STACK = 2  # one to learn from, and one that says when to stop
LEAST_RATINGS = 3  # two for the stack, each predicted by the other, and one for the test
UNDATED_PROTOCOL = "random"

logger = logging.getLogger(__name__)

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


def working_protocol(dataset: Dataset, protocol: str, seed: int) -> str:
    """The protocol, or, with a warning, `random` where the data set lacks what it needs.

    Raises
    ------
    ConfigError
        If there are too few ratings for any protocol, or the protocol is unknown.
    """
    n = dataset.ratings.n_ratings
    if n < LEAST_RATINGS:
        raise ConfigError(
            f"{dataset.name} has {n} ratings; expected at least {LEAST_RATINGS}: two to learn from "
            "and one to test. Add ratings."
        )
    try:
        make_splits(dataset, protocol, seed)
    except ConfigError as error:
        if protocol not in PROTOCOLS or protocol == UNDATED_PROTOCOL:
            raise
        make_splits(dataset, UNDATED_PROTOCOL, seed)
        logger.warning("%s Measured by the protocol %r instead.", error, UNDATED_PROTOCOL)
        return UNDATED_PROTOCOL
    return protocol


def _time(dataset: Dataset, rng: np.random.Generator) -> list[Split]:
    """Test: the last 20 % of the ratings by day. Stack: the last 20 % of the rest."""
    days = _dated(dataset, "time").by_user.days
    test = _latest(days, np.ones(len(days), bool), TEST_SHARE_TIME, rng)
    return [Split(name="time", test=test, stacks=(_latest(days, ~test, TEST_SHARE_TIME, rng),))]


def _last(dataset: Dataset, rng: np.random.Generator) -> list[Split]:
    """Test: each user's last h ratings by day; stack: the h before. h = min(9, a third of them).

    The Netflix Prize held out nine of each user's ratings (fewer for light users) in this way.
    """
    ratings = _dated(dataset, "last")
    counts = ratings.by_user.counts
    held = np.repeat(np.minimum(LAST_RATINGS, counts // 3).astype(np.int32), counts)
    from_end = _rank_from_end(ratings, np.ones(ratings.n_ratings, bool), rng)
    test = from_end < held
    return [Split(name="last", test=test, stacks=(~test & (from_end < 2 * held),))]


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
    """Test: a random tenth of the ratings, one at least. Stack: out of fold, or a tenth of the
    rest.
    """
    n = dataset.ratings.n_ratings
    n_test = max(1, int(TEST_SHARE_RANDOM * n))
    test = _mask(rng.permutation(n)[:n_test], n)
    return [Split(name="random", test=test, stacks=_random_stacks(test, rng))]


def _folds(dataset: Dataset, rng: np.random.Generator) -> list[Split]:
    """Test: each ready-made fold in turn, or each of five random ones where there are none."""
    n = dataset.ratings.n_ratings
    folds = dataset.folds
    if not folds:
        parts = np.array_split(rng.permutation(n), max(1, min(N_FOLDS, n)))
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
        parts = np.array_split(known, max(1, min(N_FOLDS, len(known))))
    else:
        parts = [known[: int(STACK_SHARE * len(known))]]
    return tuple(_mask(part, len(test)) for part in parts)


def _latest(days: NDArray[np.int32], among: Mask, share: float, rng: np.random.Generator) -> Mask:
    """The last `share` of the ratings `among` all, by day; of the day that is cut, random ones.

    In the order of users and movies a test set cut out of one day would hold the highest ids.
    """
    first_day = int(days.min())
    counts = np.bincount(days[among] - first_day)
    n_wanted = int(share * counts.sum())
    n_since = np.cumsum(counts[::-1])[::-1]  # ratings of a day or later
    cut = int(np.flatnonzero(n_since >= n_wanted)[-1])
    latest = among & (days > first_day + cut)
    of_the_day = np.flatnonzero(among & (days == first_day + cut))
    n_left = n_wanted - int(np.count_nonzero(latest))
    latest[rng.choice(of_the_day, n_left, replace=False)] = True
    return latest


def _rank_from_end(ratings: Ratings, among: Mask, rng: np.random.Generator) -> NDArray[np.int32]:
    """For each rating in `among`: how many later ones of the same user are in `among`."""
    out = np.empty(ratings.n_ratings, np.int32)
    rank_from_end(ratings.by_user, among, rng.integers(2**62), out)
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
    if sizes["stack"] < LEAST_STACK:
        raise ConfigError(
            f"Protocol {protocol!r} leaves {sizes['stack']} stack rating of {dataset.name} "
            f"({dataset.ratings.n_ratings} ratings); expected at least {LEAST_STACK}. "
            "Use another protocol or more data."
        )
