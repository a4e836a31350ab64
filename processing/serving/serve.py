"""What is served: models refitted on all ratings, everyone's recommendations, a staged release."""

import functools
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from processing.data.dataset import Dataset
from processing.data.ratings import Ratings
from processing.ensemble.features import CONTRIBUTIONS, Features
from processing.ensemble.stacking import Ensemble
from processing.models.linear import LinearModel
from processing.models.neighbours import Neighbours
from processing.models.registry import load_model
from processing.profile import ModelSpec, Profile
from processing.release import ReleaseAbout, SourceInfo, StartUser, UnfittedModel, schema
from processing.release.encoding import to_json
from processing.release.writer import stage_release
from processing.report.figures import report_figures
from processing.report.text import without_times
from processing.serving.audience import (
    lovers_of,
    periods_of,
    viewer_bands,
    viewers_by_band,
    votes_by_period,
)
from processing.serving.recommend import Served, recommend
from processing.tools.stages import Stage, Stages
from processing.visitors.fitting import fit_fold_in, folded_into

PACKAGES = ("numpy", "scipy", "scikit-surprise", "xgboost-cpu", "numba")
SERVED = "served"
START_QUANTILES = (1.0, 0.98, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5)


def serve(
    stages: Stages,
    dataset: Dataset,
    profile: Profile,
    ensemble: Path,
    report: dict[str, Any],
    user_errors: Path,
    about_run: dict[str, str],
) -> Stage:
    """Refit on all ratings, recommend to everyone, and stage the release.

    `user_errors` is the evaluation's file of that name; `about_run` holds `created_utc` and
    `commit`.
    """
    specs = [spec for spec in profile.models if spec.name in report["settings"]]
    members = {
        spec.name: stages.run(
            f"{SERVED}/{spec.name}", functools.partial(_refit, spec, dataset.ratings, profile.seed)
        )
        for spec in specs
    }
    features = stages.run(f"{SERVED}/features", functools.partial(_refit_features, dataset.ratings))
    top = stages.run(
        "recommendations",
        functools.partial(
            _recommend, stages.directory, dataset.ratings, profile, specs, ensemble, order_z(report)
        ),
    )
    return stages.run(
        "release",
        functools.partial(
            _stage,
            dataset,
            profile,
            specs,
            members,
            features,
            top,
            ensemble,
            report,
            user_errors,
            about_run,
        ),
    )


def _refit(spec: ModelSpec, ratings: Ratings, seed: int, directory: Path) -> str:
    spec.blank().fit(ratings, seed).save(directory)
    return f"fitted on all {ratings.n_ratings:,} ratings"


def _refit_features(ratings: Ratings, directory: Path) -> str:
    Features().fit(ratings).save(directory)
    return f"averages and neighbours of {ratings.n_users:,} users and {ratings.n_movies:,} movies"


def order_z(report: dict[str, Any]) -> float:
    """How many standard errors a score loses in the lists: what the report found best, or none."""
    return float(report["ranking"]["order"]) if report["ranking"] else 0.0


def visitors_order_z(report: dict[str, Any]) -> float:
    """The same for visitors' lists, or the users' where no newcomers could be tested."""
    newcomers = report["newcomers"]
    return float(newcomers["order_z"]) if newcomers else order_z(report)


def load_served(
    run: Path, specs: list[ModelSpec], ratings: Ratings, ensemble: Path, order_z: float
) -> Served:
    """What a run has refitted on all `ratings`, and its ensemble."""
    return Served(
        ratings=ratings,
        models={spec.name: load_model(spec.kind, run / SERVED / spec.name) for spec in specs},
        features=Features.load(run / SERVED / "features", ratings),
        ensemble=Ensemble.load(ensemble),
        order_z=order_z,
    )


def _recommend(
    run: Path,
    ratings: Ratings,
    profile: Profile,
    specs: list[ModelSpec],
    ensemble: Path,
    z: float,
    directory: Path,
) -> str:
    served = load_served(run, specs, ratings, ensemble, z)
    settings = profile.recommend
    top = np.lib.format.open_memmap(
        directory / "top.npy",
        mode="w+",
        dtype=schema.top_dtype(settings.n_reasons, len(CONTRIBUTIONS)),
        shape=(ratings.n_users, settings.top_n),
    )
    start = 0
    for block in recommend(served, settings):
        top[start : start + len(block)] = block
        start += len(block)
    top.flush()
    kept = top["movie"] != schema.NO_MOVIE
    explained = np.sum((top["reasons"]["movie"][..., 0] != schema.NO_MOVIE) & kept)
    return (
        f"{int(kept.sum()):,} recommendations to {ratings.n_users:,} users, "
        f"{100 * explained / max(1, kept.sum()):.0f} % of them with reasons"
    )


