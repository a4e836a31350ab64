"""Our ImplicitALS against implicit's: seconds of an epoch, with equal factors, epochs, threads.

implicit solves each row exactly, as ours does, or takes three steps of conjugate gradients from
where it was, which is its default. All get the same matrix; what they make of it is part of the
fit. The fits take turns, and the median of their rounds counts.

Run: pip install -r benchmarks/requirements.txt
     OPENBLAS_NUM_THREADS=1 python benchmarks/against_implicit.py SOURCE [--factors 32 64 128]
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from _common import say, slug, write_result
from scipy import sparse

from processing.data.ingest import load_dataset
from processing.data.ratings import Ratings
from processing.ranking.ials import ImplicitALS

WAYS = ("ours", "implicit, exact", "implicit, conjugate gradients")


def main() -> None:
    """Measure every number of factors."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path, help="ratings, such as ml-1m.zip")
    parser.add_argument("--factors", type=int, nargs="+", default=[32, 64, 128])
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as cache:
        dataset = load_dataset(options.source, Path(cache))
    rows = []
    for n_factors in options.factors:
        fits = fits_of(dataset.ratings, n_factors, options.epochs)
        seconds = in_turns(fits, options.rounds)
        rows.append({"n_factors": n_factors, "epoch_seconds": per_epoch(seconds, options.epochs)})
        say(str(rows[-1]))
    result = {
        "source": dataset.name,
        "n_ratings": dataset.ratings.n_ratings,
        "implicit": version("implicit"),
        "n_epochs": options.epochs,
        "n_rounds": options.rounds,
        "n_threads": os.cpu_count(),
        "rows": rows,
    }
    write_result(f"against_implicit-{slug(dataset.name)}", result)


def fits_of(ratings: Ratings, n_factors: int, n_epochs: int) -> dict[str, Callable[[], Any]]:
    """What is timed, by name."""
    als: Any = import_module("implicit.als")

    csr = ratings.by_user
    rated = np.ones(len(csr.values), np.float32)
    shape = (ratings.n_users, ratings.n_movies)
    matrix = sparse.csr_matrix((rated, csr.indices, csr.indptr), shape=shape)

    def ours() -> Any:
        return ImplicitALS(ImplicitALS.Settings(n_factors=n_factors, n_epochs=n_epochs)).fit(
            ratings, 0
        )

    def theirs(use_cg: bool) -> Callable[[], Any]:
        sizes = {"factors": n_factors, "iterations": n_epochs, "num_threads": os.cpu_count()}
        return lambda: als.AlternatingLeastSquares(**sizes, use_cg=use_cg, random_state=0).fit(
            matrix, show_progress=False
        )

    return dict(zip(WAYS, (ours, theirs(False), theirs(True)), strict=True))


def in_turns(fits: dict[str, Callable[[], Any]], n_rounds: int) -> dict[str, list[float]]:
    """Seconds of each fit in each round, after one that does not count."""
    seconds: dict[str, list[float]] = {name: [] for name in fits}
    for round_ in range(n_rounds + 1):
        for name, fit in fits.items():
            started = time.perf_counter()
            fit()
            if round_:
                seconds[name].append(time.perf_counter() - started)
    return seconds


def per_epoch(seconds: dict[str, list[float]], n_epochs: int) -> dict[str, float]:
    """The median of each, for one epoch."""
    return {name: round(median(each) / n_epochs, 4) for name, each in seconds.items()}


if __name__ == "__main__":
    main()
