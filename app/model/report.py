"""The evaluation that a release carries (`report.json`), as the site's own objects."""

from dataclasses import dataclass
from typing import Any

from app.model.pages import LeftOutModel, ModelResult
from processing.errors import ReleaseFormatError

_PROTOCOLS = {
    "time": (
        "The ratings were put in order of time. The models learned from the earlier ones and had "
        "to predict the last fifth, as a site that looks ahead must."
    ),
    "last": (
        "Each user's last ratings, to the day, were set aside. The models learned from the rest "
        "and had to predict these, much as in the Netflix Prize."
    ),
    "random": (
        "A tenth of the ratings, drawn by chance, was set aside. The models learned from the rest "
        "and had to predict these."
    ),
    "probe": (
        "The models had to predict the ratings on the Netflix Prize's own probe list, and learned "
        "from all others."
    ),
    "folds": (
        "The ratings were split into folds. Each fold was predicted by models that had learned "
        "from the other folds; the figures are means over the folds."
    ),
}


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """What a release's report says; models are ordered by RMSE, lowest first."""

    protocol: str
    seed: int
    n_train: int
    n_stack: int
    n_test: int
    models: tuple[ModelResult, ...]
    left_out: tuple[LeftOutModel, ...]

    @property
    def served(self) -> ModelResult | None:
        """The ensemble, whose scores the site shows."""
        return next((result for result in self.models if result.model == "ensemble"), None)


def protocol_text(protocol: str) -> str:
    """Say in plain words how a protocol sets ratings aside."""
    return _PROTOCOLS.get(protocol, f"The ratings to predict were chosen by protocol {protocol!r}.")


def read_evaluation(report: dict[str, Any], release_id: str) -> Evaluation:
    """Read a release's report.

    Raises
    ------
    ReleaseFormatError
        If something is missing in it.
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
        )
    except (KeyError, TypeError) as error:
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
            mae=row["mae"],
            mape=row["mape"],
        )
        for row in report["models"]
    ]
    return tuple(sorted(results, key=lambda result: (result.rmse, result.model)))
