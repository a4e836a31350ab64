"""A small release with invented ratings of real films, for the site's tests."""

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from config import Settings, load_settings
from processing.ids import TEXT
from processing.release import (
    NO_DAY,
    NO_MOVIE,
    AffinityAbout,
    FolderStorage,
    FoldIn,
    Manifest,
    ReleaseAbout,
    ReleaseContents,
    SourceInfo,
    StartUser,
    UnfittedModel,
    Weights,
    publish,
    stage_release,
    top_dtype,
)
from processing.release.schema import (
    ERRORS_DTYPE,
    LOVERS_DTYPE,
    SIMILAR_DTYPE,
    VIEWERS_DTYPE,
    VOTES_DTYPE,
    index_dtype,
    stars_dtype,
)
from processing.report.schema import report_to_json, without_times
from tests.report_example import LEFT_OUT, example_report

FILMS: tuple[tuple[str, int | None, tuple[str, ...]], ...] = (
    ("Alien", 1979, ("Horror", "Sci-Fi")),
    ("Blade Runner", 1982, ("Sci-Fi", "Thriller")),
    ("Brazil", 1985, ("Comedy", "Sci-Fi")),
    ("Casablanca", 1942, ("Drama", "Romance")),
    ("Amélie", 2001, ("Comedy", "Romance")),
    ("Das Boot", 1981, ("Drama", "War")),
    ("La Haine", 1995, ("Drama",)),
    ("Aliens", 1986, ("Action", "Sci-Fi")),
    ("Stalker", 1979, ("Drama", "Sci-Fi")),
    ("Le Fabuleux Cirque d'Été", None, ()),
    (
        "Dr. Strangelove or: How I Learned to Stop Worrying and Love the Bomb",
        1964,
        ("Comedy", "War"),
    ),
    (
        "Night of the Day of the Dawn of the Son of the Bride of the Return of the Revenge of the "
        "Terror of the Attack of the Evil, Mutant, Alien, Flesh Eating, Hellbound, Zombified "
        "Living Dead Part 2: In Shocking 2-D",
        1991,
        ("Comedy", "Horror"),
    ),
    ("Donaudampfschifffahrtsgesellschaftskapitänswitwe", None, ("Comedy",)),
    ("Schindler's List", 1993, ("Drama", "History", "War")),
    ("The Third Man", 1949, ("Film-Noir", "Mystery")),
    ("Man on Wire", 2008, ("Documentary",)),
    ("Fanny and Alexander", 1982, ("Drama",)),
    ("Spider-Man 2", 2004, ("Action",)),
    ("My Neighbour Totoro", 1988, ("Animation", "Family")),
    ("Spirited Away", 2001, ("Animation", "Fantasy")),
    ("Rear Window", 1954, ("Mystery", "Thriller")),
    ("Vertigo", 1958, ("Mystery", "Romance")),
    ("Playtime", 1967, ("Comedy",)),
    ("8½", 1963, ("Drama",)),
    ("M", 1931, ("Crime", "Thriller")),
    ("The Apartment", 1960, ("Comedy", "Drama", "Romance")),
    ("Paris, Texas", 1984, ("Drama",)),
    ("Wings of Desire", 1987, ("Drama", "Fantasy")),
    ("Groundhog Day", 1993, ("Comedy", "Fantasy")),
    ("A Film That Nobody Rated", 2005, ()),
)
UNRATED_ID = 30
USER_IDS = (-3, 1, 7, 9, 42, 305, 1_488_844, 2**40)
FEW_ID = 305
NO_REASONS_ID = 42
CREATED = "2026-10-02T08:30:00Z"
N_REASONS = 3
TOP_N = 12
NEVER_S = 1e9  # between two looks of a site that looks only when a test tells it to
FIGURE = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 160"><rect width="320" height="160" '
    b'fill="#fff"/><path d="M20 140 120 60 220 90 300 30" fill="none" stroke="#8a2437" '
    b'stroke-width="3"/></svg>'
)

