"""Errors by what stands behind a prediction, and how the ensemble's errors are distributed."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from processing.data.rows import NO_DAY, Scale
from processing.evaluation.metrics import errors_by_group
from processing.evaluation.test_scores import ENSEMBLE, Tested, pooled_ratings, pooled_scores

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

Rows = list[dict[str, Any]]


def slices(tested: list[Tested]) -> dict[str, Rows]:
    """Every model's errors by support of user and movie, by month, and where one is new.

    Support counts known ratings only. Rows of all splits are pooled. Support bins and months
    without a test rating have no row; of the cold starts every row is there.
    """
    grouped = {
        "user_support": _supports([split.user_support for split in tested]),
        "movie_support": _supports([split.movie_support for split in tested]),
        "month": _months(np.concatenate([split.days for split in tested])),
        "cold_start": _cold(tested),
    }
    return {
        name: [row for row in _rows(tested, *groups) if row["n"] or name == "cold_start"]
        for name, groups in grouped.items()
    }


def error_table(tested: list[Tested]) -> dict[str, Any]:
    """The ensemble's RMSE by support of user (rows) and of movie (columns), both at least 1.

    Where fewer than `LEAST_TESTED` ratings were tested there is None. Supports are at least the
    bounds, less than the next ones. Rows of all splits are pooled.
    """
    bounds = SUPPORTS[1:]
    users = np.concatenate([split.user_support for split in tested])
    movies = np.concatenate([split.movie_support for split in tested])
    off = np.square(pooled_ratings(tested).astype(np.float64) - pooled_scores(tested, ENSEMBLE))
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
    shape = range(0, size, len(bounds))
    return {
        "user_bounds": list(bounds),
        "movie_bounds": list(bounds),
        "rmse": [rmse[start : start + len(bounds)] for start in shape],
        "n": [n[start : start + len(bounds)].tolist() for start in shape],
    }


def calibration(tested: list[Tested]) -> Rows:
    """The ensemble's mean score and the mean rating, by twentieths of the scores, lowest first."""
    scores, ratings = pooled_scores(tested, ENSEMBLE), pooled_ratings(tested)
    order = np.argsort(scores, kind="stable")
    parts = np.array_split(order, min(N_CALIBRATION_BINS, len(order)))
    return [
        {
            "predicted": float(np.mean(scores[part], dtype=np.float64)),
            "actual": float(np.mean(ratings[part], dtype=np.float64)),
            "n": len(part),
        }
        for part in parts
    ]


def residuals(tested: list[Tested], scale: Scale) -> dict[str, list[float] | list[int]]:
    """How many of the ensemble's residuals, rating less score, lie between each two edges."""
    reach = scale.high - scale.low
    edges = np.linspace(-reach, reach, N_RESIDUAL_BINS + 1).round(10)
    differences = pooled_ratings(tested) - pooled_scores(tested, ENSEMBLE)
    counts, _ = np.histogram(differences.clip(-reach, reach), edges)
    return {"edges": edges.tolist(), "counts": counts.tolist()}


def _rows(tested: list[Tested], groups: NDArray[np.int64], labels: list[str]) -> Rows:
    if not labels:
        return []
    counts = np.bincount(groups, minlength=len(labels))
    ratings = pooled_ratings(tested)
    rows: Rows = [
        {"label": label, "n": int(n), "rmse": {}, "mae": {}, "mape": {}}
        for label, n in zip(labels, counts, strict=True)
    ]
    for model in tested[0].scores:
        found = errors_by_group(groups, len(labels), pooled_scores(tested, model), ratings)
        for measure, values in found.items():
            for row, value in zip(rows, values, strict=True):
                if row["n"]:
                    row[measure][model] = value
    return rows


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


def _cold(tested: list[Tested]) -> tuple[NDArray[np.int64], list[str]]:
    groups = [
        (split.user_support == 0) + 2 * (split.movie_support == 0).astype(np.int64)
        for split in tested
    ]
    return np.concatenate(groups), list(COLD_LABELS)
