"""What is served: models refitted on all ratings, everyone's recommendations, a staged release."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from processing.ensemble.features import Features
from processing.ensemble.stacking import Ensemble
from processing.kernels.arrays import Csr
from processing.models.registry import load_model
from processing.ranking.ease import Ease
from processing.ranking.evidence import among
from processing.release import ReleaseAbout, schema
from processing.release.affinity import Weights
from processing.release.writer import stage_release
from processing.report.figures import report_figures
from processing.report.schema import Report, report_to_json, without_times
from processing.runs.decisions import Decisions
from processing.runs.grams import read_csr
from processing.runs.run import Run
from processing.serving.audience import lovers_of, viewers_by_band, votes_by_period
from processing.serving.facts import about_release, histograms, movie_means, similar_movies
from processing.serving.recommend import dtype_of, recommend
from processing.serving.refit import ASK, RefittedStages, load_rankings, load_served, refit
from processing.tools.files import mapped_array
from processing.tools.stages import Stage
from processing.visitors.fitting import fit_fold_in, folded_into, movie_arrays
from processing.visitors.weights import published

TOP = "top.npy"


def serve(run: Run, report: Report, decisions: Decisions) -> Stage:
    """Refit on all ratings, recommend to everyone, and stage the release."""
    refitted = refit(run, decisions.grams)
    top = run.stages.run("recommendations", _recommending(run, refitted, decisions))
    contents = _Contents(run, without_times(report), decisions, refitted, top)
    return run.stages.run("release", contents.stage)


def _recommending(
    run: Run, refitted: RefittedStages, decisions: Decisions
) -> Callable[[Path], str]:
    def work(directory: Path) -> str:
        settings, n_users = run.profile.recommend, run.ratings.n_users
        dtype = dtype_of(run.ratings.scale, settings)
        top = mapped_array(directory / TOP, dtype, (n_users, settings.top_n))
        start = 0
        for block in recommend(load_served(run, refitted, decisions), settings):
            top[start : start + len(block)] = block
            start += len(block)
        kept = top["movie"] != schema.NO_MOVIE
        explained = np.sum((top["reasons"]["movie"][..., 0] != schema.NO_MOVIE) & kept)
        return (
            f"{int(kept.sum()):,} recommendations to {n_users:,} users, "
            f"{100 * explained / max(1, kept.sum()):.0f} % of them with reasons"
        )

    return work


class _Contents:
    """What a release holds, put together."""

    def __init__(
        self,
        run: Run,
        report: Report,
        decisions: Decisions,
        refitted: RefittedStages,
        top: Stage,
    ) -> None:
        self._run, self._report, self._decisions = run, report, decisions
        self._refitted, self._top = refitted, top

    def stage(self, directory: Path) -> str:
        """Write the release into a folder."""
        start = Ensemble.load(self._decisions.ensemble).start_
        about = about_release(self._run, self._report, self._decisions, start)
        manifest = stage_release(directory, self._contents(about), about)
        return f"{manifest.release_id} staged, {manifest.size_bytes / 1e6:,.1f} MB"

    def _contents(self, about: ReleaseAbout) -> schema.ReleaseContents:
        run, ratings, catalogue = self._run, self._run.ratings, self._run.dataset.catalogue
        spec = folded_into(run.models)
        biases, factors = movie_arrays(load_model(spec.kind, self._refitted.models[spec.name].path))
        neighbours = Features.load(self._refitted.features.path, ratings).similar_movies_
        similar = similar_movies(neighbours, run.profile.recommend.n_similar)
        return schema.ReleaseContents(
            movie_ids=ratings.movie_ids,
            titles=catalogue.titles,
            years=catalogue.years,
            genres=catalogue.genres,
            imdb_ids=catalogue.imdb_ids,
            tmdb_ids=catalogue.tmdb_ids,
            n_ratings=ratings.by_movie.counts.astype(np.int32),
            means=movie_means(ratings),
            histograms=histograms(ratings),
            similar=similar,
            movie_factors=factors,
            movie_biases=biases,
            votes_by_period=votes_by_period(ratings, about.periods),
            viewers=viewers_by_band(ratings, about.viewer_bands, about.like),
            lovers=lovers_of(ratings, similar["movie"], about.like),
            fold_in=fit_fold_in(
                ratings,
                ratings.mean,
                biases,
                factors,
                run.seed,
                tuple(np.load(self._refitted.ask.path / ASK).tolist()),
            ),
            affinity=self._decisions.affinity,
            weights=self._weights(),
            user_ids=ratings.user_ids,
            user_errors=np.load(self._decisions.user_errors),
            top=np.load(self._top.path / TOP, mmap_mode="r"),
            history_indptr=ratings.by_user.indptr,
            history_movies=ratings.by_user.indices,
            history_ratings=ratings.by_user.values,
            history_days=ratings.by_user.days,
            report=report_to_json(self._report),
            figures=report_figures(self._report),
        )

    def _weights(self) -> Weights:
        """What is published of EASE; nothing but near movies where the run has none."""
        near = read_csr(self._refitted.near.path)
        for model in load_rankings(self._run, self._refitted).values():
            if isinstance(model, Ease):
                evident = among(model.arrays_.by_rated, read_csr(self._refitted.evident.path))
                return published(model.arrays_.by_rated, near, evident)
        n_movies = self._run.ratings.n_movies
        none = Csr(np.zeros(n_movies + 1, np.int64), np.empty(0, np.int32), np.empty(0, np.float32))
        return published(none, near, np.empty(0, bool))
