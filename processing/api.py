"""The verbs of `import processing as rec`; what they hand out answers in pandas DataFrames.

Only `read` and `simulate` know of a folder, and only if one is named: `work` keeps what was read
and computed, so that a later session, or `python -m processing … --runs`, goes on from there.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import config

if TYPE_CHECKING:
    import pandas as pd

    from processing.frames.dataset import Dataset
    from processing.frames.model import Model
    from processing.frames.release import Release
    from processing.frames.report import Report

__all__ = ["evaluate", "fit", "open_release", "publish", "read", "simulate"]


def read(
    source: "Path | str | pd.DataFrame",
    *,
    columns: Sequence[str] | Mapping[str, str] | None = None,
    scale: Sequence[float] | None = None,
    work: Path | str | None = None,
    **options: Any,
) -> "Dataset":
    """Read a folder, a file, an archive or a DataFrame of ratings.

    `columns` say what each column is, `scale` is the lowest and highest rating, and the step
    between two; both are found where they can be. More `options`: docs/python.md.
    """
    with _needing("train"):
        from processing.frames.reading import read_source
    return read_source(source, work, columns=columns, scale=scale, **options)


def simulate(
    *,
    n_users: int = 1_000,
    n_movies: int = 400,
    n_ratings: int = 40_000,
    seed: int = 0,
    work: Path | str | None = None,
) -> "Dataset":
    """Invent ratings of real films, by planted tastes."""
    with _needing("train"):
        from processing.frames.reading import read_simulated
    return read_simulated(work, n_users=n_users, n_movies=n_movies, n_ratings=n_ratings, seed=seed)


def evaluate(data: "Dataset", *, profile: str = "fast", protocol: str | None = None) -> "Report":
    """Measure how well a profile's models predict ratings, and list movies, that were held out.

    `protocol`: time, last, random, probe or folds; by default the profile's own.
    """
    with _needing("train"):
        from processing.frames.fitting import evaluate_profile
    return evaluate_profile(data, config.PROFILES, profile, protocol)


def fit(data: "Dataset", *, profile: str = "fast", protocol: str | None = None) -> "Model":
    """Measure likewise, then learn from all ratings."""
    with _needing("train"):
        from processing.frames.fitting import fit_profile
    return fit_profile(data, config.PROFILES, profile, protocol)


def publish(model: "Model", to: Path | str | None = None) -> "Release":
    """Publish everyone's lists, for the site and for `open_release`, in a folder or bucket."""
    with _needing("train"):
        from processing.frames.fitting import publish_model
    return publish_model(model, to, config.load_settings())


def open_release(at: Path | str | None = None, *, release_id: str | None = None) -> "Release":
    """Open what was published, by default the release that is active.

    Without a place, here and in `publish`, it is the one that the environment names (README.md).
    """
    with _needing("export"):
        from processing.frames.release import open_published
    return open_published(at, config.load_settings(), release_id)


@contextmanager
def _needing(extra: str) -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("processing"):
            raise
        raise ModuleNotFoundError(
            f"{error.name} is not installed. Install the package with its extra {extra!r} "
            f"(pip install '.[{extra}]').",
            name=error.name,
        ) from error
