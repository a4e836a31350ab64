"""The evaluation that a release carries (`report.json`), as the site's own objects."""

from typing import Any

from app.model.pages import LeftOutModel, ModelResult

_PROTOCOLS = {
    "time": (
        "The ratings were put in order of time. The models learned from the earlier ones and had "
        "to predict the last fifth, as a site that looks ahead must."
    ),
    "last": (
        "The last ratings of every user were set aside. The models learned from the rest and had "
        "to predict these, as in the Netflix Prize."
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


def protocol_text(protocol: str) -> str:
    """Say in plain words how a protocol sets ratings aside."""
    return _PROTOCOLS.get(protocol, f"The ratings to predict were chosen by protocol {protocol!r}.")


def model_results(report: dict[str, Any]) -> tuple[ModelResult, ...]:
    """Return the measured models, lowest RMSE first."""
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


def best_model(report: dict[str, Any]) -> ModelResult | None:
    """Return the model with the lowest RMSE, None where nothing was measured."""
    return next(iter(model_results(report)), None)


def left_out(report: dict[str, Any]) -> tuple[LeftOutModel, ...]:
    """Return the models that were not fitted."""
    return tuple(
        LeftOutModel(model=row["label"], reason=row["reason"]) for row in report["left_out"]
    )
