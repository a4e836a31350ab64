"""Our fast SVD against LIBMF, the fastest factorisation on CPUs that PyPI has, on both cores.

Run: python benchmarks/against_libmf.py SOURCE --factors 64 --epochs 20

LIBMF is built twice: as pip builds it, which leaves its vector code out, and with the flags of
its own Makefile, AVX chosen. Learning rate, regularisation and spread at the start are the best of
about forty that were tried for ours, schedules among them, and ten for LIBMF, with 64 factors and 5
epochs on a tenth of the users of the simulated ratings, by the RMSE of a fiftieth of the training
ratings, held out.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from _columns import write_columns
from _common import say, slug, write_result
from _one_fit import measure

from processing.data.ingest import load_dataset

HELD_OUT = 0.01
REQUIREMENTS = Path(__file__).parent / "requirements.txt"
LIBMF = next(
    line for line in REQUIREMENTS.read_text("utf-8").splitlines() if line.startswith("libmf==")
)
MAKEFILE_FLAGS = "-O3 -march=native -DUSEAVX -DUSEOMP -fopenmp"
OURS = {
    "svd": {"lr_all": 0.12, "reg_all": 0.02, "init_std_dev": 0.03, "falling": True},
    "svdpp": {"lr_all": 0.02, "reg_all": 0.02, "init_std_dev": 0.03},
}
THEIRS = {"eta": 0.07, "lambda_p1": 0.0, "lambda_q1": 0.0, "lambda_p2": 0.02, "lambda_q2": 0.02}


def main() -> None:
    """Measure SVD, SVD++ and LIBMF on the same ratings, each in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path, help="ratings of any size")
    parser.add_argument("--factors", type=int, default=64)
    parser.add_argument("--epochs", type=int, default=20)
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        builds = {
            "LIBMF, its own flags": _build_libmf(Path(folder) / "own", MAKEFILE_FLAGS),
            "LIBMF, as pip builds it": _build_libmf(Path(folder) / "pip", ""),
        }
        dataset = load_dataset(options.source, Path(folder) / "cache")
        columns = Path(folder) / "columns"
        split = write_columns(dataset, HELD_OUT, 0, "by movie", columns)
        name = slug(dataset.name)
        del dataset
        sizes = {"n_factors": options.factors, "n_epochs": options.epochs}
        theirs = _libmf_settings(options.factors, options.epochs)
        task = {"columns": str(columns), "seed": 0}
        for label, kind in (("SVD", "svd"), ("SVD++", "svdpp")):
            row = {"label": label, "program": "fast", "settings": sizes | OURS[kind]}
            rows.append(row | measure(task | {"kind": kind} | row))
            say(json.dumps(rows[-1]))
        for label, packages in builds.items():
            row = {"label": label, "program": "libmf", "settings": theirs}
            rows.append(row | measure(task | row, packages))
            say(json.dumps(rows[-1]))
    result = {
        "held_out": HELD_OUT,
        **split,
        "libmf": LIBMF,
        "libmf_flags": MAKEFILE_FLAGS,
        "rows": rows,
    }
    write_result(f"against_libmf-{name}", result)


def _libmf_settings(n_factors: int, n_epochs: int) -> dict[str, Any]:
    """What LIBMF's package takes; its data need no second copy, since nobody uses the first."""
    sizes = {"k": n_factors, "nr_iters": n_epochs, "nr_threads": os.cpu_count()}
    return sizes | THEIRS | {"quiet": True, "copy_data": False}


def _build_libmf(folder: Path, flags: str) -> Path:
    """Build LIBMF's package with g++ into a folder."""
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    fresh = ["--no-cache-dir", "--no-deps", "--no-binary", "libmf"]
    names = ("CFLAGS", "CXXFLAGS", "LDFLAGS") if flags else ()  # an empty one would undo -O3
    environment = os.environ | dict.fromkeys(names, flags)
    command = [*pip, *fresh, "--target", str(folder), LIBMF]
    subprocess.run(command, check=True, env=environment)
    return folder


if __name__ == "__main__":
    main()
