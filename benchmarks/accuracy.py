"""How well a profile predicts, beside tuned Surprise and the course's features on the same ratings.

*Surprise, tuned*: its four models with the settings of the profile `best`, fitted by the engine
`exact`, whose predictions equal Surprise's own (a test), in a fraction of the time. *Course
features*: XGBoost over global average, averages of user and movie, and what the five most similar
users and movies were given, without any model's prediction, taught by the same stack ratings.
Settings were chosen on stack ratings, never on the ratings that are tested.

Run: python benchmarks/accuracy.py SOURCE --protocol random --seeds 5 --work DIR
"""

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import xgboost
from _common import ROOT, say, slug, write_result

from processing import pipeline
from processing.data.dataset import Dataset
from processing.data.ingest import load_dataset
from processing.data.ratings import Ratings
from processing.data.splits import Mask, Split, make_splits
from processing.ensemble.features import NAMES, Features
from processing.evaluation.metrics import errors
from processing.models.registry import MODELS
from processing.profile import Profile, load_profile
from processing.report.schema import Report

SURPRISE = ("baseline", "knn_baseline", "svd", "svdpp")
COURSE = [
    column for column, name in enumerate(NAMES) if name.endswith("average") or "similar" in name
]


def main() -> None:
    """Evaluate every seed, and write the means over the seeds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path, help="ratings, such as ml-1m.zip")
    parser.add_argument("--protocol", default="random")
    parser.add_argument("--profile", default="best")
    parser.add_argument("--seeds", type=int, default=1, help="0 to SEEDS - 1")
    parser.add_argument("--work", type=Path, help="where an interrupted run goes on")
    arguments = parser.parse_args()
    profiles = ROOT / "config" / "profiles"
    profile, tuned = load_profile(profiles, arguments.profile), load_profile(profiles, "best")
    with tempfile.TemporaryDirectory() as scratch:
        work = arguments.work or Path(scratch)
        dataset = load_dataset(arguments.source, work / "cache")
        rows = []
        for seed in range(arguments.seeds):
            report = pipeline.evaluate(dataset, profile, arguments.protocol, seed, work)
            rows.append(_of_seed(report, _peers(dataset, tuned, arguments.protocol, seed)))
            best = min(rows[-1]["models"], key=lambda row: row["rmse"])
            say(f"seed {seed}: {best['label']} {best['rmse']:.4f}")
    result = {
        "source": dataset.name,
        "protocol": arguments.protocol,
        "profile": profile.name,
        "n_test": report.n_test,
        "models": _means([row["models"] for row in rows]),
        "seeds": rows,
    }
    name = f"accuracy-{slug(dataset.name)}-{arguments.protocol}-{profile.name}"
    write_result(name, result)


def _of_seed(report: Report, peers: list[dict[str, Any]]) -> dict[str, Any]:
    document = msgspec.to_builtins(report)
    kept = ("model", "label", "rmse", "mae", "mape", "rmse_interval", "fit_seconds")
    models = [{key: row[key] for key in kept} for row in document["models"]]
    parts = ("comparisons", "ablation", "ranking", "left_out", "splits")
    return {
        "seed": report.seed,
        "models": models + peers,
        **{part: document[part] for part in parts},
        "cold_start": document["slices"]["cold_start"],
    }


def _means(of_seeds: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """A row per model: its errors and seconds, each the mean over the seeds."""
    measures = ("rmse", "mae", "mape", "fit_seconds")
    return [
        {"model": rows[0]["model"], "label": rows[0]["label"]}
        | {measure: float(np.mean([row[measure] for row in rows])) for measure in measures}
        for rows in zip(*of_seeds, strict=True)
    ]


def _peers(dataset: Dataset, tuned: Profile, protocol: str, seed: int) -> list[dict[str, Any]]:
    """Rows of Surprise's models, as tuned, and of the course's features: means over the splits."""
    splits = make_splits(dataset, protocol, seed)
    tested = [_peers_of_split(dataset.ratings, split, tuned, seed) for split in splits]
    return [
        {"model": rows[0]["model"], "label": rows[0]["label"]}
        | {key: float(np.mean([row[key] for row in rows])) for key in ("rmse", "mae", "mape")}
        | {"fit_seconds": float(np.sum([row["fit_seconds"] for row in rows]))}
        for rows in zip(*tested, strict=True)
    ]


def _peers_of_split(
    ratings: Ratings, split: Split, tuned: Profile, seed: int
) -> list[dict[str, Any]]:
    actual, rows = ratings.by_user.values[split.test], []
    part = ratings.part(split.known)
    for spec in tuned.models:
        if spec.kind not in SURPRISE:
            continue
        started = time.perf_counter()
        model = MODELS[spec.kind](spec.settings, "exact").fit(part, seed)
        seconds = time.perf_counter() - started
        found = errors(model.predict(*_pairs(ratings, split.test)), actual)
        label = f"Surprise, tuned: {spec.label}"
        rows.append({"model": f"surprise_{spec.name}", "label": label, "fit_seconds": seconds})
        rows[-1] |= found._asdict()
    started = time.perf_counter()
    of_stack = [_course(ratings, split.known & ~stack, stack) for stack in split.stacks]
    given = np.concatenate([ratings.by_user.values[stack] for stack in split.stacks])
    matrix = xgboost.DMatrix(np.concatenate(of_stack), label=given)
    trees = xgboost.train({"seed": seed}, matrix, num_boost_round=100)
    seconds = time.perf_counter() - started
    test_features = xgboost.DMatrix(_course(ratings, split.known, split.test))
    found = errors(trees.predict(test_features), actual)
    row = {"model": "course", "label": "Course features, XGBoost", "fit_seconds": seconds}
    return [*rows, row | found._asdict()]


def _course(ratings: Ratings, fit_on: Mask, rows: Mask) -> Any:
    """The course's features of some ratings, made from others; its global average is constant."""
    return Features().fit(ratings.part(fit_on)).make(*_pairs(ratings, rows))[:, COURSE]


def _pairs(ratings: Ratings, rows: Mask) -> tuple[Any, Any, Any]:
    csr = ratings.by_user
    return csr.rows()[rows], csr.indices[rows], csr.days[rows]


if __name__ == "__main__":
    main()
