"""What was fitted, in a folder: arrays (npz, never pickled), and what is said of them (JSON)."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from processing.errors import ModelError

STATE = "state.npz"
ABOUT = "model.json"


def save_fitted(directory: Path, arrays: dict[str, NDArray[Any]], about: dict[str, Any]) -> None:
    """Write arrays by name, and plain values; `about` names the kind of model as `kind`."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / STATE).open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]  # none is called allow_pickle
    (directory / ABOUT).write_text(json.dumps(about, indent=1))


def load_fitted(directory: Path, kind: str) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Read what `save_fitted` wrote.

    Raises
    ------
    ModelError
        If the folder holds another kind of model.
    """
    about = json.loads((directory / ABOUT).read_text())
    if about["kind"] != kind:
        raise ModelError(f"{directory} holds a model of kind {about['kind']!r}; expected {kind!r}.")
    with np.load(directory / STATE, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}, about
