import dataclasses

import msgspec
import numpy as np
import pytest

from processing.data.splits import make_splits
from processing.ensemble.features import NAMES, Features
from processing.ensemble.stacking import Ensemble, EnsembleSettings
from processing.errors import ModelError
from processing.evaluation.metrics import errors
from processing.models.knn_baseline import KNNBaseline
from processing.profile import parse_profile
from processing.report.schema import report_from_json, report_to_json
from processing.report.text import as_table
from processing.runs.memory import fitting_models
from tests.builders import dataset_of, random_rows, ratings_of, tasteful_rows
from tests.evaluations import report_of
from tests.small_profile import DOCUMENT, PROFILE

LISTS = ("ranking/ease", "ranking/ials", "near", "candidates", "columns", "features")
SURPRISE = parse_profile("small", DOCUMENT | {"engine": "surprise"})


def _rmse(report, model):
    return next(row.rmse for row in report.models if row.model == model)


@pytest.mark.parametrize("protocol", ["random", "last"])
def test_evaluate_when_ratings_are_noise_then_the_ensemble_gains_nothing(protocol, tmp_path):
    ratings = ratings_of(random_rows(11, n_users=300, n_movies=150, density=0.25))
    report = report_of(tmp_path, dataset_of(ratings), PROFILE, protocol, 0)
    mean = _rmse(report, "mean")
    assert mean == pytest.approx(2**0.5, rel=0.03)  # of uniform stars
    assert _rmse(report, "ensemble") > mean - 0.01
    assert _rmse(report, "ensemble") < mean + 0.03


def test_ensemble_when_stacked_on_seen_ratings_then_is_fooled_by_noise():
    """The fault that the test above would show: members that predict what they were fitted on."""
    ratings = ratings_of(random_rows(11, n_users=300, n_movies=150, density=0.25))
    csr = ratings.by_user
    scores = KNNBaseline(KNNBaseline.Settings()).fit(ratings, 0).predict(csr.rows(), csr.indices)
    made = np.zeros((len(scores), len(NAMES)), np.float32)
    leaking = Ensemble(EnsembleSettings(), {"knn": "similar_users"}, ratings.scale)
    leaking.fit(scores[:, None], made, csr.values, 0)
    seen = errors(leaking.predict(scores[:, None], made), csr.values).rmse
    assert seen < csr.values.std() - 0.03


def test_evaluate_when_there_is_taste_then_the_ensemble_beats_the_mean_and_its_members(tmp_path):
    ratings = ratings_of(tasteful_rows(12, n_users=300, n_movies=120))
    report = report_of(tmp_path, dataset_of(ratings), PROFILE, "random", 0)
    members = [_rmse(report, spec.name) for spec in PROFILE.models]
    assert _rmse(report, "ensemble") < min(members)
    assert min(members) < _rmse(report, "mean")


def _with_values(ratings, values):
    return dataclasses.replace(
        ratings, by_user=ratings.by_user._replace(values=values.astype(np.float32))
    )


def _fitted(directory):
    """Every file but what takes the test ratings or the time: bytes by path."""
    unlike = {"seconds.json", "stage.json", "evaluation/report.json", "evaluation/user_errors.npy"}
    files = [p for p in directory.rglob("*") if p.is_file()]
    names = {p: p.relative_to(directory).as_posix() for p in files}
    return {
        name: path.read_bytes() for path, name in names.items() if not unlike & {name, path.name}
    }


@pytest.mark.parametrize("protocol", ["random", "last"])
def test_evaluate_when_test_ratings_are_replaced_then_every_fitted_byte_stays(protocol, tmp_path):
    ratings = ratings_of(tasteful_rows(13, n_users=80, n_movies=50))
    dataset = dataset_of(ratings)
    one = report_of(tmp_path / "one", dataset, PROFILE, protocol, 0)
    (split,) = make_splits(dataset, protocol, 0)
    values = ratings.by_user.values.copy()
    values[split.test] = 6 - values[split.test]
    changed = dataset_of(_with_values(ratings, values))
    two = report_of(tmp_path / "two", changed, PROFILE, protocol, 0)
    fitted = _fitted(tmp_path / "one")
    assert fitted == _fitted(tmp_path / "two")
    stages = {name.split("/", 1)[1].rsplit("/", 1)[0] for name in fitted}
    members = {f"{part}/{spec.name}" for spec in PROFILE.models for part in ("stack-0", "test")}
    members |= {f"without/{spec.name}" for spec in PROFILE.models}
    members |= {"grams", "ranker", "test/lists", "test/lists-ensemble"}
    others = {f"{part}/{stage}" for part in ("stack-0", "test") for stage in LISTS}
    assert members | others | {"ensemble", "stack-share/0.1"} <= stages
    assert one.importance
    assert one.importance == two.importance
    assert one.learning.trees == two.learning.trees
    assert one.ranking.ranker == two.ranking.ranker
    assert one.ranking.known_weight == two.ranking.known_weight
    assert one.models != two.models
    assert one.ranking.rows != two.ranking.rows


