"""Users' neighbours where there are too many users to compare: how quick, how complete, how good.

For candidates the nearest-neighbour library is measured against the exact product of the same
vectors, in blocks, for a part of the users; recall is the share of the exact product's best that
the library finds, and of the users truly most similar (shrunk correlation with every user) that
end in the lists. What the lists are worth is the RMSE of the user-based KNNBaseline on held-out
ratings: with lists from candidates, with exact lists and, where they fit, with all similarities.

Run: python benchmarks/user_neighbours.py SOURCE
"""

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from _common import about, say, slug, write_result
from numpy.typing import NDArray

from processing.data.ingest import load_dataset
from processing.data.ratings import Csr, Ratings
from processing.data.rows import Scale
from processing.kernels.nearest import nearest_rows
from processing.kernels.similarities import PEARSON_BASELINE
from processing.models import candidates, neighbours
from processing.models.knn_baseline import KNNBaseline
from processing.models.neighbours import N_SIMILAR_USERS, SHRUNK_CORRELATION, baseline_of, sides
from processing.tools.machine import peak_memory_bytes

N_ASKED = 1_000
BLOCK = 256
HELD_OUT = 0.1
MIDDLE_SIZE = 2_000_000  # ratings: of more, exact lists and all similarities are not tried


def main() -> None:
    """Measure on a source, with a tenth of the ratings held out."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("source", type=Path)
    source = parser.parse_args().source
    with tempfile.TemporaryDirectory() as cache:
        dataset = load_dataset(source, Path(cache))
    whole = dataset.ratings
    held = np.random.default_rng(0).random(whole.n_ratings) < HELD_OUT
    part = whole.part(~held)
    result: dict[str, Any] = {
        "source": dataset.name,
        "simulated": dataset.simulated,
        "n_ratings": part.n_ratings,
        "n_users": part.n_users,
        "n_users_asked": min(N_ASKED, part.n_users),
        "n_neighbours": N_SIMILAR_USERS,
        **_lists(part),
        "rmse": _rmse(part, whole.by_user.rows()[held], whole.by_user.indices[held], whole, held),
        "peak_memory_gb": round(peak_memory_bytes() / 1e9, 2),
        **about(),
    }
    path = write_result(f"user_neighbours-{slug(dataset.name)}", result)
    say(path.read_text(encoding="utf-8"))


def _lists(ratings: Ratings) -> dict[str, Any]:
    """Seconds and recall of candidates and lists."""
    x_side, y_side, values = sides(ratings, True, SHRUNK_CORRELATION)
    t_values = sides(ratings, False, SHRUNK_CORRELATION)[2]
    x_side, y_side = x_side._replace(values=values), y_side._replace(values=t_values)
    users = np.sort(
        np.random.default_rng(1).choice(x_side.n_rows, min(N_ASKED, x_side.n_rows), replace=False)
    )
    _warm_up()
    started = time.perf_counter()
    tastes = candidates.taste_vectors(x_side, y_side, candidates.N_TASTES)
    asked, offered = candidates.asked_and_offered(tastes, x_side.counts)
    made = time.perf_counter()
    found, _ = candidates.search(asked, offered, N_SIMILAR_USERS + 1)
    searched = time.perf_counter()
    best, multiplying, picking = _exact_product(asked, offered, users, N_SIMILAR_USERS + 1)
    all_of_asked = x_side.n_rows / len(users)
    started_lists = time.perf_counter()
    ratings.derived.pop(("nearest", True, SHRUNK_CORRELATION), None)
    with _patched(DENSE_LIMIT=0, EXACT_PAIRS=0):
        near = neighbours.nearest(ratings, True)
    listed = time.perf_counter()
    similar = np.empty((len(users), N_SIMILAR_USERS), np.int32)
    rest = np.empty(similar.shape, np.float32), np.empty(similar.shape, np.int32)
    how = PEARSON_BASELINE, 1, SHRUNK_CORRELATION.shrinkage
    nearest_rows(users, *x_side, *y_side, *how, similar, *rest)
    return {
        "seconds": {
            "taste vectors": round(made - started, 1),
            "candidates by the library": round(searched - made, 1),
            "the exact product, for all users (from those asked)": round(
                multiplying * all_of_asked, 1
            ),
            "picking its best, on one core (from those asked)": round(picking * all_of_asked, 1),
            "lists, all steps": round(listed - started_lists, 1),
        },
        "recall": {
            "of the exact product": _recall(found[users], best),
            "of the truly most similar": _recall(near.ids[users], similar),
        },
    }


def _exact_product(
    asked: NDArray[np.float32], offered: NDArray[np.float32], users: NDArray[np.int64], n: int
) -> tuple[NDArray[np.int32], float, float]:
    """The best by the exact product, and seconds of multiplying and of picking."""
    best = np.empty((len(users), n), np.int32)
    multiplying = picking = 0.0
    for start in range(0, len(users), BLOCK):
        block = -asked[users[start : start + BLOCK]]
        started = time.perf_counter()
        products = block @ offered.T
        multiplied = time.perf_counter()
        for row, one in enumerate(products):
            best[start + row] = np.argpartition(one, n - 1)[:n]
        multiplying += multiplied - started
        picking += time.perf_counter() - multiplied
    return best, multiplying, picking


def _recall(found: NDArray[np.int32], wanted: NDArray[np.int32]) -> float:
    shares = [
        np.isin(one[one >= 0], other).mean()
        for one, other in zip(wanted, found, strict=True)
        if (one >= 0).any()
    ]
    return round(float(np.mean(shares)), 4)


def _rmse(
    part: Ratings,
    users: NDArray[np.int32],
    movies: NDArray[np.int32],
    whole: Ratings,
    held: NDArray[np.bool_],
) -> dict[str, float]:
    """RMSE of the baseline and of the user-based KNNBaseline from each kind of neighbours."""
    actual = whole.by_user.values[held]
    mean, user_biases, movie_biases = baseline_of(part)
    scale = part.scale
    scores = {"baseline": (mean + user_biases[users] + movie_biases[movies])}
    ways: dict[str, dict[str, float]] = {"candidates": {"DENSE_LIMIT": 0, "EXACT_PAIRS": 0}}
    if part.n_ratings <= MIDDLE_SIZE:
        ways["exact lists"] = {"DENSE_LIMIT": 0, "EXACT_PAIRS": float("inf")}
        ways["all similarities"] = {"DENSE_LIMIT": float("inf")}
    for way, limits in ways.items():
        part.derived.pop(("nearest", True, SHRUNK_CORRELATION), None)
        with _patched(**limits):
            settings = KNNBaseline.Settings(similarity="pearson_baseline")
            scores[way] = KNNBaseline(settings).fit(part, 0).predict(users, movies)
    return {
        way: round(float(np.sqrt(np.mean((one.clip(scale.low, scale.high) - actual) ** 2))), 4)
        for way, one in scores.items()
    }


def _warm_up() -> None:
    """Compile the kernels, so that no compilation is timed."""
    ids = np.arange(200, dtype=np.int64)
    csr = Csr(
        indptr=np.arange(0, 201 * 3, 3),
        indices=np.tile(np.arange(3, dtype=np.int32), 200),
        values=np.random.default_rng(0).integers(1, 6, 600).astype(np.float32),
        days=np.zeros(600, np.int32),
    )
    scale = Scale(low=1.0, high=5.0, step=1.0)
    small = Ratings(user_ids=ids, movie_ids=ids[:3], scale=scale, by_user=csr)
    with _patched(DENSE_LIMIT=0, EXACT_PAIRS=0):
        neighbours.nearest(small, True)


class _patched:
    """Other limits of `neighbours` for a while."""

    def __init__(self, **limits: float) -> None:
        self.limits = limits

    def __enter__(self) -> None:
        self.before = {name: getattr(neighbours, name) for name in self.limits}
        vars(neighbours).update(self.limits)

    def __exit__(self, *exception: object) -> None:
        vars(neighbours).update(self.before)


if __name__ == "__main__":
    main()