SOURCE = SourceInfo(
    name="A Small Invented Set",
    sha256="ab" * 32,
    n_ratings=110,
    n_users=len(USER_IDS),
    n_movies=len(FILMS) - 1,
    n_titles=len(FILMS),
    simulated=True,
    dated=True,
    first_day=12_000,
    last_day=12_400,
)

SETTINGS = load_settings({})


def publish_sample(folder: Path, created_utc: str = CREATED, **changes: Any) -> Manifest:
    """Publish the sample under `folder`; `changes` go into what is said about the release."""
    about = _fitting(msgspec.structs.replace(_about(), created_utc=created_utc, **changes))
    return _publish(folder, _contents(about), about)


def publish_texts(folder: Path, user_ids: Sequence[str], movie_ids: Sequence[str]) -> Manifest:
    """Publish the sample with texts for ids, ascending, under `folder`."""
    starts = (StartUser(user_id=user_ids[2], n_ratings=16, genre="Drama"),)
    about = msgspec.structs.replace(_about(), start_users=starts)
    contents = replace(
        _contents(about), user_ids=np.array(user_ids, TEXT), movie_ids=np.array(movie_ids, TEXT)
    )
    return _publish(folder, contents, about)


def _publish(folder: Path, contents: ReleaseContents, about: ReleaseAbout) -> Manifest:
    staging = folder / f"staging-{about.created_utc.replace(':', '')}"
    stage_release(staging, contents, about)
    settings = sample_settings(folder)
    return publish(
        staging,
        FolderStorage(Path(settings.pred_dir)),
        FolderStorage(Path(settings.upload_dir)),
    )


def sample_settings(folder: Path, **changes: Any) -> Settings:
    """Return settings whose stores are folders inside `folder`."""
    return replace(
        SETTINGS,
        pred_dir=str(folder / "predictions"),
        upload_dir=str(folder / "figures"),
        **changes,
    )


def _fitting(about: ReleaseAbout) -> ReleaseAbout:
    """Make what is loved fit the scale, and leave periods out where there are no dates."""
    low, high, step = about.scale
    like = low + step * math.ceil(0.75 * (high - low) / step)
    return msgspec.structs.replace(
        about, like=like, periods=about.periods if about.source.dated else ()
    )


def _about() -> ReleaseAbout:
    return ReleaseAbout(
        created_utc=CREATED,
        source=SOURCE,
        profile="fast",
        protocol="last",
        seed=0,
        commit="0123456789ab",
        versions={"numpy": np.__version__},
        scale=(1.0, 5.0, 1.0),
        global_mean=3.5,
        histogram_levels=(1.0, 2.0, 3.0, 4.0, 5.0),
        contribution_groups=("user", "movie", "taste", "limit"),
        contribution_start=3.5,
        known_weight=0.25,
        like=4.0,
        periods=("2002-10-01", "2003-01-01", "2003-04-01", "2003-07-01", "2003-10-01"),
        viewer_bands=(1, 20, 100),
        metrics={"ensemble": {"rmse": 0.9123, "mae": 0.7201, "mape": 24.6}},
        left_out=(UnfittedModel(model="knn_user", reason=LEFT_OUT),),
        start_users=(
            StartUser(user_id=7, n_ratings=16, genre="Sci-Fi"),
            StartUser(user_id=1_488_844, n_ratings=16, genre=None),
        ),
        shard_users=3,
    )


