"""What was predicted of a split's test ratings, as the evaluation's modules pass it on."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class SplitPredictions:
    """Every model's scores of one split's test ratings.

    Attributes
    ----------
    users, days, ratings
        Those of the test rows: int32, int32 and float32 (n_test,).
    user_support, movie_support
        How many known ratings each row's user and movie have, int64 (n_test,).
    scores
        By model, float32 (n_test,).
    seconds
        By model: what it took to fit, and to predict.
    peaks
        By model: the bytes of memory that were held at most meanwhile, None where unknown.
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

    def some(
        self, rows: NDArray[Any] | slice, scores: dict[str, NDArray[np.float32]]
    ) -> "SplitPredictions":
        """Some of the rows, by place or mask, with scores of their own."""
        return replace(
            self,
            users=self.users[rows],
            days=self.days[rows],
            ratings=self.ratings[rows],
            user_support=self.user_support[rows],
            movie_support=self.movie_support[rows],
            scores=scores,
        )


def pooled_ratings(splits: list[SplitPredictions]) -> NDArray[np.float32]:
    """The test ratings of all splits, one after the other."""
    return np.concatenate([split.ratings for split in splits])


def pooled_scores(splits: list[SplitPredictions], model: str) -> NDArray[np.float32]:
    """A model's scores of the test ratings of all splits, one after the other."""
    return np.concatenate([split.scores[model] for split in splits])
