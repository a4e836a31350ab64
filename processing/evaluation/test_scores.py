"""What came out on held-out test ratings, as the evaluation's modules pass it on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ENSEMBLE = "ensemble"
BLEND = "blend"
MEAN = "mean"


@dataclass(frozen=True, kw_only=True)
class Tested:
    """What came out on one split's test ratings.

    `users`, `days` and `ratings` are those of the test rows (n_test,); `user_support` and
    `movie_support` count the known ratings of each row's user and movie. `scores` maps a model's
    name to float32 (n_test,), `seconds` to its fit and predict seconds, `peaks` to the bytes of
    memory that were held at most while it was fitted and asked, where that is known.
    """

    name: str
    users: NDArray[np.int32]
    days: NDArray[np.int32]
    ratings: NDArray[np.float32]
    user_support: NDArray[np.int64]
    movie_support: NDArray[np.int64]
    scores: dict[str, NDArray[np.float32]]
    seconds: dict[str, tuple[float, float]]
    peaks: dict[str, int | None]
    n_train: int
    n_stack: int


def pooled_ratings(tested: list[Tested]) -> NDArray[np.float32]:
    """The test ratings of all splits, one after the other."""
    return np.concatenate([split.ratings for split in tested])


def pooled_scores(tested: list[Tested], model: str) -> NDArray[np.float32]:
    """A model's scores of the test ratings of all splits, one after the other."""
    return np.concatenate([split.scores[model] for split in tested])
