"""The ranking models that a profile can name."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from processing.ranking.base import AnyRankingModel
from processing.ranking.ease import Ease
from processing.ranking.ials import ImplicitALS
from processing.ranking.popularity import Popularity, PopularitySettings

RANKINGS: dict[str, type[AnyRankingModel]] = {
    model.kind: model for model in (Ease, ImplicitALS, Popularity)
}


@dataclass(frozen=True, kw_only=True)
class RankingSpec:
    """A ranking model of a profile.

    Attributes
    ----------
    name, kind, label
        What the profile calls it, which model it is (a key of `RANKINGS`), and what people call it.
    settings
        An object of the kind's `Settings`.
    """

    name: str
    kind: str
    label: str
    settings: Any

    def blank(self) -> AnyRankingModel:
        """The model, not fitted yet."""
        return RANKINGS[self.kind](self.settings)


BASELINES = (  # what every list is compared with, and may take movies from
    RankingSpec(
        name="popular", kind="popularity", label="Most popular", settings=PopularitySettings()
    ),
    RankingSpec(
        name="popular_lately",
        kind="popularity",
        label="Popular lately",
        settings=PopularitySettings(days=365),
    ),
)


def load_ranking(kind: str, directory: Path) -> AnyRankingModel:
    """Read a fitted ranking model of a kind from the folder that `save` wrote."""
    return RANKINGS[kind].load(directory)
