"""The command `explore`: figures and tables about a data set, before any model sees it."""

import json
import logging
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from processing.data.dataset import Dataset
from processing.data.ratings import Ratings
from processing.exploration.cold_start import cold_start
from processing.exploration.counts import (
    at_least,
    concentration,
    density,
    most_rated,
    per_star,
)
from processing.exploration.findings import Finding
from processing.exploration.over_time import over_time

logger = logging.getLogger(__name__)

QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)


def explore(dataset: Dataset, directory: Path) -> list[Path]:
    """Write figures (SVG), their numbers (CSV) and summary.json into `directory`.

    The same ratings give the same bytes. Without dates what is over time is left out, and so are
    the cold starts of the splits by time; those are also where there are too few ratings to split.
    """
    directory.mkdir(parents=True, exist_ok=True)
    ratings, name = dataset.ratings, dataset.name
    if not ratings.dated:
        logger.warning("%s has no dates: the figures over time are left out.", name)
    written = [path for finding in find(dataset) for path in finding.write(directory)]
    summary = directory / "summary.json"
    text = json.dumps(_summarise(ratings, name), indent=2, ensure_ascii=False)
    summary.write_text(text + "\n", encoding="utf-8")
    logger.info("Wrote %d figures and tables about %s into %s.", len(written), name, directory)
    return [*written, summary]


def find(dataset: Dataset) -> list[Finding]:
    """All that `explore` writes but for the summary; each finding is also a DataFrame."""
    ratings = dataset.ratings
    found = [
        per_star(ratings),
        at_least("user", ratings.by_user),
        at_least("movie", ratings.by_movie),
        most_rated(ratings, dataset.catalogue),
        concentration(ratings),
        density(ratings),
    ]
    return found + over_time(ratings) + cold_start(dataset) if ratings.dated else found


def _summarise(ratings: Ratings, name: str) -> dict[str, object]:
    per_user, per_movie = ratings.by_user.counts, ratings.by_movie.counts
    values, days = ratings.by_user.values, ratings.by_user.days
    cells = int(np.count_nonzero(per_user)) * int(np.count_nonzero(per_movie))
    dates = [str(np.datetime64(int(day), "D")) for day in (days.min(), days.max())]
    return {
        "name": name,
        "n_ratings": ratings.n_ratings,
        "n_users": int(np.count_nonzero(per_user)),
        "n_movies": int(np.count_nonzero(per_movie)),
        "n_movies_without_rating": int(np.count_nonzero(per_movie == 0)),
        "sparsity": 1.0 - ratings.n_ratings / cells,
        "scale": str(ratings.scale),
        "mean": ratings.mean,
        "standard_deviation": float(np.std(values, dtype=np.float64)),
        "ratings_per_user": _quantiles(per_user),
        "ratings_per_movie": _quantiles(per_movie),
        "first_day": dates[0] if ratings.dated else None,
        "last_day": dates[1] if ratings.dated else None,
    }


def _quantiles(counts: NDArray[np.int64]) -> dict[str, float]:
    """Mean and quantiles of the counts that are not 0."""
    counts = counts[counts > 0]
    quantiles = {f"{q:.0%}": float(np.quantile(counts, q)) for q in QUANTILES}
    return {"mean": float(counts.mean()), **quantiles}
