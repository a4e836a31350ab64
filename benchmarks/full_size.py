"""The whole run, from text to a published release, at growing shares of the Netflix Prize's size.

Run: python benchmarks/full_size.py [--shares 0.01 0.1 1] [--work DIR]
     python benchmarks/full_size.py --profile best --shares 0.01 0.1 [--work DIR]

A share has that share of the users, each with as many ratings as at full size, and all the movies:
what is left when users are drawn from the Netflix Prize's. So the similarities of 17,770 movies are
as many at each share, and take a part of the time that does not shrink. What a profile would take
at full size is extrapolated where that was not measured (`_projection.py`).
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from _common import ROOT, say, write_result
from _growth import draw
from _projection import Sizes, project

from processing.profile import load_profile
from processing.report.schema import report_from_json
from processing.simulation.simulate import NETFLIX_MOVIES, NETFLIX_RATINGS, NETFLIX_USERS

REST = "start and publish"


def main() -> None:
    """Simulate, run and measure each share, the smallest first."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--profile", default="fast")
    parser.add_argument("--shares", type=float, nargs="+", default=[0.01, 0.1, 1.0])
    parser.add_argument("--work", type=Path, help="folder for simulated sets, which are kept there")
    options = parser.parse_args()
    profile = load_profile(ROOT / "config" / "profiles", options.profile)
    if options.work:
        options.work.mkdir(parents=True, exist_ok=True)
    runs: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(dir=options.work) as folder:
        sets = options.work or Path(folder)
        warm_up = Path(folder) / "warm-up"
        _processing("simulate", warm_up)
        _run(warm_up, Path(folder) / "runs", profile.name)  # compiles the kernels
        for share in sorted(options.shares):
            source = sets / f"simulated-{share:g}"
            sizes = _simulate(source, share)
            row = {"share": share, **sizes} | _run(source, Path(folder) / "runs", profile.name)
            runs.append(row)
            say(json.dumps(row))
    result = {"profile": profile.name, "n_movies": NETFLIX_MOVIES, "runs": runs}
    whole = Sizes(NETFLIX_USERS, NETFLIX_MOVIES, NETFLIX_RATINGS)
    if len(runs) > 1 and runs[-1]["n_ratings"] < whole.n_ratings:
        result["extrapolated"] = project(runs, profile, whole)
    name = "full_size" if profile.name == "fast" else f"full_size-{profile.name}"
    plot = write_result(name, result).with_suffix(".svg")
    if len(runs) > 1:
        plot.write_bytes(draw(runs))
    else:  # nothing to see of growth
        plot.unlink(missing_ok=True)


def _simulate(directory: Path, share: float) -> dict[str, int]:
    n_users, n_ratings = round(NETFLIX_USERS * share), round(NETFLIX_RATINGS * share)
    counts = ("--users", n_users, "--movies", NETFLIX_MOVIES, "--ratings", n_ratings)
    _processing("simulate", directory, *counts)
    text_bytes = sum(path.stat().st_size for path in directory.glob("combined_data_*.txt"))
    return {"n_users": n_users, "n_ratings": n_ratings, "text_bytes": text_bytes}


def _run(source: Path, runs: Path, profile: str) -> dict[str, Any]:
    """Seconds and peak memory of every stage of a fresh run, and of all; removes what it wrote."""
    ingest = _processing("ingest", source, "--runs", runs) | {"stage": "ingest"}
    whole = _processing("run", source, "--profile", profile, "--runs", runs)
    stages = _stages(runs)
    staged = sum(stage["seconds"] for stage in stages)
    rest = whole | {"stage": REST, "seconds": round(whole["seconds"] - staged, 3)}
    rows = [ingest, *stages, rest]
    path = next(runs.glob("run-*/report.json"))
    report = report_from_json(path.read_bytes(), str(path))
    shutil.rmtree(runs.parent / "published")
    shutil.rmtree(runs)
    return {
        "seconds": round(sum(row["seconds"] for row in rows), 3),
        "peak_memory_bytes": max(row["peak_memory_bytes"] for row in rows),
        "rmse": {row.model: round(row.rmse, 5) for row in report.models},
        "left_out": [item.model for item in report.left_out],
        "stages": rows,
    }


def _stages(runs: Path) -> list[dict[str, Any]]:
    """What the stages of a run wrote down, in the order in which they ended."""
    (run,) = runs.glob("run-*")
    rows = []
    for marker in sorted(run.rglob("stage.json"), key=lambda path: path.stat().st_mtime_ns):
        told = json.loads(marker.read_text())
        stage = {"stage": marker.parent.relative_to(run).as_posix()}
        rows.append(stage | {name: told[name] for name in ("seconds", "peak_memory_bytes")})
    return rows


def _processing(verb: str, first: Path, *more: object) -> dict[str, Any]:
    """Run a verb in a process of its own, publishing into a local folder; its time and memory.

    Stages begin the count of the process's memory anew, so that this is of what came last.
    """
    arguments = [str(argument) for argument in (first, *more)]
    published = Path(arguments[-1]).parent / "published" if verb == "run" else ROOT
    local = {"ICP_BUCKET": "", "ICP_PRED_DIR": str(published / "predictions")}
    local |= {"ICP_UPLOAD_DIR": str(published / "figures")}
    command = [sys.executable, "-m", "processing", verb, *arguments, "--quiet"]
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | local, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"processing {verb} failed with exit code {process.returncode}.")
    return {"seconds": round(seconds, 3), "peak_memory_bytes": usage.ru_maxrss * 1024}


if __name__ == "__main__":
    main()
