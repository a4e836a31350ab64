"""myFM's ordered probit on the splits of a protocol: a peer measured on the same ratings as we.

Its features are those of "timeSVD++ flipped" (Rendle, Zhang and Koren 2019): user, movie, day, the
movies that the user rated and the users who rated the movie, all from the training part alone.

With `--ours` it is our own chains that are measured, at their full number of sweeps and at parts of
it: how long they take until they are as near as myFM.

Run: pip install -r benchmarks/requirements.txt
     python benchmarks/against_myfm.py SOURCE --protocol random --rank 32 --sweeps 512
     python benchmarks/against_myfm.py SOURCE --protocol random --ours
"""

import argparse
import tempfile
import time
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from _common import say, slug, write_result
from numpy.typing import NDArray
from scipy import sparse

from processing.data.dataset import Dataset
from processing.data.ingest import load_dataset
from processing.data.ratings import Csr, Ratings
from processing.data.splits import make_splits
from processing.evaluation.metrics import errors
from processing.models.bayes import N_CHAINS, Bayes, BayesSettings

SHARES = (1.0, 0.75, 0.5, 0.35, 0.25)  # of our sweeps, each a fit of its own


def main() -> None:
    """Measure each of the protocol's splits."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path, help="ratings, such as ml-1m.zip")
    parser.add_argument("--protocol", default="random")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rank", type=int, default=32)
    parser.add_argument("--sweeps", type=int, default=512)
    parser.add_argument("--ours", action="store_true", help="our chains, without myFM")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as cache:
        dataset = load_dataset(arguments.source, Path(cache))
    if arguments.ours:
        _measure_ours(dataset, arguments)
        return
    rows = []
    for split in make_splits(dataset, arguments.protocol, arguments.seed):
        part, csr = dataset.ratings.part(split.known), dataset.ratings.by_user
        pairs = [array[split.test] for array in (csr.rows(), csr.indices, csr.days)]
        started = time.perf_counter()
        scores = fit_and_predict(part, pairs, arguments)
        seconds = time.perf_counter() - started
        found = errors(scores, csr.values[split.test])
        rows.append({"split": split.name, **found._asdict(), "seconds": round(seconds, 1)})
        say(f"{split.name}: RMSE {found.rmse:.4f} in {seconds:.0f} s")
    result = {
        "source": dataset.name,
        "protocol": arguments.protocol,
        "seed": arguments.seed,
        "myfm": version("myfm"),
        "rank": arguments.rank,
        "sweeps": arguments.sweeps,
        "rmse": float(np.mean([row["rmse"] for row in rows])),
        "rows": rows,
    }
    write_result(f"against_myfm-{slug(dataset.name)}-{arguments.protocol}", result)


def _measure_ours(dataset: Dataset, arguments: argparse.Namespace) -> None:
    """Fit and predict with all our sweeps and with each share of them."""
    rows = []
    for split in make_splits(dataset, arguments.protocol, arguments.seed):
        part, csr = dataset.ratings.part(split.known), dataset.ratings.by_user
        pairs = [array[split.test] for array in (csr.rows(), csr.indices, csr.days)]
        full = BayesSettings(n_factors=arguments.rank)
        all_sweeps = full.schedule(part.n_ratings).n_sweeps
        Bayes(replace(full, most_visits=1)).fit(part, arguments.seed).predict(*pairs)  # compiles
        for share in SHARES:
            visits = int(share * all_sweeps * part.n_ratings)
            settings = replace(full, most_visits=visits)
            started = time.perf_counter()
            scores = Bayes(settings).fit(part, arguments.seed).predict(*pairs)
            seconds = time.perf_counter() - started
            found = errors(scores, csr.values[split.test])
            n_sweeps = settings.schedule(part.n_ratings).n_sweeps
            row = {"split": split.name, "sweeps": n_sweeps, "share": share}
            rows.append(row | found._asdict() | {"seconds": round(seconds, 1)})
            say(f"{split.name}, {n_sweeps} sweeps: RMSE {found.rmse:.4f} in {seconds:.0f} s")
    result = {
        "source": dataset.name,
        "protocol": arguments.protocol,
        "seed": arguments.seed,
        "rank": arguments.rank,
        "chains": N_CHAINS,
        "rows": rows,
    }
    write_result(f"our_chains-{slug(dataset.name)}-{arguments.protocol}", result)


def fit_and_predict(
    part: Ratings, pairs: list[NDArray[np.int32]], arguments: argparse.Namespace
) -> NDArray[np.float32]:
    """Expected ratings of (users, movies, days)."""
    import myfm

    csr, days = part.by_user, np.unique(part.by_user.days)
    of_user, of_movie = _side(part.by_user, part.n_movies), _side(part.by_movie, part.n_users)

    def blocks(users: NDArray[Any], movies: NDArray[Any]) -> list[Any]:
        return [
            myfm.RelationBlock(users.astype(np.int64), of_user),
            myfm.RelationBlock(movies.astype(np.int64), of_movie),
        ]

    levels, targets = np.unique(csr.values, return_inverse=True)
    model = myfm.MyFMOrderedProbit(arguments.rank, random_seed=arguments.seed)
    shapes = [len(days), part.n_users, part.n_movies, part.n_movies, part.n_users]
    model.fit(
        _one_hot(np.searchsorted(days, csr.days), days, csr.days),
        targets,
        X_rel=blocks(csr.rows(), csr.indices),
        n_iter=arguments.sweeps,
        n_kept_samples=arguments.sweeps - arguments.sweeps // 10,
        group_shapes=shapes,
    )
    users, movies, pair_days = pairs
    places = np.minimum(np.searchsorted(days, pair_days), len(days) - 1)
    shares = model.predict_proba(_one_hot(places, days, pair_days), X_rel=blocks(users, movies))
    return np.asarray(shares @ levels, np.float32)


def _one_hot(places: NDArray[Any], days: NDArray[Any], pair_days: NDArray[Any]) -> Any:
    """A row per rating with 1 in its day's column; nothing for a day that was not known."""
    known = (days[places] == pair_days).astype(np.float64)
    indptr = np.arange(len(places) + 1)
    return sparse.csr_matrix((known, places, indptr), shape=(len(places), len(days)))


def _side(csr: Csr, n_others: int) -> Any:
    """A row per user (movie): itself, and whom it has ratings with at n^(-1/2) each."""
    n = len(csr.counts)
    roots = np.repeat(np.maximum(csr.counts, 1) ** -0.5, csr.counts)
    bag = sparse.csr_matrix((roots, csr.indices, csr.indptr), shape=(n, n_others))
    return sparse.hstack((sparse.identity(n, format="csr"), bag), format="csr")


if __name__ == "__main__":
    main()
