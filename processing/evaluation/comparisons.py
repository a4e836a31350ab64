"""Models compared on the test ratings: their errors, differences, and each fold by itself."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from processing.evaluation.bootstrap import interval, resampled_rmse
from processing.evaluation.metrics import errors, squared_errors
from processing.evaluation.test_scores import ENSEMBLE, Tested

WITH_ALL = "with all"


@dataclass(frozen=True, kw_only=True)
class ModelRow:
    """A row of the table: errors are means over the splits, seconds are sums.

    `rmse_interval` is the bootstrap's 95 % interval; `peak_bytes` the most memory that was held in
    any split while the model was fitted and asked, None where unknown.
    """

    model: str
    label: str
    rmse: float
    rmse_interval: list[float]
    mae: float
    mape: float | None
    fit_seconds: float
    predict_seconds: float
    peak_bytes: int | None


def model_rows(
    tested: list[Tested], labels: dict[str, str], resampled: dict[str, NDArray[np.float64]]
) -> list[ModelRow]:
    """One row per model, as in the published five-fold figures: the mean of the splits' errors.

    `resampled` holds each model's RMSE by resample.
    """
    rows = []
    for name, label in labels.items():
        found = [errors(split.scores[name], split.ratings) for split in tested]
        seconds = np.sum([split.seconds[name] for split in tested], axis=0)
        peaks = [peak for split in tested if (peak := split.peaks[name]) is not None]
        rows.append(
            ModelRow(
                model=name,
                label=label,
                rmse=float(np.mean([f["rmse"] for f in found])),
                rmse_interval=interval(resampled[name]),
                mae=float(np.mean([f["mae"] for f in found])),
                mape=_mean([f["mape"] for f in found]),
                fit_seconds=float(seconds[0]),
                predict_seconds=float(seconds[1]),
                peak_bytes=max(peaks, default=None),
            )
        )
    return rows


def _mean(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if len(known) == len(values) else None


def mean_rmse(tested: list[Tested], model: str) -> float:
    """The mean of the splits' RMSE of a model."""
    found = [np.mean(squared_errors(split.scores[model], split.ratings)) for split in tested]
    return float(np.mean(np.sqrt(found)))


def comparisons(
    tested: list[Tested], labels: dict[str, str], resampled: dict[str, NDArray[np.float64]]
) -> list[dict[str, Any]]:
    """The ensemble's RMSE less each other model's, with the interval: below 0 it is better."""
    ensemble = mean_rmse(tested, ENSEMBLE)
    return [
        {
            "model": name,
            "label": label,
            "difference": ensemble - mean_rmse(tested, name),
            "interval": interval(resampled[ENSEMBLE] - resampled[name]),
        }
        for name, label in labels.items()
        if name != ENSEMBLE
    ]


def ablation_rows(tested: list[Tested], labels: dict[str, str], seed: int) -> list[dict[str, Any]]:
    """What the ensemble's RMSE is without each member, and how much that is above all together.

    `tested` holds, by the member left out, the scores of the ensemble without it, and those of the
    ensemble with all as `WITH_ALL`.
    """
    resampled = resampled_rmse(tested, seed)
    whole = mean_rmse(tested, WITH_ALL)
    rows = []
    for name in resampled:
        if name == WITH_ALL:
            continue
        rmse = mean_rmse(tested, name)
        rows.append(
            {
                "model": name,
                "label": labels[name],
                "rmse": rmse,
                "difference": rmse - whole,
                "interval": interval(resampled[name] - resampled[WITH_ALL]),
            }
        )
    return rows


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
