"""Lists by our ranking models and our ranker, beside those of implicit and irspack.

Every program gets the known ratings of the same split, and its lists of all users are measured by
the same code. Peers are tuned on the first stack set: a random search over the ranges below, the
same number of trials and seconds for each, by the NDCG@10 of models fitted without that set; what a
program is given (likes alone, all that is rated as 1, or grades) is one of the things searched.
Ours have the profile's settings; the ranker's list is that of `pipeline.evaluate`.

With `--ease-size N` it times EASE's closed form on a random Gram matrix of N movies, beside what
SciPy needs to invert the same matrix, and nothing else.

Run: pip install -r benchmarks/requirements.txt
     python benchmarks/against_rankers.py SOURCE --protocol random
     python benchmarks/against_rankers.py --ease-size 17770
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from _common import ROOT, say, slug, write_result
from _one_ranker import GRADES, LIKES, RATED, work, write_ratings
from _rankings import Pairs, pairs_of
from numpy.typing import NDArray
from scipy import linalg

from processing import pipeline
from processing.data.ingest import load_dataset
from processing.data.ratings import Ratings
from processing.data.splits import Mask, Split, make_splits
from processing.evaluation.sampled_lists import draw_users, in_chunks
from processing.evaluation.steps.list_tests import MOST_USERS
from processing.evaluation.topn import find_likes, list_quality, merged, outcome
from processing.profile import load_profile
from processing.ranking.ease import EaseSettings, solve
from processing.ranking.grades import Grading
from processing.ranking.gram import Grams
from processing.report.schema import LIST, POPULAR, Report

MEASURES = ("ndcg_10", "hit_rate_10", "recall_50", "coverage", "popular_share")
INPUTS = (LIKES, RATED, GRADES)
Range = tuple[Any, ...]  # what to choose from; or "log", "even" or "whole", and two ends
Ranges = dict[str, Range]
PEERS: dict[str, tuple[str, Ranges]] = {
    "irspack_ease": ("irspack, EASE", {"reg": ("log", 50.0, 5000.0)}),
    "irspack_edlae": (
        "irspack, EDLAE",
        {"reg": ("log", 50.0, 5000.0), "dropout_p": ("even", 0.0, 0.8)},
    ),
    "irspack_ials": (
        "irspack, iALS++",
        {
            "n_components": (32, 64, 128),
            "alpha0": ("log", 0.03, 1.0),
            "reg": ("log", 0.001, 0.1),
            "solver_type": ("IALSPP",),
        },
    ),
    "irspack_slim": (
        "irspack, SLIM",
        {"alpha": ("log", 0.01, 1.0), "l1_ratio": ("log", 0.001, 0.3)},
    ),
    "irspack_rp3beta": (
        "irspack, RP3beta",
        {
            "alpha": ("even", 0.5, 1.5),
            "beta": ("even", 0.0, 0.9),
            "top_k": ("whole", 50, 1000),
            "normalize_weight": (True, False),
        },
    ),
    "implicit_als": (
        "implicit, iALS",
        {
            "factors": (32, 64, 128),
            "alpha": ("log", 1.0, 40.0),
            "regularization": ("log", 0.01, 100.0),
        },
    ),
    "implicit_bpr": (
        "implicit, BPR",
        {
            "factors": (32, 64, 128),
            "learning_rate": ("log", 0.005, 0.1),
            "regularization": ("log", 0.001, 0.1),
        },
    ),
    "implicit_items": (
        "implicit, item-item",
        {"K": ("whole", 20, 500), "K1": ("even", 0.2, 3.0), "B": ("even", 0.0, 1.0)},
    ),
}


def main() -> None:
    """Measure the lists, or EASE's closed form."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path, nargs="?", help="ratings, such as ml-1m.zip")
    parser.add_argument("--protocol", default="random")
    parser.add_argument("--profile", default="fast")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--trials", type=int, default=10, help="of each peer, at most")
    parser.add_argument("--budget", type=float, default=90, help="seconds, after which none begins")
    parser.add_argument("--peers", nargs="*", default=list(PEERS), choices=list(PEERS))
    parser.add_argument("--work", type=Path, help="where an interrupted run goes on")
    parser.add_argument("--ease-size", type=int, help="movies of a random Gram matrix")
    arguments = parser.parse_args()
    if arguments.ease_size:
        found = time_solving(arguments.ease_size, arguments.seed)
        write_result("ease_solve", found)
        return
    if not arguments.source:
        parser.error("a SOURCE of ratings is needed, or --ease-size")
    with tempfile.TemporaryDirectory() as scratch:
        result = compare(arguments, arguments.work or Path(scratch))
    write_result(f"against_rankers-{slug(result['source'])}-{arguments.protocol}", result)


