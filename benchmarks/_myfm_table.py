"""The table of our chains beside myFM's: seconds until both are as near."""

import json
from pathlib import Path
from typing import Any

from _markdown import seconds, table


def our_chains(result: dict[str, Any], results: Path) -> str:
    """A row per number of our sweeps and one of myFM, means over the splits; the fewest last."""
    peer = json.loads((results / _peer_of(result)).read_text(encoding="utf-8"))
    label = f"myFM {peer['myfm']}, ordered probit, rank {peer['rank']}"
    theirs = _mean(peer["rows"])
    rows = [[label, str(peer["sweeps"]), seconds(theirs["seconds"]), "1", f"{theirs['rmse']:.4f}"]]
    by_share: dict[float, list[dict[str, Any]]] = {}
    for row in result["rows"]:
        by_share.setdefault(row["share"], []).append(row)
    for share in sorted(by_share, reverse=True):
        ours = _mean(by_share[share])
        times = theirs["seconds"] / ours["seconds"]
        near = "**" if ours["rmse"] <= theirs["rmse"] else ""
        rows.append(
            [
                f"ours, rank {result['rank']}, {result['chains']} chains",
                f"{ours['sweeps']:.0f} each",
                seconds(ours["seconds"]),
                f"{near}{times:.1f}{near}",
                f"{ours['rmse']:.4f}",
            ]
        )
    words = (
        f"**Chains of Gibbs sampling**, {result['source']}, protocol `{result['protocol']}`, seed "
        f"{result['seed']}: users, movies, days and who rated what, ratings as levels. How many "
        "times as fast as myFM is bold where our RMSE is no higher. myFM was measured on "
        f"{peer['date']}, commit {peer['commit']}, on {peer['machine']['cores']} cores."
    )
    head = ["", "sweeps", "fit and predict s", "times as fast", "RMSE"]
    return f"{words}\n\n{table(head, rows)}"


def _peer_of(result: dict[str, Any]) -> str:
    slug = result["source"].lower().replace(" ", "-")
    return f"against_myfm-{slug}-{result['protocol']}.json"


def _mean(rows: list[dict[str, Any]]) -> dict[str, float]:
    keys = [key for key in ("rmse", "seconds", "sweeps") if key in rows[0]]
    return {key: sum(row[key] for row in rows) / len(rows) for key in keys}
