"""Drawing the truth of a simulated set: tastes, biases, drift, activity and popularity."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from processing.kernels.simulate import BEND, Viewers, Wave
from processing.simulation.films import FilmTitle, draw_titles, real_films
from processing.simulation.world import FIRST_DAY, N_DAYS, Truth, World, release_day

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
WATCHED = (
    "the number of ratings of each movie is planted; its users are drawn, none twice, with "
    "probabilities in proportion to a_u / (1 + exp(half - s_ui)): a_u is log-normal activity over "
    "the mean appeal of the movies to the user, s_ui = v_u . w_i + c (1 - l_i) cos(d_ui). v_u is "
    "normal: the first tastes of the stars, and interests of its own in genres and in the years of "
    "films. d_ui is how far the middle of the user's membership is from the movie's peak, in "
    "users' middles between the two, all of them being 180 degrees. One rating of each user is "
    "drawn whatever the interest"
)
DAYS = (
    "one of the user's sessions after the release, drawn with probabilities in proportion to "
    "(about: at most 8 are tried) l_i + (1 - l_i) 2^(-(t - peak_i) / half-life_i); before the peak "
    "it rises four times as fast. Peaks lie within a year of the release, those of films from "
    "before the first day on any day"
)
INTERESTS = {  # shares of the variance of a viewer's interest in the films
    "tastes of the stars": 0.5,
    "genres": 0.3,
    "years": 0.2,
}
INTEREST = 3.0  # standard deviation of a viewer's interest in the films
PRESENCE = 1.2  # added to it where the viewer is a member at the film's peak; subtracted far away
N_FACTORS = 12
N_SHARED_FACTORS = 6  # of those, the first and largest: they decide what is watched, too
N_GENRE_FACTORS = 4  # of the interest in genres
N_YEAR_FACTORS = 2  # of the interest in years
FACTOR_DECAY = 0.85  # each factor's standard deviation over the one before
GENRE_SHARE = 0.7  # of a movie's taste that its genres explain
ACTIVITY_SIGMA = 1.53  # log-normal; gives a sum of squared user counts of 6.5e10 at full size
N_APPEALS = 256  # films whose appeal a user's activity is set to
USER_BLOCK = 4096
HALF_LIFE = 150.0  # days; log-normal over the films
HALF_LIFE_SIGMA = 0.8
LEAST_LASTING = 0.02  # share of its peak at which a film is watched for ever
JOINING = 0.45  # exponent of a uniform number: most users join late
POPULARITY_SIGMA = 2.15  # log-normal, bent so that no movie is rated by more than MOST_USERS
MOST_USERS = 0.6


def plant(world: World) -> Truth:
    """Draw the truth of a world; the same world is always the same truth."""
    rng = np.random.default_rng(world.seed)
    titles = draw_titles(world.n_movies, rng)
    popularity = _draw_popularity(titles, rng)
    counts = exact_counts(popularity, world)
    ranks = _normal_scores(rng.random(world.n_users))
    activity = np.exp(ACTIVITY_SIGMA * ranks)
    slots = np.arange(world.n_users, dtype=np.int64) * world.n_ratings // world.n_users
    movie_biases = _spread(popularity, 0.4, rng) * np.sqrt(VARIANCES["movies"])
    viewers = _draw_viewers(world, ranks, activity, rng)
    movie_tastes = _draw_movie_tastes(titles, rng)
    waves = _draw_waves(titles, rng)
    movie_interests = np.hstack(
        (_draw_movie_interests(titles, movie_tastes, rng), _ask_for_presence(waves, viewers))
    )
    activity /= mean_appeals(viewers.interests, movie_interests, counts)
    return Truth(
        world=world,
        titles=titles,
        counts=counts,
        user_ids=_draw_user_ids(world.n_users, rng),
        homes=rng.permutation(world.n_users).astype(np.int32),
        home_starts=np.searchsorted(slots, np.concatenate(([0], np.cumsum(counts)))),
        activity=activity,
        viewers=viewers,
        movie_tastes=movie_tastes,
        movie_interests=movie_interests,
        waves=waves,
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
        return np.asarray(np.clip(top * (level / (top + level)), 1, n_users))

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
    """Values, moved to the quantiles of the normal distribution, in the same order."""
    scores = np.empty(len(values))
    scores[np.argsort(values, kind="stable")] = ndtri((np.arange(len(values)) + 0.5) / len(values))
    return scores


def _spread(
    scores: NDArray[np.float64], correlation: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Standard normal numbers that correlate with given ones."""
    noise = rng.standard_normal(len(scores))
    return np.asarray(correlation * scores + np.sqrt(1 - correlation**2) * noise)


