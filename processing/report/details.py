"""The sections on how the ensemble learned, what lists are worth, newcomers, and settings."""

from typing import Any

from processing.report.tables import Column, Report, Row, Section, Table, as_cell, model_labels

MOST_TREES = 20


def learning_section(report: Report) -> Section:
    """How errors fall with trees and with ratings to learn from."""
    trees, stack = report["learning"]["trees"], report["learning"]["stack"]
    tables, sentences = [], []
    if trees:
        best = min(trees, key=lambda row: (row["stop"], row["n"]))
        tables.append(_trees(trees, best))
        sentences.append(
            f"Each tree corrects those before it; {best['n']:,} are kept, after which the ratings "
            "set apart for that got no better."
        )
    if stack:
        tables.append(_stack(stack))
        sentences.append(
            f"Taught by {stack[0]['n']:,} ratings the ensemble’s RMSE on the test is "
            f"{stack[0]['rmse']:.4f}, by {stack[-1]['n']:,} it is {stack[-1]['rmse']:.4f}; if it "
            "still falls at the end, more would help."
        )
    return Section(
        name="learning",
        title="Has the ensemble learned enough?",
        text=" ".join(sentences),
        figures=("learning-trees.svg", "learning-stack.svg"),
        tables=tuple(tables),
    )


