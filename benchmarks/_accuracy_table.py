"""The table of an accuracy benchmark: our models, the ensemble and the peers, best first."""

import json
from pathlib import Path
from typing import Any

import _markdown

PROTOCOLS = {
    "random": "a random tenth held out",
    "folds": "its five ready-made folds u1 to u5",
    "time": "the last fifth by date held out",
    "last": "each user's last nine (at most a third) held out",
    "probe": "the prize's probe held out",
}
INTRODUCTION = """## How well it predicts

Errors in stars on held-out ratings; [evaluation.md](evaluation.md) says what the
protocols are, what is compared with what, and how settings were chosen. In italics: peers on the
same ratings."""


def accuracy(result: dict[str, Any], results: Path) -> str:
    """A row per model and peer, and what the ensemble gains on its best member."""
    seeds = result["seeds"]
    rows = sorted(with_peers(result, results), key=lambda row: row["rmse"])
    cells = [
        [
            f"*{row['label']}*" if row["peer"] else _strong(row),
            f"{row['rmse']:.4f}",
            f"{row['mae']:.4f}",
            f"{row['mape']:.1f} %",
            _markdown.seconds(row["fit_seconds"]) if row["fit_seconds"] else "",
        ]
        for row in rows
    ]
    members = {
        row["model"]: row
        for row in seeds[0]["comparisons"]
        if row["model"] not in ("blend", "mean")
    }
    best = min(
        (row for row in result["models"] if row["model"] in members), key=lambda row: row["rmse"]
    )
    gains = [
        next(row for row in seed["comparisons"] if row["model"] == best["model"]) for seed in seeds
    ]
    said = "; ".join(
        f"{row['difference']:+.4f} [{row['interval'][0]:+.4f}, {row['interval'][1]:+.4f}]"
        for row in gains
    )
    of = f"means of {len(seeds)} seeds" if len(seeds) > 1 else "one seed"
    words = (
        f"**{result['source']}, {PROTOCOLS[result['protocol']]}**, "
        f"profile `{result['profile']}`; {of}. "
        f"Ensemble less its best member ({best['label']}), with 95 % interval"
        f"{', seed by seed' if len(seeds) > 1 else ''}: {said}."
    )
    return f"{words}\n\n{_markdown.table(['', 'RMSE', 'MAE', 'MAPE', 'fit s'], cells)}"


def with_peers(result: dict[str, Any], results: Path) -> list[dict[str, Any]]:
    """The rows of all models on the same ratings, each with whether it is a `peer`."""
    return [row | {"peer": _is_peer(row)} for row in [*result["models"], *_myfm(result, results)]]


def _is_peer(row: dict[str, Any]) -> bool:
    return row["model"] in ("course", "myfm") or row["model"].startswith("surprise_")


def _strong(row: dict[str, Any]) -> str:
    return f"**{row['label']}**" if row["model"] == "ensemble" else str(row["label"])


def _myfm(result: dict[str, Any], results: Path) -> list[dict[str, Any]]:
    """myFM's row on the same ratings, where it was measured; of the first seed alone."""
    slug = result["source"].lower().replace(" ", "-")
    path = results / f"against_myfm-{slug}-{result['protocol']}.json"
    if not path.is_file():
        return []
    peer = json.loads(path.read_text(encoding="utf-8"))
    n = len(peer["rows"])
    means = {key: sum(row[key] for row in peer["rows"]) / n for key in ("rmse", "mae", "mape")}
    label = f"myFM {peer['myfm']}, ordered probit, rank {peer['rank']}, {peer['sweeps']} sweeps"
    if len(result["seeds"]) > 1:
        label += f" (seed {peer['seed']} alone)"
    fit_seconds = sum(row["seconds"] for row in peer["rows"])
    return [{"model": "myfm", "label": label, "fit_seconds": fit_seconds, **means}]
