"""The page of how well the models predict, and how that was measured."""

from dataclasses import dataclass, replace

from app.model.evaluation import LeftOutModel, ModelResult
from app.model.opened import OpenedRelease
from app.model.page import ReleasePage, SiteInfo
from processing.report import Section, protocol_text


@dataclass(frozen=True, kw_only=True)
class ReportPage(ReleasePage):
    """How well the models predict, and how that was measured.

    `figures` are all files of the release; each section names those of them that belong to it.
    """

    protocol: str
    protocol_text: str
    seed: int
    commit: str
    n_train: int
    n_stack: int
    n_test: int
    models: tuple[ModelResult, ...]
    left_out: tuple[LeftOutModel, ...]
    sections: tuple[Section, ...]
    figures: tuple[str, ...]


def report_page(opened: OpenedRelease, site: SiteInfo) -> ReportPage:
    """Return how well the models predict, and how that was measured."""
    found, manifest = opened.evaluation, opened.manifest
    return ReportPage(
        title="How good are the predictions?",
        site=site,
        protocol=found.protocol,
        protocol_text=protocol_text(found.protocol),
        seed=found.seed,
        commit=manifest.commit,
        n_train=found.n_train,
        n_stack=found.n_stack,
        n_test=found.n_test,
        models=found.models,
        left_out=found.left_out,
        sections=tuple(
            replace(
                section,
                figures=tuple(name for name in section.figures if name in manifest.figures),
            )
            for section in found.sections
        ),
        figures=manifest.figures,
    )
