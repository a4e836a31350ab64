"""Holds the open release and replaces it when a new one is published.

The release is opened in the process that serves it, never before a fork: connections to a store
must not be shared between processes.
"""

import logging
import threading
import time
from dataclasses import dataclass, replace

from app.model.opened import OpenedRelease, PageNotFoundError
from app.model.page import SiteInfo, site_info
from config import Settings
from processing.errors import ReleaseError, ReleaseFormatError
from processing.release import (
    LATEST,
    HurriedStorage,
    Storage,
    load_figure,
    open_figure_storage,
    open_release,
    open_release_storage,
)

logger = logging.getLogger(__name__)


PATIENCE_S = 7.0  # for the store: visitors are answered within 8 s
MOST_READS = 16  # at once
FIRST_WAIT_S, LONGEST_WAIT_S = 60.0, 900.0
NOTHING_OPENED = "No release could be opened yet; the log says why."
NOTHING_PUBLISHED = (
    "Nothing has been published where this site looks: publish a release, or correct ICP_BUCKET "
    "and ICP_PRED_DIR."
)
LISTS_NOT_READABLE = "Users' lists cannot be read; the log says why."
NOT_READABLE = "The newest release cannot be read; the log says why."


class NoReleaseError(RuntimeError):
    """No release can be opened; the text is for visitors, and the log says why."""


class CurrentRelease:
    """The newest release that can be read; the one place that opens releases.

    Parameters
    ----------
    settings
        Where releases and figures are kept.
    check_every_s
        Seconds between two looks for a newer release. A look costs one small request, and is made
        beside the visitor's request, which waits for it only if there is nothing to show yet.
    """

    def __init__(self, settings: Settings, check_every_s: float) -> None:
        self.check_every_s = check_every_s
        self.problem: str | None = NOTHING_OPENED
        self._logged: str | None = None
        self._settings = settings
        self._lock, self._looking = threading.Lock(), threading.Lock()
        self._next_check = 0.0
        self._look: _Look | None = None
        self._opened: OpenedRelease | None = None
        self._stamp: str | None = None
        self._refused: _Refusal | None = None
        self._releases: Storage | None = None
        self._figures: Storage | None = None

    def opened(self, patience_s: float = PATIENCE_S) -> OpenedRelease:
        """Return the newest release that can be read.

        While none is open, it waits for a look that is under way, until `patience_s` seconds after
        that began.

        Raises
        ------
        NoReleaseError
            If none could be read yet.
        """
        look = self._look_if_due()
        if self._opened is None and look:
            look.done.wait(max(0.0, look.began + patience_s - time.monotonic()))
        if self._opened is None:
            raise NoReleaseError(self.problem)
        return self._opened

    def refresh(self) -> None:
        """Look for a newer release now, and open it; keep the one that is open if that fails."""
        with self._looking:
            self._refresh()

    def site(self) -> SiteInfo | None:
        """Return what pages say about the open release, None when there is none."""
        return site_info(self._opened, self.problem) if self._opened else None

    def health(self) -> dict[str, str | None]:
        """Return what works: a status, the open release, and what is wrong, without waiting long.

        The status is "ok", "stale" (a newer release cannot be read), "degraded" (users' lists
        cannot be read, of which one is tried at each look) or "unavailable".
        """
        try:
            opened = self.opened(patience_s=1.0)
        except NoReleaseError as error:
            return {"status": "unavailable", "release_id": None, "problem": str(error)}
        status, problem = ("stale", self.problem) if self.problem else ("ok", None)
        if not opened.lists_readable:
            status, problem = "degraded", LISTS_NOT_READABLE
        return {"status": status, "release_id": opened.release_id, "problem": problem}

    def figure(self, release_id: str, name: str) -> bytes:
        """Return a figure of the open release's report."""
        opened = self.opened()
        if release_id != opened.release_id or name not in opened.manifest.figures:
            raise PageNotFoundError(f"There is no figure {name!r} in release {release_id!r}.")
        if self._figures is None:
            figures = open_figure_storage(self._settings, hurried=True)
            self._figures = HurriedStorage(figures, PATIENCE_S, MOST_READS)
        return load_figure(self._figures, opened.manifest, name)

    def _look_if_due(self) -> "_Look | None":
        """Begin a look beside the request if it is time for one; return the last that began."""
        with self._lock:
            now = time.monotonic()
            is_running = self._look is not None and not self._look.done.is_set()
            if not is_running and now >= self._next_check:
                self._next_check = now + self.check_every_s
                self._look = _Look(now, threading.Event())
                threading.Thread(
                    target=self._do, args=(self._look,), name="release-check", daemon=True
                ).start()
            return self._look

    def _do(self, look: "_Look") -> None:
        try:
            self.refresh()
        finally:
            look.done.set()
        try:
            if self._opened:
                self._opened.try_record()
        except ReleaseError as error:
            logger.warning("%s %s", LISTS_NOT_READABLE, error)

    def _refresh(self) -> None:
        """Open a newer release; what is wrong goes to the log, and to visitors without details."""
        try:
            if self._releases is None:
                self._releases = open_release_storage(self._settings, hurried=True)
            stamp = self._releases.stamp(LATEST)
            if stamp is None:
                where = self._releases.describe()
                self._tell(NOTHING_PUBLISHED, f"There is no {LATEST} in {where}.")
            elif not (self._refused and self._refused.holds(stamp)):
                if stamp != self._stamp:
                    self._open(self._releases, stamp)
                self._tell(None, None)
        except ReleaseError as error:
            self._tell(NOT_READABLE, str(error))

    def _tell(self, problem: str | None, why: str | None) -> None:
        if why and why != self._logged:
            logger.warning("%s %s", problem, why)
        self.problem, self._logged = problem, why

    def _open(self, storage: Storage, stamp: str) -> None:
        started = time.perf_counter()
        try:
            opened = _opened(storage)
        except ReleaseFormatError:
            self._refused = _Refusal.of(stamp, self._refused)
            raise
        self._opened, self._stamp, self._refused = opened, stamp, None
        logger.info(
            "Opened release %s (%d users, %d movies) in %.2f s.",
            opened.release_id,
            opened.manifest.source.n_users,
            opened.manifest.source.n_movies,
            time.perf_counter() - started,
        )


@dataclass(frozen=True)
class _Look:
    """A look for a newer release: when it began, and whether it is done."""

    began: float
    done: threading.Event


@dataclass(frozen=True)
class _Refusal:
    """A release that could not be read as it should be, and when it is looked at again."""

    stamp: str
    wait_s: float
    until: float

    @classmethod
    def of(cls, stamp: str, before: "_Refusal | None") -> "_Refusal":
        again = before is not None and before.stamp == stamp
        wait_s = min(2 * before.wait_s, LONGEST_WAIT_S) if before and again else FIRST_WAIT_S
        return cls(stamp, wait_s, time.monotonic() + wait_s)

    def holds(self, stamp: str) -> bool:
        return stamp == self.stamp and time.monotonic() < self.until


def _opened(storage: Storage) -> OpenedRelease:
    """Open the newest release; what was read wrong may be read right the second time."""
    try:
        release = open_release(storage)
    except ReleaseFormatError:
        release = open_release(storage)
    in_time = HurriedStorage(storage, PATIENCE_S, MOST_READS)
    return OpenedRelease(replace(release, storage=in_time))