def _contents(about: ReleaseAbout) -> ReleaseContents:
    n_movies = len(FILMS)
    low, high, _ = about.scale
    rated = _ratings(low, high)
    matrix = np.full((len(USER_IDS), n_movies), np.nan)
    for user, movie, rating in rated:
        matrix[user, movie] = rating
    votes = np.array([0 if i == n_movies - 1 else 7 + (i * 37) % 400 for i in range(n_movies)])
    means = np.array(
        [low + (high - low) * (0.35 + 0.6 * ((i * 7) % 10) / 10) for i in range(n_movies)]
    )
    return ReleaseContents(
        movie_ids=np.arange(1, n_movies + 1, dtype=np.int64),
        titles=[title for title, _, _ in FILMS],
        years=[year for _, year, _ in FILMS],
        genres=[genres for _, _, genres in FILMS],
        imdb_ids=[78_748 + i if i % 3 == 0 else None for i in range(n_movies)],
        tmdb_ids=[348 + i if i % 2 == 0 else None for i in range(n_movies)],
        n_ratings=votes.astype(np.int32),
        means=np.where(votes > 0, means, np.nan).astype(np.float32),
        histograms=_histograms(votes, len(about.histogram_levels)),
        similar=_similar(n_movies),
        movie_factors=_factors(n_movies),
        movie_biases=np.where(votes > 0, means - about.global_mean, 0).astype(np.float32),
        votes_by_period=_votes_by_period(votes, means, len(about.periods)),
        viewers=_viewers(votes, means, len(about.viewer_bands)),
        lovers=_lovers(n_movies),
        fold_in=_fold_in(n_movies, high - low),
        affinity=AffinityAbout(
            neutral=low + 0.4 * (high - low), popularity=((0, 0.2), (3, 0.05), (20, 0.0))
        ),
        weights=_weights(n_movies),
        user_ids=np.array(USER_IDS, np.int64),
        user_errors=_user_errors(),
        top=_top(matrix, about),
        history_indptr=np.cumsum([0, *((~np.isnan(row)).sum() for row in matrix)], dtype=np.int64),
        history_movies=np.array([movie for _, movie, _ in rated], np.int32),
        history_ratings=np.array([rating for _, _, rating in rated], np.float32),
        history_days=np.array(
            [
                12_000 + (user * 31 + movie * 17) % 400 if about.source.dated else NO_DAY
                for user, movie, _ in rated
            ],
            np.int32,
        ),
        report=report_to_json(without_times(example_report())),
        figures={"calibration.svg": FIGURE, "error-by-model.svg": FIGURE, "my_own.svg": FIGURE},
    )


def _ratings(low: float, high: float) -> list[tuple[int, int, float]]:
    """Every user rates every second film or so; the last film is left to nobody."""
    rated = []
    for user in range(len(USER_IDS)):
        for movie in range(len(FILMS) - 1):
            few = USER_IDS[user] == FEW_ID
            if (movie != 5) if few else (user + movie * movie) % 5 < 3:
                share = ((user * 3 + movie * 7) % 9) / 8
                rated.append((user, movie, float(round(low + share * (high - low)))))
    return rated


def _top(matrix: np.ndarray, about: ReleaseAbout) -> np.ndarray:
    dtype = top_dtype(N_REASONS, len(about.contribution_groups), stars_dtype(about.scale))
    top = np.zeros((len(USER_IDS), TOP_N), dtype)
    top["movie"] = NO_MOVIE
    top["reasons"]["movie"] = NO_MOVIE
    low, high, _ = about.scale
    for user, row in enumerate(matrix):
        unseen = np.flatnonzero(np.isnan(row))[-TOP_N:][::-1]
        loved = np.flatnonzero(row >= about.like)
        for place, movie in enumerate(unseen):
            top[user, place]["movie"] = movie
            top[user, place]["score"] = high - 0.043 * (high - low) * place
            top[user, place]["order"] = 2 - 0.1 * place
            above = top[user, place]["score"] - about.contribution_start
            cut = 0.0 if place else 0.1 * (high - low)  # the first would be above the scale
            top[user, place]["contributions"] = [
                *((above + cut) * np.array([0.5, -0.25, 0.75])),
                -cut,
            ]
            top[user, place]["n_neighbours"] = place % 4
            top[user, place]["neighbours_mean"] = high - 0.1 * place if place % 4 else np.nan
            if USER_IDS[user] == NO_REASONS_ID:
                continue
            for i in range(1 + place % N_REASONS):
                top[user, place]["reasons"][i] = (loved[(place + i) % len(loved)], 0.4 - 0.12 * i)
    return top


