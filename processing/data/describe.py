"""A data set in words, for the terminal."""

from datetime import date, timedelta

import numpy as np

from processing.data.dataset import Dataset

EPOCH = date(1970, 1, 1)


def describe(dataset: Dataset) -> str:
    """Counts, scale, dates, and what was found wrong."""
    ratings = dataset.ratings
    n_rated = int(np.count_nonzero(ratings.movie_counts))
    lines = [
        f"{dataset.name}{' (simulated)' if dataset.simulated else ''}",
        f"ratings     {ratings.n_ratings:,}",
        f"users       {ratings.n_users:,}",
        f"movies      {n_rated:,} rated, {ratings.n_movies:,} in all",
        f"scale       {ratings.scale} stars, mean {ratings.mean:.4f}",
        f"dates       {_dates(dataset)}",
        f"duplicates  {dataset.n_duplicates:,} (the latest rating counts)",
        f"bad lines   {dataset.n_bad:,} skipped",
    ]
    if dataset.folds:
        lines.append(f"folds       {', '.join(dataset.folds)}")
    if dataset.probe is not None:
        lines.append(f"probe       {len(dataset.probe):,} ratings")
    lines.append(f"sha256      {dataset.sha256}")
    return "\n".join(lines)


def _dates(dataset: Dataset) -> str:
    if not dataset.ratings.dated:
        return "none"
    days = dataset.ratings.by_user.days
    first, last = (EPOCH + timedelta(days=int(day)) for day in (days.min(), days.max()))
    return f"{first} to {last}"
