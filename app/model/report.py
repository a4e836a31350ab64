"""The page of how well the models predict, and how that was measured."""

from dataclasses import dataclass

from app.languages import gettext
from app.model.opened import OpenedRelease
from app.model.page import ReleasePage, SiteInfo
from processing.report import (
    LeftOutModel,
    ModelErrors,
    Section,
    Table,
    found_text,
    models_table,
    protocol_text,
    report_sections,
)


@dataclass(frozen=True, kw_only=True)
class ReportPage(ReleasePage):
    """How well the models predict, and how that was measured.

    `figures` are all files of the release; each section names those of them that belong to it.
    `found` says how often people find a movie that they like; None where nobody likes any.
    """

    protocol: str
    protocol_text: str
    seed: int
    commit: str
    n_train: int
    n_stack: int
    n_test: int
    found: str | None
    models: tuple[ModelErrors, ...]
    left_out: tuple[LeftOutModel, ...]
    sections: tuple[Section, ...]
    figures: tuple[str, ...]

    @property
    def errors(self) -> Table:
        """The models as a table."""
        return models_table(self.models)


def report_page(opened: OpenedRelease, site: SiteInfo) -> ReportPage:
    """Return how well the models predict, and how that was measured."""
    report, manifest = opened.report, opened.manifest
    return ReportPage(
        title=gettext("How good are the predictions?"),
        site=site,
        protocol=report.protocol,
        protocol_text=protocol_text(report.protocol),
        seed=report.seed,
        commit=manifest.commit,
        n_train=report.n_train,
        n_stack=report.n_stack,
        n_test=report.n_test,
        found=found_text(report.ranking) if report.ranking else None,
        models=report.by_error,
        left_out=report.left_out,
        sections=report_sections(report, tuple(manifest.figures)),
        figures=tuple(manifest.figures),
    )
