"""A data set as the later stages see it: ratings with their catalogue."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from processing.data.ratings import Csr, Ratings
from processing.data.rows import Catalogue, Scale


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """Ratings with their catalogue.

    `catalogue` has one entry per movie index. `folds` maps a ready-made fold's name to the
    positions (in `ratings.by_user`) of its test ratings; `probe` likewise, or None.
    `n_duplicates` ratings were replaced by a later one of the same user and movie; `n_bad` lines
    were skipped.
    """

    name: str
    sha256: str
    simulated: bool
    ratings: Ratings
    catalogue: Catalogue
    folds: dict[str, NDArray[np.int64]]
    probe: NDArray[np.int64] | None
    n_duplicates: int
    n_bad: int


def dataset_hash(dataset: Dataset) -> str:
    """Sha256 of everything that a data set holds, however it was read."""
    ratings = dataset.ratings
    scale = ratings.scale
    about = [
        dataset.name,
        dataset.simulated,
        [scale.low, scale.high, scale.step],
        [dataset.catalogue.titles, dataset.catalogue.years, dataset.catalogue.genres],
        [dataset.n_duplicates, dataset.n_bad, list(dataset.folds)],
    ]
    digest = hashlib.sha256(json.dumps(about).encode())
    arrays = [ratings.user_ids, ratings.movie_ids, *vars(ratings.by_user).values()]
    arrays += dataset.folds.values()
    arrays += [] if dataset.probe is None else [dataset.probe]
    for array in arrays:
        digest.update(np.ascontiguousarray(array).view(np.uint8))
    return digest.hexdigest()


def save_dataset(path: Path, dataset: Dataset) -> None:
    """Write a data set as npz: arrays, and the rest as JSON in an array of bytes."""
    ratings = dataset.ratings
    about = {
        "name": dataset.name,
        "sha256": dataset.sha256,
        "simulated": dataset.simulated,
        "scale": asdict(ratings.scale),
        "titles": dataset.catalogue.titles,
        "years": dataset.catalogue.years,
        "genres": dataset.catalogue.genres,
        "folds": list(dataset.folds),
        "n_duplicates": dataset.n_duplicates,
        "n_bad": dataset.n_bad,
    }
    arrays: dict[str, NDArray[Any]] = {
        "about": np.frombuffer(json.dumps(about).encode(), np.uint8),
        "user_ids": ratings.user_ids,
        "movie_ids": ratings.movie_ids,
        "indptr": ratings.by_user.indptr,
        "indices": ratings.by_user.indices,
        "values": ratings.by_user.values,
        "days": ratings.by_user.days,
    }
    arrays |= {f"fold_{k}": positions for k, positions in enumerate(dataset.folds.values())}
    if dataset.probe is not None:
        arrays["probe"] = dataset.probe
    with path.open("wb") as file:
        np.savez(file, **arrays)


def load_saved(path: Path) -> Dataset:
    """Read what `save_dataset` wrote."""
    with np.load(path, allow_pickle=False) as arrays:
        about = json.loads(arrays["about"].tobytes())
        ratings = Ratings(
            user_ids=arrays["user_ids"],
            movie_ids=arrays["movie_ids"],
            scale=Scale(**about["scale"]),
            by_user=Csr(
                indptr=arrays["indptr"],
                indices=arrays["indices"],
                values=arrays["values"],
                days=arrays["days"],
            ),
        )
        folds = {name: arrays[f"fold_{k}"] for k, name in enumerate(about["folds"])}
        probe = arrays["probe"] if "probe" in arrays else None
    return Dataset(
        name=about["name"],
        sha256=about["sha256"],
        simulated=about["simulated"],
        ratings=ratings,
        catalogue=Catalogue(
            movie_ids=ratings.movie_ids,
            titles=about["titles"],
            years=about["years"],
            genres=[tuple(genres) for genres in about["genres"]],
        ),
        folds=folds,
        probe=probe,
        n_duplicates=about["n_duplicates"],
        n_bad=about["n_bad"],
    )
