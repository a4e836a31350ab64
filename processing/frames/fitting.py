"""Evaluating, fitting and publishing for analysts."""

from pathlib import Path
from typing import TYPE_CHECKING

from processing import pipeline
from processing.data.splits import working_protocol
from processing.frames.dataset import Dataset
from processing.frames.model import Model
from processing.frames.release import Release
from processing.frames.report import Report
from processing.frames.stores import open_stores
from processing.profile import load_profile
from processing.release import open_release
from processing.release.writer import publish

if TYPE_CHECKING:
    from config import Settings


def evaluate_profile(data: Dataset, profiles: Path, name: str, protocol: str | None) -> Report:
    """Evaluate a profile of the folder of profiles, as `processing.api.evaluate` says."""
    profile = load_profile(profiles, name)
    protocol = protocol or working_protocol(data._data, profile.protocol, profile.seed)
    found = pipeline.evaluate(data._data, profile, protocol, profile.seed, data._work.path)
    return Report(found)


def fit_profile(data: Dataset, profiles: Path, name: str, protocol: str | None) -> Model:
    """Fit a profile, as `processing.api.fit` says."""
    profile = load_profile(profiles, name)
    return Model(data, *pipeline.measure(data._data, profile, data._work.path, protocol))


def publish_model(model: Model, to: Path | str | None, settings: "Settings") -> Release:
    """Publish a model, as `processing.api.publish` says."""
    stores = open_stores(to, settings)
    manifest = publish(pipeline.stage(model._run, model._evaluation), *stores)
    return Release(open_release(stores[0], manifest.release_id))
