"""Simulated ratings in Netflix's Kaggle form, with a known floor of noise."""

import json
import logging
import math
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from processing.errors import SourceError
from processing.kernels import simulate as kernels
from processing.simulation.planted import (
    FINDABLE,
    FIRST_DAY,
    LAST_DAY,
    LATENT,
    N_DAYS,
    N_FACTORS,
    STAR_COUNTS,
    VARIANCES,
    Truth,
    World,
    plant,
    real_films,
)
from processing.tools.files import write_whole
from processing.tools.progress import counting

logger = logging.getLogger(__name__)

VERSION = 2  # of the simulator: the same version, sizes and seed give the same bytes
N_USERS, N_MOVIES, N_RATINGS = 1_000, 400, 40_000
NETFLIX_USERS, NETFLIX_MOVIES, NETFLIX_RATINGS = 480_189, 17_770, 100_480_507
N_FILES = 4
ABOUT_NAME = "simulation.json"


@dataclass(frozen=True, kw_only=True)
class Simulation:
    """A simulated set on disk.

    `noise_floor` is the RMSE of the truth itself; no model can stay below it on ratings that it has
    not seen, but by luck. `mean` and `standard_deviation` are those of all ratings.
    """

    directory: Path
    n_users: int
    n_movies: int
    n_ratings: int
    seed: int
    noise_floor: float
    mean: float
    standard_deviation: float


def simulate(
    directory: Path,
    *,
    n_users: int = N_USERS,
    n_movies: int = N_MOVIES,
    n_ratings: int = N_RATINGS,
    seed: int = 0,
) -> Simulation:
    """Write a simulated set into `directory`, or find the same one there.

    Every user and every movie has a rating, no user rates a movie twice, and the counts are exact.
    Streams movie by movie: memory grows with users plus movies, not with ratings.

    Raises
    ------
    SourceError
        If no set has these sizes, or if `directory` holds something else.
    """
    world = World(n_users, n_movies, n_ratings, seed)
    _check_sizes(world)
    directory = directory.resolve()
    found = _find_same(directory, world)
    if found is not None:
        logger.info("Keeping the simulated set in %s: same sizes, same seed.", directory)
        return found
    write_whole(directory, lambda partial: _write(partial, plant(world)))
    simulation = _load(directory)
    logger.info(
        "Simulated %d ratings of %d movies by %d users in %s (noise floor: RMSE %.4f).",
        n_ratings,
        n_movies,
        n_users,
        directory,
        simulation.noise_floor,
    )
    return simulation


def _check_sizes(world: World) -> None:
    if world.n_movies < N_FILES or world.n_users < 1:
        raise SourceError(
            f"{world.n_users} users and {world.n_movies} movies cannot be simulated. Expected at "
            f"least 1 user, and {N_FILES} movies: one for each of the form's {N_FILES} files."
        )
    if world.seed < 0:
        raise SourceError(f"The seed is {world.seed}; expected 0 or a positive whole number.")
    least, most = max(world.n_users, world.n_movies), world.n_users * world.n_movies
    if not least <= world.n_ratings <= most:
        raise SourceError(
            f"{world.n_ratings} ratings cannot be spread over {world.n_users} users and "
            f"{world.n_movies} movies so that each has a rating and no pair has two. Expected from "
            f"{least} to {most} ratings."
        )


def _find_same(directory: Path, world: World) -> Simulation | None:
    """The simulation that `directory` holds, None if it is empty or not there."""
    if not directory.exists() or (directory.is_dir() and not any(directory.iterdir())):
        return None
    about = directory / ABOUT_NAME
    if directory.is_dir() and about.is_file():
        wanted = {"version": VERSION, **world._asdict()}
        held = _read_about(about)
        if {name: held.get(name) for name in wanted} == wanted and _is_whole(directory, held):
            return _load(directory)
        raise SourceError(
            f"{directory} already holds another simulated set, or a damaged one. Name another "
            "folder, or remove this one first."
        )
    raise SourceError(
        f"{directory} already holds something that is not a simulated set. Name a new or an "
        "empty folder."
    )


def _read_about(path: Path) -> dict[str, Any]:
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise SourceError(
            f"{path} is not JSON ({error}). Remove the folder and simulate again."
        ) from error
    return about if isinstance(about, dict) else {}


