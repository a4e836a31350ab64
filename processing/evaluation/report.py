"""The report of an evaluation: one document for terminal, JSON and page."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from processing.evaluation.metrics import errors

ENSEMBLE = "ensemble"
MEAN = "mean"


@dataclass(frozen=True, kw_only=True)
class Tested:
    """What came out on one split's test ratings.

    `scores` maps a model's name to float32 (n_test,); `seconds` to its fit and predict seconds.
    """

    name: str
    ratings: NDArray[np.float32]
    scores: dict[str, NDArray[np.float32]]
    seconds: dict[str, tuple[float, float]]
    n_train: int
    n_stack: int


@dataclass(frozen=True, kw_only=True)
class ModelRow:
    """A row of the table: errors are means over the splits, seconds are sums."""

    model: str
    label: str
    rmse: float
    mae: float
    mape: float | None
    fit_seconds: float
    predict_seconds: float


def model_rows(tested: list[Tested], labels: dict[str, str]) -> list[ModelRow]:
    """One row per model, as in the published five-fold figures: the mean of the splits' errors."""
    rows = []
    for name, label in labels.items():
        found = [errors(split.scores[name], split.ratings) for split in tested]
        seconds = np.sum([split.seconds[name] for split in tested], axis=0)
        rows.append(
            ModelRow(
                model=name,
                label=label,
                rmse=float(np.mean([f["rmse"] for f in found])),
                mae=float(np.mean([f["mae"] for f in found])),
                mape=_mean([f["mape"] for f in found]),
                fit_seconds=float(seconds[0]),
                predict_seconds=float(seconds[1]),
            )
        )
    return rows


def _mean(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if len(known) == len(values) else None


def split_rows(tested: list[Tested], labels: dict[str, str]) -> list[dict[str, Any]]:
    """Each split's own RMSE by model, and how many ratings it trained on and tested."""
    return [
        {
            "name": split.name,
            "n_train": split.n_train,
            "n_stack": split.n_stack,
            "n_test": len(split.ratings),
            "rmse": {name: errors(split.scores[name], split.ratings)["rmse"] for name in labels},
        }
        for split in tested
    ]


def as_table(report: dict[str, Any]) -> str:
    """The report as text for a terminal."""
    lines = [
        f"{report['source']['name']}: protocol {report['protocol']}, profile {report['profile']}, "
        f"seed {report['seed']}; {report['n_train']:,} ratings to learn from "
        f"(of them {report['n_stack']:,} taught the ensemble), {report['n_test']:,} to test"
        + (f", in {len(report['splits'])} folds" if len(report["splits"]) > 1 else "")
        + ".",
        "",
        f"{'model':<22}{'RMSE':>9}{'MAE':>9}{'MAPE':>9}{'fit s':>9}{'predict s':>11}",
    ]
    lines += [
        f"{row['label']:<22}{row['rmse']:>9.4f}{row['mae']:>9.4f}{_percent(row['mape']):>9}"
        f"{row['fit_seconds']:>9.1f}{row['predict_seconds']:>11.2f}"
        for row in report["models"]
    ]
    lines += [f"{item['label']} was left out: {item['reason']}" for item in report["left_out"]]
    return "\n".join(lines)


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}%"


def without_times(report: dict[str, Any]) -> dict[str, Any]:
    """The report less what differs from run to run: what a release holds."""
    models = [
        {key: value for key, value in row.items() if not key.endswith("_seconds")}
        for row in report["models"]
    ]
    return report | {"models": models}
