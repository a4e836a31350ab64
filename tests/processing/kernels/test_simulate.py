"""The simulator's loops against plain Python and numpy."""

import math
from datetime import date, timedelta

import numpy as np
import pytest
from scipy.special import ndtr

from processing.kernels import simulate as kernels
from processing.kernels.hashing import mix, uniform

N_USERS, N_FACTORS = 40, 3
RNG = np.random.default_rng(5)
TASTES = RNG.standard_normal((N_USERS, N_FACTORS), dtype=np.float32)
INTERESTS = RNG.standard_normal((N_USERS, 4), dtype=np.float32)
EVERGREEN = kernels.Wave(peak=0, half_life=1.0, lasting=1.0)
WEIGHTS = np.exp(RNG.standard_normal(N_USERS))


def film(key: int = 1, released: int = 0, wave: kernels.Wave = EVERGREEN) -> kernels.Film:
    return kernels.Film(
        taste=np.array([0.5, -0.3, 0.2], np.float32),
        interest=np.array([1.5, -0.5, 0.8, 1.0], np.float32),
        bias=0.2,
        swing=0.1,
        phase=0.25,
        released=released,
        wave=wave,
        key=np.uint64(key),
    )


def viewers(joined: int, span: int, sessions: int) -> kernels.Viewers:
    def fill(value: int) -> np.ndarray:
        return np.full(N_USERS, value, np.int32)

    return kernels.Viewers(
        tastes=TASTES,
        interests=INTERESTS,
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
        kernels.draw_keys(WEIGHTS, INTERESTS, one, taken, draw, keys)
        by_keys[np.argpartition(keys, n - 2)[: n - 1]] += 1
        kernels.draw_users(
            kernels.AliasTable(shares, aliases), INTERESTS, one, taken, draw, out[1:]
        )
        assert len(set(out.tolist())) == n
        assert out[0] == home
        by_rejection[out[1:]] += 1
    # Five standard deviations of the difference of two binomial shares.
    np.testing.assert_allclose(by_rejection / n_draws, by_keys / n_draws, atol=0.056)
    assert np.ptp(by_keys) > 0.3 * n_draws


def test_weigh_users_when_computed_by_numpy_is_the_same():
    users = np.array([3, 0, 39, 3], np.int32)
    got = np.empty(4)
    kernels.weigh_users(WEIGHTS, INTERESTS, film(), users, got)
    odds = np.exp(INTERESTS @ film().interest - kernels.BEND)
    np.testing.assert_allclose(got, (WEIGHTS * odds / (1 + odds))[users], rtol=1e-6)


def test_draw_users_when_one_is_drawn_then_by_weight_times_appeal():
    n_draws = 20_000
    table = kernels.AliasTable(np.empty(N_USERS), np.empty(N_USERS, np.int32))
    kernels.fill_alias_table(WEIGHTS, table)
    taken, out, counts = np.full(N_USERS, -1, np.int32), np.empty(1, np.int32), np.zeros(N_USERS)
    for draw in range(n_draws):
        kernels.draw_users(table, INTERESTS, film(key=mix(draw)), taken, draw, out)
        counts[out] += 1
    expected = np.empty(N_USERS)
    kernels.weigh_users(WEIGHTS, INTERESTS, film(), np.arange(N_USERS, dtype=np.int32), expected)
    expected *= n_draws / expected.sum()
    assert ((counts - expected) ** 2 / expected).sum() < 90  # of chi square with 39: 1 in 100,000


def test_wave_height_when_half_lives_go_by_then_halves_down_to_what_lasts():
    wave = kernels.Wave(peak=100, half_life=40.0, lasting=0.2)
    heights = [kernels.wave_height(wave, day) for day in (100, 140, 180, 90, 80, 99_999)]
    assert heights == pytest.approx([1.0, 0.6, 0.4, 0.6, 0.4, 0.2])


def test_draw_days_when_a_film_has_a_wave_then_sessions_on_it_are_chosen_by_its_height():
    wave = kernels.Wave(peak=60, half_life=8.0, lasting=0.3)
    users = np.arange(N_USERS, dtype=np.int32)
    some, days = viewers(0, 100, 100), np.empty((1000, N_USERS), np.int32)
    for number in range(len(days)):
        one = film(key=mix(number), wave=wave)
        kernels.draw_days(some, one, users, 100, np.uint64(3), days[number])
    # A session each day: its chance is that of the early ones times the wave.
    edges = (np.arange(101) / 100) ** (1 / 1.5)
    chances = np.diff(edges) * [kernels.wave_height(wave, day) for day in range(100)]
    got = np.bincount(days.ravel(), minlength=100)[:100] / days.size
    np.testing.assert_allclose(got, chances / chances.sum(), atol=0.006)
    assert got[58:70].sum() > 2 * np.diff(edges)[58:70].sum()


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


def moments(score: float, cuts: np.ndarray) -> tuple[float, float]:
    """Mean and variance of 1 + the number of cuts below the score plus standard normal noise."""
    below = np.concatenate(([0], ndtr(cuts - score), [1]))
    chances, stars = np.diff(below), np.arange(1, len(cuts) + 2)
    mean = float(chances @ stars)
    return mean, float(chances @ stars**2) - mean**2


@pytest.mark.parametrize("score", [-3.0, 0.1, 2.5])
def test_draw_stars_when_repeated_have_the_moments_that_are_said(score):
    n = 20_000
    cuts = np.array([-2.0, -1.0, 0.3, 1.6])
    stars = np.empty(n, np.uint8)
    users = np.arange(n, dtype=np.int32)
    total = kernels.draw_stars(np.full(n, score), cuts, users, np.uint64(9), stars)
    mean, variance = moments(score, cuts)
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
