"""The evaluation that a release carries (`report.json`), as the site's own objects."""

from dataclasses import dataclass
from typing import Any

from app.model.sureness import ErrorTable
from processing.errors import ReleaseFormatError
from processing.report import Section, report_sections


@dataclass(frozen=True, kw_only=True)
class ModelResult:
    """How well one model predicts.

    `rmse_interval` holds the ends of the 95 % interval, None in older releases; `mape` is a
    percentage, None where a rating is 0.
    """

    model: str
    label: str
    rmse: float
    rmse_interval: tuple[float, float] | None
    mae: float
    mape: float | None


@dataclass(frozen=True, kw_only=True)
class LeftOutModel:
    """A model that was not fitted, and why."""

    model: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """What a release's report says; models are ordered by RMSE, lowest first.

    `sections` holds what there is beyond the models' errors: nothing in older releases.
    """

    protocol: str
    seed: int
    n_train: int
    n_stack: int
    n_test: int
    models: tuple[ModelResult, ...]
    left_out: tuple[LeftOutModel, ...]
    sections: tuple[Section, ...]
    errors: ErrorTable | None

    @property
    def served(self) -> ModelResult | None:
        """The ensemble, whose scores the site shows."""
        return next((result for result in self.models if result.model == "ensemble"), None)


def read_evaluation(report: dict[str, Any], release_id: str) -> Evaluation:
    """Read a release's report.

    Raises
    ------
    ReleaseFormatError
        If something is missing in it, or has another form.
    """
    try:
        return Evaluation(
            protocol=report["protocol"],
            seed=report["seed"],
            n_train=report["n_train"],
            n_stack=report["n_stack"],
            n_test=report["n_test"],
            models=_models(report),
            left_out=tuple(
                LeftOutModel(model=row["label"], reason=row["reason"]) for row in report["left_out"]
            ),
            sections=report_sections(report),
            errors=ErrorTable.of(report),
        )
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise ReleaseFormatError(
            f"report.json of release {release_id} is not one that this site reads: {error!r}. "
            "Publish again with this version of the project."
        ) from error


def _models(report: dict[str, Any]) -> tuple[ModelResult, ...]:
    """The measured models, lowest RMSE first."""
    results = [
        ModelResult(
            model=row["model"],
            label=row["label"],
            rmse=row["rmse"],
            rmse_interval=_interval(row.get("rmse_interval")),
            mae=row["mae"],
            mape=row["mape"],
        )
        for row in report["models"]
    ]
    return tuple(sorted(results, key=lambda result: (result.rmse, result.model)))


def _interval(ends: list[float] | None) -> tuple[float, float] | None:
    if ends is None:
        return None
    low, high = ends
    return low, high
