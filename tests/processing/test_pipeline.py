"""The whole run, small: its release, and that a killed run goes on and ends with the same bytes."""

import dataclasses
import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest

from processing import pipeline
from processing.data import rows
from processing.data.dataset import dataset_hash
from processing.data.rows import Scale
from processing.models.knn_baseline import KNNBaseline
from processing.release import schema
from processing.release.reader import open_release
from processing.release.storage import FolderStorage
from processing.release.writer import publish
from processing.report.schema import report_from_json
from processing.serving.facts import histograms
from tests.builders import dataset_of, dense, ratings_of, tasteful_rows
from tests.small_profile import PROFILE

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def dataset():
    return dataset_of(ratings_of(tasteful_rows(31, n_users=60, n_movies=40), titled=[10_000]))


@pytest.fixture(scope="module")
def finished(dataset, tmp_path_factory):
    return pipeline.run(dataset, PROFILE, tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def release(finished, tmp_path_factory):
    folder = tmp_path_factory.mktemp("published")
    storage = FolderStorage(folder / "predictions")
    publish(finished[0] / "release", storage, FolderStorage(folder / "figures"))
    return open_release(storage)


def test_no_day_when_data_and_release_are_compared_then_the_same():
    assert rows.NO_DAY == schema.NO_DAY


def test_release_when_opened_then_says_what_it_was_made_from(release, dataset):
    manifest = release.manifest
    assert manifest.source.n_ratings == dataset.ratings.n_ratings
    assert manifest.source.n_users == 60
    assert manifest.source.n_movies == 40
    assert manifest.source.n_titles == 41
    assert manifest.profile == "small"
    assert set(manifest.metrics) == {"baseline", "knn", "svd", "ensemble", "blend", "mean"}
    assert "error-by-model.svg" in manifest.figures
    assert "ablation.svg" in manifest.figures


def test_release_when_a_user_is_read_then_history_and_recommendations_are_theirs(release, dataset):
    matrix = dense(dataset.ratings)
    for user in (0, 17, 59):
        record = release.user_record(user)
        rated = np.flatnonzero(~np.isnan(matrix[user]))
        assert record.history["movie"].tolist() == rated.tolist()
        np.testing.assert_array_equal(record.history["rating"], matrix[user][rated])
        assert len(record.top) == 5
        assert not set(record.top["movie"]) & set(rated)


def test_release_when_movies_are_read_then_means_and_histograms_count_the_ratings(release, dataset):
    matrix = dense(dataset.ratings)
    np.testing.assert_array_equal(
        release.histograms,
        [[(matrix[:, m] == star).sum() for star in range(1, 6)] for m in range(41)],
    )
    np.testing.assert_allclose(release.stats["mean"][:40], np.nanmean(matrix[:, :40], axis=0))
    assert np.isnan(release.stats["mean"][40])


def test_report_when_released_then_has_the_errors_but_no_seconds(release, finished):
    released = report_from_json(release.report, "report.json")
    rows = {row.model: row for row in released.models}
    for row in finished[1].models:
        assert rows[row.model].rmse == row.rmse
        assert row.fit_seconds >= 0
    assert b"seconds" not in release.report


def test_run_when_finished_then_its_report_lies_there_to_be_read(finished):
    directory, report = finished
    path = directory / "report.json"
    assert report_from_json(path.read_bytes(), str(path)) == report
    text = (directory / "report.txt").read_text()
    page = (directory / "report.html").read_text()
    for row in report.models:
        assert f"{row.rmse:.4f}" in text
        assert f">{row.rmse:.4f}</td>" in page


def test_run_when_started_again_then_nothing_is_done_twice(dataset, finished):
    directory = finished[0]
    before = {p: p.stat().st_mtime_ns for p in directory.rglob("stage.json")}
    again, report = pipeline.run(dataset, PROFILE, directory.parent)
    assert again == directory
    assert report == finished[1]
    assert {p: p.stat().st_mtime_ns for p in directory.rglob("stage.json")} == before


def test_run_when_this_machine_holds_fewer_models_then_another_run(dataset, finished, monkeypatch):
    need, _ = KNNBaseline.memory_need(PROFILE.models[1].settings, dataset.ratings, "fast")
    monkeypatch.setattr("processing.runs.run.memory_bytes", lambda: need - 1)
    directory, report = pipeline.run(dataset, PROFILE, finished[0].parent)
    assert directory != finished[0]
    assert [item.model for item in report.left_out] == ["knn"]
    about = json.loads((directory / "last" / "ensemble" / "ensemble.json").read_text())
    assert list(about["members"]) == ["baseline", "svd"]


def test_run_when_the_source_was_read_otherwise_then_another_run(dataset, finished, tmp_path):
    titles = [title.upper() for title in dataset.catalogue.titles]
    catalogue = dataclasses.replace(dataset.catalogue, titles=titles)
    other = dataclasses.replace(dataset, catalogue=catalogue)
    assert dataset_hash(other) != dataset_hash(dataset)
    swapped = dataclasses.replace(
        dataset.ratings,
        by_user=dataset.ratings.by_user._replace(values=6 - dataset.ratings.by_user.values),
    )
    assert dataset_hash(dataclasses.replace(dataset, ratings=swapped)) != dataset_hash(dataset)


def test_histograms_when_the_scale_is_long_then_each_rating_is_in_its_bin():
    scale = Scale(low=0, high=100, step=1)
    ratings = ratings_of([(u, 1, u) for u in range(101)], scale=scale)
    (found,) = histograms(ratings)
    assert found.tolist() == [11] + [10] * 9


def _bytes(directory):
    return {
        path.relative_to(directory): path.read_bytes()
        for path in (directory / "release").rglob("*")
        if path.is_file() and path.name != "stage.json"
    }


def _finished_stages(directory):
    """Folders of finished stages; os.walk passes over what another process is just moving."""
    return {
        folder
        for folder, _, files in os.walk(directory)
        if "stage.json" in files and not folder.endswith(".partial")
    }


MOST_KILLS = 5
PROGRAM = textwrap.dedent("""
    import sys
    import time
    from pathlib import Path
    from processing import pipeline
    from processing.runs import run
    from processing.tools import stages
    from tests.builders import dataset_of, ratings_of, tasteful_rows
    from tests.small_profile import PROFILE

    class SlowStages(stages.Stages):
        # Stages here take milliseconds; so whoever kills gets time to strike while one is at work.
        def run(self, name, work):
            def slow(directory):
                time.sleep(0.05)
                said = work(directory)
                time.sleep(0.05)
                return said

            return super().run(name, slow)

    run.Stages = SlowStages
    rows = tasteful_rows(31, n_users=60, n_movies=40)
    pipeline.run(dataset_of(ratings_of(rows, titled=[10_000])), PROFILE, Path(sys.argv[1]))
""")


def test_run_when_killed_again_and_again_then_ends_with_the_same_bytes(finished, tmp_path):
    directory = tmp_path / finished[0].name
    directory.mkdir()
    shutil.copy(finished[0] / "run.json", directory)  # the time of the first start
    kills = 0
    for k in range(40):
        started = _finished_stages(directory)
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(tmp_path)],
            cwd=ROOT,
            env=os.environ | {"NUMBA_NUM_THREADS": "1"},  # leaves a core to whoever is to kill it
        )
        deadline = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline:
            progress = _finished_stages(directory) - started
            if kills < MOST_KILLS and len(progress) > k % 2:
                os.kill(process.pid, signal.SIGKILL)
                kills += 1
                break
        if process.wait(timeout=60) == 0:
            break
    assert kills >= 4
    assert _bytes(directory) == _bytes(finished[0])
