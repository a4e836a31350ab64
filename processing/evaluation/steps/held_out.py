"""The base models, fitted on one part of the ratings and asked about another."""

import functools
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from processing.data.ratings import Ratings
from processing.data.splits import Mask
from processing.ensemble.features import Features
from processing.evaluation.sampled_lists import Lists, Pairs, fill, sample_lists
from processing.profile import ModelSpec
from processing.tools.stages import MARKER, Stage, Stages

SCORES, MADE, SECONDS = "scores.npy", "made.npy", "seconds.json"
LIST_SCORES, LIST_MADE = "list_scores.npy", "list_made.npy"

Part = Callable[[], Ratings]


@dataclass(frozen=True, kw_only=True)
class HeldOut:
    """Where the members' scores and the features of held-out rows are kept.

    `rows` marks the held-out ratings, in their order in `by_user`. `lists` is None where no lists
    were asked for.
    """

    rows: Mask
    members: dict[str, Stage]
    features: Stage
    lists: Stage | None

    def scores(self) -> NDArray[np.float32]:
        """What each member says of each row, float32 (n, n_members)."""
        return np.column_stack([np.load(stage.path / SCORES) for stage in self.members.values()])

    def made(self) -> NDArray[np.float32]:
        """The hand-made features of each row."""
        return np.asarray(np.load(self.features.path / MADE))

    def read_lists(self) -> Lists:
        """The lists that were asked for."""
        assert self.lists is not None
        return Lists.load(self.lists.path)

    def list_scores(self) -> dict[str, NDArray[np.float32]]:
        """What each member says of each pair of the lists; files that are mapped into memory."""
        return {
            name: np.load(stage.path / LIST_SCORES, mmap_mode="r")
            for name, stage in self.members.items()
        }

    def list_made(self) -> NDArray[np.float32]:
        """The hand-made features of the pairs of the lists; a file that is mapped into memory."""
        return np.asarray(np.load(self.features.path / LIST_MADE, mmap_mode="r"))

    def seconds(self) -> dict[str, tuple[float, float]]:
        """What it took to fit each member, and to predict the rows."""
        return {name: read_seconds(stage) for name, stage in self.members.items()}

    def peaks(self) -> dict[str, int | None]:
        """Most bytes that were held while each member was fitted and asked."""
        return {name: read_peak(stage) for name, stage in self.members.items()}


def hold_out(
    stages: Stages,
    name: str,
    ratings: Ratings,
    fit_on: Mask,
    rows: Mask,
    specs: list[ModelSpec],
    seed: int,
    n_listed_users: int = 0,
) -> HeldOut:
    """Fit each model on one part of the ratings, and predict another part that it never saw.

    Of up to `n_listed_users` users with ratings in both parts the models score all movies that
    may be listed for them too.
    """
    part = functools.cache(lambda: ratings.part(fit_on))
    csr = ratings.by_user
    pairs = Pairs(csr.rows()[rows], csr.indices[rows], csr.days[rows])
    listed = None
    if n_listed_users:
        work = functools.partial(_lists, part, pairs.users, n_listed_users, seed)
        listed = stages.run(f"{name}/lists", work)
    return HeldOut(
        rows=rows,
        members={
            spec.name: stages.run(
                f"{name}/{spec.name}", functools.partial(_member, spec, part, pairs, listed, seed)
            )
            for spec in specs
        },
        features=stages.run(f"{name}/features", functools.partial(_features, part, pairs, listed)),
        lists=listed,
    )


def read_seconds(stage: Stage) -> tuple[float, float]:
    """The seconds that a stage's fitting and predicting took."""
    fit, predict = json.loads((stage.path / SECONDS).read_text())
    return fit, predict


def read_peak(stage: Stage) -> int | None:
    """The most bytes that a stage held, None where the system counts for the process alone."""
    marker = json.loads((stage.path / MARKER).read_text())
    return None if marker["peak_of_whole_process"] else int(marker["peak_memory_bytes"])


def write_seconds(directory: Path, started: float, fitted: float, predicted: float) -> None:
    """Keep when a stage started, had fitted, and had predicted, as seconds of both."""
    (directory / SECONDS).write_text(json.dumps([fitted - started, predicted - fitted]))


def _lists(
    part: Part, held_out_users: NDArray[np.int32], n_users: int, seed: int, directory: Path
) -> str:
    lists = sample_lists(part(), held_out_users, n_users, seed)
    lists.save(directory)
    return f"{len(lists.movies):,} pairs of {len(lists.users):,} users and movies new to them"


def _member(
    spec: ModelSpec, part: Part, pairs: Pairs, listed: Stage | None, seed: int, directory: Path
) -> str:
    ratings = part()
    started = time.perf_counter()
    model = spec.blank().fit(ratings, seed)
    fitted = time.perf_counter()
    scores = model.predict(*pairs)
    predicted = time.perf_counter()
    np.save(directory / SCORES, scores)
    write_seconds(directory, started, fitted, predicted)
    if listed:
        fill(directory / LIST_SCORES, Lists.load(listed.path), (), lambda p: model.predict(*p))
    return f"fitted on {ratings.n_ratings:,} ratings, {len(scores):,} held-out ones predicted"


def _features(part: Part, pairs: Pairs, listed: Stage | None, directory: Path) -> str:
    features = Features().fit(part())
    made = features.make(*pairs)
    np.save(directory / MADE, made)
    if listed:
        lists, width = Lists.load(listed.path), (made.shape[1],)
        fill(directory / LIST_MADE, lists, width, lambda p: features.make(*p))
    return f"{made.shape[1]} features of {len(made):,} held-out ratings"