@pytest.mark.parametrize("protocol", ["random", "last"])
def test_evaluate_when_known_ratings_are_shuffled_then_no_better_than_the_mean(protocol, tmp_path):
    """Whatever still predicted the test ratings would have seen them."""
    ratings = ratings_of(tasteful_rows(14, n_users=200, n_movies=100))
    (split,) = make_splits(dataset_of(ratings), protocol, 0)
    values = ratings.by_user.values.copy()
    values[split.known] = np.random.default_rng(0).permutation(values[split.known])
    shuffled = dataset_of(_with_values(ratings, values))
    report = report_of(tmp_path / "shuffled", shuffled, PROFILE, protocol, 0)
    of_ensemble = next(row for row in report.comparisons if row.model == "mean")
    assert of_ensemble.interval[1] > 0
    assert of_ensemble.difference > -0.005
    honest = report_of(tmp_path / "honest", dataset_of(ratings), PROFILE, protocol, 0)
    of_ensemble = next(row for row in honest.comparisons if row.model == "mean")
    assert of_ensemble.interval[1] < -0.3


def test_evaluate_when_finished_then_rows_agree_with_the_kept_scores(tmp_path):
    ratings = ratings_of(tasteful_rows(13, n_users=80, n_movies=50))
    dataset = dataset_of(ratings)
    report = report_of(tmp_path, dataset, PROFILE, "last", 0)
    (split,) = make_splits(dataset, "last", 0)
    actual = ratings.by_user.values[split.test]
    kept = np.load(tmp_path / "last/test/svd/scores.npy")
    assert _rmse(report, "svd") == pytest.approx(np.sqrt(np.mean((kept - actual) ** 2)))
    mean = ratings.by_user.values[split.known].mean()
    assert _rmse(report, "mean") == pytest.approx(np.sqrt(np.mean((mean - actual) ** 2)), rel=1e-6)
    assert report.n_test == len(actual)
    assert report.n_train + report.n_test == ratings.n_ratings


def test_evaluate_when_finished_then_users_errors_are_those_of_the_report_user_by_user(tmp_path):
    ratings = ratings_of(tasteful_rows(13, n_users=80, n_movies=50))
    dataset = dataset_of(ratings)
    report = report_of(tmp_path, dataset, PROFILE, "last", 0)
    (split,) = make_splits(dataset, "last", 0)
    errors = np.load(tmp_path / "evaluation" / "user_errors.npy")
    csr, scores = ratings.by_user, np.load(tmp_path / "last/ensemble/scores.npy")
    users, off = csr.rows()[split.test], scores - csr.values[split.test]
    for user in range(ratings.n_users):
        own = off[users == user]
        assert errors[user]["n"] == len(own)
        if len(own):
            assert errors[user]["rmse"] == pytest.approx(np.sqrt(np.mean(own**2)), rel=1e-5)
            assert errors[user]["mae"] == pytest.approx(np.mean(np.abs(own)), rel=1e-5)
        else:
            assert np.isnan(errors[user]["rmse"])
    tested = errors[errors["n"] > 0]
    pooled = np.sqrt(np.sum(tested["n"] * tested["rmse"] ** 2) / tested["n"].sum())
    assert pooled == pytest.approx(_rmse(report, "ensemble"), rel=1e-5)


def test_evaluate_when_there_are_folds_then_errors_are_means_over_them(tmp_path):
    ratings = ratings_of(tasteful_rows(13, n_users=80, n_movies=50))
    folds = {"u1": np.arange(0, 300), "u2": np.arange(300, 600)}
    report = report_of(tmp_path, dataset_of(ratings, folds=folds), PROFILE, "folds", 0)
    assert [split.name for split in report.splits] == ["u1", "u2"]
    for row in report.models:
        each = [split.rmse[row.model] for split in report.splits]
        assert row.rmse == pytest.approx(np.mean(each))
        assert each[0] != each[1]
        assert row.rmse_interval[0] < row.rmse < row.rmse_interval[1]
    assert sum(row.n for row in report.slices.movie_support) == 600
    assert report.learning.stack[-1].rmse == report.splits[-1].rmse["ensemble"]
    assert (tmp_path / "u2/without/svd").exists()
    assert not (tmp_path / "u1/without").exists()
    held_out = np.unique(ratings.by_user.rows()[:600])
    assert 0 < report.ranking.n_users <= len(held_out) + 1  # one user is in both folds


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory):
    ratings = ratings_of(tasteful_rows(13, n_users=80, n_movies=50), titled=[10_000])
    directory = tmp_path_factory.mktemp("evaluated")
    return directory, report_of(directory, dataset_of(ratings), PROFILE, "last", 0)


