"""The sections of a report, in reading order: what each part says, in sentences and tables.

Every part is optional, since older releases lack some: a section without its part is left out.
"""

from collections.abc import Callable
from typing import Any

from processing.report.details import (
    learning_section,
    newcomers_section,
    ranking_section,
    settings_section,
)
from processing.report.tables import (
    BLEND,
    ENSEMBLE,
    MEAN,
    Column,
    Report,
    Row,
    Section,
    Table,
    as_cell,
    best_member,
    cell_text,
    model_labels,
)
from processing.report.words import column_label, group_label

FEWEST = 30  # test ratings of a row that a sentence speaks of


def report_sections(report: Report) -> tuple[Section, ...]:
    """The sections that a report has the parts for.

    Raises
    ------
    KeyError, TypeError
        If a part that is there lacks something.
    """
    makers: tuple[tuple[str, Callable[[Report], Section]], ...] = (
        ("comparisons", _comparisons),
        ("slices", _slices),
        ("calibration", _calibration),
        ("ablation", _ablation),
        ("importance", _importance),
        ("learning", learning_section),
        ("ranking", ranking_section),
        ("newcomers", newcomers_section),
        ("settings", settings_section),
    )
    return tuple(make(report) for part, make in makers if report.get(part))


def _comparisons(report: Report) -> Section:
    table = Table(
        name="differences",
        caption="RMSE of the ensemble less RMSE of the model, with its 95 % interval",
        head="Model",
        columns=(
            Column(label="Difference", kind="signed"),
            Column(label="95 % interval", kind="signed_interval"),
        ),
        rows=tuple(
            Row(label=row["label"], cells=(row["difference"], as_cell(row["interval"])))
            for row in sorted(report["comparisons"], key=lambda row: -row["difference"])
        ),
    )
    rows = {row["model"]: row for row in report["comparisons"]}
    verdicts = [_verdict(rows[model]) for model in (best_member(report), BLEND) if model in rows]
    return Section(
        name="comparisons",
        title="The ensemble against each model",
        text=" ".join(
            [
                *verdicts,
                "Both are measured on the same ratings, so a difference is known more exactly than "
                "either error. Below zero the ensemble is better.",
            ]
        ),
        figures=(),
        tables=(table,),
    )


def _verdict(row: dict[str, Any]) -> str:
    """Whether the ensemble is better than a model, in a sentence."""
    low, high = row["interval"]
    size = f"{abs(row['difference']):.4f}"
    if high < 0:
        return f"The ensemble’s RMSE is {size} stars below that of {row['label']}."
    if low > 0:
        return f"The ensemble’s RMSE is {size} stars above that of {row['label']}."
    return f"The test cannot tell the ensemble and {row['label']} apart."


_SLICES = (
    ("user_support", "By how many known ratings the user has", "Ratings of the user"),
    ("movie_support", "By how many known ratings the movie has", "Ratings of the movie"),
    ("month", "By month of the rating", "Month"),
    ("cold_start", "By whether anything was known of user and movie", "Known before"),
)


def _slices(report: Report) -> Section:
    parts = report["slices"]
    spans = [
        f"The ensemble’s RMSE goes from {rows[0]['rmse'][ENSEMBLE]:.3f} for {whose} with "
        f"{_dashed(rows[0]['label'])} known ratings to {rows[-1]['rmse'][ENSEMBLE]:.3f} for those "
        f"with {_dashed(rows[-1]['label'])}."
        for whose, rows in (
            (whose, [row for row in parts.get(name) or () if row["n"] >= FEWEST])
            for whose, name in (("users", "user_support"), ("movies", "movie_support"))
        )
        if len(rows) > 1
    ]
    return Section(
        name="slices",
        title="Where predictions are good, and where not",
        text=" ".join([*spans, "Rows with few test ratings swing by chance."]),
        figures=("error-by-user-support.svg", "error-by-movie-support.svg", "error-by-month.svg"),
        tables=tuple(_slice(report, *found) for found in _SLICES if parts.get(found[0])),
    )


