"""How much of what is to be predicted is by new users or of new movies."""

import logging

import numpy as np
from numpy.typing import NDArray

from processing.data.dataset import Dataset
from processing.data.ratings import Ratings
from processing.data.splits import Split, make_splits
from processing.errors import ConfigError
from processing.evaluation.slices import COLD_LABELS
from processing.exploration.charts import cold_starts
from processing.exploration.findings import Finding, blocks

logger = logging.getLogger(__name__)

PROTOCOLS = ("time", "last")
SEED = 0  # decides at most which ratings of the day that is cut are for testing


def cold_start(dataset: Dataset) -> list[Finding]:
    """Test ratings whose user or movie nobody knows: one table, none where no split can be made.

    A user or a movie is new where it has no rating outside the test part.
    """
    columns: dict[str, list[str | int | float]] = {
        name: [] for name in ("protocol", "pair", "test_ratings", "share")
    }
    for protocol in PROTOCOLS:
        try:
            (split,) = make_splits(dataset, protocol, SEED)
        except ConfigError as error:
            logger.warning("No cold starts of the split %r: %s", protocol, error)
            continue
        counts = _count(dataset.ratings, split)
        columns["protocol"] += [protocol] * len(COLD_LABELS)
        columns["pair"] += COLD_LABELS
        columns["test_ratings"] += counts.tolist()
        columns["share"] += (counts / counts.sum()).tolist()
    if not columns["protocol"]:
        return []
    return [Finding(name="cold-starts", columns={**columns}, draw=cold_starts)]


def _count(ratings: Ratings, split: Split) -> NDArray[np.int64]:
    """Test ratings, int64 (4,), in the order of COLD_LABELS."""
    indices = ratings.by_user.indices
    user_known, movie_known = np.zeros(ratings.n_users, bool), np.zeros(ratings.n_movies, bool)
    for block, users in blocks(ratings):
        known = ~split.test[block]
        user_known[users[known]] = True
        movie_known[indices[block][known]] = True
    counts = np.zeros(len(COLD_LABELS), np.int64)
    for block, users in blocks(ratings):
        test = split.test[block]
        user_new, movie_new = ~user_known[users[test]], ~movie_known[indices[block][test]]
        counts += np.bincount(user_new + 2 * movie_new, minlength=len(COLD_LABELS))
    return counts
