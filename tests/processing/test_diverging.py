"""Models that diverge: seen, left out, and said, and no run ends by them."""

import pytest

from processing import pipeline
from processing.errors import DivergedError, ModelError
from processing.models.registry import MODELS
from processing.models.svd import SVD
from processing.profile import parse_profile
from processing.release.reader import open_release
from processing.release.storage import FolderStorage
from processing.release.writer import publish
from processing.runs.memory import fitting_models
from tests.builders import dataset_of, ratings_of, tasteful_rows
from tests.small_profile import DOCUMENT, PROFILE
from tests.units import SCALES, told_in

WILD = {"kind": "svd", "label": "Wild SVD", "lr_all": 40.0}


@pytest.fixture(scope="module")
def ratings():
    return ratings_of(tasteful_rows(31, n_users=60, n_movies=40))


def with_models(**models):
    return parse_profile("wild", DOCUMENT | {"models": models})


@pytest.mark.parametrize(
    ("kind", "engine", "settings"),
    [
        ("svd", "fast", {"lr_all": 40.0}),
        ("svd", "exact", {"lr_all": 40.0}),
        ("svd", "surprise", {"lr_all": 40.0}),
        ("svdpp", "fast", {"lr_all": 40.0}),
        ("timesvdpp", "fast", {"lr_all": 40.0}),
        ("item_weights", "fast", {"learning_rate": 40.0}),
        ("baseline", "fast", {"method": "sgd", "learning_rate": 2.5}),
    ],
)
def test_fit_when_it_does_not_converge_then_said(kind, engine, settings, ratings):
    model = MODELS[kind](MODELS[kind].Settings(**settings), engine)
    with pytest.raises(DivergedError, match=f"{kind} did not converge with ratings from 1 to 5"):
        model.fit(ratings, 0)


def test_fit_when_the_unit_is_too_large_for_surprise_then_said_and_fast_converges(ratings):
    counts = told_in(SCALES[4], ratings)
    with pytest.raises(DivergedError):
        SVD(SVD.Settings(), "exact").fit(counts, 0)
    SVD(SVD.Settings()).fit(counts, 0)


@pytest.mark.parametrize("value", [1, 3, 5])
@pytest.mark.parametrize("kind", MODELS)
def test_fit_when_all_ratings_are_the_same_then_no_model_is_taken_for_diverging(kind, value):
    same = ratings_of([(u, m, value, u) for u in range(9) for m in range(7) if (u + m) % 3])
    MODELS[kind](MODELS[kind].Settings()).fit(same, 0)


def test_run_when_a_model_diverges_then_left_out_and_said(ratings, tmp_path, caplog):
    profile = with_models(baseline={"kind": "baseline"}, wild=WILD, svd={"kind": "svd"})
    directory, report = pipeline.run(dataset_of(ratings), profile, tmp_path / "runs")
    assert {row.model for row in report.models} == {"baseline", "svd", "ensemble", "blend", "mean"}
    (left_out,) = report.left_out
    assert (left_out.model, left_out.label) == ("wild", "Wild SVD")
    assert "did not converge" in left_out.reason
    assert any("Wild SVD is left out: svd did not" in text for text in caplog.messages)
    storage = FolderStorage(tmp_path / "predictions")
    publish(directory / "release", storage, FolderStorage(tmp_path / "figures"))
    (unfitted,) = open_release(storage).manifest.left_out
    assert unfitted.model == "Wild SVD"
    assert "did not converge" in unfitted.reason


def test_evaluate_when_a_model_diverges_then_left_out(ratings, tmp_path):
    profile = with_models(baseline={"kind": "baseline"}, wild=WILD)
    report = pipeline.evaluate(dataset_of(ratings), profile, "random", 0, tmp_path)
    assert [item.model for item in report.left_out] == ["wild"]


def test_run_when_a_model_diverges_on_all_ratings_alone_then_left_out(
    ratings, tmp_path, monkeypatch
):
    fit = SVD.fit

    def diverging(self, given, random_state):
        if given.n_ratings == ratings.n_ratings:
            raise DivergedError("svd did not converge.")
        return fit(self, given, random_state)

    monkeypatch.setattr(SVD, "fit", diverging)
    directory, report = pipeline.run(dataset_of(ratings), PROFILE, tmp_path / "runs")
    assert [item.model for item in report.left_out] == ["svd"]
    assert (directory / "release").is_dir()


def test_run_when_nothing_that_visitors_are_folded_into_converges_then_one_error(ratings, tmp_path):
    profile = with_models(wild=WILD, knn={"kind": "knn_baseline"})
    with pytest.raises(ModelError, match=r"converged \(svd did not converge.*'baseline'"):
        pipeline.run(dataset_of(ratings), profile, tmp_path / "runs")


@pytest.mark.parametrize("kind", ["bayes", "item_weights"])
def test_run_when_a_model_is_for_fewer_ratings_then_left_out_and_said(kind, ratings):
    models = {"baseline": {"kind": "baseline"}, "long": {"kind": kind, "most_ratings": 100}}
    fitting, (left_out,) = fitting_models(with_models(**models), ratings, 10**12)
    assert [spec.name for spec in fitting] == ["baseline"]
    assert left_out.model == "long"
    assert f"{ratings.n_ratings:,} ratings are more than 100" in left_out.reason
