"""What a report says on the ensemble: what its members add, what moves a score, how it learns."""

from processing.report.schema import BLEND, MEAN, LearningPoint, Report, TreeErrors
from processing.report.tables import Column, Row, Section, Table, cell_text
from processing.report.words import column_label, group_label

MOST_TREES = 20


def ablation_section(report: Report) -> Section | None:
    """What each member adds; None with a single member."""
    if not report.ablation:
        return None
    rows = sorted(report.ablation, key=lambda row: -row.difference)
    table = Table(
        name="without",
        caption="RMSE of the ensemble without one model, and how far above that of all together",
        head="Left out",
        columns=(
            Column(label="RMSE", kind="stars"),
            Column(label="Difference", kind="signed"),
            Column(label="95 % interval", kind="signed_interval"),
        ),
        rows=tuple(
            Row(label=row.label, cells=(row.rmse, row.difference, row.interval)) for row in rows
        ),
    )
    missed = [row.label for row in rows if row.interval[0] > 0]
    return Section(
        name="ablation",
        title="What each model adds",
        text="The ensemble is fitted again without each of its models. The more its error rises, "
        "the more that model knew that no other did. "
        + (
            f"Clearly needed, most first: {'; '.join(missed)}."
            if missed
            else "No single model is clearly needed: the others make up for it."
        ),
        figures=("ablation.svg",),
        tables=(table,),
    )


def importance_section(report: Report) -> Section | None:
    """Which of the ensemble's columns move a score, and how far."""
    rows = report.importance
    if not rows:
        return None
    labels = {m: label for m, label in report.labels.items() if m not in (BLEND, MEAN)}
    table = Table(
        name="columns",
        caption="Mean number of stars by which each column moves a score, up or down",
        head="Column",
        columns=(Column(label="Stars", kind="stars"), Column(label="Group", kind="text")),
        rows=tuple(
            Row(label=column_label(row.column, labels), cells=(row.stars, group_label(row.group)))
            for row in rows
        ),
    )
    return Section(
        name="importance",
        title="What moves a score",
        text="Every score is a start that all share, plus what each column of the ensemble adds or "
        f"takes. The {column_label(rows[0].column, labels)} matters most: it moves a score by "
        f"{cell_text(rows[0].stars, 'ratio')} stars on average. The columns belong to the groups "
        "under which a user’s page accounts for a score.",
        figures=("importance.svg",),
        tables=(table,),
    )


def learning_section(report: Report) -> Section | None:
    """How errors fall with trees and with ratings to learn from."""
    trees, stack = report.learning.trees, report.learning.stack
    if not trees and not stack:
        return None
    tables, sentences = [], []
    if trees:
        best = min(trees, key=lambda row: (row.stop, row.n))
        tables.append(_trees(trees, best))
        sentences.append(
            f"Each tree corrects those before it; {best.n:,} are kept, after which the ratings "
            "set apart for that got no better."
        )
    if stack:
        tables.append(_stack(stack))
        sentences.append(
            f"Taught by {stack[0].n:,} ratings the ensemble’s RMSE on the test is "
            f"{stack[0].rmse:.4f}, by {stack[-1].n:,} it is {stack[-1].rmse:.4f}; if it "
            "still falls at the end, more would help."
        )
    return Section(
        name="learning",
        title="Has the ensemble learned enough?",
        text=" ".join(sentences),
        figures=("learning-trees.svg", "learning-stack.svg"),
        tables=tuple(tables),
    )


def _trees(trees: tuple[TreeErrors, ...], best: TreeErrors) -> Table:
    """At most about `MOST_TREES` rows, evenly apart, with the first, the best and the last."""
    step = -(-len(trees) // MOST_TREES)
    shown = [row for row in trees if row.n % step == 0 or row in (trees[0], best, trees[-1])]
    return Table(
        name="trees",
        caption="RMSE of the ensemble by number of trees",
        head="Trees",
        columns=(
            Column(label="Learned from", kind="stars"),
            Column(label="Deciding when to stop", kind="stars"),
        ),
        rows=tuple(
            Row(label=f"{row.n:,}", cells=(row.learn, row.stop), best=row is best) for row in shown
        ),
    )


def _stack(stack: tuple[LearningPoint, ...]) -> Table:
    return Table(
        name="stack",
        caption="RMSE on the test by how many ratings taught the ensemble",
        head="Ratings",
        columns=(Column(label="RMSE", kind="stars"),),
        rows=tuple(Row(label=f"{row.n:,}", cells=(row.rmse,)) for row in stack),
    )
