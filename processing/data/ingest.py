"""Reading a source into a data set, once: what was read is kept under the source's hash."""

import hashlib
import json
import logging
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from processing.data.dataset import Dataset, dataset_hash, load_saved, save_dataset
from processing.data.ratings import Ratings, build_ratings
from processing.data.readers.registry import FoundSource, ReadOptions, open_source
from processing.data.rows import Catalogue, SourceData, SourcePairs
from processing.errors import SourceError
from processing.ids import Id, Ids, as_text, is_text
from processing.tools.files import write_whole
from processing.tools.machine import PeakMemory

logger = logging.getLogger(__name__)

CACHE_VERSION = 4


def load_dataset(path: Path | str, cache: Path, options: ReadOptions | None = None) -> Dataset:
    """Read a source, or what was kept of it in the folder `cache` when it was last read.

    Raises
    ------
    SourceError
        If the source cannot be read, with file and line where a line is to blame.
    """
    started, peak = time.perf_counter(), PeakMemory()
    options = options or ReadOptions()
    source = open_source(path, options)
    prefix = _hash([CACHE_VERSION, source.size_bytes, asdict(options)], 8)
    dataset = _find_kept(source, cache, prefix)
    how = f"as cached in {cache}"
    if dataset is None:
        dataset = _keep(_read(source), cache, prefix)
        how = "read and checked"
    logger.info(
        "%s: %s ratings and %s titles of %s, %s (%.1f s, %s)",
        source.path,
        f"{dataset.ratings.n_ratings:,}",
        f"{len(dataset.catalogue.titles):,}",
        source.name,
        how,
        time.perf_counter() - started,
        peak,
    )
    return dataset


def load_rows(data: SourceData, name: str, cache: Path) -> Dataset:
    """Make a data set of rows that come from no file, and keep it in the folder `cache`.

    Its sha256 is that of what it holds.
    """
    dataset = _assemble(data, name=name, simulated=False, sha256="")
    dataset = replace(dataset, sha256=dataset_hash(dataset))
    prefix = _hash([CACHE_VERSION, name], 8)
    kept = _open_kept(_place(cache, prefix, dataset.sha256), name, simulated=False)
    return _keep(dataset, cache, prefix) if kept is None else kept


def _find_kept(source: FoundSource, cache: Path, prefix: str) -> Dataset | None:
    """What was kept of a source, None where it has to be read.

    Its hash is not asked for unless something of the same size was kept: while a source is read, it
    is hashed beside that.
    """
    if not any(cache.glob(f"{prefix}-*")):
        return None
    return _open_kept(
        _place(cache, prefix, source.sha256()), source.name, simulated=source.simulated
    )


def _open_kept(kept: Path, name: str, *, simulated: bool) -> Dataset | None:
    """What was kept in a folder, None where nothing is, or nothing whole."""
    if not kept.is_dir():
        return None
    try:
        return replace(load_saved(kept), name=name, simulated=simulated)
    except (OSError, ValueError, KeyError) as error:
        logger.warning("%s is damaged (%s); the source is read again.", kept, error)
        shutil.rmtree(kept)
        return None


def _keep(dataset: Dataset, cache: Path, prefix: str) -> Dataset:
    """Write a data set to the cache, and go on with it from there: that memory can be let go."""
    kept = _place(cache, prefix, dataset.sha256)
    write_whole(kept, lambda partial: save_dataset(partial, dataset))
    return load_saved(kept)


def _read(source: FoundSource) -> Dataset:
    with ThreadPoolExecutor(1) as pool:
        sha256 = pool.submit(source.sha256)
        data = source.read()
        return _assemble(data, name=source.name, simulated=source.simulated, sha256=sha256.result())


def _assemble(data: SourceData, *, name: str, simulated: bool, sha256: str) -> Dataset:
    ratings, n_duplicates = build_ratings(data.rows, data.catalogue.movie_ids, data.scale.of_two())
    if n_duplicates:
        logger.warning(
            "%s: %d ratings were given again later by the same user; the latest counts.",
            name,
            n_duplicates,
        )
    probe = None if data.probe is None else _positions(ratings, data.probe, "probe", data.n_bad)
    return Dataset(
        name=name,
        sha256=sha256,
        simulated=simulated,
        ratings=ratings,
        catalogue=_complete(data.catalogue, ratings.movie_ids),
        folds={n: _positions(ratings, pairs, n, data.n_bad) for n, pairs in data.folds.items()},
        probe=probe,
        n_duplicates=n_duplicates,
        n_bad=data.n_bad,
    )


def _positions(ratings: Ratings, pairs: SourcePairs, name: str, n_bad: int) -> NDArray[np.int64]:
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


def _complete(catalogue: Catalogue, movie_ids: Ids) -> Catalogue:
    """The catalogue with an entry for every movie; one without a title is called by its id."""
    titled = as_text(catalogue.movie_ids) if is_text(movie_ids) else catalogue.movie_ids
    place = {movie_id: k for k, movie_id in enumerate(titled.tolist())}
    ids = movie_ids.tolist()
    known = [place.get(movie_id) for movie_id in ids]
    return Catalogue(
        movie_ids=movie_ids,
        titles=[
            _called(movie_id) if k is None else catalogue.titles[k]
            for k, movie_id in zip(known, ids, strict=True)
        ],
        years=[None if k is None else catalogue.years[k] for k in known],
        genres=[() if k is None else catalogue.genres[k] for k in known],
        imdb_ids=_numbers(catalogue.imdb_ids, known),
        tmdb_ids=_numbers(catalogue.tmdb_ids, known),
    )


def _numbers(numbers: list[int | None], known: list[int | None]) -> list[int | None]:
    return [None if k is None else numbers[k] for k in known] if numbers else []


def _called(movie_id: Id) -> str:
    return movie_id if isinstance(movie_id, str) else f"Movie {movie_id}"


def _place(cache: Path, prefix: str, sha256: str) -> Path:
    return cache / f"{prefix}-{sha256[:24]}"


def _hash(about: list[Any], n_digits: int) -> str:
    return hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()[:n_digits]
