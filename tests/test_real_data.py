"""MovieLens 100K through everything: Surprise's figures, the whole run, every page."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from app import create_app
from config import load_settings
from processing.cli.main import main
from processing.data.ingest import load_dataset
from processing.profile import load_profile
from processing.release.reader import open_release
from processing.release.storage import FolderStorage
from tests.processing.test_profile import PROFILES

# Mean RMSE over u1-u5 of Surprise 1.1.5 run by hand with its defaults and random_state 0.
BY_HAND = {
    "svd": 0.938,
    "svdpp": 0.922,
    "knn_user": 0.932,
    "baseline": 0.946,
    "knn_movie": 0.920,
}


@pytest.fixture(scope="module")
def ml_100k(ratings_data, tmp_path_factory):
    return load_dataset(ratings_data("ml-100k.zip"), tmp_path_factory.mktemp("cache"))


@pytest.mark.parametrize("name", BY_HAND)
def test_folds_when_surprise_is_run_by_hand_then_the_same_figures(name, ml_100k):
    spec = next(s for s in load_profile(PROFILES, "surprise").models if s.name == name)
    ratings = ml_100k.ratings
    found = []
    for positions in ml_100k.folds.values():
        test = np.zeros(ratings.n_ratings, bool)
        test[positions] = True
        model = spec.blank().fit(ratings.part(~test), 0)
        scores = model.predict(ratings.by_user.rows()[test], ratings.by_user.indices[test])
        found.append(np.sqrt(np.mean((scores - ratings.by_user.values[test]) ** 2)))
    assert len(found) == 5
    assert np.mean(found) == pytest.approx(BY_HAND[name], abs=0.0006)


@pytest.fixture(scope="module")
def published(ratings_data, tmp_path_factory):
    """The folder in which MovieLens 100K was run and published, and what the run said."""
    folder = tmp_path_factory.mktemp("run")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name in ("ICP_BUCKET", "ICP_PRED_DIR", "ICP_UPLOAD_DIR"):
            patch.delenv(name, raising=False)
        result = CliRunner().invoke(main, ["run", str(ratings_data("ml-100k.zip")), "--quiet"])
    assert result.exit_code == 0, result.stderr
    return folder


def test_run_when_on_real_ratings_then_the_ensemble_beats_every_member(published):
    (report,) = published.glob("runs/run-*/report.json")
    rows = {row["model"]: row for row in json.loads(report.read_text())["comparisons"]}
    assert set(rows) == {"baseline", "knn_movie", "als", "timesvdpp", "blend", "mean"}
    del rows["blend"]  # the ensemble without its trees
    for row in rows.values():
        assert row["difference"] < -0.004, row["label"]
        assert row["interval"][1] < 0, row["label"]


def test_run_when_on_real_ratings_then_everyone_gets_fifty_unseen_movies(published, ml_100k):
    release = open_release(FolderStorage(published / "predictions"))
    assert len(release.user_ids) == 943
    for user in range(943):
        record = release.user_record(user)
        assert len(record.top) == 50
        assert not set(record.top["movie"]) & set(record.history["movie"])
        assert record.top["order"].argmax() == 0  # the others may be spread
    csr = ml_100k.ratings.by_user
    np.testing.assert_array_equal(record.history["movie"], csr.indices[csr.indptr[-2] :])


def test_pages_when_all_are_opened_then_all_are_there(published):
    settings = load_settings(
        {
            "ICP_PRED_DIR": str(published / "predictions"),
            "ICP_UPLOAD_DIR": str(published / "figures"),
        }
    )
    client = create_app(settings).test_client()
    release = open_release(FolderStorage(published / "predictions"))
    paths = ["/", "/report", "/search?q=toy+story", "/healthz"]
    paths += [f"/figures/{release.manifest.release_id}/error-by-model.svg"]
    paths += [f"/users/{user_id}" for user_id in release.user_ids]
    paths += [f"/movies/{movie_id}" for movie_id in release.movie_ids]
    for path in paths:
        assert client.get(path).status_code == 200, path
