"""The files of a release and their dtypes, shared by the writer and the site.

`docs/release-format.md` is the norm; this module and `manifest` are its only spelling in code.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from processing.ids import Id, Ids
from processing.release.affinity import AffinityAbout, Weights
from processing.release.encoding import Document
from processing.release.fold_in import FoldIn

FORMAT_VERSION = 6

MANIFEST = "manifest.json"
MOVIES = "movies.json"
MOVIE_STATS = "movie_stats.npy"
HISTOGRAMS = "histograms.npy"
SIMILAR = "similar.npy"
MOVIE_FACTORS = "movie_factors.npy"
MOVIE_BIASES = "movie_biases.npy"
USER_IDS = "user_ids.npy"
USER_OFFSETS = "user_offsets.npy"
VOTES_BY_PERIOD = "votes_by_period.npy"
VIEWERS = "viewers.npy"
LOVERS = "lovers.npy"
USER_ERRORS = "user_errors.npy"
FOLD_IN = "fold_in.json"
AFFINITY = "affinity.json"
WEIGHTS_INDPTR = "weights_indptr.npy"
WEIGHTS_MOVIES = "weights_movies.npy"
WEIGHTS_VALUES = "weights_values.npy"
WEIGHTS_SCALES = "weights_scales.npy"
WEIGHTS_EVIDENT = "weights_evident.npy"
NEAR_INDPTR = "near_indptr.npy"
NEAR_MOVIES = "near_movies.npy"
REPORT = "report.json"
FIGURES = "figures"

STATS_DTYPE = np.dtype([("n_ratings", "<i4"), ("mean", "<f4")])
SIMILAR_DTYPE = np.dtype([("movie", "<i4"), ("similarity", "<f4"), ("support", "<i4")])
VOTES_DTYPE = np.dtype([("n", "<i4"), ("mean", "<f4")])
VIEWERS_DTYPE = np.dtype([("n", "<i4"), ("mean", "<f4"), ("loved", "<i4")])
LOVERS_DTYPE = np.dtype([("n", "<i4"), ("loved", "<i4")])
ERRORS_DTYPE = np.dtype([("n", "<i4"), ("rmse", "<f4"), ("mae", "<f4")])
REASON_DTYPE = np.dtype([("movie", "<i4"), ("share", "<f4")])
HISTORY_DTYPE = np.dtype([("movie", "<i4"), ("rating", "<f4"), ("day", "<i4")])
RECORD_HEADER_DTYPE = np.dtype([("digest", "|V16"), ("n_top", "<u4"), ("n_history", "<u4")])

SHARD_USERS = 4096  # whose records share a file
NO_MOVIE = -1
NO_DAY = np.iinfo(np.int32).min


def index_dtype(n_movies: int) -> np.dtype[Any]:
    """Dtype of the movie indices among weights: 16 bits where they are enough."""
    return np.dtype("<u2" if n_movies <= 2**16 else "<u4")


def stars_dtype(scale: tuple[float, float, float]) -> str:
    """Dtype of stars that need few digits: float16, or float32 where it would lose the scale.

    Of numbers far from 0 float16 has no digits left for a short scale, and none beyond 65,504.
    """
    low, high, _ = scale
    most, span = max(abs(low), abs(high)), high - low
    return "<f2" if most <= min(2 * span, 2000) and span >= 0.1 else "<f4"


def top_dtype(n_reasons: int, n_groups: int, stars: str = "<f2") -> np.dtype[Any]:
    """Dtype of one recommendation: 16 bytes, 8 more per reason and 2 per group of features.

    `stars`: what `stars_dtype` says of the scale; with float32 2 more bytes each.
    """
    return np.dtype(
        [
            ("movie", "<i4"),
            ("score", "<f4"),
            ("order", "<f4"),
            ("reasons", REASON_DTYPE, (n_reasons,)),
            ("contributions", stars, (n_groups,)),
            ("n_neighbours", "<u2"),
            ("neighbours_mean", stars),
        ]
    )


class MovieColumns(Document, frozen=True, kw_only=True, eq=False):
    """The catalogue, ascending by movie id, one entry per title; no numbers where none is known."""

    movie_ids: list[Id]
    titles: list[str]
    years: list[int | None]
    genres: list[tuple[str, ...]]
    imdb_ids: list[int | None]
    tmdb_ids: list[int | None]


@dataclass(frozen=True, kw_only=True)
class ReleaseContents:
    """Everything that a release holds, as arrays; what the pipeline hands to the writer.

    Attributes
    ----------
    movie_ids, titles, years, genres
        The catalogue, ascending by movie id, one entry per title (ids; str; int or None; tuples).
    imdb_ids, tmdb_ids
        The movies' numbers at IMDb and TMDB, None where not known; empty where none is.
    n_ratings, means, histograms
        int32 (n_movies,), float32 (n_movies,) with NaN where unrated, int32 (n_movies, n_levels).
    similar
        SIMILAR_DTYPE (n_movies, n_similar), best first, padded with movie -1.
    movie_factors, movie_biases
        float32 (n_movies, n_factors) and (n_movies,); zero factors where no factor model is served.
    votes_by_period, viewers
        VOTES_DTYPE (n_movies, n_periods) and VIEWERS_DTYPE (n_movies, n_bands); the mean is NaN
        where nobody rated.
    lovers
        LOVERS_DTYPE, of the shape of `similar`: of the viewers who love the similar movie and rated
        this one, how many there are, and how many love this one too.
    fold_in
        What folds new visitors in.
    affinity, weights
        What orders the lists of new visitors.
    user_ids
        (n_users,), ascending; all ids are int64, or texts as objects.
    user_errors
        ERRORS_DTYPE (n_users,): the served model's errors on each user's held-out ratings; NaN
        where there were none.
    top
        `top_dtype` (n_users, top_n), best first, padded with movie -1. May be a memory map.
    history_indptr, history_movies, history_ratings, history_days
        CSR by user: int64, int32 (movie index), float32, int32 (days since 1970-01-01, or NO_DAY).
    report
        The evaluation as JSON, a file of its own; `processing.report` writes and reads it.
    figures
        File name to bytes; these go to the figures' store, not into the release.
    """

    movie_ids: Ids
    titles: list[str]
    years: list[int | None]
    genres: list[tuple[str, ...]]
    imdb_ids: list[int | None]
    tmdb_ids: list[int | None]
    n_ratings: NDArray[np.int32]
    means: NDArray[np.float32]
    histograms: NDArray[np.int32]
    similar: NDArray[np.void]
    movie_factors: NDArray[np.float32]
    movie_biases: NDArray[np.float32]
    votes_by_period: NDArray[np.void]
    viewers: NDArray[np.void]
    lovers: NDArray[np.void]
    fold_in: FoldIn
    affinity: AffinityAbout
    weights: Weights
    user_ids: Ids
    user_errors: NDArray[np.void]
    top: NDArray[np.void]
    history_indptr: NDArray[np.int64]
    history_movies: NDArray[np.int32]
    history_ratings: NDArray[np.float32]
    history_days: NDArray[np.int32]
    report: bytes
    figures: dict[str, bytes]

    @property
    def n_reasons(self) -> int:
        """How many reasons a recommendation has room for."""
        if "reasons" not in (self.top.dtype.names or ()):
            return 0
        return math.prod(self.top.dtype["reasons"].shape)
