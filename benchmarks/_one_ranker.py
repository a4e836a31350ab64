"""One program's ranker, fitted in a process of its own, which measures its time and memory.

`against_rankers.py` starts it by `work`. Every program begins with the same matrix of ratings in
memory, users by movies, in stars; what it makes of it is part of its fit. Its memory is the most
that the process holds while it fits, less what it held with only the ratings loaded.
"""

import gc
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from _common import ROOT  # noqa: F401  (puts the project on the path)
from _rankings import Scores, best, ndcg
from scipy import sparse

from processing.data.ratings import Ratings
from processing.data.rows import NO_DAY, Scale
from processing.kernels.arrays import Csr
from processing.ranking.grades import Grading
from processing.ranking.registry import RANKINGS
from processing.tools.machine import PeakMemory, peak_memory_bytes

FEW_USERS = 300
OF_IRSPACK = {
    "irspack_ease": "DenseSLIMRecommender",
    "irspack_edlae": "EDLAERecommender",
    "irspack_ials": "IALSRecommender",
    "irspack_slim": "SLIMRecommender",
    "irspack_rp3beta": "RP3betaRecommender",
}
OF_IMPLICIT = {
    "implicit_als": ("als", "AlternatingLeastSquares"),
    "implicit_bpr": ("bpr", "BayesianPersonalizedRanking"),
    "implicit_items": ("nearest_neighbours", "BM25Recommender"),
}
LIKES, RATED, GRADES = "likes", "rated", "grades"


def work(task: dict[str, Any]) -> dict[str, Any]:
    """Do a task in a fresh process.

    `folder` holds what `write_ratings` wrote, `program` is a peer's or the kind of a ranking model
    of ours. Either `trials` (settings to try, for at most `budget` seconds): returns those that
    were tried, with their NDCG of `wanted`. Or `settings`: returns seconds and bytes of the fit,
    and writes `scores.npy` into the folder.
    """
    done = subprocess.run(
        [sys.executable, "-W", "ignore", __file__],
        input=json.dumps(task),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def write_ratings(folder: Path, ratings: Ratings, wanted: Any) -> None:
    """Keep ratings, and the pairs that are to be found."""
    folder.mkdir()
    csr, scale = ratings.by_user, ratings.scale
    about = {"n_movies": ratings.n_movies, "scale": [scale.low, scale.high, scale.step]}
    (folder / "about.json").write_text(json.dumps(about))
    np.savez(folder / "ratings.npz", **csr._asdict(), wanted=wanted)


def read_ratings(folder: Path) -> tuple[Ratings, Any]:
    """Read what `write_ratings` wrote; users and movies are numbered from 0."""
    about = json.loads((folder / "about.json").read_text())
    low, high, step = about["scale"]
    with np.load(folder / "ratings.npz") as arrays:
        csr, wanted = Csr(*(arrays[name] for name in Csr._fields)), arrays["wanted"]
    ratings = Ratings(
        user_ids=np.arange(csr.n_rows),
        movie_ids=np.arange(about["n_movies"]),
        scale=Scale(low=low, high=high, step=step),
        by_user=csr,
    )
    return ratings, wanted


def fitted(ratings: Ratings, program: str, settings: dict[str, Any], seed: int) -> Any:
    """A fitted model: what its `scorer` takes."""
    if program in RANKINGS:
        model_class = RANKINGS[program]
        return model_class(model_class.Settings(**settings)).fit(ratings, seed)
    own = dict(settings)
    matrix = _matrix(ratings, own.pop("input"))
    if program in OF_IRSPACK:
        import irspack

        seeded = {"random_seed": seed} if program == "irspack_ials" else {}
        model_class = getattr(irspack.recommenders, OF_IRSPACK[program])
        return model_class(matrix.astype(np.float64), **own, **seeded).learn()
    import importlib

    module, name = OF_IMPLICIT[program]
    seeded = {} if program == "implicit_items" else {"random_state": seed}
    model = getattr(importlib.import_module(f"implicit.{module}"), name)(**own, **seeded)
    model.fit(matrix, show_progress=False)
    return model, matrix


def scored(ratings: Ratings, program: str, model: Any) -> Scores:
    """Scores of every user and movie, float32 (n_users, n_movies)."""
    if program in RANKINGS:
        return np.asarray(model.scores(ratings.by_user))
    if program in OF_IRSPACK:
        return np.ascontiguousarray(model.get_score(np.arange(ratings.n_users)), np.float32)
    model, matrix = model
    if program == "implicit_items":
        return np.asarray((matrix @ model.similarity).toarray(), np.float32)
    return np.asarray(model.user_factors @ model.item_factors.T, np.float32)


def _matrix(ratings: Ratings, kind: str) -> Any:
    """Ratings as a sparse matrix, float32: 1 for a like, 1 for all that is rated, or grades."""
    csr = ratings.by_user
    values = np.ones(len(csr.values), np.float32)
    if kind == LIKES:
        values = (csr.values >= np.float32(ratings.scale.like)).astype(np.float32)
    elif kind == GRADES:
        values = Grading.of(ratings.scale).shares(csr).values
    shape = (ratings.n_users, ratings.n_movies)
    matrix = sparse.csr_matrix((values, csr.indices, csr.indptr), shape=shape, copy=True)
    matrix.eliminate_zeros()
    return matrix


def _few(ratings: Ratings) -> Ratings:
    """The first users alone, all movies."""
    n = min(FEW_USERS, ratings.n_users)
    csr = ratings.by_user.take(np.arange(n))
    days = np.full(len(csr.values), NO_DAY, np.int32)
    return Ratings(
        user_ids=ratings.user_ids[:n],
        movie_ids=ratings.movie_ids,
        scale=ratings.scale,
        by_user=csr._replace(days=days),
    )


def _try(ratings: Ratings, wanted: Any, task: dict[str, Any]) -> dict[str, Any]:
    tried: list[dict[str, Any]] = []
    started = time.perf_counter()
    for settings in task["trials"]:
        if tried and time.perf_counter() - started > task["budget"]:
            break
        model = fitted(ratings, task["program"], settings, task["seed"])
        top = best(scored(ratings, task["program"], model), ratings)
        tried.append({"settings": settings, "ndcg_10": ndcg(top, wanted, ratings.n_movies)})
    return {"tried": tried, "seconds": round(time.perf_counter() - started, 1)}


def main() -> None:
    """Read a task from stdin, and write what was found as the last line of stdout."""
    task = json.load(sys.stdin)
    folder, program = Path(task["folder"]), task["program"]
    ratings, wanted = read_ratings(folder)
    if "trials" in task:
        found = _try(ratings, wanted, task)
    else:
        few = _few(ratings)  # imports and compiled kernels are there before the clock starts
        scored(few, program, fitted(few, program, task["settings"], task["seed"]))
        gc.collect()
        peak = PeakMemory()
        held, started = peak_memory_bytes(), time.perf_counter()
        model = fitted(ratings, program, task["settings"], task["seed"])
        seconds = time.perf_counter() - started
        found = {"fit_seconds": round(seconds, 6), "memory_bytes": peak.bytes() - held}
        np.save(folder / "scores.npy", scored(ratings, program, model))
    sys.stdout.write("\n" + json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
