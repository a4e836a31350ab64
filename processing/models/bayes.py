"""Bayesian factorisation: a factorisation machine over user, movie, day and who rated what.

Model:   score[u, i, t] = b_u + b_i + b_t + U_u·M_i + D_t·(U_u + M_i), averaged over samples, with
         U_u = p_u + |I_u|^(-1/2) Σ_{j in I_u} y_j,  M_i = q_i + |I_i|^(-1/2) Σ_{v in I_i} z_v,
         and biases likewise. With `ordinal` the score is a latent one: a rating is of level k
         where score + normal noise lies between cuts k and k + 1, and the mean rating is predicted.
Unknown: a user, movie or day that was not in the ratings has the mean of its kind, as the prior
         has it; a user and a movie that both were not, the mean rating. Nothing is taken from
         which ratings are to be predicted.
Source:  Rendle, Zhang and Koren (2019), "On the difficulty of evaluating baselines", section 3
         ("timeSVD++ flipped"); Salakhutdinov and Mnih (2008), "Bayesian probabilistic matrix
         factorization using Markov chain Monte Carlo"; Rendle (2012), "Factorization machines with
         libFM", section 4.3; ordered probit: Albert and Chib (1993), with the cuts drawn given the
         scores alone, as Cowles (1996) does.
"""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from processing.data.limits import beyond
from processing.data.ratings import Ratings
from processing.errors import ModelError
from processing.kernels import gibbs
from processing.kernels.csr import counting_order
from processing.kernels.gibbs_scores import add_scores
from processing.models.base import Engine, Model
from processing.models.cuts import move_cuts, start_cuts
from processing.models.sampling import Course, Samples, Schedule
from processing.tools.progress import progress
from processing.tools.validation import check_positive

N_CHAINS = 2
START_DEVIATION = 0.1
CUT_SWEEPS = 2  # sweeps between two moves of the cuts


