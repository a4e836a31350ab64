import numpy as np
import pytest

from processing.evaluation.bootstrap import resampled_rmse
from processing.evaluation.comparisons import (
    WITH_ALL,
    ablation_rows,
    comparisons,
    model_rows,
)
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
