"""What serving takes over from an evaluation; the report does not carry it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Decisions:
    """What an evaluation decided about what is served.

    Attributes
    ----------
    ensemble
        Folder of the ensemble that is served, that of the last split.
    user_errors
        File with the ensemble's errors on each user's held-out ratings.
    order_z
        How many standard errors a score loses in the order of the users' lists.
    visitors_order_z
        The same for the lists of visitors.
    """

    ensemble: Path
    user_errors: Path
    order_z: float
    visitors_order_z: float
