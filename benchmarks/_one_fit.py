"""One program fits and predicts in a process of its own, which measures its time and memory.

The comparisons start it by `measure`. Every program begins with the same columns in memory; what it
makes of them before it fits is its loading. Its memory is the most that the process holds while it
fits and predicts, less what it held with only the columns loaded.
"""

import ctypes
import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from _columns import Columns, Part, read_columns
from numpy.typing import NDArray

from processing.data.ratings import build_ratings
from processing.data.rows import NO_DAY, RatingRows
from processing.models.registry import MODELS
from processing.tools.machine import PeakMemory, peak_memory_bytes

WARM_UP_RATINGS = 50_000
EXACT_IN_FLOAT32 = 1 << 24

Scores = NDArray[Any]
Predict = Callable[[], Any]
Fit = Callable[[], Predict]


def measure(task: dict[str, Any], path: Path | None = None) -> dict[str, Any]:
    """Do a task in a fresh process: `columns` (folder), `program`, `kind`, `settings`, `seed`.

    `path` is a folder of more packages. Returns seconds, bytes and the RMSE on the test part.
    """
    done = subprocess.run(
        [sys.executable, __file__],
        input=json.dumps(task),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env=os.environ | ({"PYTHONPATH": str(path)} if path else {}),
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def ours(columns: Columns, train: Part, task: dict[str, Any]) -> Fit:
    """Ours: `build_ratings`, as after the reading of a source, then the model itself."""
    days = np.full(len(train.users), NO_DAY, np.int32)
    rows = RatingRows(user_ids=train.users, movie_ids=train.movies, values=train.values, days=days)
    titled = np.arange(columns.n_movies)
    ratings, _ = build_ratings(rows, titled, columns.scale)
    users = np.searchsorted(ratings.user_ids, columns.test.users).astype(np.int32)
    users = users.clip(max=ratings.n_users - 1)  # in the warm-up some are unknown
    model_class = MODELS[task["kind"]]

    def fit() -> Predict:
        settings = model_class.Settings(**task["settings"])
        model = model_class(settings, task["program"]).fit(ratings, task["seed"])
        return lambda: model.predict(users, columns.test.movies)

    return fit


def surprise(columns: Columns, train: Part, task: dict[str, Any]) -> Fit:
    """Surprise as its guide shows it: data frame, trainset, `fit`, `test`."""
    import pandas as pd
    from surprise import Dataset, Reader

    frame = pd.DataFrame({"user": train.users, "movie": train.movies, "rating": train.values})
    reader = Reader(rating_scale=(columns.scale.low, columns.scale.high))
    trainset = Dataset.load_from_df(frame, reader).build_full_trainset()
    test = [getattr(columns.test, name).tolist() for name in ("users", "movies", "values")]
    testset = list(zip(*test, strict=True))
    model_class: Any = MODELS[task["kind"]]
    model = model_class(model_class.Settings(**task["settings"]), "surprise")
    chance = () if task["kind"] == "knn_baseline" else (task["seed"],)
    algorithm = model._surprise(*chance)

    def fit() -> Predict:
        algorithm.fit(trainset)
        return lambda: algorithm.test(testset)

    return fit


def libmf(columns: Columns, train: Part, task: dict[str, Any]) -> Fit:
    """LIBMF by its Python package, which takes the columns side by side in float32."""
    from libmf import mf

    if max(columns.n_users, columns.n_movies) > EXACT_IN_FLOAT32:
        sys.exit(f"LIBMF's package takes at most {EXACT_IN_FLOAT32:,} users and movies.")
    triples = np.empty((len(train.users), 3), np.float32)
    for place, column in enumerate((train.users, train.movies, train.values)):
        triples[:, place] = column
    pairs = np.empty((2, len(columns.test.users)), np.float32)
    pairs[0], pairs[1] = columns.test.users, columns.test.movies

    def fit() -> Predict:
        engine = mf.MF(**task["settings"])
        engine.fit(triples)
        return lambda: engine.predict(pairs.T)  # it reads users first, then movies

    return fit


PROGRAMS = {"fast": ours, "exact": ours, "surprise": surprise, "libmf": libmf}


def main() -> None:
    """Read a task from stdin, and write what was measured as the last line of stdout."""
    task = json.load(sys.stdin)
    columns = read_columns(Path(task["columns"]))
    program = PROGRAMS[task["program"]]
    _warm_up(program, columns, task)
    held = _begin().bytes()
    started = time.perf_counter()
    fit = program(columns, columns.train, task)
    loaded = time.perf_counter()
    peak_loading, peak = peak_memory_bytes(), _begin(tidy=False)
    begun = time.perf_counter()
    predict = fit()
    fitted = time.perf_counter()
    predicted = predict()
    ended = time.perf_counter()
    peak_working = peak.bytes()
    scores = _scores(predicted).clip(columns.scale.low, columns.scale.high)
    errors = scores.astype(np.float64) - columns.test.values
    result = {
        "load_seconds": round(loaded - started, 4),
        "fit_seconds": round(fitted - begun, 4),
        "predict_seconds": round(ended - fitted, 4),
        "memory_bytes": peak_working - held,
        "memory_with_loading_bytes": max(peak_loading, peak_working) - held,
        "process_peak_bytes": max(peak_loading, peak_working),
        "rmse": round(float(np.sqrt(np.mean(errors**2))), 5),
    }
    sys.stdout.write("\n" + json.dumps(result) + "\n")


def _warm_up(program: Callable[..., Fit], columns: Columns, task: dict[str, Any]) -> None:
    """Let imports and compiled kernels be there: one pass over a small part of the ratings."""
    settings = dict(task["settings"])
    for name in ("n_epochs", "nr_iters"):
        if name in settings:
            settings[name] = 1
    few = columns.train.every(-(-len(columns.train.users) // WARM_UP_RATINGS))
    program(columns, few, task | {"settings": settings})()()


def _begin(tidy: bool = True) -> PeakMemory:
    """Count the peak of memory from now on; `tidy` hands back what is free before."""
    if tidy:
        gc.collect()
        if hasattr(libc := ctypes.CDLL(None), "malloc_trim"):
            libc.malloc_trim(0)
    peak = PeakMemory()
    if peak.of_whole_process:
        sys.exit("Memory cannot be measured here: it needs Linux's /proc/self/clear_refs.")
    return peak


def _scores(predicted: Any) -> NDArray[Any]:
    if isinstance(predicted, list):
        return np.array([prediction.est for prediction in predicted])
    return np.asarray(predicted)


if __name__ == "__main__":
    main()
