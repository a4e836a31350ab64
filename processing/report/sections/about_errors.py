"""What a report says on errors: of each model, of the ensemble against it, and where they lie."""

from collections.abc import Callable
from typing import NamedTuple

from processing.report.schema import (
    BLEND,
    ENSEMBLE,
    Comparison,
    ModelErrors,
    Report,
    Residuals,
    SliceErrors,
    Slices,
)
from processing.report.tables import Cell, Column, Row, Section, Table

FEWEST = 30  # test ratings of a row that a sentence speaks of


def models_table(models: tuple[ModelErrors, ...]) -> Table:
    """The models' errors, in the order given, with what they cost where that is known."""
    costs = [cost for cost in _COSTS if any(cost.cell(row) is not None for row in models)]
    columns = (*_ERRORS, *costs)
    return Table(
        name="errors",
        caption="Errors on the test ratings, best first. Lower is better.",
        head="Model",
        columns=tuple(each.column for each in columns),
        rows=tuple(
            Row(label=row.label, cells=tuple(each.cell(row) for each in columns), best=place == 0)
            for place, row in enumerate(models)
        ),
    )


class _Measured(NamedTuple):
    """A column of the models' table, and where its cells stand in the report."""

    column: Column
    cell: Callable[[ModelErrors], Cell]


_ERRORS = (
    _Measured(Column(label="RMSE", kind="stars"), lambda row: row.rmse),
    _Measured(Column(label="95 % interval", kind="interval"), lambda row: row.rmse_interval),
    _Measured(Column(label="MAE", kind="stars"), lambda row: row.mae),
    _Measured(Column(label="MAPE", kind="percent"), lambda row: row.mape),
)
_COSTS = (
    _Measured(Column(label="Fitting", kind="seconds"), lambda row: row.fit_seconds),
    _Measured(Column(label="Predicting", kind="seconds"), lambda row: row.predict_seconds),
    _Measured(Column(label="Peak memory", kind="bytes"), lambda row: row.peak_bytes),
)


def comparisons_section(report: Report) -> Section | None:
    """Whether the ensemble is better than each model."""
    if not report.comparisons:
        return None
    rows = {row.model: row for row in report.comparisons}
    best = report.best_member
    told = [model for model in (best.model if best else None, BLEND) if model in rows]
    return Section(
        name="comparisons",
        title="The ensemble against each model",
        text=" ".join(
            [
                *(_verdict(rows[model]) for model in told),
                "Both are measured on the same ratings, so a difference is known more exactly than "
                "either error. Below zero the ensemble is better.",
            ]
        ),
        figures=(),
        tables=(_differences(report.comparisons),),
    )


def _differences(comparisons: tuple[Comparison, ...]) -> Table:
    return Table(
        name="differences",
        caption="RMSE of the ensemble less RMSE of the model, with its 95 % interval",
        head="Model",
        columns=(
            Column(label="Difference", kind="signed"),
            Column(label="95 % interval", kind="signed_interval"),
        ),
        rows=tuple(
            Row(label=row.label, cells=(row.difference, row.interval))
            for row in sorted(comparisons, key=lambda row: -row.difference)
        ),
    )


def _verdict(row: Comparison) -> str:
    """Whether the ensemble is better than a model, in a sentence."""
    low, high = row.interval
    size = f"{abs(row.difference):.4f}"
    if high < 0:
        return f"The ensemble’s RMSE is {size} stars below that of {row.label}."
    if low > 0:
        return f"The ensemble’s RMSE is {size} stars above that of {row.label}."
    return f"The test cannot tell the ensemble and {row.label} apart."


def slices_section(report: Report) -> Section | None:
    """Errors by what was known of user and movie, and by month."""
    parts = report.slices
    if parts == Slices():
        return None
    spans = (_span("users", parts.user_support), _span("movies", parts.movie_support))
    tables = (
        ("user-support", "By how many known ratings the user has", "Ratings of the user"),
        ("movie-support", "By how many known ratings the movie has", "Ratings of the movie"),
        ("month", "By month of the rating", "Month"),
        ("cold-start", "By whether anything was known of user and movie", "Known before"),
    )
    rows = (parts.user_support, parts.movie_support, parts.month, parts.cold_start)
    return Section(
        name="slices",
        title="Where predictions are good, and where not",
        text=" ".join([*filter(None, spans), "Rows with few ratings are unreliable."]),
        figures=("error-by-user-support.svg", "error-by-movie-support.svg", "error-by-month.svg"),
        tables=tuple(
            _slice(report.labels, *told, found)
            for told, found in zip(tables, rows, strict=True)
            if found
        ),
    )


def _span(whose: str, rows: tuple[SliceErrors, ...]) -> str:
    """How the ensemble's error goes from little support to much; empty without two rows to tell."""
    rows = tuple(row for row in rows if row.n >= FEWEST)
    if len(rows) < 2:
        return ""
    first, last = rows[0], rows[-1]
    return (
        f"The ensemble’s RMSE goes from {first.rmse[ENSEMBLE]:.3f} for {whose} with "
        f"{_dashed(first.label)} known ratings to {last.rmse[ENSEMBLE]:.3f} for those with "
        f"{_dashed(last.label)}."
    )


def _slice(
    labels: dict[str, str], name: str, caption: str, head: str, rows: tuple[SliceErrors, ...]
) -> Table:
    models = [ENSEMBLE, *(model for model in labels if model != ENSEMBLE)]
    write = str if name == "month" else _dashed
    return Table(
        name=name,
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
                label=write(row.label),
                cells=(
                    row.n,
                    *(row.rmse.get(model) for model in models),
                    row.mae.get(ENSEMBLE),
                    row.mape.get(ENSEMBLE),
                ),
            )
            for row in rows
        ),
    )


def _dashed(label: str) -> str:
    return label[:1].upper() + label[1:].replace("-", "–")


def calibration_section(report: Report) -> Section | None:
    """Whether a score means what it says, and how residuals are spread."""
    rows = report.calibration
    if not rows:
        return None
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
                cells=(row.predicted, row.actual, row.actual - row.predicted, row.n),
            )
            for place, row in enumerate(rows, start=1)
        ),
    )
    gap = max(abs(row.actual - row.predicted) for row in rows)
    return Section(
        name="calibration",
        title="Does a score mean what it says?",
        text="Of the ratings predicted to be about 4 stars, the mean should be about 4 stars. Here "
        f"mean rating and mean score are at most {gap:.2f} stars apart in any twentieth of the "
        "test. A residual is the rating less its score.",
        figures=("calibration.svg", "residuals.svg"),
        tables=(table, *([_residuals(report.residuals)] if report.residuals else [])),
    )


def _residuals(spread: Residuals) -> Table:
    total = max(sum(spread.counts), 1)
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
            for low, high, count in zip(
                spread.edges[:-1], spread.edges[1:], spread.counts, strict=True
            )
        ),
    )
