"""The home page: what this is, and the ways in."""

from dataclasses import dataclass

from app.languages import gettext
from app.model.catalogue import Browse, best_loved, decades
from app.model.dates import iso_day
from app.model.opened import Movie, OpenedRelease
from app.model.page import ReleasePage, SiteInfo
from processing.ids import Ids, is_text
from processing.release import StartUser
from processing.report import ENSEMBLE, ModelErrors

N_LOVED = 12


@dataclass(frozen=True, kw_only=True)
class HomePage(ReleasePage):
    """What this is, and the ways in.

    `viewer_numbers` are the lowest and the highest id of a user, None where ids are texts.
    """

    n_titles: int
    first_day: str | None
    last_day: str | None
    served_model: ModelErrors | None
    start_users: tuple[StartUser, ...]
    viewer_numbers: tuple[int, int] | None
    genres: tuple[str, ...]
    decades: tuple[int, ...]
    loved: tuple[Movie, ...]

    @property
    def browse(self) -> Browse:
        """The whole catalogue, which the links of genres and decades narrow."""
        return Browse()


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
        viewer_numbers=_ends(opened.release.user_ids),
        genres=opened.everyone.genre_names,
        decades=decades(opened),
        loved=best_loved(opened, N_LOVED),
    )


def _ends(user_ids: Ids) -> tuple[int, int] | None:
    return None if is_text(user_ids) else (int(user_ids[0]), int(user_ids[-1]))
