"""What the best list could reach: by the truth, and above what models and the popular reach."""

import json
import math

import numpy as np
import pytest

from processing.kernels import simulate as kernels
from processing.kernels.hashing import mix
from processing.simulation.about import ABOUT_NAME
from processing.simulation.ceiling import Sample, chances, find_level, mean_ndcg
from processing.simulation.simulate import simulate
from processing.simulation.truth import plant
from processing.simulation.world import World

SMALL = World(1000, 400, 40_000, 0)


@pytest.fixture(scope="module")
def truth():
    return plant(SMALL)


@pytest.fixture(scope="module")
def drawn(truth):
    """Users, movies and stars of the ratings of the set that the command writes by default."""
    columns, (gain, cuts) = ([], [], []), truth.scale
    for movie, users, _, scores in truth.planted():
        stars = np.empty(len(users), np.uint8)
        key = np.uint64(mix(truth.key("stars") ^ np.uint64(movie)))
        kernels.draw_stars(gain * scores, cuts, users, key, stars)
        for column, values in zip(columns, (users, np.full(len(users), movie), stars), strict=True):
            column.append(values)
    return [np.concatenate(column) for column in columns]


def test_find_level_when_reached_then_so_many_are_drawn():
    weights = np.exp(2 * np.random.default_rng(0).standard_normal(500))
    for n in (0.0, 0.5, 30.0, 300.0, 495.0):
        assert np.sum(1 - np.exp(-find_level(weights, n) * weights)) == pytest.approx(n, rel=1e-5)
    assert find_level(weights, 500.0) == math.inf


def test_mean_ndcg_when_counted_by_hand_is_the_same():
    rng = np.random.default_rng(1)
    known, liked = rng.random((20, 30)) < 0.3, rng.random((20, 30)) < 0.4
    liked &= ~known
    scores = rng.integers(5, size=known.shape).astype(float)
    gains = []
    for row in range(20):
        order = sorted(np.flatnonzero(~known[row]), key=lambda movie: (-scores[row, movie], movie))
        gain = sum(1 / math.log2(p + 2) for p, movie in enumerate(order[:10]) if liked[row, movie])
        gains.append(gain / sum(1 / math.log2(p + 2) for p in range(min(10, liked[row].sum()))))
    assert mean_ndcg(scores, known, liked) == pytest.approx(np.mean(gains))


def test_chances_when_users_are_drawn_again_and_again_are_the_shares_of_draws(truth):
    users = np.arange(SMALL.n_users, dtype=np.int32)
    table = kernels.AliasTable(np.empty(len(users)), np.empty(len(users), np.int32))
    kernels.fill_alias_table(truth.activity, table)
    rates, _ = chances(truth, users)
    for movie in np.argsort(truth.counts)[[100, 250, 395]]:
        n = int(truth.counts[movie] - np.diff(truth.home_starts)[movie])
        assert rates[:, movie].sum() == pytest.approx(n, rel=1e-3)
        out, counts = np.empty(n, np.int32), np.zeros(len(users))
        taken = np.full(len(users), -1, np.int32)
        for draw in range(400):
            film = truth.film(movie)._replace(key=np.uint64(mix(draw)))
            kernels.draw_users(table, truth.viewers.interests, film, taken, draw, out)
            counts[out] += 1
        spread = np.sqrt(rates[:, movie] * (1 - rates[:, movie]) / 400) + 0.004
        assert (abs(counts / 400 - rates[:, movie]) < 5 * spread).all()


def test_chances_when_users_rate_then_so_many_like_it_as_expected(truth, drawn):
    users, movies, stars = drawn
    rates, likes = chances(truth, np.arange(SMALL.n_users, dtype=np.int32))
    assert rates.min() >= 0
    assert rates.max() <= 1
    expected = likes[users, movies]
    for low in (0.0, 0.25, 0.5, 0.75):
        asked = (expected >= low) & (expected < low + 0.25)
        assert (stars[asked] >= 4).mean() == pytest.approx(expected[asked].mean(), abs=0.05)


def test_users_rate_what_interests_them_and_is_to_their_taste(truth, drawn):
    users, movies, _ = drawn
    rated = np.zeros((SMALL.n_users, SMALL.n_movies), bool)
    rated[users, movies] = True
    interest = truth.viewers.interests[:, :-2] @ truth.movie_interests[:, :-2].T  # but for presence
    match = truth.viewers.tastes @ truth.movie_tastes.T
    assert interest.std() == pytest.approx(3.0, rel=0.1)
    assert interest[rated].mean() > interest[~rated].mean() + 0.5 * interest.std()
    assert match[rated].mean() > match[~rated].mean() + 0.2 * match.std()


def test_films_are_rated_about_their_peaks(truth):
    near, elsewhere = [], []
    peaks = np.array([wave.peak for wave in truth.waves])
    others = np.random.default_rng(0).permutation(peaks)
    for movie, _, days, _ in truth.planted():
        if truth.film(movie).released == 0:
            near.append(abs(days - peaks[movie]))
            elsewhere.append(abs(days - others[movie]))
    assert np.median(np.concatenate(near)) < 0.85 * np.median(np.concatenate(elsewhere))


def test_simulate_when_done_then_says_that_the_truth_lists_far_better_than_the_popular(tmp_path):
    small = simulate(tmp_path / "set")
    lists = json.loads((small.directory / ABOUT_NAME).read_text())["lists"]
    assert 600 < lists["n_users"] <= 1000
    reached = lists["ndcg_10"]
    assert 0.4 < reached["oracle"] < 0.6
    assert reached["oracle"] > 1.8 * reached["most_popular"]
    assert 0.15 < reached["most_popular"]


def test_simulate_when_nobody_likes_what_is_held_out_then_says_nothing_of_lists(tmp_path):
    simulate(tmp_path / "set", n_users=1, n_movies=4, n_ratings=4, seed=1)
    lists = json.loads((tmp_path / "set" / ABOUT_NAME).read_text())["lists"]
    assert lists["n_users"] == 0
    assert lists["ndcg_10"] == {"oracle": None, "most_popular": None}


def test_lists_of_a_linear_model_are_between_the_most_popular_and_the_truth(truth, drawn):
    users, movies, stars = drawn
    sample = Sample(truth)
    for movie in range(SMALL.n_movies):
        sample.add(movie, users[movies == movie], stars[movies == movie])
    asked = sample.liked.any(axis=1)
    values = np.zeros(sample.known.shape)
    values[users, movies] = (stars - 1.0) / 4
    values *= sample.known
    scores = (values @ ease(values))[asked]
    learnt = mean_ndcg(scores, sample.known[asked], sample.liked[asked])
    reached = sample.reached(truth)
    assert learnt > 1.4 * reached.most_popular
    assert learnt < 0.9 * reached.oracle


def ease(values: np.ndarray, reg: float = 100.0) -> np.ndarray:
    """Weights between movies in closed form (Steck 2019), from values (n_users, n_movies)."""
    inverse = np.linalg.inv(values.T @ values + reg * np.eye(values.shape[1]))
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    return weights