def _trees(trees: list[dict[str, Any]], best: dict[str, Any]) -> Table:
    step = -(-len(trees) // MOST_TREES)
    shown = [row for row in trees if row["n"] % step == 0 or row in (trees[0], best, trees[-1])]
    return Table(
        name="trees",
        caption="RMSE of the ensemble after so many trees",
        head="Trees",
        columns=(
            Column(label="Learned from", kind="stars"),
            Column(label="Deciding when to stop", kind="stars"),
        ),
        rows=tuple(
            Row(label=f"{row['n']:,}", cells=(row["learn"], row["stop"]), best=row is best)
            for row in shown
        ),
    )


def _stack(stack: list[dict[str, Any]]) -> Table:
    return Table(
        name="stack",
        caption="RMSE on the test by how many ratings taught the ensemble",
        head="Ratings",
        columns=(Column(label="RMSE", kind="stars"),),
        rows=tuple(Row(label=f"{row['n']:,}", cells=(row["rmse"],)) for row in stack),
    )


def ranking_section(report: Report) -> Section:
    """Whether lists put first what people turn out to like."""
    found = report["ranking"]
    chosen = f"{found['order']:g}"
    best = max(found["rows"], key=lambda row: row["ndcg_10"])
    tables = [_ranked("lists", "Lists by what orders them", "Order", found["rows"], best["label"])]
    if found["orders"]:
        tables.append(
            _ranked(
                "cautions",
                "How many standard errors a movie is put below its score, more where few rated "
                f"it; measured on ratings apart from the test. In use is {chosen}",
                "Caution z",
                [{"label": f"{row['z']:g}", **row} for row in found["orders"]],
                chosen,
            )
        )
    return Section(
        name="ranking",
        title="Do the lists put first what people like?",
        text=f"{found['n_users']:,} users have something to find: {found['n_likes']:,} ratings of "
        f"{found['like']:g} stars or more that were set aside. {_found(found['rows'])}"
        "Hit rate is the share of users who find one among the first ten; NDCG counts a high place "
        "for more; recall is the share of them all that is among the first fifty. Koren’s rank is "
        "how far down a movie of the highest rating is on average: 0 % is best, 50 % is chance. "
        "Coverage is the share of all movies that is in anybody’s first ten; popular is the share "
        "of the first tens that the most rated tenth of the movies takes.",
        figures=("ranking.svg",),
        tables=tuple(tables),
    )


def _found(rows: list[dict[str, Any]]) -> str:
    """How many users find something in the lists as served, and in those of popular movies."""
    rates = {row["model"]: 100 * row["hit_rate_10"] for row in rows}
    if "ordered" not in rates or "popular" not in rates:
        return ""
    return (
        f"Among their first ten {rates['ordered']:.1f} % of them find one in the list as served, "
        f"{rates['popular']:.1f} % in one of the most rated movies. "
    )


_RANKING_COLUMNS = (
    ("hit_rate_10", Column(label="Hit rate @10", kind="share")),
    ("ndcg_10", Column(label="NDCG @10", kind="ratio")),
    ("recall_50", Column(label="Recall @50", kind="share")),
    ("koren_rank", Column(label="Koren’s rank", kind="share")),
    ("coverage", Column(label="Coverage", kind="share")),
    ("popular_share", Column(label="Popular", kind="share")),
)


def _ranked(name: str, caption: str, head: str, rows: list[dict[str, Any]], best: str) -> Table:
    return Table(
        name=name,
        caption=caption,
        head=head,
        columns=tuple(column for _, column in _RANKING_COLUMNS),
        rows=tuple(
            Row(
                label=row["label"],
                cells=tuple(row[key] for key, _ in _RANKING_COLUMNS),
                best=row["label"] == best,
            )
            for row in rows
        ),
    )


def newcomers_section(report: Report) -> Section:
    """What a handful of ratings is worth of somebody whom nobody knew before."""
    found = report["newcomers"]
    rows = found["rows"]
    folded = [row for row in rows if row["given"]]
    averages = {row["given"]: row for row in rows}[0]
    caution = (
        f"Lists are ordered with caution z = {found['order_z']:g}, chosen on ratings apart from "
        "the test."
    )
    return Section(
        name="newcomers",
        title="What are a few ratings of a newcomer worth?",
        text=f"{found['n_users']:,} users were treated as newcomers: a model was fitted without "
        "any rating of theirs, and was then told a few of them, of the movies that the site would "
        f"ask about first. By the movie’s average alone the RMSE on {found['n_test']:,} test "
        f"ratings is {averages['rmse']:.4f}; "
        + ", ".join(f"with {row['given']} ratings it is {row['rmse']:.4f}" for row in folded)
        + f". {_against_all(rows)}{caution}",
        figures=("newcomers.svg",),
        tables=(
            Table(
                name="given",
                caption="The same test ratings of the same users, by what was known of them",
                head="Predicted by",
                columns=(
                    Column(label="Ratings given", kind="count"),
                    Column(label="RMSE", kind="stars"),
                    Column(label="95 % interval", kind="interval"),
                    Column(label="Hit rate @10", kind="share"),
                    Column(label="NDCG @10", kind="ratio"),
                ),
                rows=tuple(
                    Row(
                        label=row["label"],
                        cells=(
                            row["given"],
                            row["rmse"],
                            as_cell(row["rmse_interval"]),
                            row["hit_rate_10"],
                            row["ndcg_10"],
                        ),
                    )
                    for row in rows
                ),
            ),
        ),
    )


def _against_all(rows: list[dict[str, Any]]) -> str:
    """What the ensemble makes of the same users when it knows all that they rated."""
    knowing = [row["rmse"] for row in rows if row["given"] is None and row["rmse"] is not None]
    if not knowing:
        return ""
    return f"The ensemble, which knows all their other ratings, has {knowing[0]:.4f}. "


def settings_section(report: Report) -> Section:
    """What was set, and each fold by itself where there are several."""
    labels = model_labels(report)
    splits = report.get("splits") or []
    return Section(
        name="settings",
        title="Settings",
        text="The same data, settings and code make the same figures again.",
        figures=(),
        tables=(
            *([_splits(splits, labels)] if len(splits) > 1 else []),
            Table(
                name="values",
                caption="What each model was set to",
                head="Model",
                columns=(Column(label="Settings", kind="text"),),
                rows=tuple(
                    Row(
                        label=labels.get(model, model),
                        cells=(", ".join(f"{name} {value}" for name, value in values.items()),),
                    )
                    for model, values in report["settings"].items()
                ),
            ),
        ),
    )


def _splits(splits: list[dict[str, Any]], labels: dict[str, str]) -> Table:
    return Table(
        name="splits",
        caption="RMSE of each model, fold by fold",
        head="Fold",
        columns=(
            Column(label="Test ratings", kind="count"),
            *(Column(label=label, kind="stars") for label in labels.values()),
        ),
        rows=tuple(
            Row(
                label=split["name"],
                cells=(split["n_test"], *(split["rmse"].get(model) for model in labels)),
            )
            for split in splits
        ),
    )
