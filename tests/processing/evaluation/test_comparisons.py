import json

import numpy as np
import pytest

from processing.evaluation.bootstrap import resampled_rmse
from processing.evaluation.comparisons import (
    WITH_ALL,
    ablation_rows,
    comparisons,
    model_rows,
)
from processing.report.text import as_table, without_times
from tests.processing.evaluation.samples import split_of

LABELS = {"svd": "SVD", "ensemble": "Ensemble (XGBoost)", "mean": "Global mean"}


@pytest.fixture(scope="module")
def splits():
    made = []
    for seed in (0, 1):
        rng = np.random.default_rng(seed)
        ratings = rng.integers(1, 6, 400)
        off = rng.normal(0, 1, 400)
        scores = {"svd": ratings + off, "ensemble": ratings + 0.8 * off, "mean": np.full(400, 3)}
        made.append(split_of(rng.integers(0, 90, 400), ratings, scores))
    return made


def _rmse(split, model):
    return np.sqrt(np.mean((split.scores[model] - split.ratings) ** 2, dtype=np.float64))


def test_model_rows_when_there_are_splits_then_mean_errors_and_summed_seconds(splits):
    rows = {row.model: row for row in model_rows(splits, LABELS, resampled_rmse(splits, 0))}
    for model, row in rows.items():
        assert row.rmse == pytest.approx(np.mean([_rmse(split, model) for split in splits]))
        assert row.rmse_interval[0] < row.rmse < row.rmse_interval[1]
    assert (rows["svd"].fit_seconds, rows["svd"].predict_seconds) == (2, 4)
    assert rows["svd"].peak_bytes == 5


def test_comparisons_when_the_ensemble_is_better_then_below_zero_with_certainty(splits):
    rows = comparisons(splits, LABELS, resampled_rmse(splits, 0))
    assert [row.model for row in rows] == ["svd", "mean"]
    for row in rows:
        each = [_rmse(split, "ensemble") - _rmse(split, row.model) for split in splits]
        assert row.difference == pytest.approx(np.mean(each))
        assert row.interval[0] < row.difference < row.interval[1] < 0


def test_ablation_rows_when_a_member_matters_then_it_is_worse_without(splits):
    compared = [
        split_of(
            split.users,
            split.ratings,
            {"svd": split.scores["svd"], WITH_ALL: split.scores["ensemble"]},
        )
        for split in splits
    ]
    (row,) = ablation_rows(compared, LABELS, 0)
    assert (row.model, row.label) == ("svd", "SVD")
    assert row.rmse == pytest.approx(np.mean([_rmse(split, "svd") for split in splits]))
    assert 0 < row.interval[0] < row.difference < row.interval[1]


def _report():
    def row(model, rmse, **more):
        interval = {"rmse_interval": [rmse - 0.01, rmse + 0.01]}
        times = {"fit_seconds": 1.0, "predict_seconds": 2.0, "peak_bytes": 7}
        label = {"label": model.upper(), "model": model}
        return label | interval | times | {"rmse": rmse, "mae": 0.7, "mape": None} | more

    def less(model, difference):
        ends = [difference - 0.001, difference + 0.001]
        return {"model": model, "label": model.upper(), "difference": difference, "interval": ends}

    return {
        "source": {"name": "A set"},
        "protocol": "last",
        "profile": "fast",
        "seed": 3,
        "n_train": 9000,
        "n_stack": 900,
        "n_test": 1000,
        "splits": [{}],
        "models": [
            row("knn", 0.93),
            row("svd", 0.92, mape=27.5),
            row("ensemble", 0.9),
            row("blend", 0.91),
            row("mean", 1.1),
        ],
        "comparisons": [
            less("knn", -0.03),
            less("svd", -0.02),
            less("blend", -0.01),
            less("mean", -0.2),
        ],
        "ranking": {
            "like": 4.0,
            "n_users": 1000,
            "rows": [
                {"model": "ordered", "hit_rate_10": 0.5},
                {"model": "popular", "hit_rate_10": 0.25},
            ],
        },
        "left_out": [{"label": "SVD++", "reason": "too large."}],
    }


def test_table_when_read_then_errors_intervals_and_what_the_ensemble_gains():
    lines = as_table(_report()).splitlines()
    assert lines[0].startswith("A set: protocol last, profile fast, seed 3; 9,000 ratings")
    svd = next(line for line in lines if line.startswith("SVD "))
    assert svd.split() == "SVD 0.9200 0.9100, 0.9300 0.7000 27.50% 1.0 2.00".split()
    assert "Ensemble less best member (SVD): -0.0200 [-0.0210, -0.0190] stars of RMSE." in lines
    ranking = next(line for line in lines if line.startswith("Of 1,000 users"))
    assert "50.0 % find one" in ranking
    assert ranking.endswith("most popular ones, 25.0 %.")
    assert lines[-1] == "SVD++ was left out: too large."
    assert max(len(line) for line in lines[2:8]) <= 100


def test_table_when_nobody_likes_anything_then_says_nothing_of_lists():
    assert "users with a movie to find" not in as_table(_report() | {"ranking": None})


def test_without_times_when_taken_then_nothing_that_differs_from_run_to_run():
    report = _report()
    kept = without_times(report)
    assert "seconds" not in json.dumps(kept)
    assert "peak" not in json.dumps(kept)
    assert [row["rmse"] for row in kept["models"]] == [row["rmse"] for row in report["models"]]
    assert "seconds" in json.dumps(report)
    assert kept["ranking"] == report["ranking"]
