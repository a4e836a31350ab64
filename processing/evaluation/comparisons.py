"""Models compared on the test ratings: their errors, differences, and each fold by itself."""

import numpy as np
from numpy.typing import NDArray

from processing.evaluation.bootstrap import interval, resampled_rmse
from processing.evaluation.metrics import errors, squared_errors
from processing.evaluation.predictions import SplitPredictions
from processing.report.schema import ENSEMBLE, Ablation, Comparison, ModelErrors, SplitErrors

WITH_ALL = "with all"


def model_rows(
    splits: list[SplitPredictions],
    labels: dict[str, str],
    resampled: dict[str, NDArray[np.float64]],
) -> tuple[ModelErrors, ...]:
    """One row per model, as in the published five-fold figures: the mean of the splits' errors.

    `resampled` holds each model's RMSE by resample.
    """
    return tuple(_model_row(splits, name, label, resampled) for name, label in labels.items())


def _model_row(
    splits: list[SplitPredictions],
    name: str,
    label: str,
    resampled: dict[str, NDArray[np.float64]],
) -> ModelErrors:
    found = [errors(split.scores[name], split.ratings) for split in splits]
    seconds = np.sum([split.seconds[name] for split in splits], axis=0)
    peaks = [peak for split in splits if (peak := split.peaks[name]) is not None]
    return ModelErrors(
        model=name,
        label=label,
        rmse=float(np.mean([each.rmse for each in found])),
        rmse_interval=interval(resampled[name]),
        mae=float(np.mean([each.mae for each in found])),
        mape=_mean([each.mape for each in found]),
        fit_seconds=float(seconds[0]),
        predict_seconds=float(seconds[1]),
        peak_bytes=max(peaks, default=None),
    )


def _mean(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if len(known) == len(values) else None


def mean_rmse(splits: list[SplitPredictions], model: str) -> float:
    """The mean of the splits' RMSE of a model."""
    found = [np.mean(squared_errors(split.scores[model], split.ratings)) for split in splits]
    return float(np.mean(np.sqrt(found)))


def comparisons(
    splits: list[SplitPredictions],
    labels: dict[str, str],
    resampled: dict[str, NDArray[np.float64]],
) -> tuple[Comparison, ...]:
    """The ensemble's RMSE less each other model's, with the interval: below 0 it is better."""
    ensemble = mean_rmse(splits, ENSEMBLE)
    return tuple(
        Comparison(
            model=name,
            label=label,
            difference=ensemble - mean_rmse(splits, name),
            interval=interval(resampled[ENSEMBLE] - resampled[name]),
        )
        for name, label in labels.items()
        if name != ENSEMBLE
    )


def ablation_rows(
    splits: list[SplitPredictions], labels: dict[str, str], seed: int
) -> tuple[Ablation, ...]:
    """What the ensemble's RMSE is without each member, and how much that is above all together.

    `splits` hold, by the member left out, the scores of the ensemble without it, and those of the
    ensemble with all as `WITH_ALL`.
    """
    resampled = resampled_rmse(splits, seed)
    whole = mean_rmse(splits, WITH_ALL)
    return tuple(
        Ablation(
            model=name,
            label=labels[name],
            rmse=(rmse := mean_rmse(splits, name)),
            difference=rmse - whole,
            interval=interval(resampled[name] - resampled[WITH_ALL]),
        )
        for name in resampled
        if name != WITH_ALL
    )


def split_rows(splits: list[SplitPredictions], labels: dict[str, str]) -> tuple[SplitErrors, ...]:
    """Each split's own RMSE by model, and how many ratings it trained on and tested."""
    return tuple(
        SplitErrors(
            name=split.name,
            n_train=split.n_train,
            n_stack=split.n_stack,
            n_test=len(split.ratings),
            rmse={name: errors(split.scores[name], split.ratings).rmse for name in labels},
        )
        for split in splits
    )