def test_report_when_written_and_read_then_the_same(evaluated):
    _, report = evaluated
    assert report_from_json(report_to_json(report), "report.json") == report


def test_report_when_read_then_every_part_measures_the_same_test(evaluated):
    directory, report = evaluated
    n, members = report.n_test, [spec.name for spec in PROFILE.models]
    names = [*members, "ensemble", "blend", "mean"]
    assert [row.model for row in report.models] == names
    assert [row.model for row in report.comparisons] == [*members, "blend", "mean"]
    assert [row.model for row in report.ablation] == members
    for rows in msgspec.structs.astuple(report.slices):
        assert sum(row.n for row in rows) == n
        total = sum(row.n * row.rmse["svd"] ** 2 for row in rows if row.n)
        assert np.sqrt(total / n) == pytest.approx(_rmse(report, "svd"))
    assert sum(part.n for part in report.calibration) == n
    assert sum(report.residuals.counts) == n
    points = report.learning.stack
    assert [point.n for point in points] == [int(s * report.n_stack) for s in (0.1, 0.3, 1)]
    assert points[-1].rmse == _rmse(report, "ensemble")
    kept = np.load(directory / "last/without/svd/scores.npy")
    without = next(row for row in report.ablation if row.model == "svd")
    assert len(kept) == n
    assert without.difference == without.rmse - _rmse(report, "ensemble")


def test_report_when_read_then_importance_names_the_columns_with_their_groups(evaluated):
    directory, report = evaluated
    ensemble = Ensemble.load(directory / "last/ensemble")
    assert {row.column: row.group for row in report.importance} == dict(ensemble.columns)
    stars = [row.stars for row in report.importance]
    assert stars == sorted(stars, reverse=True)
    assert len(report.learning.trees) >= ensemble.booster_.num_boosted_rounds()


def test_ranking_when_read_then_every_order_is_there_and_the_list_beats_the_most_popular(evaluated):
    directory, report = evaluated
    ranking = report.ranking
    members = [spec.name for spec in PROFILE.models]
    names = ["list", "ease", "ials", "popular", "popular_lately", "stars", *members]
    assert [row.model for row in ranking.rows] == names
    assert 0 < ranking.n_users <= ranking.n_likes
    rows = {row.model: row for row in ranking.rows}
    assert rows["svd"].koren_rank < 0.5
    assert rows["list"].above_popular == pytest.approx(
        rows["list"].ndcg_10 - rows["popular"].ndcg_10
    )
    assert rows["list"].above_popular_interval[0] > 0
    assert rows["popular"].above_popular is None
    assert [position.position for position in ranking.positions] == ["well", "listed", "less"]
    assert ranking.positions[1].ndcg_10 > 0
    assert (directory / "last/ranker/trees.ubj").exists() == (ranking.ranker.n_trees > 0)


def test_ranking_when_stack_likes_are_dealt_out_to_others_then_the_list_is_no_better_than_popular(
    tmp_path, monkeypatch
):
    """A ranker that is taught nothing of persons can know nothing of them."""
    from processing.evaluation.steps import rankers

    honest = rankers.liked_pairs

    def dealt_out(ratings, held, candidates):
        liked = honest(ratings, held, candidates)
        return np.random.default_rng(0).permutation(liked)

    monkeypatch.setattr(rankers, "liked_pairs", dealt_out)
    ratings = ratings_of(tasteful_rows(13, n_users=300, n_movies=80))
    report = report_of(tmp_path, dataset_of(ratings), PROFILE, "last", 0)
    rows = {row.model: row for row in report.ranking.rows}
    assert rows["ease"].ndcg_10 > 1.3 * rows["popular"].ndcg_10
    assert rows["list"].ndcg_10 < 0.5 * (rows["ease"].ndcg_10 + rows["popular"].ndcg_10)


