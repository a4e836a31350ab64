"""A release of invented ratings, of any size: what the site has to carry, without training."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
from _common import ROOT  # noqa: F401  (puts the project on the path)

from processing.release import (
    NO_MOVIE,
    AffinityAbout,
    FolderStorage,
    FoldIn,
    Manifest,
    ReleaseAbout,
    ReleaseContents,
    SourceInfo,
    StartUser,
    Weights,
    publish,
    schema,
    stage_release,
    top_dtype,
)
from processing.report.schema import (
    ErrorsBySupport,
    ModelErrors,
    Report,
    Source,
    report_to_json,
)

TOP_N = 50
N_REASONS = 3
N_SIMILAR = 12
N_FACTORS = 32
N_ASKED = 120
N_WEIGHTS = 46  # of a movie
N_NEAR = 2
START = 3.6
GROUPS = (
    "user",
    "movie",
    "taste",
    "similar_movies",
    "similar_users",
    "time",
    "evidence",
    "limit",
)
BANDS = (1, 100, 400)
FIRST_DAY, LAST_DAY = 10_906, 13_148  # 1999-11-11 to 2005-12-31, as the Netflix Prize
BLOCK = 20_000  # users at once
SYLLABLES = ("ka", "lo", "mi", "ter", "san", "dra", "vel", "on", "ish", "bro", "est", "ar", "in")


def publish_invented(work: Path, n_users: int, n_movies: int, n_ratings: int) -> Manifest:
    """Publish a release of this size under `work`."""
    rng = np.random.default_rng(0)
    staged = work / "staged"
    about = _about(n_users, n_movies, n_ratings)
    stage_release(staged, _contents(work, rng, n_users, n_movies, n_ratings), about)
    stores = FolderStorage(work / "predictions"), FolderStorage(work / "figures")
    return publish(staged, *stores)


def _contents(
    work: Path, rng: np.random.Generator, n_users: int, n_movies: int, n_ratings: int
) -> ReleaseContents:
    indptr = _indptr(rng, n_users, n_ratings)
    popularity = 1 / np.arange(1, n_movies + 1) ** 0.7
    edges = np.cumsum(rng.permutation(popularity / popularity.sum()))
    movies = np.searchsorted(edges, rng.random(n_ratings, np.float32)).astype(np.int32)
    np.minimum(movies, n_movies - 1, out=movies)
    ratings = rng.integers(1, 6, n_ratings, np.int8)
    cells = np.bincount(movies.astype(np.int64) * 5 + ratings - 1, minlength=5 * n_movies)
    histograms = cells.reshape(n_movies, 5).astype(np.int32)
    votes = histograms.sum(axis=1).astype(np.int32)
    with np.errstate(invalid="ignore"):
        means = (histograms @ np.arange(1, 6) / votes).astype(np.float32)
    n_periods = len(_periods())
    return ReleaseContents(
        movie_ids=np.arange(1, n_movies + 1, dtype=np.int64),
        titles=_titles(rng, n_movies),
        years=rng.integers(1920, 2006, n_movies).tolist(),
        genres=[()] * n_movies,
        imdb_ids=[],
        tmdb_ids=[],
        n_ratings=votes,
        means=means,
        histograms=histograms,
        similar=_similar(rng, n_movies),
        movie_factors=rng.normal(0, 0.2, (n_movies, N_FACTORS)).astype(np.float32),
        movie_biases=np.nan_to_num(means - START).astype(np.float32),
        votes_by_period=_shared(votes, means, n_periods, schema.VOTES_DTYPE),
        viewers=_shared(votes, means, len(BANDS), schema.VIEWERS_DTYPE),
        lovers=np.zeros((n_movies, N_SIMILAR), schema.LOVERS_DTYPE),
        fold_in=FoldIn(
            mean=np.zeros(1 + N_FACTORS),
            covariance=np.eye(1 + N_FACTORS) * 0.3,
            noise_variance=0.7,
            ask=tuple(np.argsort(-votes)[:N_ASKED].tolist()),
        ),
        affinity=AffinityAbout(neutral=2.75, popularity=((0, 0.1), (5, 0.05), (20, 0.01))),
        weights=_weights(rng, n_movies),
        user_ids=np.arange(1, n_users + 1, dtype=np.int64),
        user_errors=np.array([(5, 0.8, 0.6)] * n_users, schema.ERRORS_DTYPE),
        top=_top(work, rng, n_users, n_movies),
        history_indptr=indptr,
        history_movies=movies,
        history_ratings=ratings.astype(np.float32),
        history_days=rng.integers(FIRST_DAY, LAST_DAY + 1, n_ratings, np.int32),
        report=report_to_json(_report(n_users, n_movies, n_ratings)),
        figures={},
    )


def _indptr(rng: np.random.Generator, n_users: int, n_ratings: int) -> np.ndarray:
    """Skewed as people are: most rate a few, some thousands; all rate one at least."""
    activity = rng.lognormal(0, 1.2, n_users)
    counts = 1 + np.floor(activity / activity.sum() * (n_ratings - n_users)).astype(np.int64)
    counts[: n_ratings - counts.sum()] += 1
    return np.append(0, np.cumsum(counts))


def _titles(rng: np.random.Generator, n_movies: int) -> list[str]:
    titles = []
    for movie in range(n_movies):
        words = ["".join(rng.choice(SYLLABLES, 3)) for _ in range(1 + movie % 4)]
        titles.append(" ".join(words).title() + f" {movie}")
    return titles


def _similar(rng: np.random.Generator, n_movies: int) -> np.ndarray:
    similar = np.zeros((n_movies, N_SIMILAR), schema.SIMILAR_DTYPE)
    similar["movie"] = rng.integers(0, n_movies, similar.shape)
    similar["similarity"] = np.linspace(0.9, 0.1, N_SIMILAR)
    similar["support"] = 1000
    return similar


def _weights(rng: np.random.Generator, n_movies: int) -> Weights:
    def drawn(n: int) -> tuple[np.ndarray, np.ndarray]:
        rows = [np.sort(rng.choice(n_movies, n, replace=False)) for _ in range(n_movies)]
        indptr = np.arange(0, n * n_movies + 1, n, dtype=np.int32)
        return indptr, np.concatenate(rows).astype(schema.index_dtype(n_movies))

    indptr, movies = drawn(min(N_WEIGHTS, n_movies))
    near_indptr, near_movies = drawn(min(N_NEAR, n_movies))
    return Weights(
        indptr=indptr,
        movies=movies,
        values=rng.integers(-127, 128, len(movies)).astype(np.int8),
        scales=rng.uniform(0.0005, 0.002, n_movies).astype(np.float32),
        evident=rng.integers(0, 256, (len(movies) + 7) // 8).astype(np.uint8),
        near_indptr=near_indptr,
        near_movies=near_movies,
    )


def _shared(votes: np.ndarray, means: np.ndarray, n: int, dtype: np.dtype[Any]) -> np.ndarray:
    """Votes dealt out evenly, the rest to the last."""
    table = np.zeros((len(votes), n), dtype)
    table["n"] = votes[:, None] // n
    table["n"][:, -1] += votes - table["n"].sum(axis=1)
    table["mean"] = np.where(table["n"] > 0, means[:, None], np.nan)
    if "loved" in (dtype.names or ()):
        table["loved"] = table["n"] // 2
    return table


def _top(work: Path, rng: np.random.Generator, n_users: int, n_movies: int) -> np.ndarray:
    work.mkdir(parents=True, exist_ok=True)
    dtype = top_dtype(N_REASONS, len(GROUPS))
    top = np.lib.format.open_memmap(
        work / "top.npy", mode="w+", dtype=dtype, shape=(n_users, TOP_N)
    )
    for start in range(0, n_users, BLOCK):
        block = np.zeros((min(BLOCK, n_users - start), TOP_N), dtype)
        block["movie"] = rng.integers(0, n_movies, block.shape)
        added = rng.normal(0.05, 0.1, (*block.shape, len(GROUPS))).astype(np.float16)
        block["contributions"] = added
        block["score"] = START + added.astype(np.float32).sum(axis=2)
        block["order"] = -np.arange(TOP_N)
        block["reasons"]["movie"] = rng.integers(0, n_movies, (*block.shape, N_REASONS))
        block["reasons"]["share"] = 0.2
        block["n_neighbours"], block["neighbours_mean"] = 12, 4.0
        top[start : start + len(block)] = block
    assert (top["movie"][0] != NO_MOVIE).all()
    return top


def _report(n_users: int, n_movies: int, n_ratings: int) -> Report:
    bounds = (1, 10, 30, 100, 300, 1000)
    return Report(
        source=Source(
            name="Invented ratings", n_ratings=n_ratings, n_users=n_users, n_movies=n_movies
        ),
        protocol="last",
        profile="invented",
        seed=0,
        scale=(1.0, 5.0, 1.0),
        n_train=n_ratings,
        n_stack=0,
        n_test=1,
        models=(ModelErrors(model="ensemble", label="Ensemble", rmse=0.8, mae=0.6, mape=20.0),),
        splits=(),
        error_table=ErrorsBySupport(
            user_bounds=bounds,
            movie_bounds=bounds,
            rmse=((0.8,) * len(bounds),) * len(bounds),
            n=((100,) * len(bounds),) * len(bounds),
        ),
        settings={},
        left_out=(),
    )


def _periods() -> tuple[str, ...]:
    months = range(1999 * 12 + 9, 2006 * 12, 3)
    return tuple(date(month // 12, month % 12 + 1, 1).isoformat() for month in months)


def _about(n_users: int, n_movies: int, n_ratings: int) -> ReleaseAbout:
    return ReleaseAbout(
        created_utc=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        source=SourceInfo(
            name="Invented ratings",
            sha256="0" * 64,
            n_ratings=n_ratings,
            n_users=n_users,
            n_movies=n_movies,
            n_titles=n_movies,
            simulated=True,
            dated=True,
            first_day=FIRST_DAY,
            last_day=LAST_DAY,
        ),
        profile="invented",
        protocol="last",
        seed=0,
        commit="none",
        versions={"numpy": np.__version__},
        scale=(1.0, 5.0, 1.0),
        global_mean=START,
        histogram_levels=(1.0, 2.0, 3.0, 4.0, 5.0),
        contribution_groups=GROUPS,
        contribution_start=START,
        known_weight=0.1,
        like=4.0,
        periods=_periods(),
        viewer_bands=BANDS,
        metrics={"ensemble": {"rmse": 0.8, "mae": 0.6, "mape": 20.0}},
        left_out=(),
        start_users=(StartUser(user_id=1, n_ratings=1, genre=None),),
        shard_users=schema.SHARD_USERS,
    )
