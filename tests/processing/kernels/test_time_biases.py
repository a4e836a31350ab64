"""Biases in time against least squares solved in one go."""

import numba
import numpy as np
import pytest

from processing.kernels import time_biases as kernels
from processing.kernels.arrays import TimeBiases
from processing.models import time_model
from processing.models.numba_engine import even_groups
from tests.builders import random_rows, ratings_of

REGS = time_model.Regs(np.array([3.0, 2.0, 4.0]), np.array([5.0, 6.0]), 7.0)


def some_ratings(seed):
    """25 users, one of them with a single rating, on up to 7 days each; movie 2 has none."""
    rows = [
        (u, i, r, 100 + 3 * (day % 7) + u % 2)
        for u, i, r, day in random_rows(seed, 25, 14)
        if i != 7 and (u != 17 or i == 10)
    ]
    return ratings_of([*rows, (17, 10, 4, 105)], titled=[7])


def entries(ratings):
    """(user, movie, rating, day since the first) of every rating, in order."""
    csr = ratings.by_user
    days = csr.days - csr.days.min()
    return list(zip(csr.rows().tolist(), csr.indices.tolist(), csr.values, days, strict=True))


def deviation(day, middle, n_days):
    away = (day - middle) / n_days
    return np.sign(away) * abs(away) ** 0.4


@pytest.mark.parametrize("dtype", [np.uint16, np.int32])
def test_list_days_when_listed_then_each_users_days_and_every_ratings_place(dtype):
    ratings = some_ratings(1)
    csr = ratings.by_user
    counts = np.empty(ratings.n_users, np.int64)
    kernels.count_days(csr, counts)
    indptr = np.concatenate(([0], np.cumsum(counts)))
    days, places = np.empty(indptr[-1], np.int32), np.empty(ratings.n_ratings, dtype)
    kernels.list_days(csr, 90, indptr, days, places)
    for u in range(ratings.n_users):
        own = sorted({int(day) for v, _, _, day in entries(ratings) if v == u})
        first_day = int(csr.days.min()) - 90
        assert days[indptr[u] : indptr[u + 1]].tolist() == [first_day + day for day in own]
    found = days[indptr[csr.rows()] + places] + 90
    np.testing.assert_array_equal(found, csr.days)


