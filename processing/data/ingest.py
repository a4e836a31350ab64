"""Reading a source into a data set, once: what was read is kept under the source's hash."""

import hashlib
import json
import logging
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from processing.data.dataset import Dataset, load_saved, save_dataset
from processing.data.ratings import Ratings, build_ratings
from processing.data.rows import Catalogue, Pairs, SourceData
from processing.data.sources import ReadOptions, Source, open_source
from processing.errors import SourceError
from processing.files import write_whole

logger = logging.getLogger(__name__)

CACHE_VERSION = 1


def load_dataset(path: Path | str, cache: Path, options: ReadOptions | None = None) -> Dataset:
    """Read a source, or what was kept of it in the folder `cache` when it was last read.

    Raises
    ------
    SourceError
        If the source cannot be read, with file and line where a line is to blame.
    """
    options = options or ReadOptions()
    source = open_source(path, options)
    sha256 = source.sha256()
    cached = cache / f"{_cache_key(sha256, options)}.npz"
    if cached.is_file():
        logger.info("Reading %s as cached in %s.", source.name, cached)
        return replace(load_saved(cached), name=source.name, simulated=source.simulated)
    dataset = _assemble(source, sha256, source.read())
    write_whole(cached, lambda partial: save_dataset(partial, dataset))
    return dataset


def _assemble(source: Source, sha256: str, data: SourceData) -> Dataset:
    ratings, n_duplicates = build_ratings(data.rows, data.catalogue.movie_ids, data.scale)
    if n_duplicates:
        logger.warning(
            "%s: %d ratings were given again later by the same user; the latest counts.",
            source.name,
            n_duplicates,
        )
    probe = None if data.probe is None else _positions(ratings, data.probe, "probe", data.n_bad)
    return Dataset(
        name=source.name,
        sha256=sha256,
        simulated=source.simulated,
        ratings=ratings,
        catalogue=_complete(data.catalogue, ratings.movie_ids),
        folds={n: _positions(ratings, pairs, n, data.n_bad) for n, pairs in data.folds.items()},
        probe=probe,
        n_duplicates=n_duplicates,
        n_bad=data.n_bad,
    )


def _positions(ratings: Ratings, pairs: Pairs, name: str, n_bad: int) -> NDArray[np.int64]:
    """Places of `pairs` among the ratings.

    A pair that nobody rated is an error, but for as many as lines were skipped.
    """
    users = np.searchsorted(ratings.user_ids, pairs.user_ids).clip(max=ratings.n_users - 1)
    movies = np.searchsorted(ratings.movie_ids, pairs.movie_ids).clip(max=ratings.n_movies - 1)
    positions = ratings.locate(users.astype(np.int32), movies.astype(np.int32))
    known = ratings.user_ids[users] == pairs.user_ids
    known &= ratings.movie_ids[movies] == pairs.movie_ids
    missing = np.flatnonzero(~known | (positions < 0))
    if 0 < len(missing) <= n_bad:
        logger.warning("%s: %d of its pairs were on skipped lines.", name, len(missing))
    elif len(missing):
        first = missing[0]
        raise SourceError(
            f"{name}: {len(missing)} of its {len(positions)} pairs have no rating, the first being "
            f"user {pairs.user_ids[first]} and movie {pairs.movie_ids[first]}. Expected a part of "
            "the ratings; check that the files belong to the same data set."
        )
    return np.unique(np.delete(positions, missing))


def _complete(catalogue: Catalogue, movie_ids: NDArray[np.int64]) -> Catalogue:
    """The catalogue with an entry for every movie; one without a title is called by its id."""
    place = {int(movie_id): k for k, movie_id in enumerate(catalogue.movie_ids)}
    known = [place.get(int(movie_id)) for movie_id in movie_ids]
    return Catalogue(
        movie_ids=movie_ids,
        titles=[
            f"Movie {movie_id}" if k is None else catalogue.titles[k]
            for k, movie_id in zip(known, movie_ids, strict=True)
        ],
        years=[None if k is None else catalogue.years[k] for k in known],
        genres=[() if k is None else catalogue.genres[k] for k in known],
    )


def _cache_key(sha256: str, options: ReadOptions) -> str:
    settings = json.dumps([CACHE_VERSION, sha256, asdict(options)], sort_keys=True)
    return hashlib.sha256(settings.encode()).hexdigest()[:24]
