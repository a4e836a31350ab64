"""Lists from orders: against sorting, and against the order that the site keeps."""

import numpy as np
import pytest

from processing.ranking.candidates import Candidates
from processing.ranking.order import Turn, best_of, first_of, spread_places
from tests.processing.kernels.test_spread import near_of, spread_slowly

N_MOVIES = 40


def _made(seed):
    """Candidates of six users, one of whom has a single one, with orders that have ties."""
    rng = np.random.default_rng(seed)
    sizes = [30, 1, 12, 25, 4, 17]
    movies = [np.sort(rng.permutation(N_MOVIES)[:size]) for size in sizes]
    orders = rng.integers(0, 8, sum(sizes)).astype(np.float32)
    candidates = Candidates(
        users=np.arange(6, dtype=np.int32),
        days=np.zeros(6, np.int32),
        indptr=np.concatenate(([0], np.cumsum(sizes))),
        movies=np.concatenate(movies).astype(np.int32),
        scores=np.zeros((sum(sizes), 1), np.float32),
    )
    kinds = rng.integers(0, 4, N_MOVIES)
    near = near_of([(a, b) for a in range(N_MOVIES) for b in range(a) if kinds[a] == kinds[b]], 40)
    return candidates, orders, near, np.log1p(rng.integers(0, 500, N_MOVIES))


def _best(candidates, orders, n):
    """Places of each user's best, ties by place."""
    return [
        sorted(range(start, end), key=lambda p: (-orders[p], p))[:n]
        for start, end in zip(candidates.indptr, candidates.indptr[1:], strict=False)
    ]


def _filled(lists, n):
    return [[*own, *[-1] * (n - len(own))] for own in lists]


def _movies(candidates, places):
    return np.where(places >= 0, candidates.movies[places], -1).astype(np.int32)


@pytest.mark.parametrize("n", [1, 5, 20, 50])
def test_best_when_compared_with_sorting_then_equal(n):
    candidates, orders, *_ = _made(1)
    found = best_of(candidates, orders, n)
    assert found.dtype == np.int64
    assert found.tolist() == _filled(_best(candidates, orders, n), n)


@pytest.mark.parametrize("n", [1, 5, 20, 50])
@pytest.mark.parametrize("weight", [0.0, 0.7, -1.5])
@pytest.mark.parametrize("seed", range(3))
def test_list_when_compared_with_the_twins_then_the_best_turned_and_spread(n, weight, seed):
    candidates, orders, near, logs = _made(seed)
    turned = []
    for own in _best(candidates, orders, n):
        unit = weight * (np.std(orders[own], dtype=np.float64) or 1.0)
        worth = {p: orders[p] + unit * logs[candidates.movies[p]] for p in own}
        turned.append(sorted(own, key=lambda p: (-worth[p], p)) if weight else own)
    expected = spread_slowly(_movies(candidates, np.array(_filled(turned, n))), near)
    found = first_of(candidates, orders, near, Turn(n, weight, logs))
    assert found.dtype == np.int64
    np.testing.assert_array_equal(_movies(candidates, found), expected)


def test_list_when_turned_in_another_unit_then_the_same():
    candidates, orders, near, logs = _made(4)
    found = first_of(candidates, orders, near, Turn(20, 0.7, logs))
    smaller = first_of(candidates, orders / 1024, near, Turn(20, 0.7, logs))
    np.testing.assert_array_equal(found, smaller)


@pytest.mark.parametrize("weight", [0.0, 2.0, -2.0])
def test_list_when_turned_and_spread_then_the_same_movies_anew(weight):
    candidates, orders, near, logs = _made(4)
    found = first_of(candidates, orders, near, Turn(20, weight, logs))
    np.testing.assert_array_equal(np.sort(found), np.sort(best_of(candidates, orders, 20)))


def test_list_when_turned_towards_what_many_know_then_better_known_first():
    candidates, orders, _, logs = _made(5)
    nothing_near = near_of([], N_MOVIES)
    heads = []
    for weight in (-50.0, 0.0, 50.0):
        found = first_of(candidates, orders, nothing_near, Turn(20, weight, logs))
        heads.append(logs[_movies(candidates, found[[0, 3]])[:, :5]].mean())
    assert heads == sorted(heads)
    assert heads[0] < heads[2]


@pytest.mark.parametrize("seed", range(3))
def test_places_when_spread_then_those_of_the_spread_movies(seed):
    candidates, orders, near, _ = _made(seed)
    places = best_of(candidates, orders, 25)
    found = spread_places(candidates, places, near)
    expected = spread_slowly(_movies(candidates, places), near)
    np.testing.assert_array_equal(_movies(candidates, found), expected)
    np.testing.assert_array_equal(np.sort(found), np.sort(places))
    assert (found != places).any()


def test_list_when_there_are_no_users_then_none():
    candidates, orders, near, logs = _made(0)
    nobody = candidates.some(np.zeros(6, bool))
    assert first_of(nobody, orders[:0], near, Turn(5, 1.0, logs)).shape == (0, 5)
