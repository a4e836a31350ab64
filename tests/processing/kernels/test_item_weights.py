"""Learned weights between movies against a slow twin."""

import numpy as np
import pytest
from numba import get_num_threads, set_num_threads

from processing.kernels.hashing import mix, uniform
from processing.kernels.item_weights import Descent, add_weighted, fit_rows
from tests.builders import random_rows, ratings_of

N_EPOCHS, RATE, DECAY, REG, REG_OFFSET, SEED = 3, 0.05, 0.8, 0.1, 0.2, 4
MASK = 2**64 - 1


def shuffled(order, key):
    order = list(order)
    for n in range(len(order) - 1, 0, -1):
        other = int(uniform(np.uint64(key), np.uint64(n)) * (n + 1))
        order[n], order[other] = order[other], order[n]
    return order


def twin(ratings, off, targets):
    """Dictionaries in place of rows, and the sum written out for every rating."""
    csr = ratings.by_user
    weights = np.zeros((ratings.n_movies, ratings.n_movies, 2))
    offsets = np.zeros(ratings.n_movies)
    for i in range(ratings.n_movies):
        rate, start, end = RATE, *ratings.by_movie.indptr[i : i + 2]
        order = list(range(start, end))
        for epoch in range(N_EPOCHS):
            order = shuffled(order, mix(np.uint64((SEED + i * (N_EPOCHS + epoch + 1)) & MASK)))
            for p in order:
                user = ratings.by_movie.indices[p]
                span = range(csr.indptr[user], csr.indptr[user + 1])
                others = {csr.indices[q]: off[q] for q in span if csr.indices[q] != i}
                root = 1 / np.sqrt(len(others)) if others else 0.0
                said = sum(x * weights[i, j, 0] + weights[i, j, 1] for j, x in others.items())
                err = targets[p] - offsets[i] - root * said
                offsets[i] += rate * (err - REG_OFFSET * offsets[i])
                for j, x in others.items():
                    weights[i, j] += rate * (err * root * np.array([x, 1.0]) - REG * weights[i, j])
            rate *= DECAY
    return offsets, weights


def fitted(ratings, off, targets, movies=None):
    offsets = np.zeros(ratings.n_movies, np.float32)
    weights = np.zeros((ratings.n_movies, ratings.n_movies, 2), np.float32)
    numbers = (np.float32(number) for number in (RATE, DECAY, REG, REG_OFFSET))
    fit_rows(
        np.arange(ratings.n_movies, dtype=np.int32) if movies is None else movies,
        ratings.by_user._replace(values=off),
        ratings.by_movie._replace(values=targets),
        Descent(N_EPOCHS, *numbers, SEED),
        offsets,
        weights,
    )
    return offsets, weights


@pytest.fixture(scope="module")
def case():
    rows = [*random_rows(6, 20, 9, 0.4), (9_999, 1, 5, 3)]  # and a user with one rating
    ratings = ratings_of(rows, titled=[777])
    rng = np.random.default_rng(1)
    off = rng.normal(0, 1, ratings.n_ratings).astype(np.float32)
    return ratings, off, rng.normal(0, 1, ratings.n_ratings).astype(np.float32)


def test_fit_rows_when_done_then_equals_the_twin(case):
    offsets, weights = fitted(*case)
    expected = twin(*case)
    np.testing.assert_allclose(offsets, expected[0], atol=1e-5)
    np.testing.assert_allclose(weights, expected[1], atol=1e-5)
    assert np.abs(weights).max() > 0.01


def test_fit_rows_when_done_then_no_movie_weighs_itself(case):
    _, weights = fitted(*case)
    assert (weights[np.arange(len(weights)), np.arange(len(weights))] == 0).all()


def test_fit_rows_when_threads_are_one_then_the_same_bits(case):
    both, n_threads = fitted(*case), get_num_threads()
    set_num_threads(1)
    try:
        one = fitted(*case)
    finally:
        set_num_threads(n_threads)
    np.testing.assert_array_equal(both[1], one[1])


def test_fit_rows_when_two_ratings_then_as_by_hand():
    """One user rated both movies: the first step is rate × what is left, the sum's root being 1."""
    ratings = ratings_of([(1, 1, 3), (1, 2, 5)])
    off, targets = np.array([-1, 2], np.float32), np.array([0.4, 0.8], np.float32)
    offsets, weights = np.zeros(2, np.float32), np.zeros((2, 2, 2), np.float32)
    fit_rows(
        np.arange(2, dtype=np.int32),
        ratings.by_user._replace(values=off),
        ratings.by_movie._replace(values=targets),
        Descent(1, *(np.float32(number) for number in (0.5, 1, 0, 0)), SEED),
        offsets,
        weights,
    )
    np.testing.assert_allclose(offsets, [0.2, 0.4])
    np.testing.assert_allclose(weights, [[[0, 0], [0.4, 0.2]], [[-0.4, 0.4], [0, 0]]])


def test_add_weighted_when_asked_then_the_sum_of_the_others_written_out(case):
    ratings, off, targets = case
    _, weights = fitted(ratings, off, targets)
    users, movies = np.indices((ratings.n_users, ratings.n_movies)).reshape(2, -1)
    scores = np.ones(len(users))
    csr = ratings.by_user
    add_weighted(csr._replace(values=off), weights, users, movies, scores)
    for n in range(len(users)):
        span = range(csr.indptr[users[n]], csr.indptr[users[n] + 1])
        others = [q for q in span if csr.indices[q] != movies[n]]
        row = weights[movies[n]]
        said = sum(off[q] * row[csr.indices[q], 0] + row[csr.indices[q], 1] for q in others)
        expected = 1 + said / np.sqrt(len(others)) if others else 1
        assert scores[n] == pytest.approx(expected, abs=1e-5)