def _stage(
    dataset: Dataset,
    profile: Profile,
    specs: list[ModelSpec],
    members: dict[str, Stage],
    features: Stage,
    top: Stage,
    ensemble: Path,
    report: dict[str, Any],
    user_errors: Path,
    about_run: dict[str, str],
    directory: Path,
) -> str:
    ratings = dataset.ratings
    levels = ratings.scale.levels()
    factors, biases = _fold_in_arrays(specs, members, ratings)
    near = Features.load(features.path, ratings).similar_movies_
    similar = _similar(near, profile.recommend.n_similar)
    counts = ratings.by_movie.counts.astype(np.int32)
    report = without_times(report)
    about = _about(dataset, profile, report, about_run, Ensemble.load(ensemble).start_)
    contents = schema.ReleaseContents(
        movie_ids=ratings.movie_ids,
        titles=dataset.catalogue.titles,
        years=dataset.catalogue.years,
        genres=dataset.catalogue.genres,
        n_ratings=counts,
        means=_means(ratings),
        histograms=_histograms(ratings, levels),
        similar=similar,
        movie_factors=factors,
        movie_biases=biases,
        votes_by_period=votes_by_period(ratings, about.periods),
        viewers=viewers_by_band(ratings, about.viewer_bands, about.like),
        lovers=lovers_of(ratings, similar["movie"], about.like),
        fold_in=fit_fold_in(
            ratings, ratings.mean, biases, factors, profile.seed, visitors_order_z(report)
        ),
        user_ids=ratings.user_ids,
        user_errors=np.load(user_errors),
        top=np.load(top.path / "top.npy", mmap_mode="r"),
        history_indptr=ratings.by_user.indptr,
        history_movies=ratings.by_user.indices,
        history_ratings=ratings.by_user.values,
        history_days=ratings.by_user.days,
        report=to_json(report, schema.REPORT),
        figures=report_figures(report),
    )
    manifest = stage_release(directory, contents, about)
    return f"{manifest.release_id} staged, {manifest.size_bytes / 1e6:,.1f} MB"


def _about(
    dataset: Dataset,
    profile: Profile,
    report: dict[str, Any],
    about_run: dict[str, str],
    start: float,
) -> ReleaseAbout:
    ratings = dataset.ratings
    days = ratings.by_user.days
    scale = ratings.scale
    return ReleaseAbout(
        created_utc=about_run["created_utc"],
        source=SourceInfo(
            name=dataset.name,
            sha256=dataset.sha256,
            n_ratings=ratings.n_ratings,
            n_users=ratings.n_users,
            n_movies=report["source"]["n_movies"],
            n_titles=ratings.n_movies,
            simulated=dataset.simulated,
            dated=ratings.dated,
            first_day=int(days.min()) if ratings.dated else None,
            last_day=int(days.max()) if ratings.dated else None,
        ),
        profile=profile.name,
        protocol=report["protocol"],
        seed=profile.seed,
        commit=about_run["commit"],
        versions={package: version(package) for package in PACKAGES},
        scale=(scale.low, scale.high, scale.step),
        global_mean=ratings.mean,
        histogram_levels=tuple(float(level) for level in scale.levels()),
        contribution_groups=CONTRIBUTIONS,
        contribution_start=start,
        order_z=order_z(report),
        like=scale.like,
        periods=periods_of(ratings),
        viewer_bands=viewer_bands(ratings),
        metrics={
            row["model"]: {k: row[k] for k in ("rmse", "mae", "mape") if row[k] is not None}
            for row in report["models"]
        },
        left_out=tuple(
            UnfittedModel(model=item["label"], reason=item["reason"]) for item in report["left_out"]
        ),
        start_users=_start_users(ratings),
        shard_users=schema.SHARD_USERS,
    )


def _start_users(ratings: Ratings) -> tuple[StartUser, ...]:
    """Users to start from: from the most active to an average one, all different."""
    counts = ratings.by_user.counts
    by_activity = np.lexsort((ratings.user_ids, counts))
    places = [round(q * (ratings.n_users - 1)) for q in START_QUANTILES]
    chosen = dict.fromkeys(int(by_activity[place]) for place in places)
    return tuple(
        StartUser(user_id=int(ratings.user_ids[u]), n_ratings=int(counts[u])) for u in chosen
    )


def _means(ratings: Ratings) -> NDArray[np.float32]:
    by_movie = ratings.by_movie
    totals = np.bincount(by_movie.rows(), weights=by_movie.values, minlength=ratings.n_movies)
    counts = by_movie.counts
    return np.where(counts > 0, totals / np.maximum(counts, 1), np.nan).astype(np.float32)


def _histograms(ratings: Ratings, levels: NDArray[np.float32]) -> NDArray[np.int32]:
    """Ratings of each movie by level: the nearest, or the bin whose upper end is not below."""
    edges = levels[:-1] if ratings.scale.binned else (levels[1:] + levels[:-1]) / 2
    column = np.searchsorted(edges, ratings.by_movie.values, side="left")
    cell = ratings.by_movie.rows().astype(np.int64) * len(levels) + column
    counts = np.bincount(cell, minlength=ratings.n_movies * len(levels))
    return counts.reshape(ratings.n_movies, len(levels)).astype(np.int32)


def _similar(near: Neighbours, n: int) -> NDArray[np.void]:
    similar = np.zeros((len(near.ids), n), schema.SIMILAR_DTYPE)
    similar["movie"] = near.ids[:, :n]
    similar["similarity"] = near.similarities[:, :n]
    similar["support"] = near.supports[:, :n]
    return similar


def _fold_in_arrays(
    specs: list[ModelSpec], members: dict[str, Stage], ratings: Ratings
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Movie factors and biases to fold a new visitor in, of the richest linear model served."""
    spec = folded_into(specs)
    model = load_model(spec.kind, members[spec.name].path)
    assert isinstance(model, LinearModel)
    arrays = model.arrays_
    return arrays.movie_factors.astype(np.float32), arrays.movie_biases.astype(np.float32)
