"""What serving takes over from an evaluation; the report does not carry it."""

from dataclasses import dataclass
from pathlib import Path

from processing.release.affinity import AffinityAbout
from processing.runs.grams import KnownGrams


@dataclass(frozen=True, kw_only=True)
class Decisions:
    """What an evaluation decided about what is served.

    Attributes
    ----------
    ensemble, ranker
        Folders of the ensemble and the ranker that are served, those of the last split. There is no
        ranker where nobody liked anything that it could have learned from.
    user_errors
        File with the ensemble's errors on each user's held-out ratings.
    known_weight
        What log(1 + votes) counts for where a list is turned to well or less known movies.
    grams
        The Gram matrix of the known ratings of the last split.
    affinity
        How the few ratings of a visitor weigh.
    """

    ensemble: Path
    ranker: Path | None
    user_errors: Path
    known_weight: float
    grams: KnownGrams
    affinity: AffinityAbout
