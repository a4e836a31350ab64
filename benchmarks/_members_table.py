"""The table of what each member and each group of features earns, set by set."""

from typing import Any

import _markdown

INTRODUCTION = """## Members that earn their place

What the RMSE of a profile's ensemble is on stack ratings, by folds of users, and how much it
changes without one of its members or groups of features, and with those that it does without. The
test ratings are not read. Above zero the ensemble is worse."""
PLACES = 5


def members(result: dict[str, Any]) -> str:
    """A row for each choice, with the seconds that its fit took."""
    own = result["own"]["rmse"]
    seconds = {row["label"]: row["seconds"] for row in result["fits"]}
    cells = [[f"Profile `{result['profile']}`", f"{own:.{PLACES}f}", "", ""]]
    for row in (*result["without"], *result["with"]):
        fit = seconds.get(row["label"].removeprefix("without ").removeprefix("with "))
        cells.append(
            [
                row["label"],
                f"{row['rmse']:.{PLACES}f}",
                f"{row['rmse'] - own:+.{PLACES}f}",
                _markdown.seconds(fit) if fit is not None else "",
            ]
        )
    words = (
        f"**{result['source']}, `{result['protocol']}`**, {result['n_ratings']:,} ratings, "
        f"{result['n_rows']:,} of them to learn from and to measure on:"
    )
    table = _markdown.table(["", "RMSE", "change", "fit s"], cells)
    return f"{words}\n\n{table}"
