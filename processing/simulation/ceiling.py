"""What the best list could reach: an ordering by the planted truth itself, and how it does.

It is measured as lists of models are: on held-out ratings, by NDCG@10 (Järvelin and Kekäläinen,
2002), over the users who liked one of those.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from processing.kernels import simulate as kernels
from processing.simulation.world import Truth

TOP = 10
LIKE = 4  # stars
HELD_OUT = 0.1  # of the ratings
N_USERS, MANY_MOVIES, N_USERS_OF_MANY = 1000, 10_000, 500
N_OTHERS = 2000  # users whom a movie's number of ratings is spread over
N_STEPS = 50
DEFINITION = (
    "Mean NDCG@10 of lists for `n_users`, those of a random sample of up to 1,000 users (500 where "
    "there are more than 10,000 movies) who gave 4 or 5 stars to a movie that was held out: a "
    "random tenth of the sample's ratings was. A list orders all movies but the user's others; "
    "hits are the held-out 4 and 5 stars, the ideal list has min(10, hits) of them first. "
    "`most_popular` orders by the number of ratings in the whole set. `oracle` orders by the "
    "truth: the probability that the user rates the movie and that the rating is held out, "
    "p / 10 / (1 - 9 p / 10), times that of 4 or 5 stars on the middle day of the user's "
    "membership (the movie's first, if that is later). p = 1 - exp(-t_i a_u appeal(u, i)), with "
    "t_i such that p, summed over the users (up to 2,000 of them), gives the movie's ratings. It "
    "does not know which one rating each user was given whatever their interest. No ranker can "
    "know more about who rates what, so this is about the most that can be reached, but by luck "
    "and by knowing the day of a rating."
)


class Reached(NamedTuple):
    """Mean NDCG@10 over `n_users` users; NaN where there are none."""

    n_users: int
    oracle: float
    most_popular: float


class Sample:
    """What a sample of the users rated, collected movie by movie.

    `users`: int32 (n,), ascending. `known`, `liked`: bool (n, n_movies), whether the user rated the
    movie and that is known, or held out and liked.
    """

    def __init__(self, truth: Truth) -> None:
        n_users, n_movies = truth.world.n_users, truth.world.n_movies
        n = min(n_users, N_USERS if n_movies <= MANY_MOVIES else N_USERS_OF_MANY)
        self._rng = np.random.default_rng(int(truth.key("lists")))
        self.users = np.sort(self._rng.choice(n_users, n, replace=False)).astype(np.int32)
        self._rows = np.full(n_users, -1, np.int32)
        self._rows[self.users] = np.arange(n)
        self.known = np.zeros((n, n_movies), bool)
        self.liked = np.zeros((n, n_movies), bool)

    def add(self, movie: int, users: NDArray[np.int32], stars: NDArray[np.uint8]) -> None:
        """Take the ratings of one movie: each held out by chance."""
        rows = self._rows[users]
        asked = rows >= 0
        rows, liked = rows[asked], stars[asked] >= LIKE
        held_out = self._rng.random(len(rows)) < HELD_OUT
        self.known[rows[~held_out], movie] = True
        self.liked[rows[held_out & liked], movie] = True

    def reached(self, truth: Truth) -> Reached:
        """How the lists by the truth do, and those of the most popular movies."""
        asked = self.liked.any(axis=1)
        if not asked.any():
            return Reached(0, np.nan, np.nan)
        known, liked = self.known[asked], self.liked[asked]
        rates, likes = chances(truth, self.users[asked])
        scores = HELD_OUT * rates / (1 - (1 - HELD_OUT) * rates) * likes
        popular = np.broadcast_to(truth.counts.astype(np.float64), scores.shape)
        return Reached(
            int(asked.sum()), mean_ndcg(scores, known, liked), mean_ndcg(popular, known, liked)
        )


def chances(
    truth: Truth, users: NDArray[np.int32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Probabilities that users rate movies, and that they like what they rate.

    Float32 (n, n_movies) each; the first is of a rating by interest.
    """
    n_users, n_movies = truth.world.n_users, truth.world.n_movies
    rng = np.random.default_rng(int(truth.key("others")))
    n_others = min(n_users, N_OTHERS)
    others = np.sort(rng.choice(n_users, n_others, replace=False)).astype(np.int32)
    by_interest = (truth.counts - np.diff(truth.home_starts)) * n_others / n_users
    middle = truth.viewers.joined[users] + truth.viewers.spans[users] // 2
    gain, cuts = truth.scale
    rates = np.empty((len(users), n_movies), np.float32)
    likes = np.empty_like(rates)
    of_others, weights, scores = np.empty(n_others), np.empty(len(users)), np.empty(len(users))
    for movie in range(n_movies):
        film = truth.film(movie)
        interests = truth.viewers.interests
        kernels.weigh_users(truth.activity, interests, film, others, of_others)
        kernels.weigh_users(truth.activity, interests, film, users, weights)
        rates[:, movie] = -np.expm1(-find_level(of_others, by_interest[movie]) * weights)
        days = np.maximum(middle, film.released).astype(np.int32)
        kernels.latent_scores(truth.viewers, film, truth.calendar, users, days, scores)
        likes[:, movie] = ndtr(gain * scores - cuts[LIKE - 2])
    return rates, likes


def find_level(weights: NDArray[np.float64], n: float) -> float:
    """The t at which the sum of 1 - exp(-t weights) is n: so many of them have been drawn by then.

    Newton's steps from below, which never go too far as the sum is concave; infinite where all are
    drawn.
    """
    if n >= len(weights):
        return np.inf
    level = n / float(weights.sum())
    for _ in range(N_STEPS):
        left = np.exp(-level * weights)
        missing = n - (len(weights) - float(left.sum()))
        if missing <= 1e-6 * n:
            break
        level += missing / float(weights @ left)
    return level


def mean_ndcg(
    scores: NDArray[np.floating], known: NDArray[np.bool_], liked: NDArray[np.bool_]
) -> float:
    """Mean NDCG@10 of the lists that order what is not known by scores, ties by movie.

    All (n_users, n_movies); every user likes something.
    """
    costs = np.where(known, np.inf, -scores)
    top = np.argsort(costs, axis=1, kind="stable")[:, :TOP]
    hits = np.take_along_axis(liked, top, axis=1)
    discounts = 1 / np.log2(np.arange(TOP) + 2)
    ideal = np.cumsum(discounts)[np.minimum(liked.sum(axis=1), TOP) - 1]
    return float((hits @ discounts[: hits.shape[1]] / ideal).mean())
