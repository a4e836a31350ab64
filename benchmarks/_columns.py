"""Ratings as plain columns in a folder, split into a training and a test part: where all begin."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from _common import ROOT  # noqa: F401  (puts the project on the path)
from numpy.typing import NDArray

from processing.data.dataset import Dataset
from processing.data.rows import Scale

ABOUT = "about.json"
PARTS = ("train", "test")
NAMES = ("users", "movies", "values")


@dataclass(frozen=True, kw_only=True)
class Part:
    """One entry per rating: `users` and `movies` int32 from 0, `values` float32, stars."""

    users: NDArray[np.int32]
    movies: NDArray[np.int32]
    values: NDArray[np.float32]

    def every(self, n: int) -> Self:
        """A copy of one rating in `n`."""
        return type(self)(**{name: getattr(self, name)[::n].copy() for name in NAMES})


@dataclass(frozen=True, kw_only=True)
class Columns:
    """The training and the test part, the scale, and the numbers of users and movies in all."""

    train: Part
    test: Part
    scale: Scale
    n_users: int
    n_movies: int


def write_columns(
    dataset: Dataset, share: float, seed: int, order: Literal["by user", "by movie"], folder: Path
) -> dict[str, Any]:
    """Hold out `share` of the ratings at random, and write both parts; returns their sizes.

    Held-out ratings whose user or movie has no other rating are left out.
    """
    ratings = dataset.ratings
    held_out = np.random.default_rng(seed).random(ratings.n_ratings, np.float32) < share
    known = ratings.part(~held_out)
    side = known.by_user if order == "by user" else known.by_movie
    columns = (side.rows(), side.indices, side.values)
    train = columns if order == "by user" else (columns[1], columns[0], columns[2])
    by_user = ratings.by_user
    users, movies = by_user.rows()[held_out], by_user.indices[held_out]
    found = (known.by_user.counts[users] > 0) & (known.movie_counts[movies] > 0)
    test = (users[found], movies[found], by_user.values[held_out][found])
    folder.mkdir(parents=True, exist_ok=True)
    for part, arrays in zip(PARTS, (train, test), strict=True):
        for name, array in zip(NAMES, arrays, strict=True):
            np.save(folder / f"{part}_{name}.npy", array)
    sizes = {"n_users": ratings.n_users, "n_movies": ratings.n_movies}
    about = {"scale": asdict(ratings.scale), **sizes}
    (folder / ABOUT).write_text(json.dumps(about), encoding="utf-8")
    return {
        "source": dataset.name,
        "simulated": dataset.simulated,
        **sizes,
        "n_train": len(train[0]),
        "n_test": len(test[0]),
        "n_left_out": int(np.count_nonzero(~found)),
    }


def read_columns(folder: Path) -> Columns:
    """Read what `write_columns` wrote, into memory."""
    about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    parts = {
        part: Part(**{name: np.load(folder / f"{part}_{name}.npy") for name in NAMES})
        for part in PARTS
    }
    return Columns(
        **parts,
        scale=Scale(**about["scale"]),
        n_users=about["n_users"],
        n_movies=about["n_movies"],
    )