def test_ranking_when_nobody_likes_anything_then_none(tmp_path):
    rows = [(*row[:2], min(row[2], 3), row[3]) for row in tasteful_rows(13, 60, 30)]
    report = report_of(tmp_path, dataset_of(ratings_of(rows)), PROFILE, "last", 0)
    assert report.ranking is None
    assert "find one" not in as_table(report)


def test_ablation_when_there_are_many_stack_rows_then_all_are_refitted_on_the_same_few(
    tmp_path, monkeypatch
):
    monkeypatch.setattr("processing.evaluation.steps.ensembles.ABLATION_ROWS", 150)
    ratings = ratings_of(tasteful_rows(13, n_users=80, n_movies=50))
    report = report_of(tmp_path, dataset_of(ratings), PROFILE, "last", 0)
    (split,) = make_splits(dataset_of(ratings), "last", 0)
    actual = ratings.by_user.values[split.test]
    whole = errors(np.load(tmp_path / "last/with-all/scores.npy"), actual).rmse
    assert report.n_stack > 150
    assert whole != _rmse(report, "ensemble")
    for row in report.ablation:
        assert row.difference == pytest.approx(row.rmse - whole)


def test_ablation_when_there_are_many_test_rows_then_all_are_compared_on_the_same_few(
    tmp_path, monkeypatch
):
    monkeypatch.setattr("processing.evaluation.steps.ensembles.COMPARED_ROWS", 100)
    ratings = ratings_of(tasteful_rows(13, n_users=80, n_movies=50))
    report = report_of(tmp_path, dataset_of(ratings), PROFILE, "last", 0)
    (split,) = make_splits(dataset_of(ratings), "last", 0)
    assert report.n_test > 100
    rows = np.sort(np.random.default_rng(0).permutation(report.n_test)[:100])
    actual = ratings.by_user.values[split.test][rows]
    all_rows = np.load(tmp_path / "last/ensemble/scores.npy")
    with_all = np.load(tmp_path / "last/with-all/scores.npy")
    np.testing.assert_array_equal(with_all, all_rows[rows])
    whole = errors(with_all, actual).rmse
    assert report.learning.stack[-1].rmse == pytest.approx(whole)
    for row in report.ablation:
        assert row.difference == pytest.approx(row.rmse - whole)
    for point in report.learning.stack[:-1]:
        scores = np.load(tmp_path / f"last/stack-share/{point.n / report.n_stack:.1g}/scores.npy")
        assert point.rmse == pytest.approx(errors(scores, actual).rmse)


def test_report_when_the_profile_does_without_a_model_then_says_why(tmp_path):
    reason = {"label": "SVD++", "reason": "it takes an hour."}
    profile = parse_profile("mine", DOCUMENT | {"left_out": {"svdpp": reason}})
    ratings = ratings_of(tasteful_rows(13, n_users=60, n_movies=30))
    report = report_of(tmp_path, dataset_of(ratings), profile, "last", 0)
    assert [msgspec.to_builtins(each) for each in report.left_out] == [{"model": "svdpp"} | reason]
    assert "SVD++ was left out: it takes an hour." in as_table(report)


def test_evaluate_when_there_is_one_model_then_nothing_to_leave_out(tmp_path):
    models = {"models": {"svd": DOCUMENT["models"]["svd"]}}
    alone = parse_profile("alone", DOCUMENT | models)
    ratings = ratings_of(tasteful_rows(13, n_users=60, n_movies=30))
    report = report_of(tmp_path, dataset_of(ratings), alone, "last", 0)
    assert report.ablation == ()


def test_evaluate_when_undated_then_no_months(tmp_path):
    rows = [row[:3] for row in tasteful_rows(13, n_users=60, n_movies=30)]
    report = report_of(tmp_path, dataset_of(ratings_of(rows)), PROFILE, "random", 0)
    assert report.slices.month == ()
    assert report.ranking.n_users > 0


def test_fitting_models_when_memory_is_short_then_left_out_with_the_reason():
    ratings = ratings_of(tasteful_rows(13, n_users=80, n_movies=50))
    need, _ = KNNBaseline.memory_need(SURPRISE.models[1].settings, ratings, "surprise")
    fitting, left_out = fitting_models(SURPRISE, ratings, need - 1)
    assert [spec.name for spec in fitting] == ["baseline", "svd"]
    assert left_out[0].model == "knn"
    assert "80 × 80 users" in left_out[0].reason
    assert fitting_models(SURPRISE, ratings, need) == (SURPRISE.models, ())


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
        Features().fit(ratings).make(ratings.by_user.rows(), ratings.by_user.indices, None)
