"""The world that the simulator plants: viewers, films, their tastes, and who rates which film.

A rating is 1 + the number of `cuts` below  gain * x[u, i, t] + standard normal noise,  where
x is the latent score of `processing.kernels.simulate.latent_scores`. Cuts and gain are chosen so
that the ratings have the Netflix Prize's shares of one to five stars, and so that `FINDABLE` of
their variance comes from x. The rest is noise, which no model can predict.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from processing.kernels import simulate as kernels

FIRST_DAY = np.datetime64("1999-11-11")
LAST_DAY = np.datetime64("2005-12-31")
N_DAYS = int((LAST_DAY - FIRST_DAY).astype(int)) + 1
STAR_COUNTS = (4_617_990, 10_132_080, 28_811_247, 33_750_958, 23_168_232)  # Netflix Prize, 1 to 5
FINDABLE = 0.5
VARIANCES = {  # of the latent score's parts; their sum is 1
    "users": 0.26,
    "movies": 0.24,
    "tastes": 0.40,
    "drift of users": 0.05,
    "drift of movies": 0.02,
    "drift of all": 0.03,
}
LATENT = (
    "b_u + b_i + p_u . q_i + c(t) + trend_u sign(t - t_u) |t - t_u|^0.4 + swing_i sin(2 pi (t + "
    "phase_i)); t in shares of all days, t_u the middle of the user's membership"
)
N_FACTORS = 12
FACTOR_DECAY = 0.85  # each factor's standard deviation over the one before
GENRE_SHARE = 0.7  # of a movie's taste that its genres explain
ACTIVITY_SIGMA = 1.385  # log-normal; gives a sum of squared user counts of 6.5e10 at full size
POPULARITY_SIGMA = 2.15  # log-normal, bent so that no movie is rated by more than MOST_USERS
MOST_USERS = 0.6
SCALE_SAMPLE = 2_000_000  # ratings that gain and cuts are fitted to
STILL_GROUP = 100  # ratings of that sample that count as of the same score without drift
DENSE = 0.25  # share of all users from which on they are drawn by keys


class World(NamedTuple):
    """Sizes of a simulated set, and the seed of all that is random in it."""

    n_users: int
    n_movies: int
    n_ratings: int
    seed: int


class Title(NamedTuple):
    """What is written about a film."""

    year: int
    title: str
    genres: tuple[str, ...]


class Planted(NamedTuple):
    """Ratings of one movie: `users` (indices) and `days` int32, `scores` float64, latent."""

    movie: int
    users: NDArray[np.int32]
    days: NDArray[np.int32]
    scores: NDArray[np.float64]


def real_films() -> list[Title]:
    """The real films, by year."""
    text = files("processing.simulation").joinpath("films.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return [Title(int(row["year"]), row["title"], tuple(row["genres"].split("|"))) for row in rows]


@dataclass(frozen=True, kw_only=True)
class Truth:
    """Everything that decides the ratings of a simulated set.

    `titles`: one per movie; `counts` (int64): its ratings. `user_ids`: int64, ascending.
    `homes`: int32, a permutation of the users; movie i is one that users
    `homes[home_starts[i]:home_starts[i + 1]]` rate for certain, so that everyone rates something.
    """

    world: World
    titles: list[Title]
    counts: NDArray[np.int64]
    user_ids: NDArray[np.int64]
    homes: NDArray[np.int32]
    home_starts: NDArray[np.int64]
    activity: NDArray[np.float64]
    viewers: kernels.Viewers
    movie_tastes: NDArray[np.float32]
    movie_biases: NDArray[np.float32]
    swings: NDArray[np.float32]
    phases: NDArray[np.float32]
    calendar: NDArray[np.float64]

    @cached_property
    def scale(self) -> tuple[float, NDArray[np.float64]]:
        """Gain and cuts, fitted to a sample of the set's own latent scores."""
        return _fit_scale(self._sample[0])

    @cached_property
    def variance_of_drift(self) -> float:
        """Mean variance of the expected rating between days, user and movie being known.

        In stars squared, from the sample: the variance among ratings whose scores without drift
        are nearly the same.
        """
        (scores, still), (gain, cuts) = self._sample, self.scale
        expected = 1.0 + ndtr(gain * scores[:, None] - cuts).sum(axis=1)
        groups = np.array_split(expected[np.argsort(still)], max(1, len(scores) // STILL_GROUP))
        squares = sum(float(group.var()) * len(group) for group in groups)
        return squares / max(1, len(scores) - len(groups))

    @cached_property
    def _sample(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Latent scores of a sample of the ratings, and the same without drift."""
        every = max(1, self.world.n_ratings // SCALE_SAMPLE)
        viewers = self.viewers._replace(trends=np.zeros_like(self.viewers.trends))
        calendar = np.zeros_like(self.calendar)
        scores, still = [], []
        for movie, users, days, latent in self.planted(every):
            film = self.film(movie)._replace(swing=0.0)
            without = np.empty(len(users))
            kernels.latent_scores(viewers, film, calendar, users, days, without)
            scores.append(latent)
            still.append(without)
        return np.concatenate(scores), np.concatenate(still)

    @cached_property
    def _movie_key(self) -> np.uint64:
        return self.key("movies")

    def film(self, movie: int) -> kernels.Film:
        """One movie, as the kernels take it."""
        year = np.datetime64(str(self.titles[movie].year), "D")
        return kernels.Film(
            taste=self.movie_tastes[movie],
            bias=float(self.movie_biases[movie]),
            swing=float(self.swings[movie]),
            phase=float(self.phases[movie]),
            released=max(0, int((year - FIRST_DAY).astype(int))),
            key=np.uint64(kernels.mix(self._movie_key ^ np.uint64(movie))),
        )

    def key(self, purpose: str) -> np.uint64:
        """A number that seeds the hashes of one purpose."""
        return np.random.SeedSequence([self.world.seed, *purpose.encode()]).generate_state(
            1, np.uint64
        )[0]

    def planted(self, every: int = 1) -> Iterator[Planted]:
        """Ratings of every movie, movie by movie; only each `every`th rating of all."""
        picker = _Picker(self)
        day_key = self.key("days")
        seen = 0
        for movie in range(self.world.n_movies):
            film = self.film(movie)
            users = picker.pick(movie, film)[-seen % every :: every]
            days = np.empty(len(users), np.int32)
            kernels.draw_days(self.viewers, film, users, N_DAYS - 1, day_key, days)
            scores = np.empty(len(users))
            kernels.latent_scores(self.viewers, film, self.calendar, users, days, scores)
            yield Planted(movie, users, days, scores)
            seen += int(self.counts[movie])

    def expected(
        self, movie: int, users: NDArray[np.int32], days: NDArray[np.int32]
    ) -> NDArray[np.float64]:
        """Mean rating that the truth expects of users for a movie: the best possible prediction."""
        scores = np.empty(len(users))
        kernels.latent_scores(self.viewers, self.film(movie), self.calendar, users, days, scores)
        gain, cuts = self.scale
        return 1.0 + ndtr(gain * scores[:, None] - cuts).sum(axis=1)


class _Picker:
    """Draws the users of a movie; holds what is shared between movies."""

    def __init__(self, truth: Truth) -> None:
        n_users = truth.world.n_users
        self._truth = truth
        self._shares = np.empty(n_users)
        self._aliases = np.empty(n_users, np.int32)
        kernels.alias_table(truth.activity, self._shares, self._aliases)
        self._taken = np.full(n_users, -1, np.int32)

    def pick(self, movie: int, film: kernels.Film) -> NDArray[np.int32]:
        """Indices of the users who rate a movie, each once."""
        truth, tastes = self._truth, self._truth.viewers.tastes
        homes = truth.homes[truth.home_starts[movie] : truth.home_starts[movie + 1]]
        self._taken[homes] = movie
        users = np.empty(truth.counts[movie], np.int32)
        users[: len(homes)] = homes
        if len(users) < DENSE * truth.world.n_users:
            kernels.draw_users(
                self._shares, self._aliases, tastes, film, self._taken, movie, len(homes), users
            )
        elif len(users) > len(homes):
            keys = np.empty(truth.world.n_users)
            kernels.draw_keys(truth.activity, tastes, film, self._taken, movie, keys)
            n = len(users) - len(homes)
            users[len(homes) :] = np.argpartition(keys, n - 1)[:n]
        return users


def plant(world: World) -> Truth:
    """Draw the truth of a world; the same world is always the same truth."""
    rng = np.random.default_rng(world.seed)
    titles = _draw_titles(world.n_movies, rng)
    popularity = _draw_popularity(titles, rng)
    counts = exact_counts(popularity, world)
    ranks = _normal_scores(rng.random(world.n_users))
    activity = np.exp(ACTIVITY_SIGMA * ranks)
    slots = np.arange(world.n_users, dtype=np.int64) * world.n_ratings // world.n_users
    movie_biases = _spread(popularity, 0.4, rng) * np.sqrt(VARIANCES["movies"])
    return Truth(
        world=world,
        titles=titles,
        counts=counts,
        user_ids=_draw_user_ids(world.n_users, rng),
        homes=rng.permutation(world.n_users).astype(np.int32),
        home_starts=np.searchsorted(slots, np.concatenate(([0], np.cumsum(counts)))),
        activity=activity,
        viewers=_draw_viewers(world, ranks, activity, rng),
        movie_tastes=_draw_movie_tastes(titles, rng),
        movie_biases=movie_biases.astype(np.float32),
        swings=np.abs(rng.normal(0, np.sqrt(2 * VARIANCES["drift of movies"]), len(titles))).astype(
            np.float32
        ),
        phases=rng.random(len(titles), dtype=np.float32),
        calendar=_calendar(),
    )


def exact_counts(popularity: NDArray[np.float64], world: World) -> NDArray[np.int64]:
    """Ratings of each movie: at least one, at most one by each user, `world.n_ratings` in sum.

    `popularity`: standard normal scores. The counts are log-normal in them, and bend towards
    `MOST_USERS` of the users at the top.
    """
    n_users, total = world.n_users, world.n_ratings
    weights = np.exp(POPULARITY_SIGMA * popularity)
    top = n_users * max(MOST_USERS, 1.5 * total / (n_users * world.n_movies))

    def counts_at(log_level: float) -> NDArray[np.float64]:
        level = np.exp(log_level) * weights
        return np.clip(top * (level / (top + level)), 1, n_users)

    low, high = -50.0, 80.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if counts_at(middle).sum() < total else (low, middle)
    exact = counts_at(high)
    counts = np.floor(exact).astype(np.int64)
    missing = total - int(counts.sum())
    room = np.where(counts < n_users, exact - counts, -1.0)
    counts[np.argsort(-room, kind="stable")[:missing]] += 1
    return counts


def _normal_scores(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values, moved so that they are as normal as so many values can be, in the same order."""
    scores = np.empty(len(values))
    scores[np.argsort(values, kind="stable")] = ndtri((np.arange(len(values)) + 0.5) / len(values))
    return scores


def _spread(
    scores: NDArray[np.float64], correlation: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Standard normal numbers that correlate with given ones."""
    noise = rng.standard_normal(len(scores))
    return correlation * scores + np.sqrt(1 - correlation**2) * noise


def _draw_titles(n_movies: int, rng: np.random.Generator) -> list[Title]:
    """Real films in random order; then placeholders with the year and genres of some real film."""
    films = real_films()
    titles = [films[k] for k in rng.permutation(len(films))[:n_movies]]
    models = rng.integers(len(films), size=max(0, n_movies - len(films)))
    return titles + [
        Title(films[model].year, f"Film {number:05d}", films[model].genres)
        for number, model in enumerate(models, start=len(films) + 1)
    ]


def _draw_popularity(titles: list[Title], rng: np.random.Generator) -> NDArray[np.float64]:
    """Standard normal scores; newer films, and real beside invented ones, have more viewers."""
    years = np.array([title.year for title in titles]) + rng.random(len(titles))
    invented = np.arange(len(titles)) >= len(real_films())
    return _normal_scores(_spread(_normal_scores(years), 0.35, rng) - 2.0 * invented)


def _draw_user_ids(n_users: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Ids with gaps: Netflix's 480,189 users have ids up to 2,649,429."""
    highest = n_users * 2_649_429 // 480_189
    return np.sort(rng.choice(highest, n_users, replace=False, shuffle=False)).astype(np.int64) + 1


def _draw_viewers(
    world: World,
    ranks: NDArray[np.float64],
    activity: NDArray[np.float64],
    rng: np.random.Generator,
) -> kernels.Viewers:
    n = world.n_users
    joined = ((N_DAYS - 1) * rng.random(n) ** 0.45).astype(np.int32)
    spans = ((N_DAYS - 1 - joined) * rng.random(n) ** 0.5).astype(np.int32)
    about = activity / activity.mean() * world.n_ratings / n
    return kernels.Viewers(
        tastes=rng.standard_normal((n, N_FACTORS), dtype=np.float32),
        biases=(_spread(ranks, -0.15, rng) * np.sqrt(VARIANCES["users"])).astype(np.float32),
        # 0.35 is about the mean of |t - t_u|^0.8 over ratings.
        trends=rng.normal(0, np.sqrt(VARIANCES["drift of users"] / 0.35), n).astype(np.float32),
        joined=joined,
        spans=spans,
        sessions=np.clip(about / 8, 1, np.maximum(1, spans // 2)).astype(np.int32),
    )


def _draw_movie_tastes(titles: list[Title], rng: np.random.Generator) -> NDArray[np.float32]:
    """Factors that films of the same genres share, the first genre twice, and own ones."""
    genres = sorted({genre for film in real_films() for genre in film.genres})
    vectors = dict(zip(genres, rng.standard_normal((len(genres), N_FACTORS)), strict=True))
    shared = np.array(
        [vectors[t.genres[0]] + sum(vectors[genre] for genre in t.genres) for t in titles]
    )
    shared *= np.sqrt(N_FACTORS) / np.linalg.norm(shared, axis=1, keepdims=True)
    own = rng.standard_normal(shared.shape)
    decay = FACTOR_DECAY ** np.arange(N_FACTORS)
    decay *= np.sqrt(VARIANCES["tastes"] / (decay**2).sum())
    tastes = (np.sqrt(GENRE_SHARE) * shared + np.sqrt(1 - GENRE_SHARE) * own) * decay
    return tastes.astype(np.float32)


def _calendar() -> NDArray[np.float64]:
    """What moves all ratings: a slow rise, and a step up in early 2004, as Netflix saw one."""
    days = np.arange(N_DAYS)
    step = ndtr((days - int((np.datetime64("2004-02-15") - FIRST_DAY).astype(int))) / 20)
    rise = 0.5 * days / N_DAYS + step
    return np.sqrt(VARIANCES["drift of all"]) * (rise - rise.mean()) / rise.std()


def _fit_scale(scores: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
    """Gain and cuts that give the Netflix Prize's shares of stars and `FINDABLE` signal."""
    weights, edges = np.histogram(scores, bins=1000)
    middles = (edges[1:] + edges[:-1]) / 2
    weights = weights / weights.sum()
    stars = np.arange(1, 6)
    shares = np.array(STAR_COUNTS) / sum(STAR_COUNTS)
    variance = (shares * stars**2).sum() - (shares * stars).sum() ** 2
    low, high = 0.01, 100.0
    for _ in range(60):
        gain = np.sqrt(low * high)
        cuts = _fit_cuts(gain * middles, weights, np.cumsum(shares)[:-1])
        above = ndtr(gain * middles[:, None] - cuts)
        means = 1 + above.sum(axis=1)
        found = weights @ means**2 - (weights @ means) ** 2
        low, high = (gain, high) if found < FINDABLE * variance else (low, gain)
    return float(gain), cuts


def _fit_cuts(
    scores: NDArray[np.float64], weights: NDArray[np.float64], below: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Cuts such that score plus noise lies under them with the probabilities `below`."""
    low = np.full(len(below), scores.min() - 10.0)
    high = np.full(len(below), scores.max() + 10.0)
    for _ in range(60):
        middle = (low + high) / 2
        short = weights @ ndtr(middle - scores[:, None]) < below
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return (low + high) / 2