def _is_whole(directory: Path, about: dict[str, Any]) -> bool:
    sizes = about.get("files", {})
    paths = {name: directory / name for name in sizes}
    return all(path.is_file() and path.stat().st_size == sizes[n] for n, path in paths.items())


def _load(directory: Path) -> Simulation:
    about = _read_about(directory / ABOUT_NAME)
    return Simulation(
        directory=directory,
        **{name: about[name] for name in World._fields},
        noise_floor=about["noise_floor"]["rmse"],
        mean=about["ratings"]["mean"],
        standard_deviation=about["ratings"]["standard_deviation"],
    )


def _write(directory: Path, truth: Truth) -> None:
    directory.mkdir()
    tally = _write_ratings(directory, truth)
    _write_titles(directory / "movie_titles.csv", truth)
    sizes = {path.name: path.stat().st_size for path in sorted(directory.iterdir())}
    about = _describe(truth, tally) | {"files": sizes}
    text = json.dumps(about, indent=2, ensure_ascii=False) + "\n"
    (directory / ABOUT_NAME).write_text(text, encoding="utf-8")


@dataclass
class _Tally:
    """What was counted while ratings were written."""

    stars: NDArray[np.int64]
    user_counts: NDArray[np.int64]
    variance: float = 0.0


def _write_ratings(directory: Path, truth: Truth) -> _Tally:
    """Write the rating files, a quarter of the movies each."""
    world = truth.world
    tally = _Tally(np.zeros(6, np.int64), np.zeros(world.n_users, np.int64))
    gain, cuts = truth.scale
    star_key = truth.key("stars")
    dates = (FIRST_DAY + np.arange(N_DAYS)).astype("S10").view(np.uint8).reshape(N_DAYS, 10)
    text = np.empty(int(truth.counts.max()) * kernels.LONGEST_LINE, np.uint8)
    ends = [world.n_movies * (k + 1) // N_FILES for k in range(N_FILES)]
    planted = truth.planted()
    start = 0
    with counting(world.n_ratings, "Simulating", "ratings") as advance:
        for number, end in enumerate(ends, start=1):
            with (directory / f"combined_data_{number}.txt").open("wb") as file:
                for movie, users, days, scores in islice(planted, end - start):
                    stars = np.empty(len(users), np.uint8)
                    key = np.uint64(kernels.mix(star_key ^ np.uint64(movie)))
                    tally.variance += kernels.draw_stars(gain * scores, cuts, users, key, stars)
                    tally.stars += np.bincount(stars, minlength=6)
                    tally.user_counts[users] += 1
                    _write_movie(file, movie + 1, truth.user_ids, users, stars, days, dates, text)
                    advance(len(users))
            start = end
    return tally


def _write_movie(
    file: BinaryIO,
    movie_id: int,
    *lines: NDArray[Any],
) -> None:
    file.write(b"%d:\n" % movie_id)
    n_bytes = kernels.write_lines(*lines)
    file.write(lines[-1][:n_bytes])


def _write_titles(path: Path, truth: Truth) -> None:
    lines = [f"{k},{t.year},{t.title}\n" for k, t in enumerate(truth.titles, start=1)]
    path.write_bytes("".join(lines).encode("latin-1"))


def _describe(truth: Truth, tally: _Tally) -> dict[str, Any]:
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
            "definition": "What can be learnt. All that is planted hangs on user, movie and day, "
            "so a model that knew everything learnable would score the noise floor, `rmse`; "
            "`share_of_variance` is the part of the ratings' variance that it would explain, where "
            "predicting the mean explains none and scores `rmse_of_the_mean`. One that knew every "
            "bias and every taste, and nothing of what changes from day to day, would score "
            "`rmse_without_drift` (from a sample of the ratings).",
        },
        "ratings": {
            "mean": mean,
            "standard_deviation": math.sqrt(variance),
            "of_each_star": {str(star): int(tally.stars[star]) for star in range(1, 6)},
            "per_user": _spread(tally.user_counts),
            "per_movie": _spread(truth.counts),
        },
        "planted": {
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


def _spread(counts: NDArray[np.int64]) -> dict[str, float]:
    return {
        "mean": float(counts.mean()),
        "median": float(np.median(counts)),
        "least": int(counts.min()),
        "most": int(counts.max()),
        "sum_of_squares": int((counts.astype(np.int64) ** 2).sum()),
    }
