"""A release as tables for analysts, each as Parquet and as CSV."""

import logging
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv, parquet

from processing.errors import ReleaseError
from processing.release.manifest import UserShard
from processing.release.reader import Release
from processing.release.schema import NO_DAY, NO_MOVIE

logger = logging.getLogger(__name__)


def export(release: Release, directory: Path) -> list[Path]:
    """Write the recommendations, the ratings and the movies; return the files written.

    Tables are written shard by shard, so that memory does not grow with the number of users. A
    file appears under its name when it is whole; one of an earlier export is replaced.
    """
    tables = {
        "movies": iter([_movies(release)]),
        "recommendations": (_recommendations(release, s) for s in release.manifest.user_shards),
        "ratings": (_ratings(release, s) for s in release.manifest.user_shards),
    }
    written = []
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name, parts in tables.items():
            written += _write(directory / name, parts)
    except OSError as error:
        if isinstance(error, ReleaseError):
            raise
        raise ReleaseError(
            f"Cannot export to {str(directory)!r}: {error.strerror or error}. "
            "Name another folder with --to."
        ) from error
    logger.info("Exported release %s to %s.", release.manifest.release_id, directory)
    return written


def _movies(release: Release) -> pa.Table:
    unrated = release.stats["n_ratings"] == 0
    columns = {
        "movie_id": release.movie_ids,
        "title": release.titles,
        "year": pa.array(release.years, pa.int32()),
        "genres": ["|".join(each) for each in release.genres],
        "n_ratings": release.stats["n_ratings"],
        "mean": pa.array(release.stats["mean"], mask=unrated),
    }
    levels = release.manifest.histogram_levels
    columns |= {f"n_{level:g}": release.histograms[:, i] for i, level in enumerate(levels)}
    return pa.table(columns)


def _recommendations(release: Release, shard: UserShard) -> pa.Table:
    records = [record.top for _, record in release.shard_records(shard)]
    top = np.concatenate(records)
    ranks = np.concatenate([np.arange(1, len(each) + 1, dtype=np.int32) for each in records])
    columns: dict[str, Any] = {
        "user_id": _user_ids(release, shard, records),
        "rank": ranks,
        "movie_id": release.movie_ids[top["movie"]],
        "title": pa.array(release.titles).take(pa.array(top["movie"])),
        "score": top["score"],
    }
    for i in range(release.manifest.n_reasons):
        movies, missing = top["reasons"]["movie"][:, i], top["reasons"]["movie"][:, i] == NO_MOVIE
        columns[f"reason_{i + 1}_movie_id"] = pa.array(release.movie_ids[movies], mask=missing)
        columns[f"reason_{i + 1}_share"] = pa.array(top["reasons"]["share"][:, i], mask=missing)
    for i, group in enumerate(release.manifest.contribution_groups):
        columns[f"contribution_{group}"] = top["contributions"][:, i]
    return pa.table(columns)


def _ratings(release: Release, shard: UserShard) -> pa.Table:
    records = [record.history for _, record in release.shard_records(shard)]
    history = np.concatenate(records)
    dates = pa.array(history["day"], pa.int32(), mask=history["day"] == NO_DAY)
    return pa.table(
        {
            "user_id": _user_ids(release, shard, records),
            "movie_id": release.movie_ids[history["movie"]],
            "rating": history["rating"],
            "date": dates.cast(pa.date32()),
        }
    )


def _user_ids(
    release: Release, shard: UserShard, records: list[NDArray[np.void]]
) -> NDArray[np.int64]:
    """Each record's user id, once for every row of the record."""
    ids = release.user_ids[shard.first_user : shard.first_user + len(records)]
    return np.repeat(ids, [len(record) for record in records])


def _write(path: Path, parts: Iterator[pa.Table]) -> list[Path]:
    """Write the parts of one table to a Parquet and a CSV file."""
    with ExitStack() as stack:
        first = next(parts)
        files = [path.with_name(f"{path.name}{ending}") for ending in (".parquet", ".csv")]
        partials = [stack.enter_context(_replacing(file)) for file in files]
        writers = [
            stack.enter_context(parquet.ParquetWriter(partials[0], first.schema)),
            stack.enter_context(csv.CSVWriter(partials[1], first.schema)),
        ]
        for part in (first, *parts):
            for writer in writers:
                writer.write_table(part)
    return files


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """Lend a partial name, which gets its final one if all goes well."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        yield partial
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