def _draw_popularity(titles: list[FilmTitle], rng: np.random.Generator) -> NDArray[np.float64]:
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
) -> Viewers:
    n = world.n_users
    joined = ((N_DAYS - 1) * rng.random(n) ** JOINING).astype(np.int32)
    spans = ((N_DAYS - 1 - joined) * rng.random(n) ** 0.5).astype(np.int32)
    about = activity / activity.mean() * world.n_ratings / n
    middles = joined + spans / 2
    tastes = rng.standard_normal((n, N_FACTORS), dtype=np.float32)
    own = rng.standard_normal((n, N_GENRE_FACTORS + N_YEAR_FACTORS), dtype=np.float32)
    return Viewers(
        tastes=tastes,
        interests=np.hstack((tastes[:, :N_SHARED_FACTORS], own, _directions(middles, middles))),
        biases=(_spread(ranks, -0.15, rng) * np.sqrt(VARIANCES["users"])).astype(np.float32),
        # 0.35 is about the mean of |t - t_u|^0.8 over ratings.
        trends=rng.normal(0, np.sqrt(VARIANCES["drift of users"] / 0.35), n).astype(np.float32),
        joined=joined,
        spans=spans,
        sessions=np.clip(about / 8, 1, np.maximum(1, spans // 2)).astype(np.int32),
    )


def _draw_movie_tastes(titles: list[FilmTitle], rng: np.random.Generator) -> NDArray[np.float32]:
    """Factors that films of the same genres share, and own ones."""
    shared = _draw_by_genre(titles, N_FACTORS, rng) * np.sqrt(N_FACTORS)
    own = rng.standard_normal(shared.shape)
    decay = FACTOR_DECAY ** np.arange(N_FACTORS)
    decay *= np.sqrt(VARIANCES["tastes"] / (decay**2).sum())
    tastes = (np.sqrt(GENRE_SHARE) * shared + np.sqrt(1 - GENRE_SHARE) * own) * decay
    return np.asarray(tastes, np.float32)


def _draw_movie_interests(
    titles: list[FilmTitle], movie_tastes: NDArray[np.float32], rng: np.random.Generator
) -> NDArray[np.float32]:
    """What a film asks of viewers' tastes for being watched: stars', its genres', its years'."""
    years = np.array([title.year for title in titles]) + rng.random(len(titles))
    angles = np.pi * ndtr(_normal_scores(years))
    shared = movie_tastes[:, :N_SHARED_FACTORS]
    parts = (
        shared / np.sqrt((shared**2).sum(axis=1).mean()),
        _draw_by_genre(titles, N_GENRE_FACTORS, rng),
        np.column_stack((np.cos(angles), np.sin(angles))),
    )
    weights = INTEREST * np.sqrt(list(INTERESTS.values()))
    weighted = [weight * part for weight, part in zip(weights, parts, strict=True)]
    return np.concatenate(weighted, axis=1).astype(np.float32)


def _ask_for_presence(waves: list[Wave], viewers: Viewers) -> NDArray[np.float32]:
    """What a film asks of when its viewers are members, float32 (n_movies, 2)."""
    peaks = np.array([wave.peak for wave in waves], float)
    passing = np.array([1 - wave.lasting for wave in waves])
    middles = viewers.joined + viewers.spans / 2
    return np.asarray(PRESENCE * passing[:, None] * _directions(peaks, middles), np.float32)


def _directions(days: NDArray[np.float64], middles: NDArray[np.float64]) -> NDArray[np.float32]:
    """Points on a half circle, float32 (n, 2): along it, users' `middles` are spread evenly."""
    angles = np.pi * np.searchsorted(np.sort(middles), days) / len(middles)
    return np.column_stack((np.cos(angles), np.sin(angles))).astype(np.float32)


def _draw_by_genre(
    titles: list[FilmTitle], n_factors: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Vectors of length 1: the sum of those of a film's genres, the first genre twice."""
    genres = sorted({genre for film in real_films() for genre in film.genres})
    vectors = dict(zip(genres, rng.standard_normal((len(genres), n_factors)), strict=True))
    sums = np.array(
        [vectors[t.genres[0]] + sum(vectors[genre] for genre in t.genres) for t in titles]
    )
    return np.asarray(sums / np.linalg.norm(sums, axis=1, keepdims=True))


def mean_appeals(
    interests: NDArray[np.float32],
    movie_interests: NDArray[np.float32],
    counts: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Mean appeal of the films to each user, float64 (n_users,), films weighted by `counts`.

    Of many films, only `N_APPEALS` are taken, spread evenly over the ratings.
    """
    ends = np.cumsum(counts)
    n = min(N_APPEALS, len(counts))
    sample = np.searchsorted(ends, (np.arange(n) + 0.5) / n * ends[-1], side="right")
    found = np.empty(len(interests))
    for start in range(0, len(interests), USER_BLOCK):
        block = slice(start, start + USER_BLOCK)
        matches = interests[block] @ movie_interests[sample].T
        found[block] = (1 / (1 + np.exp(BEND - matches))).mean(axis=1)
    return found


def _draw_waves(titles: list[FilmTitle], rng: np.random.Generator) -> list[Wave]:
    """Waves of watching: new films within a year of their release, old ones found again one day."""
    n = len(titles)
    released = np.array([release_day(title.year) for title in titles])
    peaks = np.where(
        released > 0, released + 365 * rng.random(n), (N_DAYS - 1) * rng.random(n) ** JOINING
    )
    peaks = np.minimum(peaks, N_DAYS - 1).astype(int)
    half_lives = HALF_LIFE * np.exp(HALF_LIFE_SIGMA * rng.standard_normal(n))
    lasting = np.maximum(LEAST_LASTING, rng.beta(0.5, 4.0, n))
    return [
        Wave(*numbers)
        for numbers in zip(peaks.tolist(), half_lives.tolist(), lasting.tolist(), strict=True)
    ]


def _calendar() -> NDArray[np.float64]:
    """What moves all ratings: a slow rise, and a step up in early 2004, as Netflix saw one."""
    days = np.arange(N_DAYS)
    step = ndtr((days - int((np.datetime64("2004-02-15") - FIRST_DAY).astype(int))) / 20)
    rise = 0.5 * days / N_DAYS + step
    return np.asarray(np.sqrt(VARIANCES["drift of all"]) * (rise - rise.mean()) / rise.std())
