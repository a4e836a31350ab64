"""Simulated ratings in Netflix's Kaggle form, with a known floor of noise."""

import logging
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from processing.errors import SourceError
from processing.kernels import simulate as kernels
from processing.kernels.hashing import mix
from processing.simulation.about import ABOUT_NAME, About, Tally, read_about, write_about
from processing.simulation.ceiling import Sample
from processing.simulation.truth import plant
from processing.simulation.world import FIRST_DAY, N_DAYS, PlantedRatings, Truth, World
from processing.tools.files import write_whole
from processing.tools.progress import counting

logger = logging.getLogger(__name__)

N_USERS, N_MOVIES, N_RATINGS = 1_000, 400, 40_000
NETFLIX_USERS, NETFLIX_MOVIES, NETFLIX_RATINGS = 480_189, 17_770, 100_480_507
N_FILES = 4


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
    simulation = _load(directory, read_about(directory))
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
    if (directory / ABOUT_NAME).is_file():
        about = read_about(directory)
        if about.is_of(world) and about.is_whole(directory):
            return _load(directory, about)
        raise SourceError(
            f"{directory} already holds another simulated set, or a damaged one. Name another "
            "folder, or remove this one first."
        )
    raise SourceError(
        f"{directory} already holds something that is not a simulated set. Name a new or an "
        "empty folder."
    )


def _load(directory: Path, about: About) -> Simulation:
    return Simulation(
        directory=directory,
        n_users=about.n_users,
        n_movies=about.n_movies,
        n_ratings=about.n_ratings,
        seed=about.seed,
        noise_floor=about.noise_floor.rmse,
        mean=about.ratings.mean,
        standard_deviation=about.ratings.standard_deviation,
    )


def _write(directory: Path, truth: Truth) -> None:
    directory.mkdir()
    tally = _write_ratings(directory, truth)
    _write_titles(directory / "movie_titles.csv", truth)
    write_about(directory, truth, tally)


def _write_ratings(directory: Path, truth: Truth) -> Tally:
    """Write the rating files, a quarter of the movies each."""
    world = truth.world
    tally = Tally(np.zeros(6, np.int64), np.zeros(world.n_users, np.int64), Sample(truth))
    gain, cuts = truth.scale
    star_key = truth.key("stars")
    lines = _LineWriter(truth)
    ends = [world.n_movies * (k + 1) // N_FILES for k in range(N_FILES)]
    planted = truth.planted()
    start = 0
    with counting(world.n_ratings, "Simulating", "ratings") as advance:
        for number, end in enumerate(ends, start=1):
            with (directory / f"combined_data_{number}.txt").open("wb") as file:
                for movie in islice(planted, end - start):
                    stars = np.empty(len(movie.users), np.uint8)
                    key = np.uint64(mix(star_key ^ np.uint64(movie.movie)))
                    tally.variance += kernels.draw_stars(
                        gain * movie.scores, cuts, movie.users, key, stars
                    )
                    tally.stars += np.bincount(stars, minlength=6)
                    tally.user_counts[movie.users] += 1
                    tally.sample.add(movie.movie, movie.users, stars)
                    file.write(lines.write(movie, stars))
                    advance(len(movie.users))
            start = end
    return tally


class _LineWriter:
    """Writes the lines of one movie after the other, into the same memory."""

    def __init__(self, truth: Truth) -> None:
        dates = (FIRST_DAY + np.arange(N_DAYS)).astype("S10").view(np.uint8)
        self._user_ids, self._dates = truth.user_ids, dates.reshape(N_DAYS, 10)
        self._text = np.empty(int(truth.counts.max()) * kernels.LONGEST_LINE, np.uint8)

    def write(self, movie: PlantedRatings, stars: NDArray[np.uint8]) -> bytes:
        """The movie's line and those of its ratings."""
        n_bytes = kernels.write_lines(
            self._user_ids, movie.users, stars, movie.days, self._dates, self._text
        )
        return b"%d:\n" % (movie.movie + 1) + self._text[:n_bytes].tobytes()


def _write_titles(path: Path, truth: Truth) -> None:
    lines = [f"{k},{t.year},{t.title}\n" for k, t in enumerate(truth.titles, start=1)]
    path.write_bytes("".join(lines).encode("latin-1"))
