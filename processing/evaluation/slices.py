"""Errors by what stands behind a prediction, and how the ensemble's errors are distributed."""

import numpy as np
from numpy.typing import NDArray

from processing.data.rows import NO_DAY, Scale
from processing.evaluation.metrics import Errors, errors_by_group
from processing.evaluation.predictions import SplitPredictions, pooled_ratings, pooled_scores
from processing.report.schema import (
    ENSEMBLE,
    CalibrationBin,
    ErrorsBySupport,
    Residuals,
    SliceErrors,
    Slices,
)

SUPPORTS = (0, 1, 10, 30, 100, 300, 1000)
SUPPORT_LABELS = ("0", "1-9", "10-29", "30-99", "100-299", "300-999", "1000+")
COLD_LABELS = (
    "known user, known movie",
    "new user",
    "new movie",
    "new user, new movie",
)
LEAST_TESTED = 30
N_CALIBRATION_BINS = 20
N_RESIDUAL_BINS = 40


def slices(splits: list[SplitPredictions]) -> Slices:
    """Every model's errors by support of user and movie, by month, and where one is new.

    Support counts known ratings only. Rows of all splits are pooled. Support bins and months
    without a test rating have no row; of the cold starts every row is there.
    """
    users = _supports([split.user_support for split in splits])
    movies = _supports([split.movie_support for split in splits])
    months = _months(np.concatenate([split.days for split in splits]))
    return Slices(
        user_support=_tested(_rows(splits, *users)),
        movie_support=_tested(_rows(splits, *movies)),
        month=_tested(_rows(splits, *months)),
        cold_start=_rows(splits, *_cold(splits)),
    )


def error_table(splits: list[SplitPredictions]) -> ErrorsBySupport:
    """The ensemble's RMSE by support of user (rows) and of movie (columns), both at least 1.

    Where fewer than `LEAST_TESTED` ratings were tested there is None. Supports are at least the
    bounds, less than the next ones. Rows of all splits are pooled.
    """
    bounds = SUPPORTS[1:]
    users = np.concatenate([split.user_support for split in splits])
    movies = np.concatenate([split.movie_support for split in splits])
    off = np.square(pooled_ratings(splits).astype(np.float64) - pooled_scores(splits, ENSEMBLE))
    some = (users > 0) & (movies > 0)
    row, column = (
        np.searchsorted(bounds, each[some], side="right") - 1 for each in (users, movies)
    )
    cell, size = row * len(bounds) + column, len(bounds) ** 2
    n = np.bincount(cell, minlength=size)
    squares = np.bincount(cell, off[some], size)
    rmse = [
        float(np.sqrt(total / count)) if count >= LEAST_TESTED else None
        for total, count in zip(squares, n.tolist(), strict=True)
    ]
    starts = range(0, size, len(bounds))
    return ErrorsBySupport(
        user_bounds=bounds,
        movie_bounds=bounds,
        rmse=tuple(tuple(rmse[start : start + len(bounds)]) for start in starts),
        n=tuple(tuple(n[start : start + len(bounds)].tolist()) for start in starts),
    )


def calibration(splits: list[SplitPredictions]) -> tuple[CalibrationBin, ...]:
    """The ensemble's mean score and the mean rating, by twentieths of the scores, lowest first."""
    scores, ratings = pooled_scores(splits, ENSEMBLE), pooled_ratings(splits)
    order = np.argsort(scores, kind="stable")
    parts = np.array_split(order, min(N_CALIBRATION_BINS, len(order)))
    return tuple(
        CalibrationBin(
            predicted=float(np.mean(scores[part], dtype=np.float64)),
            actual=float(np.mean(ratings[part], dtype=np.float64)),
            n=len(part),
        )
        for part in parts
    )


def residuals(splits: list[SplitPredictions], scale: Scale) -> Residuals:
    """How many of the ensemble's residuals, rating less score, lie between each two edges."""
    reach = scale.high - scale.low
    edges = np.linspace(-reach, reach, N_RESIDUAL_BINS + 1).round(10)
    differences = pooled_ratings(splits) - pooled_scores(splits, ENSEMBLE)
    counts, _ = np.histogram(differences.clip(-reach, reach), edges)
    return Residuals(edges=tuple(edges.tolist()), counts=tuple(counts.tolist()))


def _tested(rows: tuple[SliceErrors, ...]) -> tuple[SliceErrors, ...]:
    """The rows that have a test rating."""
    return tuple(row for row in rows if row.n)


def _rows(
    splits: list[SplitPredictions], groups: NDArray[np.int64], labels: list[str]
) -> tuple[SliceErrors, ...]:
    """Every model's errors on the rows of each group; `groups` holds each row's place in labels."""
    if not labels:
        return ()
    ratings = pooled_ratings(splits)
    by_model = {
        model: errors_by_group(groups, len(labels), pooled_scores(splits, model), ratings)
        for model in splits[0].scores
    }
    counts = np.bincount(groups, minlength=len(labels)).tolist()
    return tuple(
        _row(label, n, {model: of_group[place] for model, of_group in by_model.items()})
        for place, (label, n) in enumerate(zip(labels, counts, strict=True))
    )


def _row(label: str, n: int, by_model: dict[str, Errors | None]) -> SliceErrors:
    known = {model: found for model, found in by_model.items() if found is not None}
    return SliceErrors(
        label=label,
        n=n,
        rmse={model: found.rmse for model, found in known.items()},
        mae={model: found.mae for model, found in known.items()},
        mape={model: found.mape for model, found in known.items()},
    )


def _supports(supports: list[NDArray[np.int64]]) -> tuple[NDArray[np.int64], list[str]]:
    groups = np.searchsorted(SUPPORTS, np.concatenate(supports), side="right") - 1
    return groups, list(SUPPORT_LABELS)


def _months(days: NDArray[np.int32]) -> tuple[NDArray[np.int64], list[str]]:
    """The month of each day, as YYYY-MM; none at all where a rating has no day."""
    if (days == NO_DAY).any():
        return np.zeros(len(days), np.int64), []
    months = days.astype("datetime64[D]").astype("datetime64[M]")
    known, groups = np.unique(months, return_inverse=True)
    return groups, [str(month) for month in known]


def _cold(splits: list[SplitPredictions]) -> tuple[NDArray[np.int64], list[str]]:
    groups = [
        (split.user_support == 0) + 2 * (split.movie_support == 0).astype(np.int64)
        for split in splits
    ]
    return np.concatenate(groups), list(COLD_LABELS)
