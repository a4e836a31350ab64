"""Reading sources and DataFrames for analysts."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import pandas as pd

from processing.data.frames import rows_from_frame
from processing.data.ingest import load_dataset, load_rows
from processing.data.readers.registry import ReadOptions
from processing.data.rows import Scale
from processing.errors import ConfigError
from processing.frames.dataset import Dataset, Work
from processing.simulation.simulate import simulate

CACHE = "cache"
FRAME_NAME = "DataFrame"

_OPTIONS = [each.name for each in fields(ReadOptions) if each.name not in ("columns", "scale")]
_COLUMNS = (
    "columns is {!r}; expected of a DataFrame which column is which, such as {{'user': 'reader', "
    "'movie': 'isbn', 'rating': 'grade'}}, and of a file what each of its columns is, such as "
    "('user', 'movie', 'rating', '-')."
)


def read_source(
    source: Path | str | pd.DataFrame,
    work: Path | str | None,
    *,
    columns: Sequence[str] | Mapping[str, str] | None,
    scale: Sequence[float] | None,
    **options: Any,
) -> Dataset:
    """Read a source as `processing.api.read` says; `options` are those of `ReadOptions`.

    Raises
    ------
    ConfigError
        If an option is unknown, or the scale is none.
    SourceError
        If the source cannot be read.
    """
    of_frame = isinstance(source, pd.DataFrame)
    known = ["columns", "scale", *(() if of_frame else _OPTIONS)]
    if unknown := sorted(options.keys() - set(known)):
        what = "a DataFrame" if of_frame else "a file"
        raise ConfigError(f"{what} is read with no option {unknown}; known: {', '.join(known)}.")
    given = None if scale is None else _scale(scale)
    if isinstance(source, pd.DataFrame):
        if not (columns is None or isinstance(columns, Mapping)):
            raise ConfigError(_COLUMNS.format(columns))
        rows = rows_from_frame(source, columns=columns, scale=given)
        kept = Work(work)
        return Dataset(load_rows(rows, FRAME_NAME, kept.path / CACHE), kept)
    if isinstance(columns, Mapping):
        raise ConfigError(_COLUMNS.format(columns))
    read = ReadOptions(columns=None if columns is None else tuple(columns), scale=given, **options)
    kept = Work(work)
    return Dataset(load_dataset(Path(source), kept.path / CACHE, read), kept)


def read_simulated(work: Path | str | None, **sizes: int) -> Dataset:
    """Simulate a set in the folder, or find it there, and read it."""
    kept = Work(work)
    name = "-".join(["simulated", *map(str, sizes.values())])
    simulated = simulate(kept.path / name, **sizes)
    return Dataset(load_dataset(simulated.directory, kept.path / CACHE), kept)


def _scale(given: Sequence[float]) -> Scale:
    low, high, step = [*given, 1.0][:3] if 2 <= len(given) <= 3 else (0.0, 0.0, 0.0)
    if not (low < high and step >= 0):
        raise ConfigError(
            f"The scale is {given!r}; expected the lowest and the highest rating, and the step "
            "between two where it is not 1, such as (1, 5) or (0.5, 5, 0.5)."
        )
    return Scale(low=low, high=high, step=step)
