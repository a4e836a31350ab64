"""The page that says how the site works."""

from dataclasses import dataclass

from app.languages import gettext
from app.model.opened import OpenedRelease
from app.model.page import ReleasePage, SiteInfo
from processing.report import ENSEMBLE, MEAN, ModelErrors, protocol_text


@dataclass(frozen=True, kw_only=True)
class HowPage(ReleasePage):
    """How this works: what it is made from, how well it does, and what it cannot know.

    `best_member` is the best of the models that the ensemble combines, `average` what always
    predicting the mean would do; None where the report does not say.
    """

    n_test: int
    protocol_text: str
    served_model: ModelErrors | None
    best_member: ModelErrors | None
    average: ModelErrors | None
    members: tuple[str, ...]
    has_genres: bool
    figures: tuple[str, ...]


def how_page(opened: OpenedRelease, site: SiteInfo) -> HowPage:
    """Return how this works, with the report's figures."""
    report = opened.report
    return HowPage(
        title=gettext("How this works"),
        site=site,
        n_test=report.n_test,
        protocol_text=protocol_text(report.protocol),
        served_model=report.errors_of(ENSEMBLE),
        best_member=report.best_member,
        average=report.errors_of(MEAN),
        members=tuple(row.label for row in report.members),
        has_genres=bool(opened.everyone.genre_names),
        figures=tuple(opened.manifest.figures),
    )
