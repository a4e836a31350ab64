"""Sizes of a data set beyond which a model is not worth its time."""

from processing.data.ratings import Ratings


def beyond(ratings: Ratings, most: int) -> str | None:
    """Why a model is left out for more than `most` ratings; None for fewer."""
    return None if ratings.n_ratings <= most else too_many(ratings.n_ratings, most, "ratings")


def too_many(n: int, most: int, what: str) -> str:
    """Why a model is left out for so many of something."""
    return f"{n:,} {what} are more than {most:,}, beyond which it does not earn the time it takes."
