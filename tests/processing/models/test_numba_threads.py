"""Forks and threads of processes that use our kernels; each process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PROGRAM = """
import multiprocessing, threading
import numba
import pandas
from surprise import Dataset, Reader
from processing import algorithms

def fit(name):
    settings = {"random_state": 0} if name.startswith("SVD") else {"verbose": False}
    return getattr(algorithms, name)(**settings).fit(trainset)

def estimates(name):
    return [[p.est for p in made.test(testset)] for made in (fitted[name], fit(name))]

rows = [(f"u{u}", f"i{i}", 1.0 + (u * i) % 5) for u in range(30) for i in range(20) if u * i % 3]
data = Dataset.load_from_df(pandas.DataFrame(rows), Reader(rating_scale=(1, 5)))
trainset = data.build_full_trainset()
testset = trainset.build_testset()
names = ["BaselineOnly", "KNNBaseline", "SVD", "SVDpp"]
fitted = {name: fit(name) for name in names}
expected = [estimates(name) for name in names]

with multiprocessing.get_context("fork").Pool(2) as pool:
    assert pool.map_async(estimates, names).get(60) == expected

agreed = []
def use(name):
    agreed.append(estimates(name) == expected[names.index(name)])
threads = [threading.Thread(target=use, args=(name,)) for name in names * 3]
for thread in threads:
    thread.start()
with multiprocessing.get_context("fork").Pool(1) as pool:  # forked while others run kernels
    assert pool.map_async(estimates, names).get(60) == expected
for thread in threads:
    thread.join()
assert agreed == [True] * len(threads)
print("done with", numba.threading_layer())
"""


def _run(**environment):
    known = {name: value for name, value in os.environ.items() if name != "NUMBA_THREADING_LAYER"}
    return subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env=known | environment,
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.mark.skipif(sys.platform != "linux", reason="forks")
def test_pool_when_forked_after_a_fit_then_predicts_and_fits():
    done = _run()
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() in ("done with workqueue", "done with tbb")


@pytest.mark.skipif(sys.platform != "linux", reason="GNU's OpenMP")
def test_pool_when_openmp_was_asked_for_then_an_error_says_what_to_set():
    done = _run(NUMBA_THREADING_LAYER="omp")
    assert done.returncode != 0
    assert "Set the environment variable NUMBA_THREADING_LAYER to 'forksafe'" in done.stderr