def _histograms(votes: np.ndarray, n_levels: int) -> np.ndarray:
    weights = np.array([1 + ((i * 3) % 7) for i in range(n_levels)], float)
    counts = np.floor(np.outer(votes, weights / weights.sum())).astype(np.int32)
    counts[:, -1] += votes - counts.sum(axis=1)
    return counts.astype(np.int32)


def _similar(n_movies: int) -> np.ndarray:
    similar = np.zeros((n_movies, 6), SIMILAR_DTYPE)
    similar["movie"] = NO_MOVIE
    for movie in range(n_movies - 1):
        for place in range(5):
            other = (movie + place + 1) % (n_movies - 1)
            similar[movie, place] = (other, 0.9 - place / 10, 6 + place)
    return similar


def _factors(n_movies: int) -> np.ndarray:
    factors = np.random.default_rng(7).normal(0, 0.4, (n_movies, 3)).astype(np.float32)
    factors[-1] = 0
    return factors


def _votes_by_period(votes: np.ndarray, means: np.ndarray, n_periods: int) -> np.ndarray:
    table = np.zeros((len(votes), n_periods), VOTES_DTYPE)
    for period in range(n_periods):
        table["n"][:, period] = votes * (period + 1) // sum(range(n_periods + 1))
    if n_periods:
        table["n"][:, 0] += votes - table["n"].sum(axis=1)
    table["mean"] = np.where(table["n"] > 0, means[:, None], np.nan)
    return table


def _viewers(votes: np.ndarray, means: np.ndarray, n_bands: int) -> np.ndarray:
    table = np.zeros((len(votes), n_bands), VIEWERS_DTYPE)
    table["n"] = votes[:, None] // (n_bands + 1)
    table["n"][:, 0] += votes - table["n"].sum(axis=1)
    table["mean"] = np.where(table["n"] > 0, means[:, None], np.nan)
    table["loved"] = table["n"] * np.arange(1, n_bands + 1) // (n_bands + 2)
    return table


def _lovers(n_movies: int) -> np.ndarray:
    lovers = np.zeros((n_movies, 6), LOVERS_DTYPE)
    lovers["n"][:-1, :5] = 15 + 10 * np.arange(5)
    lovers["loved"] = lovers["n"] * np.array([9, 8, 7, 6, 2, 0]) // 10
    return lovers


def _fold_in(n_movies: int, span: float) -> FoldIn:
    spread = np.diag([0.3, 1.0, 0.8, 0.6]) + 0.05
    return FoldIn(
        mean=np.array([0.1, 0.2, -0.1, 0.0]),
        covariance=spread * (span / 4) ** 2,
        noise_variance=0.7 * (span / 4) ** 2,
        ask=tuple((7 * place) % (n_movies - 1) for place in range(n_movies - 1)),
    )


def _weights(n_movies: int) -> Weights:
    """Of each movie a third of the others, above and below 0; two kinds are near to each other."""
    rng = np.random.default_rng(11)
    values = rng.integers(-60, 128, (n_movies, n_movies)).astype(np.int8)
    values[rng.random(values.shape) < 0.67] = 0
    kinds = np.arange(n_movies) % 3
    near = (kinds[:, None] == kinds) & (kinds > 0) & ~np.eye(n_movies, dtype=bool)
    rows, columns = np.nonzero(values)
    near_rows, near_columns = np.nonzero(near)
    starts = np.arange(n_movies + 1)
    return Weights(
        indptr=np.searchsorted(rows, starts).astype(np.int32),
        movies=columns.astype(index_dtype(n_movies)),
        values=values[rows, columns],
        scales=rng.uniform(0.001, 0.004, n_movies).astype(np.float32),
        evident=np.packbits(rng.random(len(rows)) < 0.6, bitorder="little"),
        near_indptr=np.searchsorted(near_rows, starts).astype(np.int32),
        near_movies=near_columns.astype(index_dtype(n_movies)),
    )


def _user_errors() -> np.ndarray:
    errors = np.zeros(len(USER_IDS), ERRORS_DTYPE)
    errors["n"] = 5
    errors["rmse"], errors["mae"] = 0.875, 0.75
    errors[0] = (0, np.nan, np.nan)
    return errors
