"""What a release says about its movies and itself, straight from the ratings."""

import math
from collections import Counter
from importlib.metadata import packages_distributions, version

import numpy as np
from numpy.typing import NDArray

from processing.data.ratings import Ratings
from processing.ensemble.features import CONTRIBUTIONS
from processing.kernels.arrays import Neighbours
from processing.release import ReleaseAbout, SourceInfo, StartUser, UnfittedModel, schema
from processing.report.schema import Report
from processing.runs.decisions import Decisions
from processing.runs.run import Run, origin_of
from processing.serving.audience import periods_of, viewer_bands

PACKAGES = ("numpy", "scipy", "surprise", "xgboost", "numba")  # as they are imported
START_QUANTILES = (1.0, 0.98, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5)


def about_release(
    run: Run, report: Report, decisions: Decisions, contribution_start: float
) -> ReleaseAbout:
    """What the manifest says about a release, but for what the writer finds out."""
    ratings, scale, origin = run.ratings, run.ratings.scale, origin_of(run)
    return ReleaseAbout(
        created_utc=origin.created_utc,
        source=_source(run, report),
        profile=run.profile.name,
        protocol=run.protocol,
        seed=run.seed,
        commit=origin.commit,
        versions=_versions(),
        scale=(scale.low, scale.high, scale.step),
        global_mean=ratings.mean,
        histogram_levels=tuple(float(level) for level in scale.levels()),
        contribution_groups=CONTRIBUTIONS,
        contribution_start=contribution_start,
        known_weight=decisions.known_weight,
        like=scale.like,
        periods=periods_of(ratings),
        viewer_bands=viewer_bands(ratings),
        metrics={
            row.model: {
                name: value
                for name, value in (("rmse", row.rmse), ("mae", row.mae), ("mape", row.mape))
                if value is not None
            }
            for row in report.models
        },
        left_out=tuple(
            UnfittedModel(model=model.label, reason=model.reason) for model in report.left_out
        ),
        start_users=_start_users(ratings, run.dataset.catalogue.genres),
        shard_users=schema.SHARD_USERS,
    )


def movie_means(ratings: Ratings) -> NDArray[np.float32]:
    """The mean rating of each movie, float32 (n_movies,), NaN where nobody rated it."""
    by_movie = ratings.by_movie
    totals = np.bincount(by_movie.rows(), weights=by_movie.values, minlength=ratings.n_movies)
    counts = by_movie.counts
    return np.where(counts > 0, totals / np.maximum(counts, 1), np.nan).astype(np.float32)


def histograms(ratings: Ratings) -> NDArray[np.int32]:
    """Ratings of each movie by level: the nearest, or the bin whose upper end is not below.

    int32 (n_movies, n_levels), in the order of `ratings.scale.levels()`.
    """
    levels = ratings.scale.levels()
    edges = levels[:-1] if ratings.scale.binned else (levels[1:] + levels[:-1]) / 2
    column = np.searchsorted(edges, ratings.by_movie.values, side="left")
    cell = ratings.by_movie.rows().astype(np.int64) * len(levels) + column
    counts = np.bincount(cell, minlength=ratings.n_movies * len(levels))
    return counts.reshape(ratings.n_movies, len(levels)).astype(np.int32)


def similar_movies(neighbours: Neighbours, n: int) -> NDArray[np.void]:
    """The `n` most similar movies of each, SIMILAR_DTYPE (n_movies, n), best first; -1 beyond."""
    similar = np.zeros((len(neighbours.ids), n), schema.SIMILAR_DTYPE)
    similar["movie"] = schema.NO_MOVIE
    known = similar[:, : neighbours.ids.shape[1]]  # of a few movies there are not `n` others
    known["movie"] = neighbours.ids[:, :n]
    known["similarity"] = neighbours.similarities[:, :n]
    known["support"] = neighbours.supports[:, :n]
    return similar


def _versions() -> dict[str, str]:
    """Versions of what the models are fitted with, by the name under which each was installed."""
    names = packages_distributions()
    return {name: version(name) for package in PACKAGES for name in names[package]}


def _source(run: Run, report: Report) -> SourceInfo:
    ratings, days = run.ratings, run.ratings.by_user.days
    return SourceInfo(
        name=run.dataset.name,
        sha256=run.dataset.sha256,
        n_ratings=ratings.n_ratings,
        n_users=ratings.n_users,
        n_movies=report.source.n_movies,
        n_titles=ratings.n_movies,
        simulated=run.dataset.simulated,
        dated=ratings.dated,
        first_day=int(days.min()) if ratings.dated else None,
        last_day=int(days.max()) if ratings.dated else None,
    )


def _start_users(ratings: Ratings, genres: list[tuple[str, ...]]) -> tuple[StartUser, ...]:
    """Users to start from: from the most active to an average one, all different."""
    counts = ratings.by_user.counts
    by_activity = np.argsort(counts, kind="stable")
    places = [round(q * (ratings.n_users - 1)) for q in START_QUANTILES]
    chosen = dict.fromkeys(int(by_activity[place]) for place in places)
    ids = ratings.user_ids[list(chosen)].tolist()
    return tuple(
        StartUser(
            user_id=user_id, n_ratings=int(counts[u]), genre=telling_genre(ratings, genres, u)
        )
        for user_id, u in zip(ids, chosen, strict=True)
    )


def telling_genre(ratings: Ratings, genres: list[tuple[str, ...]], user: int) -> str | None:
    """The genre that tells most of what a user, by index, watches; None where there is none.

    It is the largest term of the Kullback-Leibler divergence of their genres from everyone's:
    share x log(share / everyone's share). A movie counts for each of its genres.
    """
    start, end = ratings.by_user.indptr[user : user + 2].tolist()
    own = Counter(g for movie in ratings.by_user.indices[start:end].tolist() for g in genres[movie])
    everyone: Counter[str] = Counter()
    for of_movie, n in zip(genres, ratings.movie_counts.tolist(), strict=True):
        everyone.update(dict.fromkeys(of_movie, n))
    n_own, n_all = own.total(), everyone.total()
    told = {
        genre: n / n_own * math.log((n / n_own) / (everyone[genre] / n_all))
        for genre, n in sorted(own.items())
    }
    return max(told, key=lambda genre: told[genre], default=None)
