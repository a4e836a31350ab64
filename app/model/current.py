"""Holds the open release and replaces it when a new one is published.

The release is opened in the process that serves it, never before a fork: connections to a store
must not be shared between processes.
"""

import logging
import threading
import time

from app.model.opened import OpenedRelease, PageNotFoundError
from app.model.page import SiteInfo, site_info
from config import Settings
from processing.errors import ReleaseError, ReleaseFormatError
from processing.release import (
    LATEST,
    Storage,
    figure_name,
    open_figure_storage,
    open_release,
    open_release_storage,
)

logger = logging.getLogger(__name__)


class NoReleaseError(RuntimeError):
    """No release can be opened; the text says why."""


class CurrentRelease:
    """The newest release that can be read; the one place that opens releases.

    Parameters
    ----------
    settings
        Where releases and figures are kept.
    check_every_s
        Seconds between two looks for a newer release. A look costs one small request, and is made
        beside the visitor's request unless there is nothing to show yet.
    """

    def __init__(self, settings: Settings, check_every_s: float) -> None:
        self.check_every_s = check_every_s
        self.problem: str | None = "No release could be opened yet; the log says why."
        self._settings = settings
        self._lock = threading.Lock()
        self._next_check = 0.0
        self._opened: OpenedRelease | None = None
        self._stamp: str | None = None
        self._refused: tuple[str, str] | None = None  # a release's stamp, and what is wrong with it
        self._releases: Storage | None = None
        self._figures: Storage | None = None

    def opened(self) -> OpenedRelease:
        """Return the newest release that can be read.

        Raises
        ------
        NoReleaseError
            If none could be read yet.
        """
        if self._opened is None:
            with self._lock:
                if self._opened is None and self._is_due():
                    self._refresh()
        elif self._is_due():
            threading.Thread(target=self.refresh, name="release-check", daemon=True).start()
        if self._opened is None:
            raise NoReleaseError(self.problem)
        return self._opened

    def refresh(self) -> None:
        """Look for a newer release now, and open it; keep the one that is open if that fails."""
        with self._lock:
            self._refresh()

    def site(self) -> SiteInfo | None:
        """Return what pages say about the open release, None when there is none."""
        return site_info(self._opened, self.problem) if self._opened else None

    def figure(self, release_id: str, name: str) -> bytes:
        """Return a figure of the open release's report."""
        opened = self.opened()
        if release_id != opened.release_id or name not in opened.manifest.figures:
            raise PageNotFoundError(f"There is no figure {name!r} in release {release_id!r}.")
        if self._figures is None:
            self._figures = open_figure_storage(self._settings)
        return self._figures.read(figure_name(release_id, name))

    def _is_due(self) -> bool:
        now = time.monotonic()
        if now < self._next_check:
            return False
        self._next_check = now + self.check_every_s
        return True

    def _refresh(self) -> None:
        try:
            problem = self._open_newer()
        except ReleaseError as error:
            problem = str(error)
        if problem and problem != self.problem:
            logger.warning("The newest release cannot be read: %s", problem)
        self.problem = problem

    def _open_newer(self) -> str | None:
        """Open what `latest.json` names if that changed; return what is wrong, if anything."""
        if self._releases is None:
            self._releases = open_release_storage(self._settings)
        stamp = self._releases.stamp(LATEST)
        if stamp is None:
            return (
                f"There is no {LATEST} in {self._releases.describe()}: nothing has been published "
                "there. Publish a release, or correct ICP_BUCKET and ICP_PRED_DIR."
            )
        if self._refused and stamp == self._refused[0]:
            return self._refused[1]
        if stamp != self._stamp:
            self._open(self._releases, stamp)
        return None

    def _open(self, storage: Storage, stamp: str) -> None:
        started = time.perf_counter()
        try:
            opened = OpenedRelease(open_release(storage))
        except ReleaseFormatError as error:
            self._refused = (stamp, str(error))  # it will not mend itself: wait for another one
            raise
        self._opened, self._stamp = opened, stamp
        logger.info(
            "Opened release %s (%d users, %d movies) in %.2f s.",
            opened.release_id,
            opened.manifest.source.n_users,
            opened.manifest.source.n_movies,
            time.perf_counter() - started,
        )
