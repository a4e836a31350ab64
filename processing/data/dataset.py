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
from processing.ids import packed, unpacked
from processing.tools.threads import in_threads

ABOUT = "about.json"


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
    ratings, catalogue = dataset.ratings, dataset.catalogue
    scale = ratings.scale
    about = [
        dataset.name,
        dataset.simulated,
        [scale.low, scale.high, scale.step],
        [catalogue.titles, catalogue.years, catalogue.genres],
        [catalogue.imdb_ids, catalogue.tmdb_ids],
        [dataset.n_duplicates, dataset.n_bad, list(dataset.folds)],
    ]
    arrays = [packed(ratings.user_ids), packed(ratings.movie_ids), *ratings.by_user]
    arrays += dataset.folds.values()
    arrays += [] if dataset.probe is None else [dataset.probe]
    digests = in_threads(_sha256, [(array,) for array in arrays])
    return hashlib.sha256(json.dumps([about, digests]).encode()).hexdigest()


def _sha256(array: NDArray[Any]) -> str:
    return hashlib.sha256(np.ascontiguousarray(array).view(np.uint8).data).hexdigest()


def save_dataset(directory: Path, dataset: Dataset) -> None:
    """Write a data set as a folder: each array as .npy, and the rest as JSON."""
    ratings = dataset.ratings
    about = {
        "name": dataset.name,
        "sha256": dataset.sha256,
        "simulated": dataset.simulated,
        "scale": asdict(ratings.scale),
        "titles": dataset.catalogue.titles,
        "years": dataset.catalogue.years,
        "genres": dataset.catalogue.genres,
        "imdb_ids": dataset.catalogue.imdb_ids,
        "tmdb_ids": dataset.catalogue.tmdb_ids,
        "folds": list(dataset.folds),
        "probe": dataset.probe is not None,
        "n_duplicates": dataset.n_duplicates,
        "n_bad": dataset.n_bad,
    }
    arrays: dict[str, NDArray[Any]] = {
        "user_ids": packed(ratings.user_ids),
        "movie_ids": packed(ratings.movie_ids),
        **ratings.by_user._asdict(),
    }
    arrays |= {f"fold_{k}": positions for k, positions in enumerate(dataset.folds.values())}
    if dataset.probe is not None:
        arrays["probe"] = dataset.probe
    directory.mkdir()
    for name, array in arrays.items():
        np.save(directory / f"{name}.npy", array)
    (directory / ABOUT).write_text(json.dumps(about), encoding="utf-8")


def load_saved(directory: Path) -> Dataset:
    """Open what `save_dataset` wrote.

    The arrays are mapped, not read: their pages come from the disk as they are used and can be let
    go again. What is written to them stays in memory and never reaches the files.

    Raises
    ------
    OSError, ValueError, KeyError
        If files are missing or damaged.
    """
    about = json.loads((directory / ABOUT).read_text(encoding="utf-8"))

    def mapped(name: str) -> NDArray[Any]:
        return np.asarray(np.load(directory / f"{name}.npy", mmap_mode="c", allow_pickle=False))

    ratings = Ratings(
        user_ids=unpacked(mapped("user_ids")),
        movie_ids=unpacked(mapped("movie_ids")),
        scale=Scale(**about["scale"]),
        by_user=Csr(*map(mapped, Csr._fields)),
    )
    folds = {name: mapped(f"fold_{k}") for k, name in enumerate(about["folds"])}
    probe = mapped("probe") if about["probe"] else None
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
            imdb_ids=about["imdb_ids"],
            tmdb_ids=about["tmdb_ids"],
        ),
        folds=folds,
        probe=probe,
        n_duplicates=about["n_duplicates"],
        n_bad=about["n_bad"],
    )
