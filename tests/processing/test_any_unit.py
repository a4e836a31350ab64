"""The same invented tastes in six units: the same errors, lists and stars, but for the unit."""

import numpy as np
import pytest

from processing import pipeline
from processing.profile import parse_profile
from processing.release.reader import open_release
from processing.release.storage import FolderStorage
from processing.release.writer import publish
from tests.builders import dataset_of, ratings_of, tasteful_rows
from tests.small_profile import DOCUMENT
from tests.units import SCALES, told_in

PROFILE = parse_profile(
    "units",
    DOCUMENT
    | {
        "ensemble": {"n_estimators": 20},
        "ranker": {"n_candidates": 12, "n_estimators": 0},
        "models": {
            "baseline": {"kind": "baseline"},
            "knn": {"kind": "knn_baseline", "similarity": "msd"},
            "svd": {"kind": "svd", "n_factors": 5, "lr_all": 0.02},
            "svdpp": {"kind": "svdpp", "n_factors": 5},
            "weights": {"kind": "item_weights", "n_epochs": 3},
            "time_baseline": {"kind": "time_baseline"},
            "timesvdpp": {"kind": "timesvdpp", "n_factors": 4},
            "bayes": {"kind": "bayes", "n_factors": 3, "n_samples": 8, "ordinal": False},
        },
    },
)


@pytest.fixture(scope="module")
def ratings():
    return ratings_of(tasteful_rows(6, n_users=150, n_movies=60, density=0.5))


def outcome(ratings, folder):
    """The report, the release, and the scale's span."""
    directory, report = pipeline.run(dataset_of(ratings), PROFILE, folder / "runs")
    storage = FolderStorage(folder / "predictions")
    publish(directory / "release", storage, FolderStorage(folder / "figures"))
    return report, open_release(storage), ratings.scale.high - ratings.scale.low


@pytest.fixture(scope="module")
def usual(ratings, tmp_path_factory):
    return outcome(ratings, tmp_path_factory.mktemp("usual"))


@pytest.mark.parametrize("scale", SCALES, ids=str)
def test_run_when_tastes_are_told_in_another_unit_then_of_the_same_quality(
    scale, ratings, usual, tmp_path
):
    (report, release, span), (expected, other, usual_span) = (
        outcome(told_in(scale, ratings), tmp_path),
        usual,
    )
    assert [row.model for row in report.models] == [row.model for row in expected.models]
    for found, wanted in zip(report.models, expected.models, strict=True):
        assert found.rmse / span == pytest.approx(wanted.rmse / usual_span, abs=1e-3), found.model
        assert found.mae / span == pytest.approx(wanted.mae / usual_span, abs=1e-3), found.model
    for found, wanted in zip(report.ranking.rows, expected.ranking.rows, strict=True):
        assert found.ndcg_10 == pytest.approx(wanted.ndcg_10, abs=5e-3), found.model
    assert report.left_out == expected.left_out == ()
    same, shifts = [], []
    for user in range(ratings.n_users):
        mine, theirs = release.user_record(user).top, other.user_record(user).top
        same.append(len(set(mine["movie"]) & set(theirs["movie"])) / len(mine))
        both = mine["movie"] == theirs["movie"]
        of_span = (mine["score"] - scale.low) / span, (theirs["score"] - 1) / usual_span
        shifts.extend(np.abs(of_span[0] - of_span[1])[both])
    assert np.mean(same) > 0.98
    assert np.mean(shifts) < 1e-2  # trees split otherwise where float32 rounds otherwise
    found, wanted = release.fold_in, other.fold_in
    unit = scale.unit
    np.testing.assert_allclose(found.mean / unit, wanted.mean, atol=1e-3)
    np.testing.assert_allclose(found.covariance / unit**2, wanted.covariance, rtol=0.02, atol=1e-4)
    assert found.noise_variance / unit**2 == pytest.approx(wanted.noise_variance, rel=0.01)
