"""What `simulation.json` says about a simulated set, written and read."""

import json
import math
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from processing.errors import SourceError
from processing.kernels.simulate import BEND
from processing.simulation.ceiling import DEFINITION, Reached, Sample
from processing.simulation.films import real_films
from processing.simulation.stars import FINDABLE, STAR_COUNTS
from processing.simulation.truth import (
    DAYS,
    INTEREST,
    INTERESTS,
    LATENT,
    N_FACTORS,
    PRESENCE,
    VARIANCES,
    WATCHED,
)
from processing.simulation.world import FIRST_DAY, LAST_DAY, Truth, World

ABOUT_NAME = "simulation.json"
VERSION = 3  # of the simulator: the same version, sizes and seed give the same ratings


@dataclass
class Tally:
    """What was counted while ratings were written.

    `stars`: int64 (6,), ratings of each star from 0 on. `user_counts`: int64, ratings of each user.
    `sample`: what some of them rated. `variance`: the sum, over the ratings, of the variance that
    each has once the truth is known.
    """

    stars: NDArray[np.int64]
    user_counts: NDArray[np.int64]
    sample: Sample
    variance: float = 0.0


class NoiseFloor(msgspec.Struct, frozen=True):
    """The error of the truth itself."""

    rmse: float


class Moments(msgspec.Struct, frozen=True):
    """Mean and spread of the ratings, in stars."""

    mean: float
    standard_deviation: float


class About(msgspec.Struct, frozen=True):
    """What is read back of the file; `files` are sizes in bytes by name."""

    version: int
    n_users: int
    n_movies: int
    n_ratings: int
    seed: int
    noise_floor: NoiseFloor
    ratings: Moments
    files: dict[str, int]

    def is_of(self, world: World) -> bool:
        """Whether this simulator would write the same set for `world`."""
        held = World(self.n_users, self.n_movies, self.n_ratings, self.seed)
        return self.version == VERSION and held == world

    def is_whole(self, directory: Path) -> bool:
        """Whether all files are there in their full size."""
        paths = {directory / name: size for name, size in self.files.items()}
        return all(path.is_file() and path.stat().st_size == size for path, size in paths.items())


def read_about(directory: Path) -> About:
    """Read the file of a simulated set.

    Raises
    ------
    SourceError
        If it is damaged.
    """
    path = directory / ABOUT_NAME
    try:
        return msgspec.json.decode(path.read_bytes(), type=About)
    except msgspec.DecodeError as error:
        raise SourceError(
            f"{path} does not describe a simulated set ({error}). Remove the folder and simulate "
            "again."
        ) from error


def write_about(directory: Path, truth: Truth, tally: Tally) -> None:
    """Write the file beside the others, whose sizes it notes."""
    sizes = {path.name: path.stat().st_size for path in sorted(directory.iterdir())}
    about = _describe(truth, tally) | {"files": sizes}
    text = json.dumps(about, indent=2, ensure_ascii=False) + "\n"
    (directory / ABOUT_NAME).write_text(text, encoding="utf-8")


def _describe(truth: Truth, tally: Tally) -> dict[str, object]:
    """What simulation.json says, but for the files."""
    world, n = truth.world, truth.world.n_ratings
    stars = np.arange(6)
    mean = float(tally.stars @ stars / n)
    gain, cuts = truth.scale
    variance = float(tally.stars @ stars**2) / n - mean**2
    noise = tally.variance / n
    return {
        "what": "Simulated ratings in the Netflix Prize's Kaggle form. No viewer and no rating is "
        "real. Titles and years of the real films are; 'Film 00401' and so on are invented.",
        "version": VERSION,
        **world._asdict(),
        "n_real_titles": min(world.n_movies, len(real_films())),
        "first_day": str(FIRST_DAY),
        "last_day": str(LAST_DAY),
        "noise_floor": {
            "rmse": math.sqrt(noise),
            "definition": "Square root of the mean, over the ratings written, of the variance that "
            "the rating has once the planted truth is known: the RMSE of predicting each rating "
            "by its conditional mean. No model can be better on ratings that it has not seen, but "
            "by luck.",
        },
        "findable": {
            "share_of_variance": 1 - noise / variance,
            "rmse_of_the_mean": math.sqrt(variance),
            "rmse_without_drift": math.sqrt(noise + truth.variance_of_drift),
            "rmse": math.sqrt(noise),
            "definition": "What can be learnt. All that is planted depends on user, movie and day, "
            "so a model that knew everything learnable would score the noise floor, `rmse`; "
            "`share_of_variance` is the part of the ratings' variance that it would explain, where "
            "predicting the mean explains none and scores `rmse_of_the_mean`. One that knew every "
            "bias and every taste, and nothing of what changes from day to day, would score "
            "`rmse_without_drift` (from a sample of the ratings).",
        },
        "lists": _say_reached(tally.sample.reached(truth)),
        "ratings": {
            "mean": mean,
            "standard_deviation": math.sqrt(variance),
            "of_each_star": {str(star): int(tally.stars[star]) for star in range(1, 6)},
            "per_user": _spread(tally.user_counts),
            "per_movie": _spread(truth.counts),
        },
        "planted": {
            "watched": WATCHED,
            "standard_deviation_of_interest": INTEREST,
            "half": BEND,
            "c": PRESENCE,
            "shares_of_variance_of_interest": INTERESTS,
            "days": DAYS,
            "rating": "1 + number of cuts below gain * latent + standard normal noise",
            "latent": LATENT,
            "findable_share_of_variance": FINDABLE,
            "target_of_each_star": list(STAR_COUNTS),
            "variance_of_latent_parts": VARIANCES,
            "n_factors": N_FACTORS,
            "gain": gain,
            "cuts": cuts.tolist(),
        },
    }


def _say_reached(reached: Reached) -> dict[str, object]:
    none = reached.n_users == 0
    return {
        "n_users": reached.n_users,
        "ndcg_10": {
            "oracle": None if none else reached.oracle,
            "most_popular": None if none else reached.most_popular,
        },
        "definition": DEFINITION,
    }


def _spread(counts: NDArray[np.int64]) -> dict[str, float]:
    return {
        "mean": float(counts.mean()),
        "median": float(np.median(counts)),
        "least": int(counts.min()),
        "most": int(counts.max()),
        "sum_of_squares": int((counts.astype(np.int64) ** 2).sum()),
    }
