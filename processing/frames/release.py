"""A published release, opened for analysts."""

from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from processing import release
from processing.frames.lists import Known, Lists, Records
from processing.frames.report import Report
from processing.frames.stores import open_stores
from processing.release.frames import movies_frame
from processing.report import report_from_json

if TYPE_CHECKING:
    from config import Settings

READERS = 16  # users that are read at once: a bucket takes its time for each


class Release(Lists):
    """What was published: the lists, and the movies, ratings and report behind them.

    A user takes one read of a few kilobytes, and nothing is fitted. See `Lists` for the methods.

    Attributes
    ----------
    release_id
        Its name in the store.
    """

    def __init__(self, opened: release.Release) -> None:
        manifest = opened.manifest
        super().__init__(
            Known(
                user_ids=opened.user_ids,
                movie_ids=opened.movie_ids,
                titles=opened.titles,
                similar=opened.similar,
                user_errors=opened.user_errors,
                top_n=manifest.top_n,
                n_reasons=manifest.n_reasons,
                start=manifest.contribution_start,
                groups=manifest.contribution_groups,
            )
        )
        self._release = opened
        self.release_id = manifest.release_id

    @property
    def movies(self) -> pd.DataFrame:
        return movies_frame(self._release)

    @cached_property
    def report(self) -> Report:
        """What was measured before it was published."""
        return Report(report_from_json(self._release.report, "report.json"))

    def _read(self, users: NDArray[np.int64] | None) -> Records:
        opened = self._release
        if users is None:
            return list(chain.from_iterable(map(opened.shard_records, opened.manifest.user_shards)))
        with ThreadPoolExecutor(READERS) as pool:
            found = pool.map(opened.user_record, users.tolist())
            return list(zip(users.tolist(), found, strict=True))

    def __repr__(self) -> str:
        manifest, source = self._release.manifest, self._release.manifest.source
        return (
            f"Release {self.release_id} of {source.name}: {source.n_ratings:,} ratings, lists of "
            f"{source.n_users:,} users, by profile {manifest.profile}"
        )


def open_published(at: Path | str | None, settings: "Settings", release_id: str | None) -> Release:
    """Open a release, as `processing.api.open_release` says."""
    storage, _ = open_stores(at, settings)
    return Release(release.open_release(storage, release_id))
