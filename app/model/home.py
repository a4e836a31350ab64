"""The home page: what this is, and the ways in."""

from dataclasses import dataclass

from app.languages import gettext
from app.model.dates import iso_day
from app.model.opened import Movie, OpenedRelease
from app.model.page import ReleasePage, SiteInfo
from processing.release import StartUser
from processing.report import ENSEMBLE, ModelErrors


@dataclass(frozen=True, kw_only=True)
class HomePage(ReleasePage):
    """What this is, and the ways in."""

    n_titles: int
    first_day: str | None
    last_day: str | None
    served_model: ModelErrors | None
    start_users: tuple[StartUser, ...]
    popular: tuple[Movie, ...]


def home_page(opened: OpenedRelease, site: SiteInfo) -> HomePage:
    """Return the ways in, and what this release is."""
    source = opened.manifest.source
    return HomePage(
        title=gettext("Movie recommendations"),
        site=site,
        n_titles=source.n_titles,
        first_day=iso_day(source.first_day),
        last_day=iso_day(source.last_day),
        served_model=opened.report.errors_of(ENSEMBLE),
        start_users=opened.manifest.start_users,
        popular=tuple(opened.movie(index) for index in opened.popular),
    )
