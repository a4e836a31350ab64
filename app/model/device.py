"""What a device keeps: pages that the browser fills, and what it needs to fill them by itself."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.model.choice import Choice
from app.model.opened import OpenedRelease
from app.model.page import ReleasePage, SiteInfo
from processing.ids import Id
from processing.release import Weights
from processing.release.schema import index_dtype

_LARGEST = 32_767  # of an int16


@dataclass(frozen=True, kw_only=True)
class DevicePage(ReleasePage):
    """A page that the browser fills with what is kept on the visitor's device."""


@dataclass(frozen=True, kw_only=True)
class MinePage(DevicePage):
    """The list that the browser makes as `choice` asks for it; `genres` are the catalogue's."""

    choice: Choice
    genres: tuple[str, ...]

    @property
    def whom(self) -> None:
        """Whose list it is: of whoever looks at it."""
        return


@dataclass(frozen=True, kw_only=True)
class TitlesFile:
    """The movies as columns; a mean is the shortest number that is the same float32."""

    release_id: str
    set_key: str
    created_utc: str
    movie_ids: list[Id]
    titles: list[str]
    years: list[int | None]
    genres: list[tuple[str, ...]]
    votes: list[int]
    means: list[float | None]


@dataclass(frozen=True, kw_only=True)
class FoldInFile:
    """What `fold-in.js` needs beside the factors; `scales` are those of `DeviceFactors`."""

    release_id: str
    global_mean: float
    scale: tuple[float, float, float]
    n_movies: int
    n_factors: int
    scales: list[float]
    mean: list[float]
    covariance: list[list[float]]
    noise_variance: float
    ask: list[Id]


@dataclass(frozen=True, kw_only=True)
class RankingFile:
    """What `ranking.js` needs beside the weights, and how many of these there are.

    A movie is called liked from `like` stars on; the rest is as the release has it.
    """

    release_id: str
    scale: tuple[float, float, float]
    neutral: float
    popularity: tuple[tuple[int, float], ...]
    like: float
    known_weight: float
    n_movies: int
    n_weights: int
    n_near: int


@dataclass(frozen=True, kw_only=True, eq=False)
class DeviceFactors:
    """The movies' biases and factors in 16 bits: column c is `values[c] * scales[c]`.

    `values`: int16 (1 + n_factors, n_movies), little-endian. `scales`: float64 (1 + n_factors,).
    """

    values: NDArray[np.int16]
    scales: NDArray[np.float64]


def device_page(site: SiteInfo, title: str) -> DevicePage:
    """Return a page that the browser fills."""
    return DevicePage(title=title, site=site)


def mine_page(opened: OpenedRelease, site: SiteInfo, title: str, choice: Choice) -> MinePage:
    """Return a page on which the browser makes a list by itself."""
    return MinePage(title=title, site=site, choice=choice, genres=opened.everyone.genre_names)


def titles_file(opened: OpenedRelease) -> TitlesFile:
    """Return what a device searches in."""
    release = opened.release
    return TitlesFile(
        release_id=opened.release_id,
        set_key=opened.set_key,
        created_utc=opened.manifest.created_utc,
        movie_ids=release.movie_ids.tolist(),
        titles=release.titles,
        years=release.years,
        genres=release.genres,
        votes=release.stats["n_ratings"].tolist(),
        means=[None if np.isnan(mean) else float(str(mean)) for mean in release.stats["mean"]],
    )


def fold_in_file(opened: OpenedRelease) -> FoldInFile:
    """Return the prior of folding in, and how the factors are scaled."""
    release, prior = opened.release, opened.release.fold_in
    return FoldInFile(
        release_id=opened.release_id,
        global_mean=opened.manifest.global_mean,
        scale=opened.manifest.scale,
        n_movies=len(release.movie_ids),
        n_factors=release.movie_factors.shape[1],
        scales=device_factors(opened).scales.tolist(),
        mean=prior.mean.tolist(),
        covariance=prior.covariance.tolist(),
        noise_variance=prior.noise_variance,
        ask=release.movie_ids[list(prior.ask)].tolist(),
    )


def ranking_file(opened: OpenedRelease) -> RankingFile:
    """Return what orders lists, but for the weights."""
    release = opened.release
    return RankingFile(
        release_id=opened.release_id,
        scale=opened.manifest.scale,
        neutral=release.affinity.neutral,
        popularity=release.affinity.popularity,
        like=opened.manifest.like,
        known_weight=opened.manifest.known_weight,
        n_movies=len(release.movie_ids),
        n_weights=len(release.weights.movies),
        n_near=len(release.weights.near_movies),
    )


def ranking_bytes(weights: Weights) -> bytes:
    """Return the weights one after the other, little-endian, the widest first: all are aligned."""
    index = index_dtype(len(weights.scales))
    columns = (
        (weights.scales, np.dtype("<f4")),
        (weights.indptr, np.dtype("<i4")),
        (weights.near_indptr, np.dtype("<i4")),
        (weights.movies, index),
        (weights.near_movies, index),
        (weights.values, np.dtype("i1")),
        (weights.evident, np.dtype("u1")),
    )
    return b"".join(column.astype(kind).tobytes() for column, kind in columns)


def device_factors(opened: OpenedRelease) -> DeviceFactors:
    """Return biases, then factors, each column by itself scaled to 16 bits."""
    biases = opened.release.movie_biases[:, None]
    columns = np.hstack((biases, opened.release.movie_factors)).T.astype(np.float64)
    most = np.abs(columns).max(axis=1)
    scales = np.where(most > 0, most, 1.0) / _LARGEST
    return DeviceFactors(values=np.rint(columns / scales[:, None]).astype("<i2"), scales=scales)
