"""What telling a score apart costs: exact TreeSHAP beside Saabas's attribution, and what differs.

The profile's models and ensemble are fitted as in an evaluation, on the first split's stack
ratings. Then random pairs that nobody has rated are told apart, as recommendations are, on all
cores. Seconds are the least of a few repetitions; those of the processor, of all cores together,
are there too, since they hardly depend on what else the machine does. Cost grows with the trees,
of which small sets get few: minutes at full size are those with as many trees as were fitted.

Run: python benchmarks/contributions.py [SOURCE] [--rows N] [--profile NAME]
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from _common import about, say, slug, write_result
from numpy.typing import NDArray

from processing.cli.main import PROFILES
from processing.data.dataset import Dataset
from processing.data.ingest import load_dataset
from processing.data.ratings import Ratings
from processing.data.splits import make_splits
from processing.ensemble.features import CONTRIBUTIONS, Features
from processing.ensemble.stacking import Ensemble
from processing.profile import Profile, load_profile
from processing.simulation.simulate import simulate

ROWS = 400_000
REPETITIONS = 3
FULL_SIZE_ROWS = 480_189 * 50  # what the Netflix Prize's users are served
SIMULATED = {"n_users": 4_800, "n_movies": 4_000, "n_ratings": 1_000_000}

Described = tuple[NDArray[np.float32], NDArray[np.float32]]


def main() -> None:
    """Measure on a source, or on a simulated set of a million ratings."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("source", type=Path, nargs="?", help="else a simulated set")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--profile", default="fast")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        source = options.source or Path(folder) / "simulated"
        if options.source is None:
            simulate(source, **SIMULATED)
        dataset = load_dataset(source, Path(folder) / "cache")
    profile = load_profile(PROFILES, options.profile)
    ensemble, described = fitted(dataset, profile, options.rows)
    found = measure(ensemble, described)
    result = {
        "source": dataset.name,
        "simulated": dataset.simulated,
        "n_ratings": dataset.ratings.n_ratings,
        "profile": profile.name,
        **found,
        **about(),
    }
    path = write_result(f"contributions-{slug(dataset.name)}", result)
    say(path.read_text(encoding="utf-8"))


def fitted(dataset: Dataset, profile: Profile, n_rows: int) -> tuple[Ensemble, Described]:
    """The ensemble, and `n_rows` unrated pairs as it is told of them: scores and features."""
    ratings, split = dataset.ratings, make_splits(dataset, profile.protocol, profile.seed)[0]
    stack = split.stacks[0]
    part = ratings.part(split.known & ~stack)
    csr = ratings.by_user
    pairs = csr.rows()[stack], csr.indices[stack], csr.days[stack]
    asked = unrated(ratings, n_rows)
    members, scores, scores_asked = {}, [], []
    for spec in profile.models:
        model = spec.blank().fit(part, profile.seed)
        members[spec.name] = model.contribution_group()
        scores.append(model.predict(*pairs))
        scores_asked.append(model.predict(*asked))
    features = Features().fit(part)
    ensemble = Ensemble(profile.ensemble, members, ratings.scale)
    ensemble.fit(np.column_stack(scores), features.make(*pairs), csr.values[stack], profile.seed)
    return ensemble, (np.column_stack(scores_asked), features.make(*asked))


def unrated(
    ratings: Ratings, n: int
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """`n` random pairs that are not among the ratings, by user, on the last day of them all."""
    rng = np.random.default_rng(0)
    rated = np.flatnonzero(ratings.movie_counts)
    users, movies = np.empty(0, np.int32), np.empty(0, np.int32)
    while len(users) < n:
        drawn = rng.integers(0, ratings.n_users, n).astype(np.int32)
        beside = rng.choice(rated, n).astype(np.int32)
        free = ratings.locate(drawn, beside) < 0
        users = np.concatenate((users, drawn[free]))[:n]
        movies = np.concatenate((movies, beside[free]))[:n]
    order = np.argsort(users, kind="stable")
    days = np.full(n, ratings.by_user.days.max(), np.int32)
    return users[order], movies[order], days


def measure(ensemble: Ensemble, described: Described) -> dict[str, Any]:
    """Seconds of both attributions and of predicting, and how far they are apart."""
    n = len(described[0])
    score, predicting = timed(lambda: ensemble.predict(*described))
    exact, exactly = timed(lambda: ensemble.contributions(*described))
    quick, quickly = timed(lambda: ensemble.contributions(*described, approximate=True))
    apart = np.abs(exact - quick)
    return {
        "n_rows": n,
        "n_trees": ensemble.booster_.num_boosted_rounds(),
        "max_depth": ensemble.settings.max_depth,
        "predict": costs(predicting, n),
        "exact": costs(exactly, n) | {"largest_gap": gap(ensemble, exact, score)},
        "approximate": costs(quickly, n) | {"largest_gap": gap(ensemble, quick, score)},
        "difference": {
            group: {"mean": round(float(each.mean()), 5), "largest": round(float(each.max()), 4)}
            for group, each in zip(CONTRIBUTIONS, apart.T, strict=True)
        },
        "largest_difference": round(float(apart.max()), 4),
    }


def gap(ensemble: Ensemble, parts: NDArray[np.float32], score: NDArray[np.float32]) -> float:
    """How far a score is at most from the sum of what it was told apart into, in stars."""
    return float(np.abs(ensemble.start_ + parts.sum(axis=1) - score).max())


def timed(work: Callable[[], NDArray[np.float32]]) -> tuple[NDArray[np.float32], dict[str, float]]:
    """What the work makes, and the least seconds that it took, by the clock and on the processor.

    One more repetition comes first and does not count.
    """
    found = work()
    seconds, of_processor = [], []
    for _ in range(REPETITIONS):
        started, processor = time.perf_counter(), time.process_time()
        work()
        seconds.append(time.perf_counter() - started)
        of_processor.append(time.process_time() - processor)
    return found, {"seconds": min(seconds), "processor_seconds": min(of_processor)}


def costs(taken: dict[str, float], n: int) -> dict[str, float]:
    """Seconds, microseconds a row, and minutes for all rows at the Netflix Prize's size."""
    at_full_size = FULL_SIZE_ROWS / n / 60
    on_each_core = taken["processor_seconds"] / (os.cpu_count() or 1)
    return {
        "seconds": round(taken["seconds"], 3),
        "processor_seconds": round(taken["processor_seconds"], 3),
        "microseconds_per_row": round(1e6 * taken["seconds"] / n, 2),
        "processor_microseconds_per_row": round(1e6 * taken["processor_seconds"] / n, 2),
        "minutes_at_full_size": round(taken["seconds"] * at_full_size, 2),
        "minutes_at_full_size_on_idle_cores": round(on_each_core * at_full_size, 2),
    }


if __name__ == "__main__":
    main()