def compare(arguments: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Rows of ours and of the peers, on the first split of a protocol."""
    dataset = load_dataset(arguments.source, folder / "cache")
    profile = load_profile(ROOT / "config" / "profiles", arguments.profile)
    split = make_splits(dataset, arguments.protocol, arguments.seed)[0]
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        measured = _Split(dataset.ratings, split, arguments.seed, Path(scratch))
        for spec in profile.rankings:
            row = {"model": spec.name, "label": spec.label, "ours": True}
            settings = asdict(spec.settings)
            rows.append(row | measured.row(spec.kind, settings))
            say(json.dumps(rows[-1]))
        for name in arguments.peers:
            label, ranges = PEERS[name]
            trials = draw(ranges, arguments.trials, arguments.seed)
            settings, tuning = measured.tune(name, trials, arguments.budget)
            row = {"model": name, "label": label, "ours": False, "tuning": tuning}
            rows.append(row | measured.row(name, settings))
            say(json.dumps(rows[-1]))
    report = pipeline.evaluate(dataset, profile, arguments.protocol, arguments.seed, folder)
    rows += _of_report(report, rows)
    return {
        "source": dataset.name,
        "protocol": arguments.protocol,
        "profile": profile.name,
        "seed": arguments.seed,
        "trials": arguments.trials,
        "budget_seconds": arguments.budget,
        "versions": {name: version(name) for name in ("implicit", "irspack")},
        "n_users": report.ranking.n_users if report.ranking else 0,
        "rows": rows,
    }


def draw(ranges: Ranges, n: int, seed: int) -> list[dict[str, Any]]:
    """Settings to try, drawn at random."""
    rng = np.random.default_rng(seed)

    def one(among: Range) -> Any:
        if among[0] == "log":
            return float(np.exp(rng.uniform(np.log(among[1]), np.log(among[2]))))
        if among[0] == "even":
            return float(rng.uniform(among[1], among[2]))
        if among[0] == "whole":
            return int(rng.integers(among[1], among[2], endpoint=True))
        return among[int(rng.integers(len(among)))]

    every = ranges | {"input": INPUTS}
    return [{name: one(among) for name, among in every.items()} for _ in range(n)]


def time_solving(n: int, seed: int) -> dict[str, Any]:
    """Seconds of EASE's weights from a Gram matrix, and of SciPy's ways to invert it, each once."""
    rng = np.random.default_rng(seed)
    lower = np.tril(rng.integers(0, 50, (n, n), np.int32))
    lower[np.arange(n), np.arange(n)] = 100 * n  # it can be inverted
    grams = Grams(np.arange(n, dtype=np.int32), lower, np.zeros(n), Grading(1.0, 5.0, 4))
    ways = {"ease": lambda: solve(grams, EaseSettings()), **_inversions(lower)}
    found = {}
    for name, way in ways.items():
        started = time.perf_counter()
        way()
        found[name] = round(time.perf_counter() - started, 6)
        say(f"{n:,} movies, {name}: {found[name]:.1f} s")
    others = {name: found["ease"] / taken for name, taken in found.items() if name != "ease"}
    return {"n_movies": n, "seconds": found, "ease_by": others}


def _inversions(lower: NDArray[np.int32]) -> dict[str, Callable[[], Any]]:
    """Ways to invert a matrix of which the lower triangle is there, in float32."""

    def matrix() -> NDArray[np.float32]:
        return lower.astype(np.float32).T  # columns are together, as LAPACK likes them

    def whole() -> NDArray[np.float32]:
        filled = matrix()
        filled += np.triu(filled, 1).T
        return filled

    def by_cholesky() -> Any:
        factor = linalg.cho_factor(matrix(), overwrite_a=True, check_finite=False)
        unit = np.eye(len(lower), dtype=np.float32, order="F")
        return linalg.cho_solve(factor, unit, overwrite_b=True, check_finite=False)

    return {
        "inv": lambda: linalg.inv(whole(), overwrite_a=True, check_finite=False),
        "cho_factor, cho_solve": by_cholesky,
    }


class _Split:
    """A split's parts, as a program in a process of its own gets them."""

    def __init__(self, ratings: Ratings, split: Split, seed: int, folder: Path) -> None:
        self._ratings, self._split, self._seed, self._folder = ratings, split, seed, folder
        self._known = ratings.part(split.known)
        stack = split.stacks[0]
        rest = ratings.part(split.known & ~stack)
        write_ratings(folder / "stack", rest, self._likes(stack, rest))
        write_ratings(folder / "test", self._known, self._likes(split.test, self._known))

    def tune(
        self, program: str, trials: list[dict[str, Any]], budget: float
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """The best of some settings on the stack, and what was tried."""
        task = {"trials": trials, "budget": budget}
        found = work(task | self._task("stack", program))
        best = max(found["tried"], key=lambda tried: tried["ndcg_10"])
        about = {"n_trials": len(found["tried"]), "seconds": found["seconds"]}
        return best["settings"], about | {"ndcg_10": best["ndcg_10"]}

    def row(self, program: str, settings: dict[str, Any]) -> dict[str, Any]:
        """What a program's lists are worth on the test, and what its fit takes."""
        found = work({"settings": settings} | self._task("test", program))
        scores = np.load(self._folder / "test" / "scores.npy", mmap_mode="r")
        ratings, known, csr = self._ratings, self._known, self._ratings.by_user
        test = self._split.test
        users = draw_users(known, csr.rows()[test], MOST_USERS, self._seed)
        outcomes = []
        for lists in in_chunks(known, users):
            likes = find_likes(
                lists,
                csr.rows()[test],
                csr.indices[test],
                csr.values[test],
                ratings.scale,
                self._seed,
            )
            of_lists = scores[lists.users[lists.rows()], lists.movies]
            outcomes.append(outcome(lists, likes, of_lists))
        quality = list_quality([merged(outcomes)])
        measures = {name: getattr(quality, name) for name in MEASURES}
        return {"settings": settings, **measures, **found}

    def _task(self, part: str, program: str) -> dict[str, Any]:
        return {"folder": str(self._folder / part), "program": program, "seed": self._seed}

    def _likes(self, held: Mask, known: Ratings) -> Pairs:
        """The likes that are held out, of movies that can be listed and users who are known."""
        csr = self._ratings.by_user
        liked = held & (csr.values >= np.float32(self._ratings.scale.like))
        liked &= (known.movie_counts > 0)[csr.indices] & (known.by_user.counts > 0)[csr.rows()]
        return pairs_of(self._ratings, liked)


def _of_report(report: Report, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of the evaluation that were not measured on their own: lists and popularity."""
    assert report.ranking is not None
    measured = {row["model"] for row in rows}
    return [
        {"model": row.model, "label": row.label, "ours": True}
        | {name: getattr(row, name) for name in MEASURES}
        for row in report.ranking.rows
        if row.model in (LIST, POPULAR) and row.model not in measured
    ]


if __name__ == "__main__":
    main()