def test_days_of_when_made_then_middles_deviations_and_counts_are_right():
    ratings = some_ratings(2)
    when, rows = time_model.days_of(ratings, 4), entries(ratings)
    n_days = int(np.ptp(ratings.by_user.days)) + 1
    timeline = when.timeline
    assert timeline.bins.tolist() == [4 * day // n_days for day in range(n_days)]
    for u in range(ratings.n_users):
        middle = np.mean([day for v, _, _, day in rows if v == u])
        np.testing.assert_allclose(when.middles[u], middle, rtol=1e-6)
        for k in range(timeline.indptr[u], timeline.indptr[u + 1]):
            expected = deviation(timeline.days[k], when.middles[u], n_days)
            np.testing.assert_allclose(timeline.devs[k], expected, atol=1e-6)
    for i in range(ratings.n_movies):
        for m in range(4):
            n = sum(j == i and timeline.bins[day] == m for _, j, _, day in rows)
            assert when.bin_counts[i, m] == n
    for day in range(n_days):
        assert when.day_counts[day] == sum(other == day for *_, other in rows)


def ridge(columns, target, penalties):
    """Coefficients that minimise squared errors and penalties times squared coefficients."""
    return np.linalg.solve(columns.T @ columns + np.diag(penalties), columns.T @ target)


def design(ratings, when):
    """One column per bias, by kind: users, drifts, user and day, movies, movie bins, calendar."""
    timeline, rows = when.timeline, entries(ratings)
    n_movies, n_bins = when.bin_counts.shape
    sizes = [ratings.n_users] * 2 + [len(timeline.days), n_movies, n_movies * n_bins]
    sizes.append(len(when.day_counts))
    starts = np.concatenate(([0], np.cumsum(sizes)))
    columns = np.zeros((len(rows), starts[-1]))
    for row, (u, i, _, day) in zip(columns, rows, strict=True):
        span = slice(timeline.indptr[u], timeline.indptr[u + 1])
        k = span.start + timeline.days[span].tolist().index(day)
        of_bin = starts[4] + i * n_bins + timeline.bins[day]
        row[[u, starts[2] + k, starts[3] + i, of_bin, starts[5] + day]] = 1
        row[starts[1] + u] = timeline.devs[k]
    penalties = np.repeat([*REGS.users, *REGS.movies, REGS.calendar], sizes)
    return columns, penalties, starts


def test_solve_users_when_solved_then_each_users_ridge_regression_and_the_sums_it_leaves():
    ratings = some_ratings(3)
    when = time_model.days_of(ratings, 4)
    rng, shape = np.random.default_rng(0), when.bin_counts.shape
    columns, penalties, starts = design(ratings, when)
    biases = TimeBiases(
        ratings.mean,
        np.zeros(ratings.n_users),
        np.zeros(ratings.n_users),
        np.zeros(len(when.timeline.days), np.float32),
        rng.normal(size=shape[0]),
        rng.normal(size=shape),
        rng.normal(size=len(when.day_counts)),
    )
    sums = kernels.Sums(
        np.full((kernels.N_SUMS, *shape), 9.0),
        np.full((kernels.N_SUMS, len(when.day_counts)), 9.0),
    )
    csr = ratings.by_user
    groups = even_groups(csr.indptr, kernels.N_SUMS)
    kernels.solve_users(groups, when.timeline, REGS.users, biases, sums, True)
    others = np.concatenate([biases.movies, biases.movie_bins.ravel(), biases.calendar])
    left = csr.values - ratings.mean
    mine, rest = slice(None, starts[3]), slice(starts[3], None)
    expected = ridge(columns[:, mine], left - columns[:, rest] @ others, penalties[mine])
    found = np.concatenate([biases.users, biases.drifts, biases.user_days])
    np.testing.assert_allclose(found, expected, atol=1e-5)
    left = left - columns[:, mine] @ found
    of_day, of_bin = columns[:, starts[5] :], columns[:, starts[4] : starts[5]]
    said_by_movies = columns[:, starts[3] : starts[5]] @ others[: starts[5] - starts[3]]
    np.testing.assert_allclose(
        sums.calendar.sum(axis=0), of_day.T @ (left - said_by_movies), atol=1e-4
    )
    expected = of_bin.T @ (left - of_day @ biases.calendar)
    np.testing.assert_allclose(sums.movies.sum(axis=0).ravel(), expected, atol=1e-4)


def test_solve_scales_when_solved_then_the_slope_of_what_is_left_on_the_movies_biases():
    ratings = some_ratings(6)
    when = time_model.days_of(ratings, 4)
    biases = time_model.fit_biases(ratings, when, REGS, 2)
    before = np.concatenate([values.ravel() for values in biases[1:]])
    columns, _, starts = design(ratings, when)
    csr, scales = ratings.by_user, np.empty(ratings.n_users)
    kernels.solve_scales(when.timeline, 2.5, biases, scales)
    left = csr.values - ratings.mean - columns @ before
    of_movies = columns[:, starts[3] : starts[5]] @ before[starts[3] : starts[5]]
    for u in range(ratings.n_users):
        x, e = of_movies[csr.rows() == u], left[csr.rows() == u]
        away = x - x.mean()
        scale = (e @ away) / (2.5 + away @ away)
        np.testing.assert_allclose(scales[u], scale, atol=1e-7)
        np.testing.assert_allclose(biases.users[u], before[u] - scale * x.mean(), atol=1e-7)


def test_solve_movies_when_solved_then_the_ridge_regression_of_their_biases():
    rng = np.random.default_rng(1)
    counts = rng.integers(0, 5, (6, 3)).astype(np.float32)
    counts[2] = 0
    sums = rng.normal(size=(kernels.N_SUMS, 6, 3)) * counts
    biases = TimeBiases(0.0, *[np.zeros(1)] * 3, np.zeros(6), np.zeros((6, 3)), np.zeros(1))
    biases = biases._replace(user_days=np.zeros(1, np.float32))
    kernels.solve_movies(sums, counts, REGS.movies, biases)
    for i in range(6):
        columns = np.column_stack((np.ones(3), np.eye(3)))
        weighted = columns.T @ (columns * counts[i][:, None])
        penalties = np.diag(REGS.movies[[0, 1, 1, 1]])
        expected = np.linalg.solve(weighted + penalties, columns.T @ sums[:, i].sum(axis=0))
        np.testing.assert_allclose([biases.movies[i], *biases.movie_bins[i]], expected, atol=1e-12)


def test_fit_biases_when_alternated_for_long_then_all_minimise_one_sum_of_squares():
    ratings = some_ratings(4)
    when = time_model.days_of(ratings, 4)
    columns, penalties, starts = design(ratings, when)
    expected = ridge(columns, ratings.by_user.values - ratings.mean, penalties)
    found = time_model.fit_biases(ratings, when, REGS, 400)
    for k, values in enumerate(found[1:]):
        wanted = expected[starts[k] : starts[k + 1]]
        np.testing.assert_allclose(values.ravel(), wanted, atol=1e-5)


def test_fit_biases_when_the_number_of_threads_changes_then_the_same_bits():
    ratings = some_ratings(5)
    when, found, before = time_model.days_of(ratings, 4), [], numba.get_num_threads()
    for threads in (before, 1):
        numba.set_num_threads(threads)
        try:
            found.append(time_model.fit_biases(ratings, when, REGS, 3))
        finally:
            numba.set_num_threads(before)
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)
