"""The README's few figures: ours, and the nearest peer beside it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from _accuracy_table import PROTOCOLS, with_peers
from _markdown import seconds, table
from _speed_tables import gb, total

from processing.report.schema import LIST, POPULAR


def headlines(results: Path) -> str:
    """A row per figure whose result is there; nothing where there is none."""
    rows = [
        [*row, result["date"]]
        for pattern, make in (
            ("accuracy-*.json", lambda result: _accuracy(result, results)),
            ("against_rankers-*.json", _against_rankers),
            ("anelli.json", _anelli),
            ("against_surprise-*.json", _against_surprise),
            ("against_libmf-*.json", _against_libmf),
            ("full_size.json", _full_size),
            ("website.json", _website),
        )
        for path in sorted(results.glob(pattern))
        for result in [json.loads(path.read_text(encoding="utf-8"))]
        for row in make(result)
    ]
    return f"{table(['', 'ours', 'beside it', 'measured'], rows)}\n\n" if rows else ""


def _accuracy(result: dict[str, Any], results: Path) -> Iterator[list[str]]:
    """The ensemble and the best of each peer's models."""
    rows = with_peers(result, results)
    ours = next(row for row in rows if row["model"] == "ensemble")
    best: dict[str, dict[str, Any]] = {}
    for row in sorted((row for row in rows if row["peer"]), key=lambda row: row["rmse"]):
        best.setdefault(row["model"].partition("_")[0], row)
    beside = [f"{row['rmse']:.4f} {row['label']}" for row in best.values()]
    held_out = PROTOCOLS[result["protocol"]]
    what = f"RMSE on {result['source']}, {held_out}, profile `{result['profile']}`"
    yield [what, f"**{ours['rmse']:.4f}**", "; ".join(beside)]


def _against_rankers(result: dict[str, Any]) -> Iterator[list[str]]:
    """The list's NDCG, and the best of each peer's."""
    rows = sorted(result["rows"], key=lambda row: -row["ndcg_10"])
    ours = next(row for row in rows if row["model"] == LIST)
    best: dict[str, dict[str, Any]] = {}
    for row in rows:
        if not row["ours"]:
            best.setdefault(row["model"].partition("_")[0], row)
    popular = next(row for row in rows if row["model"] == POPULAR)
    beside = [f"{row['ndcg_10']:.4f} {row['label']}" for row in (*best.values(), popular)]
    what = f"NDCG@10 of lists on {result['source']}, {PROTOCOLS[result['protocol']]}"
    yield [what, f"**{ours['ndcg_10']:.4f}**", "; ".join(beside)]


def _anelli(result: dict[str, Any]) -> Iterator[list[str]]:
    """Ours, and EASE with the settings of the peers."""
    rows = {row["label"]: f"{row['ndcg_10']:.4f}" for row in result["rows"]}
    what = "NDCG@10 on Anelli et al.'s split of MovieLens 1M, settled after a first run was seen"
    beside = [f"{rows[label]} {label}" for label in rows if label.startswith("EASE")]
    yield [what, f"**{rows['ours']}**", "; ".join((*beside, "0.336 EASE, their best, published"))]


def _against_surprise(result: dict[str, Any]) -> Iterator[list[str]]:
    """Seconds of SVD++."""
    of_first_split = [row for row in result["rows"] if row["seed"] == 0]
    rows = {row["program"]: row for row in of_first_split if row["model"] == "svdpp"}
    ours, surprise = (f"{seconds(total(rows[program]))} s" for program in ("fast", "surprise"))
    yield [f"SVD++ on {result['source']}, fit and predict", f"**{ours}**", f"{surprise} Surprise"]


def _against_libmf(result: dict[str, Any]) -> Iterator[list[str]]:
    """Seconds of SVD, and of LIBMF at its best."""
    whole = {row["label"]: total(row, "load_seconds") for row in result["rows"]}
    libmf = min(whole[label] for label in whole if label.startswith("LIBMF"))
    n_epochs = next(row["settings"]["n_epochs"] for row in result["rows"] if row["label"] == "SVD")
    simulated = "simulated " if result["simulated"] else ""
    what = f"SVD on {result['n_train']:,} {simulated}ratings, {n_epochs} epochs, load and fit"
    yield [what, f"**{seconds(whole['SVD'])} s**", f"{seconds(libmf)} s LIBMF"]


def _full_size(result: dict[str, Any]) -> Iterator[list[str]]:
    """Minutes and memory of the largest run."""
    run = max(result["runs"], key=lambda run: run["n_ratings"])
    took = f"{run['seconds'] / 60:.0f} min, {gb(run['peak_memory_bytes'])} GB"
    yield [f"{run['n_ratings']:,} simulated ratings, text to release", f"**{took}**", ""]


def _website(result: dict[str, Any]) -> Iterator[list[str]]:
    """Milliseconds of a user's page that nobody opened before."""
    page = result["pages"]["user page, first"]
    what = f"A user's page, among {result['n_users']:,} users, opened for the first time"
    yield [what, f"**{page['median_ms']:.1f} ms**", ""]
