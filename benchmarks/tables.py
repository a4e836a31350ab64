"""The tables of the README, made from the results: what stands between its two markers.

Run: python benchmarks/tables.py
"""

import argparse
import json
from pathlib import Path
from typing import Any

from _accuracy_table import INTRODUCTION as ACCURACY
from _accuracy_table import accuracy
from _common import RESULTS, ROOT, say
from _markdown import seconds as _seconds
from _markdown import table as _table

README = ROOT / "README.md"
BEGIN = "<!-- made by benchmarks/tables.py -->"
END = "<!-- end of what benchmarks/tables.py makes -->"
INTRODUCTION = """## How fast, and in how much memory

Measured by the scripts in [benchmarks](benchmarks/README.md), each one command. Memory is what a
process holds beyond the ratings as plain arrays, unless it says otherwise."""


def main() -> None:
    """Rewrite the README's part."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    README.write_text(placed(README.read_text(encoding="utf-8"), tables(RESULTS)), encoding="utf-8")
    say(f"{README.name} holds the tables of {RESULTS.name}.")


def placed(readme: str, made: str) -> str:
    """The README with `made` between its markers, each of which has to be there once."""
    before, rest = readme.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{made}{END}{after}"


def tables(results: Path) -> str:
    """Every table whose result is there, in Markdown; nothing where there is none."""
    sections = []
    for path in sorted(results.glob("accuracy-*.json")):
        result = json.loads(path.read_text(encoding="utf-8"))
        sections.append(f"{accuracy(result, results)}\n\n{_footnote(result, path)}")
    if sections:
        sections.insert(0, ACCURACY)
    n_of_accuracy = len(sections)
    for pattern, section in (
        ("against_surprise-*.json", against_surprise),
        ("against_libmf-*.json", against_libmf),
        ("full_size.json", full_size),
    ):
        for path in sorted(results.glob(pattern)):
            result = json.loads(path.read_text(encoding="utf-8"))
            sections.append(f"{section(result)}\n\n{_footnote(result, path)}")
    if len(sections) > n_of_accuracy:
        sections.insert(n_of_accuracy, INTRODUCTION)
    return "\n\n".join(sections) + "\n\n" if sections else ""


def against_surprise(result: dict[str, Any]) -> str:
    """A row per model: fit + predict, memory and RMSE of Surprise, exact and fast."""
    rows = []
    for model in dict.fromkeys(row["model"] for row in result["rows"]):
        each = [row for row in result["rows"] if row["model"] == model]
        first = {row["program"]: row for row in each if row["seed"] == 0}
        surprise, exact, fast = (first[program] for program in ("surprise", "exact", "fast"))
        rows.append(
            [
                surprise["label"],
                *(_both(row) for row in (surprise, exact, fast)),
                *(_times(_total(surprise) / _total(row)) for row in (exact, fast)),
                _gb(surprise["memory_bytes"]),
                _gb(fast["memory_bytes"]),
                f"1/{surprise['memory_bytes'] / fast['memory_bytes']:.0f}",
                f"{abs(surprise['rmse'] - exact['rmse']):.6f}",
                *(_mean_rmse(each, program) for program in ("exact", "fast")),
            ]
        )
    seeds = len({row["seed"] for row in result["rows"]})
    head = ["fit + predict", "Surprise", "exact", "fast", "exact", "fast"]
    head += ["GB Surprise", "fast", "of it", "RMSE: Surprise - exact", "exact", "fast"]
    of = f"the mean of {seeds} splits, the rest is of the first" if seeds > 1 else "of one split"
    words = (
        f"**Surprise and our engines on {result['source']}**, {result['n_train']:,} ratings, "
        f"{result['n_test']:,} held out at random. Seconds to fit + seconds to predict, and how "
        f"many times Surprise's speed that is; RMSE is {of}. `exact` is Surprise's arithmetic "
        "in its order, `fast` is the default. Surprise uses one core, our engines all."
    )
    return f"{words}\n\n{_table(head, rows)}"


def against_libmf(result: dict[str, Any]) -> str:
    """A row per program: loading, fit, total, RMSE, memory."""
    sgd = next(row["settings"] for row in result["rows"] if row["program"] == "fast")
    svd = _total(result["rows"][0], "load_seconds")
    rows = [
        [
            row["label"],
            _seconds(row["load_seconds"]),
            _seconds(row["fit_seconds"]),
            _seconds(total := _total(row, "load_seconds")),
            _times(total / svd),
            _gb(row["memory_with_loading_bytes"]),
            f"{row['rmse']:.4f}",
        ]
        for row in result["rows"]
    ]
    words = (
        f"**LIBMF ({result['libmf']}) and our fast engine on {result['n_train']:,} "
        f"{'simulated ' if result['simulated'] else ''}ratings**, {sgd['n_factors']} factors, "
        f"{sgd['n_epochs']} epochs, both cores. Loading is from columns in memory to each "
        f"program's own structures. RMSE on {result['n_test']:,} held-out ratings; SVD has "
        "biases, LIBMF's model has none."
    )
    head = ["", "load s", "fit s", "all s", "times SVD's", "GB", "RMSE"]
    return f"{words}\n\n{_table(head, rows)}"


def full_size(result: dict[str, Any]) -> str:
    """A row per stage, a column of seconds and one of memory per share."""
    runs = result["runs"]
    names = list(dict.fromkeys(s["stage"] for run in runs for s in run["stages"]))
    by_name = [{stage["stage"]: stage for stage in run["stages"]} for run in runs]
    rows = [["**all**", *(cell for run in runs for cell in _cells(run, "**"))]]
    rows += [[n, *(c for stages in by_name for c in _cells(stages.get(n)))] for n in names]
    head = ["stage"]
    for run in runs:
        head += [f"{run['n_ratings']:,} ratings: s", "GB"]
    words = (
        f"**A whole run, text to published release**, profile `{result['profile']}`, simulated "
        f"ratings of {result['n_movies']:,} movies in Netflix form. Memory is the whole "
        "process's, files that it maps included."
    )
    plot = "![How seconds and memory grow with the ratings](benchmarks/results/full_size.svg)"
    return f"{words}\n\n{_table(head, rows)}\n\n{plot}"


def _cells(measured: dict[str, Any] | None, strong: str = "") -> list[str]:
    if measured is None:
        return ["", ""]
    cells = [_seconds(measured["seconds"]), _gb(measured["peak_memory_bytes"])]
    return [f"{strong}{cell}{strong}" for cell in cells]


def _footnote(result: dict[str, Any], path: Path) -> str:
    machine = result["machine"]
    return (
        f"`{result['command']}`, {result['date']}, commit {result['commit']}; {machine['cpu']}, "
        f"{machine['cores']} cores, {machine['memory_gb']:.0f} GB, {machine['os']}, Python "
        f"{machine['python']}; [all figures](benchmarks/results/{path.name})."
    )


def _both(row: dict[str, Any]) -> str:
    return f"{_seconds(row['fit_seconds'])} + {_seconds(row['predict_seconds'])}"


def _total(row: dict[str, Any], *more: str) -> float:
    """Seconds of fit, and of predict unless others are named."""
    return float(sum(row[name] for name in ("fit_seconds", *(more or ("predict_seconds",)))))


def _mean_rmse(rows: list[dict[str, Any]], program: str) -> str:
    found = [row["rmse"] for row in rows if row["program"] == program]
    return f"{sum(found) / len(found):.4f}"


def _times(times: float) -> str:
    return f"{times:,.{0 if times >= 10 else 1}f}×"


def _gb(n_bytes: float) -> str:
    return f"{n_bytes / 1e9:.1f}" if n_bytes >= 1e9 else f"{n_bytes / 1e9:.3f}"


if __name__ == "__main__":
    main()
