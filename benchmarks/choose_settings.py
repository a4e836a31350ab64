"""How the settings of config/profiles/best.toml were chosen: on stack ratings, never on test ones.

Run: python benchmarks/choose_settings.py SOURCE
"""

import argparse
import json
import tempfile
from itertools import product
from pathlib import Path

import numpy as np
from _common import say, slug, write_result

from processing.data.ingest import load_dataset
from processing.data.splits import make_splits
from processing.evaluation.metrics import errors
from processing.models.registry import MODELS

SIDES = {"similarity": ["pearson_baseline"], "shrinkage": [50.0, 100.0, 200.0], "k": [40, 80]}
GRIDS = [
    ("baseline", {"n_epochs": [10, 20], "reg_u": [5.0, 15.0], "reg_i": [3.0, 10.0]}),
    ("knn_baseline", SIDES | {"user_based": [True]}),
    ("knn_baseline", SIDES | {"user_based": [False]}),
    (
        "svd",
        {"n_factors": [50, 100], "n_epochs": [40, 80], "lr_all": [0.005], "reg_all": [0.06, 0.1]},
    ),
    (
        "svdpp",
        {"n_factors": [20], "n_epochs": [20, 40], "lr_all": [0.005], "reg_all": [0.05, 0.1]},
    ),
]


def main() -> None:
    """Fit every point of the grids without test and stack ratings, and score the stack ratings."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path, help="ratings, such as ml-100k.zip")
    source = parser.parse_args().source
    with tempfile.TemporaryDirectory() as cache:
        dataset = load_dataset(source, Path(cache))
    (split,) = make_splits(dataset, "last", 0)
    (stack,) = split.stacks
    ratings = dataset.ratings
    part = ratings.part(split.known & ~stack)
    users, movies = ratings.by_user.rows()[stack], ratings.by_user.indices[stack]
    rows = []
    for kind, grid in GRIDS:
        for values in product(*grid.values()):
            settings = dict(zip(grid, values, strict=True))
            model = MODELS[kind](MODELS[kind].Settings(**settings)).fit(part, 0)
            scores = model.predict(users, movies)
            rmse = errors(scores, ratings.by_user.values[stack])["rmse"]
            rows.append({"kind": kind, "settings": settings, "stack_rmse": round(rmse, 5)})
            say(json.dumps(rows[-1]))
    result = {"source": dataset.name, "n_stack": int(np.sum(stack)), "rows": rows}
    write_result(f"choose_settings-{slug(dataset.name)}", result)


if __name__ == "__main__":
    main()
