"""Gram matrices of a run's ratings: one is summed up, the others follow from it.

Grades are whole numbers, so what follows is what a pass would give, to the last bit. The one that
is summed up is that of a split's known ratings: the test ratings are added for what is served.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from processing.data.splits import Mask
from processing.kernels.arrays import Csr
from processing.ranking.gram import MOST_MOVIES, Grams
from processing.runs.run import Run
from processing.tools.stages import Stage

LOWER = "lower.npy"


@dataclass(frozen=True, kw_only=True)
class KnownGrams:
    """The Gram matrix of the known ratings of a split, the one that is summed up in a pass.

    `stage` is where it lies, None where there is no room for all movies: then each part has a pass
    of its own, over its most rated movies.
    """

    known: Mask
    stage: Stage | None


def known_grams(run: Run, name: str, known: Mask) -> KnownGrams:
    """Sum up the Gram matrix of the known ratings of a split, in a stage."""
    if run.ratings.n_movies > MOST_MOVIES:
        return KnownGrams(known=known, stage=None)

    def work(directory: Path) -> str:
        grams = Grams.of(run.ratings.part(known))
        np.save(directory / LOWER, grams.lower)
        return f"pairs of {len(grams.movies):,} movies"

    return KnownGrams(known=known, stage=run.stages.run(f"{name}/grams", work))


def part_grams(run: Run, fit_on: Mask, grams: KnownGrams) -> Grams:
    """The Gram matrix of a part of the known ratings: that of all known, less the rest."""
    if grams.stage is None:
        return Grams.of(run.ratings.part(fit_on))
    known, rest = run.ratings.part(grams.known), grams.known & ~fit_on
    found = Grams.of_all(known, _read(grams.stage))
    if rest.any():
        found.take_away(known, run.ratings.part(rest))
    return found


def all_grams(run: Run, grams: KnownGrams) -> Grams:
    """The Gram matrix of all ratings: that of the known ones, and what the others add."""
    if grams.stage is None:
        return Grams.of(run.ratings)
    found = Grams.of_all(run.ratings.part(grams.known), _read(grams.stage))
    found.add(run.ratings, run.ratings.part(~grams.known))
    return found


def _read(stage: Stage) -> NDArray[np.int32]:
    return np.asarray(np.load(stage.path / LOWER))


def write_csr(directory: Path, matrix: Csr) -> None:
    """Keep a sparse matrix without days."""
    for name in ("indptr", "indices", "values"):
        np.save(directory / f"{name}.npy", getattr(matrix, name))


def read_csr(directory: Path) -> Csr:
    """Read what `write_csr` wrote."""
    return Csr(*(np.load(directory / f"{name}.npy") for name in ("indptr", "indices", "values")))
