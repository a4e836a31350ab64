"""The simulator's loops against plain Python and numpy."""

import math
from datetime import date, timedelta

import numpy as np
import pytest

from processing.kernels import simulate as kernels
from processing.kernels.hashing import mix, uniform

N_USERS, N_FACTORS = 40, 3
RNG = np.random.default_rng(5)
TASTES = RNG.standard_normal((N_USERS, N_FACTORS), dtype=np.float32)
WEIGHTS = np.exp(RNG.standard_normal(N_USERS))


def film(key: int = 1, released: int = 0) -> kernels.Film:
    return kernels.Film(
        taste=np.array([0.5, -0.3, 0.2], np.float32),
        bias=0.2,
        swing=0.1,
        phase=0.25,
        released=released,
        key=np.uint64(key),
    )


def viewers(joined: int, span: int, sessions: int) -> kernels.Viewers:
    def fill(value: int) -> np.ndarray:
        return np.full(N_USERS, value, np.int32)

    return kernels.Viewers(
        tastes=TASTES,
        biases=np.linspace(-1, 1, N_USERS, dtype=np.float32),
        trends=np.linspace(0.5, -0.5, N_USERS, dtype=np.float32),
        joined=fill(joined),
        spans=fill(span),
        sessions=fill(sessions),
    )


def test_uniform_when_drawn_many_times_is_uniform():
    numbers = np.array([uniform(np.uint64(7), k) for k in range(20_000)])
    assert numbers.min() >= 0
    assert numbers.max() < 1
    np.testing.assert_allclose(np.histogram(numbers, 10, (0, 1))[0], 2000, atol=200)


def test_alias_table_when_summed_up_gives_the_weights_back():
    shares, aliases = np.empty(N_USERS), np.empty(N_USERS, np.int32)
    kernels.fill_alias_table(WEIGHTS, kernels.AliasTable(shares, aliases))
    got = shares + np.bincount(aliases, 1 - shares, N_USERS)
    np.testing.assert_allclose(got / N_USERS, WEIGHTS / WEIGHTS.sum(), rtol=1e-9)


def test_draws_by_rejection_and_by_keys_have_the_same_distribution():
    n, n_draws = 12, 4000
    shares, aliases = np.empty(N_USERS), np.empty(N_USERS, np.int32)
    kernels.fill_alias_table(WEIGHTS, kernels.AliasTable(shares, aliases))
    taken = np.full(N_USERS, -1, np.int32)
    by_rejection, by_keys = np.zeros(N_USERS), np.zeros(N_USERS)
    out, keys = np.empty(n, np.int32), np.empty(N_USERS)
    for draw in range(n_draws):
        one = film(key=mix(draw))
        home = draw % N_USERS
        taken[home], out[0] = draw, home
        kernels.draw_keys(WEIGHTS, TASTES, one, taken, draw, keys)
        by_keys[np.argpartition(keys, n - 2)[: n - 1]] += 1
        kernels.draw_users(kernels.AliasTable(shares, aliases), TASTES, one, taken, draw, out[1:])
        assert len(set(out.tolist())) == n
        assert out[0] == home
        by_rejection[out[1:]] += 1
    # Five standard deviations of the difference of two binomial shares.
    np.testing.assert_allclose(by_rejection / n_draws, by_keys / n_draws, atol=0.056)
    assert np.ptp(by_keys) > 0.3 * n_draws


@pytest.mark.parametrize(
    ("joined", "span", "sessions", "released"),
    [(10, 50, 7, 0), (10, 50, 7, 31), (10, 50, 1, 11), (10, 50, 7, 60), (10, 0, 1, 90)],
)
def test_draw_days_when_a_film_is_released_lie_after_it(joined, span, sessions, released):
    users = np.arange(N_USERS, dtype=np.int32)
    days = np.empty(N_USERS, np.int32)
    kernels.draw_days(
        viewers(joined, span, sessions), film(released=released), users, 100, np.uint64(3), days
    )
    assert days.min() >= max(joined, released)
    assert days.max() <= (joined + span if released <= joined + span - span // sessions else 100)


def test_draw_days_when_several_films_are_rated_fall_into_few_sessions():
    days = np.empty((60, N_USERS), np.int32)
    users = np.arange(N_USERS, dtype=np.int32)
    for number in range(60):
        kernels.draw_days(
            viewers(0, 100, 5), film(key=number), users, 100, np.uint64(3), days[number]
        )
    assert max(len(set(days[:, user].tolist())) for user in users) == 5


def test_latent_scores_when_computed_by_numpy_are_the_same():
    some, one = viewers(20, 40, 5), film()
    calendar = np.linspace(-0.1, 0.2, 100)
    users = np.arange(N_USERS, dtype=np.int32)
    days = np.arange(30, 30 + N_USERS, dtype=np.int32)
    got = np.empty(N_USERS)
    kernels.latent_scores(some, one, calendar, users, days, got)
    away = (days - 40) / 100
    expected = one.bias + some.biases + TASTES @ one.taste + calendar[days]
    expected += some.trends * np.sign(away) * np.abs(away) ** 0.4
    expected += 0.1 * np.sin(2 * np.pi * (days / 100 + 0.25))
    np.testing.assert_allclose(got, expected, atol=1e-6)


@pytest.mark.parametrize("score", [-3.0, 0.1, 2.5])
def test_draw_stars_when_repeated_have_the_moments_that_are_said(score):
    n = 20_000
    cuts = np.array([-2.0, -1.0, 0.3, 1.6])
    stars = np.empty(n, np.uint8)
    users = np.arange(n, dtype=np.int32)
    total = kernels.draw_stars(np.full(n, score), cuts, users, np.uint64(9), stars)
    mean, variance = kernels.moments(score, cuts)
    assert total == pytest.approx(n * variance)
    assert stars.mean() == pytest.approx(mean, abs=5 * math.sqrt(variance / n))
    assert stars.var() == pytest.approx(variance, abs=0.05)


def test_write_lines_when_formatted_by_python_are_the_same():
    user_ids = np.array([1, 90, 1000, 2_649_429, 2**62], np.int64)
    users = np.array([4, 0, 3, 2, 1], np.int32)
    stars = np.array([1, 2, 3, 4, 5], np.uint8)
    days = np.array([0, 1, 50, 51, 52], np.int32)
    dates = [str(date(1999, 11, 11) + timedelta(days=k)) for k in range(60)]
    texts = np.array([list(text.encode()) for text in dates], np.uint8)
    out = np.empty(5 * kernels.LONGEST_LINE, np.uint8)
    n_bytes = kernels.write_lines(user_ids, users, stars, days, texts, out)
    lines = [f"{user_ids[u]},{s},{dates[d]}\n" for u, s, d in zip(users, stars, days, strict=True)]
    assert out[:n_bytes].tobytes().decode() == "".join(lines)
