"""A chain that is killed and goes on, and how many sweeps a fit takes."""

import logging
import signal
import subprocess
import sys

import numpy as np
import pytest

from processing import pipeline
from processing.kernels import gibbs
from processing.models.bayes import Bayes
from processing.profile import parse_profile
from processing.tools import checkpoints
from processing.tools.stages import Stages
from tests.builders import dataset_of, random_rows, ratings_of, tasteful_rows
from tests.small_profile import DOCUMENT

SMALL = {"n_factors": 2, "n_samples": 10, "n_burn_in": 4}
KILLED_AT = 17  # sweeps, of which 10 are burn-in: samples have been taken

PROGRAM = """
import os, signal, sys
from pathlib import Path
from processing.kernels import gibbs
from tests.processing.models.test_sampling import KILLED_AT, run

sweep, n_done = gibbs.sweep, 0

def dies(*arguments):
    global n_done
    n_done += 1
    if n_done > KILLED_AT:
        os.kill(os.getpid(), signal.SIGKILL)
    sweep(*arguments)

gibbs.sweep = dies
run(Path(sys.argv[1]), sys.argv[2] == "True")
"""


def run(directory, ordinal):
    """Fit in a stage that keeps its state after every sweep; the folder of what was learned."""
    checkpoints.EVERY_SECONDS = 0.0
    stages = Stages(directory, "key")
    settings = Bayes.Settings(n_factors=3, n_samples=20, n_burn_in=10, ordinal=ordinal)

    def work(path):
        model = Bayes(settings)
        model.checkpoint = stages.checkpoint("model")
        model.fit(ratings_of(random_rows(5, 30, 20, 0.4)), 3).save(path)
        return "fitted"

    return stages.run("model", work).path


@pytest.fixture(autouse=True)
def _often(monkeypatch):
    monkeypatch.setattr(checkpoints, "EVERY_SECONDS", 0.0)


@pytest.fixture
def sweeps(monkeypatch):
    """One entry for each sweep that is done."""
    done, sweep = [], gibbs.sweep
    monkeypatch.setattr(gibbs, "sweep", lambda *given: (done.append(1), sweep(*given)))
    return done


def killed(directory, ordinal):
    """Let a process fit until it is killed in the midst of its chains; its checkpoint."""
    command = [sys.executable, "-c", PROGRAM, str(directory), str(ordinal)]
    ended = subprocess.run(command, check=False)
    assert ended.returncode == -signal.SIGKILL
    return directory / ".model.checkpoint"


@pytest.mark.parametrize("ordinal", [True, False])
def test_fit_when_killed_then_goes_on_and_ends_with_the_same_bytes(tmp_path, sweeps, ordinal):
    whole = run(tmp_path / "whole", ordinal)
    n_sweeps = len(sweeps)
    killed(tmp_path / "killed", ordinal)
    sweeps.clear()
    again = run(tmp_path / "killed", ordinal)
    assert len(sweeps) == n_sweeps - KILLED_AT
    assert (again / "state.npz").read_bytes() == (whole / "state.npz").read_bytes()
    assert [path.name for path in (tmp_path / "killed").iterdir()] == ["model"]


def test_fit_when_its_checkpoint_is_cut_off_then_begins_anew_and_says_so(tmp_path, sweeps, caplog):
    whole = run(tmp_path / "whole", True)
    n_sweeps = len(sweeps)
    kept = killed(tmp_path / "killed", True)
    kept.write_bytes(kept.read_bytes()[:-1000])
    sweeps.clear()
    with caplog.at_level(logging.WARNING):
        again = run(tmp_path / "killed", True)
    assert f"{kept} is damaged" in caplog.text
    assert len(sweeps) == n_sweeps
    assert (again / "state.npz").read_bytes() == (whole / "state.npz").read_bytes()


def test_fit_when_its_predictions_are_cut_off_then_no_sweep_is_done_again(tmp_path, sweeps):
    ratings = ratings_of(random_rows(5, 30, 20, 0.4))
    settings = Bayes.Settings(n_factors=3, n_samples=6, n_burn_in=2)
    fitted = []
    for _ in range(2):
        model = Bayes(settings)
        model.checkpoint = Stages(tmp_path, "key").checkpoint("model")
        fitted.append(model.fit(ratings, 3).arrays_)
    assert len(sweeps) == settings.schedule(ratings.n_ratings).n_sweeps
    for first, second in zip(*fitted, strict=True):
        np.testing.assert_array_equal(first, second)


def test_run_when_cut_off_in_a_chain_then_each_goes_on_from_its_last_sweep(
    tmp_path, sweeps, monkeypatch
):
    models = {"baseline": {"kind": "baseline"}, "bayes": {"kind": "bayes", **SMALL}}
    profile = parse_profile("bayes", DOCUMENT | {"models": models})
    dataset = dataset_of(ratings_of(tasteful_rows(31, n_users=40, n_movies=30)))
    whole, _ = pipeline.run(dataset, profile, tmp_path / "whole")
    n_sweeps, sweep = len(sweeps), gibbs.sweep
    sweeps.clear()

    def dies(*given):
        if len(sweeps) == dies.at:
            raise KeyboardInterrupt
        sweep(*given)

    monkeypatch.setattr(gibbs, "sweep", dies)
    for dies.at in (5, n_sweeps - 3):  # of the first fit, and of the one that is served
        with pytest.raises(KeyboardInterrupt):
            pipeline.run(dataset, profile, tmp_path / "cut")
    dies.at = -1
    cut, _ = pipeline.run(dataset, profile, tmp_path / "cut")
    assert len(sweeps) == n_sweeps
    served = (run / "served" / "bayes" / "state.npz" for run in (whole, cut))
    assert len({path.read_bytes() for path in served}) == 1
    assert list(cut.rglob(".*.checkpoint")) == []


def test_fit_when_it_is_soon_done_then_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints, "EVERY_SECONDS", 900.0)
    model = Bayes(Bayes.Settings(n_factors=2, n_samples=4, n_burn_in=2))
    model.checkpoint = Stages(tmp_path, "key").checkpoint("model")
    model.fit(ratings_of(random_rows(5, 8, 8, 0.6)), 0)
    assert list(tmp_path.iterdir()) == []


def test_schedule_when_there_are_few_ratings_then_all_sweeps_are_made():
    settings = Bayes.Settings(n_samples=128, n_burn_in=40, thin=2, most_visits=167_000)
    schedule = settings.schedule(1_000)
    assert schedule == (40, 2, 64)
    assert schedule.n_sweeps == 167


@pytest.mark.parametrize("n_ratings", [1_001, 2_500, 30_000, 10**9])
def test_schedule_when_there_are_more_ratings_then_burn_in_and_samples_shrink_alike(n_ratings):
    settings = Bayes.Settings(n_samples=128, n_burn_in=40, thin=2, most_visits=167_000)
    schedule = settings.schedule(n_ratings)
    assert schedule.n_sweeps * n_ratings <= max(167_000 + n_ratings, 2 * n_ratings)
    assert schedule.n_burn_in >= 1
    assert schedule.n_taken >= 1
    if n_ratings == 2_500:
        assert schedule == (16, 2, 25)


def test_memory_need_when_sweeps_are_fewer_then_it_is_of_the_samples_that_are_taken():
    ratings = ratings_of(random_rows(5, 30, 20, 0.4))
    full, short = (
        Bayes.memory_need(Bayes.Settings(most_visits=most), ratings, "fast")
        for most in (10**9, 50 * ratings.n_ratings)
    )
    assert short[0] < 0.5 * full[0]
    assert short[1].startswith("38 samples of 33 numbers")