@dataclass(frozen=True, kw_only=True)
class BayesSettings:
    """Settings of the Bayesian factorisation.

    Attributes
    ----------
    n_factors
        Factors of each user, movie and day, 1 or more.
    n_samples
        Samples that are kept, of both chains together, 1 or more; fewer where `most_visits` says.
    n_burn_in
        Sweeps of each chain before the first sample is taken, 1 or more; likewise.
    thin
        Every how many sweeps a sample is taken, 1 or more.
    most_visits
        Ratings times sweeps of a chain up to which all sweeps are made, 1 or more. With more
        ratings there are fewer sweeps, of burn-in and of sampling in the same proportion: each
        tells more of what a user or movie is like, and their time is what a fit takes.
    most_ratings
        Ratings up to which a run has the model, 1 or more; with more it is left out.
    ordinal
        Whether ratings are levels of a latent score rather than numbers.
    max_levels
        Different ratings up to which they may be levels; of more they are numbers. 1 or more.
    implicit
        Whether which movies a user rated says something too, whatever the ratings.
    dated
        Whether the day of a rating says something too; undated ratings have none.
    """

    n_factors: int = 32
    n_samples: int = 128
    n_burn_in: int = 40
    thin: int = 2
    most_visits: int = 8_000_000_000
    most_ratings: int = 2**31
    ordinal: bool = True
    max_levels: int = 20
    implicit: bool = True
    dated: bool = True

    def __post_init__(self) -> None:
        check_positive(n_factors=self.n_factors, n_samples=self.n_samples, thin=self.thin)
        check_positive(n_burn_in=self.n_burn_in, max_levels=self.max_levels)
        check_positive(most_visits=self.most_visits, most_ratings=self.most_ratings)

    def schedule(self, n_ratings: int) -> Schedule:
        """The sweeps of a fit of so many ratings."""
        full = Schedule(self.n_burn_in, self.thin, -(-self.n_samples // N_CHAINS))
        return full.shorter(min(1.0, self.most_visits / (full.n_sweeps * n_ratings)))


class BayesArrays(NamedTuple):
    """Samples from the posterior, the biases in column 0.

    float32: `user` (n_samples, n_users, n_factors + 1), `movie` and `day` likewise; the last row of
    `day` is that of an unknown day, the others those of `days` (int32, ascending). `cuts`: float64
    (n_samples, n_levels - 1), `steps` (n_levels - 1,) what a rating gains at each, and `lowest`
    the rating below all; for ratings that are numbers no cuts, and `lowest` the mean.
    `seen_users`, `seen_movies`: who was in the ratings.
    """

    mean: NDArray[np.float64]
    seen_users: NDArray[np.bool_]
    seen_movies: NDArray[np.bool_]

    user: NDArray[np.float32]
    movie: NDArray[np.float32]
    day: NDArray[np.float32]
    days: NDArray[np.int32]
    cuts: NDArray[np.float64]
    steps: NDArray[np.float64]
    lowest: NDArray[np.float64]


class Bayes(Model[BayesSettings, BayesArrays]):
    """Samples of factors, from `N_CHAINS` chains of Gibbs sampling side by side."""

    of_time = True
    kind: ClassVar[str] = "bayes"
    Settings: ClassVar[type[BayesSettings]] = BayesSettings
    Arrays: ClassVar[type[BayesArrays]] = BayesArrays

    @classmethod
    def memory_need(
        cls, settings: BayesSettings, ratings: Ratings, engine: Engine
    ) -> tuple[int, str]:
        n_rows = ratings.n_users + ratings.n_movies
        n_samples = N_CHAINS * settings.schedule(ratings.n_ratings).n_taken
        held = 4 * n_samples * n_rows * (settings.n_factors + 1)
        chains = N_CHAINS * (24 * n_rows * (settings.n_factors + 1) + 8 * ratings.n_ratings)
        words = (
            f"{n_samples} samples of {settings.n_factors + 1} numbers for each of "
            f"{n_rows:,} users and movies at {held / 1e9:,.3g} GB, and {ratings.n_ratings:,} "
            f"ratings in {N_CHAINS} chains"
        )
        return held + chains + 28 * ratings.n_ratings, words

    @classmethod
    def too_large(cls, settings: BayesSettings, ratings: Ratings) -> str | None:
        return beyond(ratings, settings.most_ratings)

    def contribution_group(self) -> str:
        return "taste"

    def _fit(self, ratings: Ratings, random_state: int) -> None:
        if self.engine != "fast":
            raise ModelError(
                f"bayes has no engine {self.engine!r}: Surprise has no such model. "
                "Use the engine 'fast'."
            )
        settings, rng = self.settings, np.random.default_rng(random_state)
        observed, days = _observed(ratings, settings)
        seen = ratings.by_user.counts > 0, ratings.by_movie.counts > 0
        values = ratings.by_user.values
        levels = np.unique(values)
        ordinal = settings.ordinal and 2 <= len(levels) <= settings.max_levels
        latent, targets = _targets(values, levels, ordinal)
        chain = _begin(ratings, settings.n_factors, len(days), targets, rng)
        n_samples = N_CHAINS * settings.schedule(ratings.n_ratings).n_taken
        samples = Samples.room(n_samples, chain, latent)
        self._sample(ratings, observed, Course(chain, latent, rng, samples, seen))
        self.arrays_ = BayesArrays(
            mean=np.asarray(ratings.mean),
            seen_users=seen[0],
            seen_movies=seen[1],
            days=days,
            **samples._asdict(),
            steps=np.diff(levels).astype(np.float64) if ordinal else np.empty(0),
            lowest=np.asarray(float(levels[0]) if ordinal else ratings.mean),
        )

    def _sample(self, ratings: Ratings, observed: gibbs.Observed, course: Course) -> None:
        """Do the sweeps, or those that are left, and take the samples."""
        chain, latent, rng = course.chain, course.latent, course.rng
        schedule, checkpoint = self.settings.schedule(ratings.n_ratings), self.checkpoint
        kept = checkpoint.read() if checkpoint else None
        begun = course.take_back(kept) if kept else 0
        del kept
        sides = ratings.by_user, ratings.by_movie
        for k in progress(range(begun, schedule.n_sweeps), "Bayes", "sweep"):
            if len(latent.levels) and k % CUT_SWEEPS == 0:
                move_cuts(chain.errors, latent, rng)
            gibbs.sweep(rng.integers(2**32, size=N_CHAINS), *sides, observed, chain, latent)
            n_taken = schedule.taken_by(k + 1)
            if n_taken > schedule.taken_by(k):
                course.take(N_CHAINS * (n_taken - 1))
            last = k + 1 == schedule.n_sweeps
            if checkpoint and (checkpoint.due or (last and checkpoint.exists)):
                checkpoint.write(course.state(k + 1, N_CHAINS * n_taken))

    def _scores(
        self,
        users: NDArray[np.int32],
        movies: NDArray[np.int32],
        days: NDArray[np.int32] | None,
    ) -> NDArray[np.float64]:
        a = self.arrays_
        places = np.full(len(users), len(a.days), np.int32)
        if days is not None and len(a.days):
            found = np.minimum(np.searchsorted(a.days, days), len(a.days) - 1)
            places = np.where(a.days[found] == days, found, len(a.days)).astype(np.int32)
        _, order = counting_order(users, a.user.shape[1])
        sums = np.zeros(len(users))
        add_scores(a, users[order], movies[order], places[order], sums)
        scores = np.empty(len(users))
        scores[order] = float(a.lowest) + sums / len(a.user)
        return np.where(a.seen_users[users] | a.seen_movies[movies], scores, a.mean)


def _observed(
    ratings: Ratings, settings: BayesSettings
) -> tuple[gibbs.Observed, NDArray[np.int32]]:
    """The ratings for the kernels, and the days of the places; none where undated."""
    by_user, by_movie = ratings.by_user, ratings.by_movie
    days, places = np.empty(0, np.int32), np.zeros(ratings.n_ratings, np.int32)
    if settings.dated and ratings.dated:
        days = np.unique(by_user.days)
        places = np.searchsorted(days, by_user.days).astype(np.int32)
    roots = [
        np.where(counts > 0, np.maximum(counts, 1) ** -0.5, 0.0) * settings.implicit
        for counts in (by_user.counts, by_movie.counts)
    ]
    observed = gibbs.Observed(
        day_places=places,
        dated=len(days) > 0,
        user_roots=roots[0],
        movie_roots=roots[1],
    )
    return observed, days


def _targets(
    values: NDArray[np.float32], levels: NDArray[np.float32], ordinal: bool
) -> tuple[gibbs.Latent, NDArray[np.float32]]:
    """The latent state at the start, and the targets of the scores: float32 (n_ratings,)."""
    if not ordinal:
        empty = np.empty((N_CHAINS, 0))
        mean = np.mean(values, dtype=np.float64)
        latent = gibbs.Latent(np.empty(0, np.int8), empty, empty.astype(np.float32))
        return latent, (values - mean).astype(np.float32)
    places = np.searchsorted(levels, values).astype(np.int8)
    cuts = np.tile(start_cuts(places, len(levels)), (N_CHAINS, 1))
    targets = np.zeros((N_CHAINS, len(values)), np.float32)
    return gibbs.Latent(places, cuts, targets), targets[0]


def _begin(
    ratings: Ratings,
    n_factors: int,
    n_days: int,
    targets: NDArray[np.float32],
    rng: np.random.Generator,
) -> gibbs.Chain:
    """Chains with random factors and biases of 0; what the scores leave is all of the targets."""
    n_columns = n_factors + 1
    users, movies = ratings.n_users, ratings.n_movies

    def drawn(n: int) -> NDArray[np.float64]:
        values = rng.normal(0.0, START_DEVIATION, (N_CHAINS, n_columns, n))
        values[:, 0] = 0
        return values

    def zeros(n: int) -> NDArray[np.float64]:
        return np.zeros((N_CHAINS, n_columns, n))

    p, q = drawn(users), drawn(movies)
    errors = np.tile(targets, (N_CHAINS, 1))
    by_user = ratings.by_user
    rows = by_user.rows()
    for c in range(N_CHAINS):
        for f in range(1, n_columns):
            errors[c] -= (p[c, f][rows] * q[c, f][by_user.indices]).astype(np.float32)
    return gibbs.Chain(
        p=p,
        y=zeros(movies),
        q=q,
        z=zeros(users),
        day=zeros(max(1, n_days)),
        user=p.copy(),
        movie=q.copy(),
        means=np.zeros((N_CHAINS, gibbs.N_BLOCKS, n_columns)),
        precisions=np.full((N_CHAINS, gibbs.N_BLOCKS, n_columns), START_DEVIATION**-2.0),
        noise=np.ones(N_CHAINS),
        errors=errors,
    )
