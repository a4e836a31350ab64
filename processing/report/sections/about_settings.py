"""What a report says on how it came about: the models' settings, and each fold by itself."""

from processing.report.schema import Report, SplitErrors
from processing.report.tables import Column, Row, Section, Table


def settings_section(report: Report) -> Section | None:
    """What was set, and each fold by itself where there are several."""
    if not report.settings:
        return None
    labels = report.labels
    settings = Table(
        name="values",
        caption="What each model was set to",
        head="Model",
        columns=(Column(label="Settings", kind="text"),),
        rows=tuple(
            Row(
                label=labels.get(model, model),
                cells=(", ".join(f"{name} {value}" for name, value in values.items()),),
            )
            for model, values in report.settings.items()
        ),
    )
    splits = (_splits(report.splits, labels),) if len(report.splits) > 1 else ()
    return Section(
        name="settings",
        title="Settings",
        text="The same data, settings and code make the same figures again.",
        figures=(),
        tables=(*splits, settings),
    )


def _splits(splits: tuple[SplitErrors, ...], labels: dict[str, str]) -> Table:
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
                label=split.name,
                cells=(split.n_test, *(split.rmse.get(model) for model in labels)),
            )
            for split in splits
        ),
    )
