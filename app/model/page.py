"""What pages have in common: each is one frozen dataclass, shown as HTML and as JSON alike.

Numbers that are not known are None, never NaN.
"""

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from app.model.opened import OpenedRelease
from app.model.scale import RatingScale
from processing.ids import Id
from processing.release import defused

Cell = str | int | float | None


@dataclass(frozen=True, kw_only=True)
class SiteInfo:
    """What every page says about the release behind it.

    `set_key` names the data set: ids are those of a set. `examples` are titles to search for.
    `problem` says why the newest release cannot be read, while this one is still shown.
    """

    release_id: str
    created_utc: str
    source_name: str
    set_key: str
    simulated: bool
    n_ratings: int
    n_users: int
    n_movies: int
    profile: str
    scale: RatingScale
    examples: tuple[str, ...]
    problem: str | None


@dataclass(frozen=True, kw_only=True)
class Page:
    """What all pages have; `site` is None only where no release is open.

    `not_in_json` names the fields that only draw the page, or say what another field says.
    """

    not_in_json: ClassVar[tuple[str, ...]] = ()

    title: str
    site: SiteInfo | None

    @property
    def viewer(self) -> Id | None:
        """The user whom the page tells of: searches and links to movies go on with them."""
        return None


@dataclass(frozen=True, kw_only=True)
class ReleasePage(Page):
    """A page that is drawn from a release."""

    site: SiteInfo


class TablePage(ReleasePage):
    """A page that is also a table, to take away as CSV."""

    @property
    @abstractmethod
    def file_name(self) -> str:
        """What the file is called, without its ending."""

    @property
    @abstractmethod
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""

    @property
    @abstractmethod
    def rows(self) -> tuple[tuple[Cell, ...], ...]:
        """All rows, whatever is on the page."""

    def csv_rows(self) -> tuple[tuple[Cell, ...], ...]:
        """The rows with no text that a spreadsheet takes for a formula."""
        return tuple(
            tuple(defused(cell) if isinstance(cell, str) else cell for cell in row)
            for row in self.rows
        )


@dataclass(frozen=True, kw_only=True)
class ErrorPage(Page):
    """What went wrong, and what can be done about it."""

    status: int
    what: str
    advice: str


def site_info(opened: OpenedRelease, problem: str | None) -> SiteInfo:
    """Say what stands behind every page; `problem` is why nothing newer is shown."""
    manifest = opened.manifest
    return SiteInfo(
        release_id=manifest.release_id,
        created_utc=manifest.created_utc,
        source_name=manifest.source.name,
        set_key=opened.set_key,
        simulated=manifest.source.simulated,
        n_ratings=manifest.source.n_ratings,
        n_users=manifest.source.n_users,
        n_movies=manifest.source.n_movies,
        profile=manifest.profile,
        scale=opened.scale,
        examples=opened.examples,
        problem=problem,
    )
