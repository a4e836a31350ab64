"""Our engines against Surprise, whose models they are: time, memory and RMSE on the same split.

On further splits the exact engine, which predicts what Surprise predicts, stands for Surprise.

Run: python benchmarks/against_surprise.py SOURCE [--seeds 3]
"""

import argparse
import json
import tempfile
from pathlib import Path

from _columns import write_columns
from _common import say, slug, write_result
from _one_fit import measure

from processing.data.ingest import load_dataset

HELD_OUT = 0.1
PROGRAMS = ("surprise", "exact", "fast")
NEIGHBOURS = {"similarity": "pearson_baseline"}
CASES = {
    "baseline_als": ("BaselineOnly, als", "baseline", {"method": "als"}),
    "baseline_sgd": ("BaselineOnly, sgd", "baseline", {"method": "sgd", "n_epochs": 20}),
    "svd": ("SVD", "svd", {"n_factors": 100, "n_epochs": 20}),
    "svdpp": ("SVD++", "svdpp", {"n_factors": 20, "n_epochs": 20}),
    "knn_movie": ("KNNBaseline, movies", "knn_baseline", NEIGHBOURS | {"user_based": False}),
    "knn_user": ("KNNBaseline, users", "knn_baseline", NEIGHBOURS | {"user_based": True}),
    "knn_user_msd": (
        "KNNBaseline, users, msd",
        "knn_baseline",
        {"similarity": "msd", "user_based": True},
    ),
}


def main() -> None:
    """Measure every model, program and seed, each in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path, help="ratings, such as ml-1m.zip")
    parser.add_argument("--models", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--seeds", type=int, default=1, help="how many splits, with seeds from 0")
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        dataset = load_dataset(options.source, Path(folder) / "cache")
        for seed in range(options.seeds):
            columns = Path(folder) / f"seed-{seed}"
            split = write_columns(dataset, HELD_OUT, seed, "by user", columns)
            for name in options.models:
                label, kind, settings = CASES[name]
                task = {"kind": kind, "settings": settings, "columns": str(columns), "seed": seed}
                for program in PROGRAMS if seed == 0 else PROGRAMS[1:]:
                    row = {"model": name, "label": label, "program": program, "seed": seed}
                    row |= {"settings": settings} | measure(task | {"program": program})
                    rows.append(row)
                    say(json.dumps(row))
    result = {"held_out": HELD_OUT, **split, "rows": rows}
    write_result(f"against_surprise-{slug(dataset.name)}", result)


if __name__ == "__main__":
    main()
