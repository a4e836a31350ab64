"""The same tastes in other units."""

import dataclasses

from processing.data.rows import Scale
from tests.builders import STARS

SCALES = (
    Scale(low=0, high=10, step=0.5),
    Scale(low=0, high=20, step=1),
    Scale(low=0, high=100, step=1),
    Scale(low=-10, high=10, step=1),
    Scale(low=1, high=1000, step=0),
    Scale(low=0, high=0.0004, step=0),
)


def told_in(scale, ratings):
    """Ratings from 1 to 5 as the same people would give them on another scale."""
    values = scale.low + (ratings.by_user.values.astype(float) - STARS.low) * scale.unit
    by_user = ratings.by_user._replace(values=values.astype("float32"))
    return dataclasses.replace(ratings, scale=scale, by_user=by_user)
