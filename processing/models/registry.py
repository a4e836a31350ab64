"""The models that a profile can name."""

from pathlib import Path

from processing.models.als import ALS
from processing.models.base import AnyModel
from processing.models.baseline import BaselineOnly
from processing.models.bayes import Bayes
from processing.models.item_weights import ItemWeights
from processing.models.knn_baseline import KNNBaseline
from processing.models.svd import SVD
from processing.models.svdpp import SVDpp
from processing.models.time_baseline import TimeBaseline
from processing.models.timesvdpp import TimeSVDpp

MODELS: dict[str, type[AnyModel]] = {
    model.kind: model
    for model in (
        BaselineOnly,
        KNNBaseline,
        SVD,
        SVDpp,
        ItemWeights,
        ALS,
        TimeBaseline,
        TimeSVDpp,
        Bayes,
    )
}


def load_model(kind: str, directory: Path) -> AnyModel:
    """Read a fitted model of a kind from the folder that `save` wrote."""
    return MODELS[kind].load(directory)
