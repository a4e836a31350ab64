"""An invented report with every part, in the form that an evaluation writes."""

from typing import Any

LABELS = {
    "baseline": "Baseline",
    "svd": "SVD",
    "ensemble": "XGBoost ensemble",
    "blend": "Linear blend",
    "mean": "Global mean",
}
RMSE = {"baseline": 0.9437, "svd": 0.9381, "ensemble": 0.9123, "blend": 0.9203, "mean": 1.1204}
LEFT_OUT = "It needs 139 GB of memory for the similarities of 132,035 users; there are 23 GB."


def example_report(**changes: Any) -> dict[str, Any]:
    """The report, with `changes` in place of its parts."""
    report: dict[str, Any] = {
        "source": {
            "name": "A Small Invented Set",
            "sha256": "ab" * 32,
            "simulated": True,
            "n_ratings": 1100,
            "n_users": 80,
            "n_movies": 29,
            "n_duplicates": 3,
            "n_bad_lines": 1,
        },
        "protocol": "last",
        "profile": "fast",
        "seed": 0,
        "scale": [1, 5, 1],
        "n_train": 800,
        "n_stack": 150,
        "n_test": 300,
        "models": [_model(model) for model in ("mean", "svd", "baseline", "blend", "ensemble")],
        "comparisons": [
            _difference(model, RMSE["ensemble"] - RMSE[model], 0.004)
            for model in ("baseline", "svd", "blend", "mean")
        ],
        "splits": [_split("last")],
        "error_table": {
            "user_bounds": [1, 10, 100],
            "movie_bounds": [1, 10, 100],
            "rmse": [[1.1, 1.0, None], [0.98, 0.94, 0.88], [None, 0.9, 0.84]],
            "n": [[40, 60, 3], [50, 70, 40], [2, 35, 30]],
        },
        "slices": {
            "user_support": [_slice("1-9", 90, 0.06), _slice("10-29", 210, -0.03)],
            "movie_support": [
                _slice("0", 4, 0.4),
                _slice("1-9", 96, 0.08),
                _slice("10-29", 200, -0.05),
            ],
            "month": [
                _slice("2002-11", 12, 0.3),
                _slice("2002-12", 188, 0.01),
                _slice("2003-02", 100, -0.02),
            ],
            "cold_start": [
                _slice("known user, known movie", 296, 0.0),
                _slice("new user", 0, 0.0),
                _slice("new movie", 4, 0.4),
                _slice("new user, new movie", 0, 0.0),
            ],
        },
        "calibration": [
            {"predicted": 2 + 0.15 * k, "actual": 2.02 + 0.148 * k, "n": 15} for k in range(20)
        ],
        "residuals": {
            "edges": [-4.0, -2.0, -1.0, 0.0, 1.0, 2.0, 4.0],
            "counts": [5, 45, 90, 110, 48, 2],
        },
        "ablation": [
            _difference("svd", 0.0061, 0.002) | {"rmse": 0.9184},
            _difference("baseline", -0.0004, 0.001) | {"rmse": 0.9119},
        ],
        "importance": [
            {"column": "movie_average", "group": "movie", "stars": 0.31},
            {"column": "svd", "group": "taste", "stars": 0.0724},
            {"column": "similar_movie_1", "group": "similar_movies", "stars": 0.011},
        ],
        "learning": {
            "trees": [
                {"n": n, "learn": 0.93 - 0.001 * n, "stop": 0.92 + 0.00001 * (n - 33) ** 2}
                for n in range(1, 61)
            ],
            "stack": [
                {"n": 15, "rmse": 0.93},
                {"n": 45, "rmse": 0.919},
                {"n": 150, "rmse": RMSE["ensemble"]},
            ],
        },
        "ranking": {
            "like": 4.0,
            "n_users": 62,
            "n_likes": 140,
            "order": 2.0,
            "rows": [
                _ranked("svd", "SVD", 0.21, 0.051),
                _ranked("ensemble", "XGBoost ensemble", 0.25, 0.062),
                _ranked("ordered", "XGBoost ensemble, as listed", 0.34, 0.091),
                _ranked("popular", "Most popular", 0.3, 0.088),
            ],
            "orders": [
                {"z": 0.0, **_measures(0.22, 0.05)},
                {"z": 2.0, **_measures(0.31, 0.08)},
            ],
        },
        "newcomers": {
            "n_users": 16,
            "n_test": 64,
            "n_listed": 15,
            "order_z": 2.0,
            "rows": [
                _newcomer("Movie averages", 0, 1.0251, 0.2, 0.041),
                _newcomer("Fold-in", 5, 0.9812, 0.25, 0.052),
                _newcomer("Fold-in", 10, 0.9634, 0.27, 0.06),
                _newcomer("Fold-in", 20, 0.9507, 0.29, 0.066),
                _newcomer("Ensemble, all ratings known", None, 0.9155, 0.34, 0.091),
                _newcomer("Most popular", None, None, 0.3, 0.088),
            ],
        },
        "settings": {
            "svd": {"n_factors": 64, "lr_all": 0.01},
            "baseline": {"method": "als"},
            "ensemble": {"n_estimators": 60},
        },
        "left_out": [{"model": "knn_user", "label": "KNN, users", "reason": LEFT_OUT}],
    }
    return report | changes


def _model(model: str) -> dict[str, Any]:
    rmse = RMSE[model]
    return {
        "model": model,
        "label": LABELS[model],
        "rmse": rmse,
        "rmse_interval": [rmse - 0.011, rmse + 0.012],
        "mae": rmse * 0.79,
        "mape": 25.0,
        "fit_seconds": 12.5,
        "predict_seconds": 0.25,
        "peak_bytes": None if model == "mean" else 250_540_032,
    }


def _difference(model: str, difference: float, reach: float) -> dict[str, Any]:
    interval = [difference - reach, difference + reach]
    return {
        "model": model,
        "label": LABELS[model],
        "difference": difference,
        "interval": interval,
    }


def _split(name: str) -> dict[str, Any]:
    return {"name": name, "n_train": 800, "n_stack": 150, "n_test": 300, "rmse": RMSE}


def _slice(label: str, n: int, above: float) -> dict[str, Any]:
    rmse = {model: value + above for model, value in RMSE.items()} if n else {}
    return {
        "label": label,
        "n": n,
        "rmse": rmse,
        "mae": {model: 0.79 * value for model, value in rmse.items()},
        "mape": {model: 25 * value for model, value in rmse.items()},
    }


def _ranked(model: str, label: str, hit_rate: float, gain: float) -> dict[str, Any]:
    return {"model": model, "label": label, **_measures(hit_rate, gain)}


def _newcomer(
    label: str, given: int | None, rmse: float | None, hit_rate: float, gain: float
) -> dict[str, Any]:
    return {
        "label": label,
        "given": given,
        "rmse": rmse,
        "rmse_interval": None if rmse is None else [rmse - 0.04, rmse + 0.045],
        "hit_rate_10": hit_rate,
        "ndcg_10": gain,
    }


def _measures(hit_rate: float, gain: float) -> dict[str, float]:
    return {
        "hit_rate_10": hit_rate,
        "ndcg_10": gain,
        "recall_50": 0.4,
        "koren_rank": 0.12,
        "coverage": 0.33,
        "popular_share": 0.61,
    }