def _slice(report: Report, name: str, caption: str, head: str) -> Table:
    labels = model_labels(report)
    models = [ENSEMBLE, *(model for model in labels if model != ENSEMBLE)]
    write = str if name == "month" else _dashed
    return Table(
        name=name.replace("_", "-"),
        caption=f"{caption}: RMSE of each model; MAE and MAPE of the ensemble",
        head=head,
        columns=(
            Column(label="Test ratings", kind="count"),
            *(Column(label=labels[model], kind="stars") for model in models),
            Column(label="MAE", kind="stars"),
            Column(label="MAPE", kind="percent"),
        ),
        rows=tuple(
            Row(
                label=write(row["label"]),
                cells=(
                    row["n"],
                    *(row["rmse"].get(model) for model in models),
                    row["mae"].get(ENSEMBLE),
                    row["mape"].get(ENSEMBLE),
                ),
            )
            for row in report["slices"][name]
        ),
    )


def _dashed(label: str) -> str:
    return label[:1].upper() + label[1:].replace("-", "–")


def _calibration(report: Report) -> Section:
    rows = report["calibration"]
    table = Table(
        name="bins",
        caption="Test ratings in parts of equal size, by score",
        head="Part",
        columns=(
            Column(label="Mean score", kind="ratio"),
            Column(label="Mean rating", kind="ratio"),
            Column(label="Rating less score", kind="signed"),
            Column(label="Test ratings", kind="count"),
        ),
        rows=tuple(
            Row(
                label=str(place),
                cells=(
                    row["predicted"],
                    row["actual"],
                    row["actual"] - row["predicted"],
                    row["n"],
                ),
            )
            for place, row in enumerate(rows, start=1)
        ),
    )
    gap = max(abs(row["actual"] - row["predicted"]) for row in rows)
    spread = report.get("residuals")
    return Section(
        name="calibration",
        title="Does a score mean what it says?",
        text="Of the ratings predicted to be about 4 stars, the mean should be about 4 stars. Here "
        f"mean rating and mean score are at most {gap:.2f} stars apart in any twentieth of the "
        "test. A residual is the rating less its score.",
        figures=("calibration.svg", "residuals.svg"),
        tables=(table, *([_residuals(spread)] if spread else [])),
    )


def _residuals(spread: dict[str, Any]) -> Table:
    edges, counts = spread["edges"], spread["counts"]
    total = max(sum(counts), 1)
    return Table(
        name="residuals",
        caption="Test ratings by residual, in stars",
        head="Rating less score",
        columns=(
            Column(label="Test ratings", kind="count"),
            Column(label="Share", kind="share"),
        ),
        rows=tuple(
            Row(
                label=f"{low:+.2f} to {high:+.2f}".replace("-", "−"),
                cells=(count, count / total),
            )
            for low, high, count in zip(edges[:-1], edges[1:], counts, strict=True)
        ),
    )


def _ablation(report: Report) -> Section:
    rows = sorted(report["ablation"], key=lambda row: -row["difference"])
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
            Row(
                label=row["label"],
                cells=(row["rmse"], row["difference"], as_cell(row["interval"])),
            )
            for row in rows
        ),
    )
    missed = [row["label"] for row in rows if row["interval"][0] > 0]
    return Section(
        name="ablation",
        title="What each model adds",
        text="The ensemble is fitted again without each of its models. The more its error rises, "
        "the more that model knew that no other did. "
        + (
            f"Missed for certain, most first: {'; '.join(missed)}."
            if missed
            else "None is missed for certain: what one knows, others know too."
        ),
        figures=("ablation.svg",),
        tables=(table,),
    )


def _importance(report: Report) -> Section:
    labels = {
        model: label for model, label in model_labels(report).items() if model not in (BLEND, MEAN)
    }
    rows = report["importance"]
    first = rows[0]
    table = Table(
        name="columns",
        caption="Mean number of stars by which each column moves a score, up or down",
        head="Column",
        columns=(Column(label="Stars", kind="stars"), Column(label="Group", kind="text")),
        rows=tuple(
            Row(
                label=column_label(row["column"], labels),
                cells=(row["stars"], group_label(row["group"])),
            )
            for row in rows
        ),
    )
    return Section(
        name="importance",
        title="What moves a score",
        text="Every score is a start that all share, plus what each column of the ensemble adds or "
        f"takes. Most is moved by the {column_label(first['column'], labels)}: by "
        f"{cell_text(first['stars'], 'ratio')} stars on average. The columns belong to the groups "
        "under which a user’s page accounts for a score.",
        figures=("importance.svg",),
        tables=(table,),
    )
