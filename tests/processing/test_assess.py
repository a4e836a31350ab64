import dataclasses

import numpy as np
import pytest

from processing.assess import assess, fitting_models
from processing.ensemble.features import Features
from processing.ensemble.stacking import Ensemble, EnsembleSettings
from processing.errors import ModelError
from processing.evaluation.metrics import errors
from processing.models.knn_baseline import KNNBaseline
from processing.profile import parse_profile
from processing.stages import Stages
from tests.builders import dataset_of, random_rows, ratings_of, tasteful_rows

DOCUMENT = {
    "seed": 0,
    "protocol": "last",
    "engine": "fast",
    "recommend": {"top_n": 5, "n_candidates": 12, "n_similar": 4},
    "ensemble": {},
    "models": {
        "baseline": {"kind": "baseline", "label": "BaselineOnly"},
        "knn": {"kind": "knn_baseline", "similarity": "pearson_baseline"},
        "svd": {"kind": "svd", "n_factors": 5},
    },
}
PROFILE = parse_profile("small", DOCUMENT)
SURPRISE = parse_profile("small", DOCUMENT | {"engine": "surprise"})


def _rmse(report, model):
    return next(row["rmse"] for row in report["models"] if row["model"] == model)


@pytest.mark.parametrize("protocol", ["random", "last"])
def test_assess_when_ratings_are_noise_then_the_ensemble_gains_nothing(protocol, tmp_path):
    ratings = ratings_of(random_rows(11, n_users=300, n_movies=150, density=0.25))
    report = assess(Stages(tmp_path, "k"), dataset_of(ratings), PROFILE, protocol, 0)
    mean = _rmse(report, "mean")
    assert mean == pytest.approx(2**0.5, rel=0.03)  # of uniform stars
    assert _rmse(report, "ensemble") > mean - 0.01
    assert _rmse(report, "ensemble") < mean + 0.03


def test_ensemble_when_stacked_on_seen_ratings_then_is_fooled_by_noise():
    """The fault that the test above would show: members that predict what they were fitted on."""
    ratings = ratings_of(random_rows(11, n_users=300, n_movies=150, density=0.25))
    csr = ratings.by_user
    scores = KNNBaseline(KNNBaseline.Settings()).fit(ratings, 0).predict(csr.rows(), csr.indices)
    made = np.zeros((len(scores), 14), np.float32)
    leaking = Ensemble(EnsembleSettings(), ("knn",), ratings.scale)
    leaking.fit(scores[:, None], made, csr.values, 0)
    seen = errors(leaking.predict(scores[:, None], made), csr.values)["rmse"]
    assert seen < csr.values.std() - 0.03


def test_assess_when_there_is_taste_then_the_ensemble_beats_the_mean_and_its_members(tmp_path):
    ratings = ratings_of(tasteful_rows(12, n_users=300, n_movies=120))
    report = assess(Stages(tmp_path, "k"), dataset_of(ratings), PROFILE, "random", 0)
    members = [_rmse(report, spec.name) for spec in PROFILE.models]
    assert _rmse(report, "ensemble") < min(members)
    assert min(members) < _rmse(report, "mean")


@pytest.mark.parametrize("protocol", ["random", "last"])
def test_assess_when_test_ratings_are_replaced_then_every_fitted_byte_stays(protocol, tmp_path):
    ratings = ratings_of(tasteful_rows(13, n_users=80, n_movies=50))
    dataset = dataset_of(ratings)
    assess(Stages(tmp_path / "one", "k"), dataset, PROFILE, protocol, 0)
    from processing.evaluation.protocols import make_splits

    (split,) = make_splits(dataset, protocol, 0)
    values = ratings.by_user.values.copy()
    values[split.test] = 6 - values[split.test]
    changed = dataclasses.replace(
        ratings, by_user=dataclasses.replace(ratings.by_user, values=values)
    )
    assess(Stages(tmp_path / "two", "k"), dataset_of(changed), PROFILE, protocol, 0)
    fitted = [p for p in (tmp_path / "one").rglob("*") if p.suffix in (".npy", ".ubj")]
    fitted += list((tmp_path / "one").rglob("ensemble.json"))
    assert len(fitted) > 8
    for path in fitted:
        other = tmp_path / "two" / path.relative_to(tmp_path / "one")
        assert other.read_bytes() == path.read_bytes(), path


def test_assess_when_finished_then_rows_agree_with_the_kept_scores(tmp_path):
    ratings = ratings_of(tasteful_rows(13, n_users=80, n_movies=50))
    dataset = dataset_of(ratings)
    report = assess(Stages(tmp_path, "k"), dataset, PROFILE, "last", 0)
    from processing.evaluation.protocols import make_splits

    (split,) = make_splits(dataset, "last", 0)
    actual = ratings.by_user.values[split.test]
    kept = np.load(tmp_path / "last/test/svd/scores.npy")
    assert _rmse(report, "svd") == pytest.approx(np.sqrt(np.mean((kept - actual) ** 2)))
    mean = ratings.by_user.values[split.known].mean()
    assert _rmse(report, "mean") == pytest.approx(np.sqrt(np.mean((mean - actual) ** 2)), rel=1e-6)
    assert report["n_test"] == len(actual)
    assert report["n_train"] + report["n_test"] == ratings.n_ratings


def test_assess_when_there_are_folds_then_errors_are_means_over_them(tmp_path):
    ratings = ratings_of(tasteful_rows(13, n_users=80, n_movies=50))
    folds = {"u1": np.arange(0, 300), "u2": np.arange(300, 600)}
    report = assess(Stages(tmp_path, "k"), dataset_of(ratings, folds=folds), PROFILE, "folds", 0)
    assert [split["name"] for split in report["splits"]] == ["u1", "u2"]
    for model in ("svd", "ensemble"):
        each = [split["rmse"][model] for split in report["splits"]]
        assert _rmse(report, model) == pytest.approx(np.mean(each))
        assert each[0] != each[1]


def test_fitting_models_when_memory_is_short_then_left_out_with_the_reason():
    ratings = ratings_of(tasteful_rows(13, n_users=80, n_movies=50))
    need, _ = KNNBaseline.memory_need(SURPRISE.models[1].settings, ratings, "surprise")
    fitting, left_out = fitting_models(SURPRISE, ratings, need - 1)
    assert [spec.name for spec in fitting] == ["baseline", "svd"]
    assert left_out[0]["model"] == "knn"
    assert "80 × 80 users" in left_out[0]["reason"]
    assert fitting_models(SURPRISE, ratings, need) == (list(SURPRISE.models), [])


def test_fitting_models_when_nothing_fits_then_refused():
    ratings = ratings_of(tasteful_rows(13, n_users=80, n_movies=50))
    with pytest.raises(ModelError, match="No model of profile 'small' fits"):
        fitting_models(PROFILE, ratings, 1000)


def test_memory_need_when_users_are_those_of_the_netflix_sample_then_139_gb_an_array():
    class Sample:
        n_ratings = 412_554

        class by_user:
            counts = np.ones(132_035, np.int64)

    need, words = KNNBaseline.memory_need(KNNBaseline.Settings(), Sample, "surprise")
    assert need > 3 * 132_035**2 * 8
    assert "139 GB each" in words


def test_features_when_of_a_held_out_part_then_never_of_a_seen_rating():
    ratings = ratings_of(tasteful_rows(13, n_users=30, n_movies=20))
    with pytest.raises(ModelError, match="leave the pair out"):
        Features().fit(ratings).make(ratings.by_user.rows(), ratings.by_user.indices)
