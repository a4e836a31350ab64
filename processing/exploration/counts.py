"""How the ratings are spread over stars, users and movies."""

import functools

import numpy as np
from numpy.typing import NDArray

from processing.data.ratings import Csr, Ratings
from processing.data.rows import Catalogue
from processing.exploration.charts import bars, curves, decay, density_by_support
from processing.exploration.findings import Finding, blocks

N_MOST_RATED = 50
SUPPORTS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
PERCENTS = np.arange(101)


def per_star(ratings: Ratings) -> Finding:
    """Ratings of each level of the scale."""
    levels = ratings.scale.levels()
    counts = np.zeros(len(levels), np.int64)
    tolerant = levels + 1e-4  # a rating belongs to the first level that is not below it
    for block, _ in blocks(ratings):
        places = np.searchsorted(tolerant, ratings.by_user.values[block])
        counts += np.bincount(np.minimum(places, len(levels) - 1), minlength=len(levels))
    return Finding(
        name="ratings-per-star",
        columns={
            "stars": [f"{level:g}" for level in levels],
            "ratings": counts.tolist(),
            "share": (counts / counts.sum()).tolist(),
        },
        draw=functools.partial(bars, title="Ratings per star", x_label="Rating, in stars"),
    )


def at_least(what: str, csr: Csr) -> Finding:
    """How many users, or movies, have at least each number of ratings that occurs."""
    counts = np.sort(csr.counts[csr.counts > 0])
    levels, first = np.unique(counts, return_index=True)
    return Finding(
        name=f"ratings-per-{what}",
        columns={
            "ratings": levels.tolist(),
            f"{what}s_with_at_least_so_many": (len(counts) - first).tolist(),
        },
        draw=functools.partial(decay, what=what),
    )


def most_rated(ratings: Ratings, catalogue: Catalogue) -> Finding:
    """The movies with most ratings, with their titles and means."""
    counts = ratings.by_movie.counts
    order = np.argsort(-counts, kind="stable")[:N_MOST_RATED]
    order = order[counts[order] > 0]
    place = {movie_id: k for k, movie_id in enumerate(catalogue.movie_ids.tolist())}
    known = [place.get(movie_id) for movie_id in ratings.movie_ids[order].tolist()]
    starts = ratings.by_movie.indptr
    means = [
        float(ratings.by_movie.values[starts[m] : starts[m + 1]].mean(dtype=np.float64))
        for m in order
    ]
    return Finding(
        name="most-rated-movies",
        columns={
            "movie_id": ratings.movie_ids[order].tolist(),
            "title": ["" if k is None else catalogue.titles[k] for k in known],
            "year": [None if k is None else catalogue.years[k] for k in known],
            "ratings": counts[order].tolist(),
            "mean": means,
        },
    )


def concentration(ratings: Ratings) -> Finding:
    """Share of the ratings that the most popular movies and the most active users hold.

    Of each per cent from 0 to 100, rounded up to whole movies and users; those without any rating
    do not count.
    """
    columns: dict[str, list[int] | list[float]] = {"top_percent": PERCENTS.tolist()}
    for what, counts in _counts(ratings).items():
        counts = np.sort(counts[counts > 0])[::-1]
        n_top = -(-PERCENTS * len(counts) // 100)
        held = np.concatenate(([0], np.cumsum(counts)))[n_top]
        columns[what] = n_top.tolist()
        columns[f"share_of_{what}"] = (held / ratings.n_ratings).tolist()
    return Finding(name="concentration", columns=columns, draw=curves)


def density(ratings: Ratings) -> Finding:
    """How full the matrix is of the users and movies with at least 1, 2, 5, … ratings.

    Both are counted once, in all ratings, so a user who is left may have fewer among those left.
    """
    levels = {what: np.searchsorted(SUPPORTS, n, "right") for what, n in _counts(ratings).items()}
    found = np.zeros(len(SUPPORTS) + 1, np.int64)
    for block, users in blocks(ratings):
        movies = ratings.by_user.indices[block]
        both = np.minimum(levels["users"][users], levels["movies"][movies])
        found += np.bincount(both, minlength=len(found))
    left = [
        [int(np.count_nonzero(levels[what] >= k)) for k in range(1, len(SUPPORTS) + 1)]
        for what in ("users", "movies")
    ]
    within = np.cumsum(found[::-1])[::-1][1:].tolist()
    rows = [row for row in zip(SUPPORTS, *left, within, strict=True) if row[-1]]
    support, n_users, n_movies, n = (list(column) for column in zip(*rows, strict=True))
    filled = [k / (u * m) for k, u, m in zip(n, n_users, n_movies, strict=True)]
    return Finding(
        name="sparsity",
        columns={
            "ratings_at_least": support,
            "users": n_users,
            "movies": n_movies,
            "ratings": n,
            "filled": filled,
            "sparsity": [1.0 - share for share in filled],
        },
        draw=density_by_support,
    )


def _counts(ratings: Ratings) -> dict[str, NDArray[np.int64]]:
    return {"users": ratings.by_user.counts, "movies": ratings.movie_counts}
