"""The Gram matrix of a run's ratings, summed up once, and those of parts, which follow from it."""

from pathlib import Path

import numpy as np

from processing.data.ratings import Ratings
from processing.data.splits import Mask
from processing.kernels.arrays import Csr
from processing.ranking.gram import MOST_MOVIES, Grams
from processing.runs.run import Run
from processing.tools.stages import Stage

LOWER = "lower.npy"


def whole_grams(run: Run) -> Stage | None:
    """The Gram matrix of all ratings; None where there is no room for all movies.

    It is exact, so those of the parts do not depend on what is taken away from it.
    """
    if run.ratings.n_movies > MOST_MOVIES:
        return None

    def work(directory: Path) -> str:
        grams = Grams.of(run.ratings)
        np.save(directory / LOWER, grams.lower)
        return f"pairs of {len(grams.movies):,} movies"

    return run.stages.run("grams", work)


def read_grams(ratings: Ratings, whole: Stage | None) -> Grams:
    """The Gram matrix of all ratings, mapped into memory, or of the most rated movies."""
    if whole is None:
        return Grams.of(ratings)
    return Grams.of_all(ratings, np.load(whole.path / LOWER, mmap_mode="r"))


def part_grams(run: Run, fit_on: Mask, whole: Stage | None) -> Grams:
    """The Gram matrix of a part of the ratings: that of all, less the rest."""
    if whole is None:
        return Grams.of(run.ratings.part(fit_on))
    return read_grams(run.ratings, whole).without(run.ratings, run.ratings.part(~fit_on))


def write_csr(directory: Path, matrix: Csr) -> None:
    """Keep a sparse matrix without days."""
    for name in ("indptr", "indices", "values"):
        np.save(directory / f"{name}.npy", getattr(matrix, name))


def read_csr(directory: Path) -> Csr:
    """Read what `write_csr` wrote."""
    return Csr(*(np.load(directory / f"{name}.npy") for name in ("indptr", "indices", "values")))
