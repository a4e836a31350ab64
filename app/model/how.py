"""The page that says how the site works."""

from dataclasses import dataclass

from app.model.evaluation import ModelResult
from app.model.opened import OpenedRelease
from app.model.page import ReleasePage, SiteInfo
from processing.report import protocol_text


@dataclass(frozen=True, kw_only=True)
class HowPage(ReleasePage):
    """How this works: what it is made from, how well it does, and what it cannot know.

    `best_member` is the best of the models that the ensemble combines, `average` what always
    predicting the mean would do; None where the report does not say.
    """

    n_test: int
    protocol_text: str
    served_model: ModelResult | None
    best_member: ModelResult | None
    average: ModelResult | None
    members: tuple[str, ...]
    figures: tuple[str, ...]


def how_page(opened: OpenedRelease, site: SiteInfo) -> HowPage:
    """Return how this works, with the report's figures."""
    found = opened.evaluation
    members = [each for each in found.models if each.model not in ("ensemble", "blend", "mean")]
    return HowPage(
        title="How this works",
        site=site,
        n_test=found.n_test,
        protocol_text=protocol_text(found.protocol),
        served_model=found.served,
        best_member=members[0] if members else None,
        average=next((each for each in found.models if each.model == "mean"), None),
        members=tuple(each.label for each in members),
        figures=opened.manifest.figures,
    )
