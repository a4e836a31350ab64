"""A release as tables for analysts, each as Parquet and as CSV."""

import logging
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow import compute, csv, parquet

from processing.errors import ReleaseError
from processing.release.frames import (
    Records,
    movies_frame,
    ratings_frame,
    recommendations_frame,
)
from processing.release.reader import Release
from processing.release.spreadsheets import FORMULA, NUMBER

logger = logging.getLogger(__name__)

_KINDS = {pa.timestamp("s"): pa.date32(), pa.large_string(): pa.string()}  # as files hold them


def export(release: Release, directory: Path) -> list[Path]:
    """Write the recommendations, the ratings and the movies; return the files written.

    Tables are written shard by shard, so that memory does not grow with the number of users. A
    file appears under its name when it is whole; one of an earlier export is replaced.
    """
    tables = {
        "movies": iter([movies_frame(release)]),
        "recommendations": (recommendations_frame(release, each) for each in _shards(release)),
        "ratings": (ratings_frame(release, each) for each in _shards(release)),
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


def _shards(release: Release) -> Iterator[Records]:
    return map(release.shard_records, release.manifest.user_shards)


def _table(frame: pd.DataFrame) -> pa.Table:
    """The frame as an Arrow table, dates as days."""
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata()
    kinds = {field.name: _KINDS.get(field.type, field.type) for field in table.schema}
    return table.cast(pa.schema(kinds))


def _write(path: Path, frames: Iterator[pd.DataFrame]) -> list[Path]:
    """Write the parts of one table to a Parquet and a CSV file."""
    with ExitStack() as stack:
        parts = map(_table, frames)
        first = next(parts)
        files = [path.with_name(f"{path.name}{ending}") for ending in (".parquet", ".csv")]
        partials = [stack.enter_context(_replacing(file)) for file in files]
        writers = [
            stack.enter_context(parquet.ParquetWriter(partials[0], first.schema)),
            stack.enter_context(csv.CSVWriter(partials[1], first.schema)),
        ]
        for part in (first, *parts):
            writers[0].write_table(part)
            writers[1].write_table(_defused(part))
    return files


def _defused(table: pa.Table) -> pa.Table:
    """The table with no text that a spreadsheet takes for a formula."""
    for place, field in enumerate(table.schema):
        if pa.types.is_string(field.type):
            texts = table.column(place)
            quoted = compute.binary_join_element_wise("'", texts, "")
            begun = compute.match_substring_regex(texts, FORMULA)
            formulas = compute.and_not(begun, compute.match_substring_regex(texts, NUMBER))
            cells = compute.if_else(formulas, quoted, texts)
            table = table.set_column(place, field, cells)
    return table


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """Yield a partial name; the file gets its final one if nothing fails."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        yield partial
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
