"""The tables of what was measured of lists."""

from typing import Any

from _accuracy_table import PROTOCOLS
from _markdown import seconds, table
from _speed_tables import gb, times

INTRODUCTION = """## Lists, beside other rankers

Lists of all users on held-out likes, measured as in [evaluation.md](evaluation.md): every movie new
to the user is ranked. In italics: peers on the same ratings."""
ANELLI = """## Anelli et al.'s split

A split of MovieLens 1M that Anelli et al. (2022) published with what 20 trials each found there:
their best is EASE's NDCG@10 of 0.336. [benchmarks/anelli.py](../benchmarks/anelli.py) says what the
data are, and what ours learns from. The row with the ratings below 4 has more than the peers have:
movies that somebody rated low are then known not to be what is looked for. *Ours* is not a blind
result: a first version had 0.3493 on these held-out rows, and folds and grids were settled after
that was seen."""


def against_rankers(result: dict[str, Any]) -> str:
    """A row per program, best first."""
    rows = sorted(result["rows"], key=lambda row: -row["ndcg_10"])
    cells = [
        [
            _label(row),
            f"{row['ndcg_10']:.4f}",
            *(f"{row[name]:.3f}" for name in ("hit_rate_10", "recall_50", "coverage")),
            seconds(row["fit_seconds"]) if "fit_seconds" in row else "",
            gb(row["memory_bytes"]) if "memory_bytes" in row else "",
        ]
        for row in rows
    ]
    versions = ", ".join(f"{name} {number}" for name, number in result["versions"].items())
    words = (
        f"**{result['source']}, {PROTOCOLS[result['protocol']]}**, {result['n_users']:,} users, "
        f"profile `{result['profile']}`; {versions}, each tuned by at most {result['trials']} "
        f"trials or {result['budget_seconds']:.0f} seconds. The ranker has the stars of the star "
        "models too. Memory is what a fit takes beyond the ratings."
    )
    head = ["", "NDCG@10", "hit@10", "recall@50", "coverage", "fit s", "GB"]
    return f"{words}\n\n{table(head, cells)}"


def against_implicit(result: dict[str, Any]) -> str:
    """A row per number of factors: seconds of an epoch."""
    ways = list(result["rows"][0]["epoch_seconds"])
    rows = [
        [
            str(row["n_factors"]),
            *(seconds(row["epoch_seconds"][way]) for way in ways),
            *(times(row["epoch_seconds"][way] / row["epoch_seconds"][ways[0]]) for way in ways[1:]),
        ]
        for row in result["rows"]
    ]
    words = (
        f"**ImplicitALS and implicit {result['implicit']} on {result['source']}**, "
        f"{result['n_ratings']:,} ratings: seconds of an epoch, the median of "
        f"{result['n_rounds']} fits of {result['n_epochs']} epochs in turns, "
        f"{result['n_threads']} threads, and how many times ours that is."
    )
    head = ["factors", *ways, *(f"{way}, times" for way in ways[1:])]
    return f"{words}\n\n{table(head, rows)}"


def ease_solve(result: dict[str, Any]) -> str:
    """How long EASE's weights take, beside the bare inversions."""
    others = "; ".join(
        f"{seconds(taken)} s by `{name}` (ours takes {times(result['ease_by'][name])} as long)"
        for name, taken in result["seconds"].items()
        if name != "ease"
    )
    return (
        f"**EASE's weights from the Gram matrix of {result['n_movies']:,} movies** take "
        f"{seconds(result['seconds']['ease'])} s. SciPy alone inverts the same matrix, in float32 "
        f"too, in {others}."
    )


def anelli(result: dict[str, Any]) -> str:
    """A row per model, as the script prints them."""
    rows = [
        [row["label"], f"{row['ndcg_10']:.4f}", seconds(row["seconds"])] for row in result["rows"]
    ]
    rows[-1][0] = f"**{rows[-1][0]}**"
    return table(["", "NDCG@10", "s"], rows)


def _label(row: dict[str, Any]) -> str:
    if not row["ours"]:
        return f"*{row['label']}*"
    return f"**{row['label']}**" if "fit_seconds" not in row else str(row["label"])
