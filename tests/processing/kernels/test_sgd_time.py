"""timeSVD++ against its slow twin."""

import numba
import numpy as np
import pytest

from processing.data.rows import NO_DAY
from processing.kernels import sgd_fast, sgd_time
from processing.kernels.arrays import TimeBiases, TimeFactors
from processing.models import time_model
from processing.models.numba_engine import even_groups
from processing.models.time_baseline import TimeBaseline
from processing.models.timesvdpp import TimeSVDpp, TimeSVDppSettings, _copies, _steps
from tests import reference
from tests.builders import ratings_of
from tests.processing.kernels.test_time_biases import deviation, entries, some_ratings

N_FACTORS, N_BINS = 3, 4
SETTINGS = TimeSVDppSettings(
    lr_all=0.03, lr_biases=0.02, reg_all=0.04, reg_factor_drift=0.1, reg_calendar=9.0, n_bins=N_BINS
)


def start(ratings, when, dated=True):
    """Random biases and factors, float32; no bias in time if not `dated`."""
    rng = np.random.default_rng(4)
    n_users, (n_movies, n_bins) = ratings.n_users, when.bin_counts.shape

    def normal(*shape, share=1):
        return (share * rng.normal(0, 0.3, shape)).astype(np.float32)

    biases = TimeBiases(
        np.float32(ratings.mean),
        normal(n_users),
        normal(n_users, share=dated),
        normal(len(when.timeline.days), share=dated),
        normal(n_movies),
        normal(n_movies, n_bins, share=dated),
        normal(len(when.day_counts), share=dated),
    )
    sizes = (n_users, n_users, n_movies, n_movies)
    return biases, TimeFactors(*(normal(n, N_FACTORS) for n in sizes))


def run(ratings, when, biases, factors, n_rounds):
    """One epoch of the kernel, in place; returns the tasks' groups of users."""
    groups = even_groups(ratings.by_user.indptr, n_rounds * sgd_fast.N_TASKS)
    steps = _steps(SETTINGS, time_model.regs_of(SETTINGS, ratings), ratings, when, 1.0)
    copies = _copies(biases, factors)
    sgd_time.timesvdpp_epoch(groups, when.timeline, steps, biases, factors, copies)
    return groups


def updates(rows, ratings, when, biases, factors):
    """One update with each of `rows` in their order, in place: every y of the user each time."""
    everything, timeline, s = entries(ratings), when.timeline, SETTINGS
    pu, au, qi, yj = factors
    for u, i, r, day in rows:
        rated = [j for v, j, _, _ in everything if v == u]
        own = timeline.days[timeline.indptr[u] : timeline.indptr[u + 1]].tolist()
        k, m = timeline.indptr[u] + own.index(day), timeline.bins[day]
        dev = float(timeline.devs[k])
        z = sum(yj[j] for j in rated) / np.sqrt(len(rated))
        bias = biases.users[u] + biases.drifts[u] * dev + biases.user_days[k]
        bias += biases.movies[i] + biases.movie_bins[i, m] + biases.calendar[day]
        err = r - (ratings.mean + bias + (pu[u] + dev * au[u] + z) @ qi[i])
        same = [(v, j, other, timeline.bins[other]) for v, j, _, other in everything]
        for values, at, reg, n, slope in (
            (biases.users, u, s.reg_user, len(rated), 1),
            (biases.drifts, u, s.reg_drift, len(rated), dev),
            (biases.user_days, k, s.reg_user_day, sum(e[::2] == (u, day) for e in same), 1),
            (biases.movies, i, s.reg_movie, sum(e[1] == i for e in same), 1),
            (biases.movie_bins, (i, m), s.reg_movie_bin, sum(e[1::2] == (i, m) for e in same), 1),
            (biases.calendar, day, s.reg_calendar, sum(e[2] == day for e in same), 1),
        ):
            moved = values[at] + s.lr_biases * err * slope
            values[at] = moved / (1 + s.lr_biases * reg / n)
        p, a, q = pu[u].copy(), au[u].copy(), qi[i].copy()
        pu[u] += s.lr_all * (err * q - s.reg_all * p)
        au[u] += s.lr_all * (err * dev * q - s.reg_factor_drift * a)
        qi[i] += s.lr_all * (err * (p + dev * a + z) - s.reg_all * q)
        for j in rated:
            yj[j] += s.lr_all * (err * q / np.sqrt(len(rated)) - s.reg_all * yj[j])


def merge(parts, own, biases, factors, when):
    """What the tasks did to their copies of what belongs to movies and days, merged in place."""
    rate, drawn = SETTINGS.lr_biases, SETTINGS.lr_all * float(sgd_fast.CURVATURE)
    bins = when.timeline.bins
    at = [[(j, bins[d], d) for _, j, _, d in part] for part in parts]
    n_of = [{v: sum(row[0] == v for row in part) for v, *_ in part} for part in parts]
    weights = [[(row[1], n[row[0]]) for row in part] for part, n in zip(parts, n_of, strict=True)]

    def settle(values, place, ends, strengths):
        values[place] = reference.merged(np.copy(values[place]), ends, strengths)

    for i in range(len(biases.movies)):
        seen = [sum(row[0] == i for row in part) for part in at]
        visits = [sum(n for j, n in part if j == i) for part in weights]
        settle(biases.movies, i, [o[0].movies[i] for o in own], [rate * n for n in seen])
        settle(factors.movies, i, [o[1].movies[i] for o in own], [drawn * n for n in seen])
        settle(factors.implicit, i, [o[1].implicit[i] for o in own], [drawn * n for n in visits])
        for m in range(biases.movie_bins.shape[1]):
            strengths = [rate * sum(row[:2] == (i, m) for row in part) for part in at]
            settle(biases.movie_bins, (i, m), [o[0].movie_bins[i, m] for o in own], strengths)
    for day in range(len(biases.calendar)):
        strengths = [rate * sum(row[2] == day for row in part) for part in at]
        settle(biases.calendar, day, [o[0].calendar[day] for o in own], strengths)


def test_timesvdpp_epoch_when_run_then_equals_the_twin_of_tasks_and_merges():
    ratings = some_ratings(6)
    when = time_model.days_of(ratings, N_BINS)
    found = start(ratings, when)
    biases = TimeBiases(*(values.astype(np.float64) for values in found[0]))
    factors = TimeFactors(*(values.astype(np.float64) for values in found[1]))
    groups = run(ratings, when, *found, n_rounds=3)
    assert len(groups) == 7
    for first in range(0, 6, sgd_fast.N_TASKS):
        parts = [
            [row for row in entries(ratings) if groups[first + t] <= row[0] < groups[first + t + 1]]
            for t in range(sgd_fast.N_TASKS)
        ]
        own = []
        for part in parts:
            mine = biases._replace(
                movies=biases.movies.copy(),
                movie_bins=biases.movie_bins.copy(),
                calendar=biases.calendar.copy(),
            )
            tastes = factors._replace(
                movies=factors.movies.copy(), implicit=factors.implicit.copy()
            )
            updates(part, ratings, when, mine, tastes)
            own.append((mine, tastes))
        merge(parts, own, biases, factors, when)
    for ours, theirs in zip((*found[0], *found[1]), (*biases, *factors), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=5e-6)


def test_timesvdpp_epoch_when_ratings_are_undated_then_equals_a_twin_without_time():
    dated = some_ratings(7)
    rows = [(int(dated.user_ids[u]), int(dated.movie_ids[i]), r) for u, i, r, _ in entries(dated)]
    ratings = ratings_of(rows, titled=[7])
    when = time_model.days_of(ratings, N_BINS)
    found = start(ratings, when, dated=False)
    bu, bi = (values.astype(np.float64) for values in (found[0].users, found[0].movies))
    pu, _, qi, yj = (values.astype(np.float64) for values in found[1])
    found[1].drifts[:] = 0
    csr, n_tasks = ratings.by_user, sgd_fast.N_TASKS
    groups = np.array([0, ratings.n_users] + [ratings.n_users] * (n_tasks - 1), np.int64)
    steps = _steps(SETTINGS, time_model.regs_of(SETTINGS, ratings), ratings, when, 1.0)
    sgd_time.timesvdpp_epoch(groups, when.timeline, steps, *found, _copies(*found))
    s = SETTINGS
    for u, i, r, _ in entries(ratings):
        rated = csr.indices[csr.indptr[u] : csr.indptr[u + 1]]
        z = yj[rated].sum(axis=0) / np.sqrt(len(rated))
        err = r - (ratings.mean + bu[u] + bi[i] + (pu[u] + z) @ qi[i])
        bu[u] = (bu[u] + s.lr_biases * err) / (1 + s.lr_biases * s.reg_user / len(rated))
        shrink = 1 + s.lr_biases * s.reg_movie / ratings.movie_counts[i]
        bi[i] = (bi[i] + s.lr_biases * err) / shrink
        p, q = pu[u].copy(), qi[i].copy()
        pu[u] += s.lr_all * (err * q - s.reg_all * p)
        qi[i] += s.lr_all * (err * (p + z) - s.reg_all * q)
        yj[rated] += s.lr_all * (err * q / np.sqrt(len(rated)) - s.reg_all * yj[rated])
    expected = (bu, bi, pu, qi, yj)
    ours = (found[0].users, found[0].movies, *found[1]._replace(drifts=None))
    for one, other in zip([v for v in ours if v is not None], expected, strict=True):
        np.testing.assert_allclose(one, other, atol=5e-6)
    assert max(np.abs(v).max() for v in (found[0].user_days, found[0].calendar)) < 1e-12
    assert not found[1].drifts.any()


def test_timesvdpp_epoch_when_the_number_of_threads_changes_then_the_same_bits():
    ratings = some_ratings(8)
    when, found, before = time_model.days_of(ratings, N_BINS), [], numba.get_num_threads()
    for threads in (before, 1):
        biases, factors = start(ratings, when)
        numba.set_num_threads(threads)
        try:
            run(ratings, when, biases, factors, n_rounds=3)
        finally:
            numba.set_num_threads(before)
        found.append((*biases, *factors))
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("model_class", [TimeBaseline, TimeSVDpp])
@pytest.mark.parametrize("day", [NO_DAY, -40, 0, 100, 105, 119, 500, 2**31 - 1])
def test_time_scores_when_asked_then_the_equation_by_hand(day, model_class):
    ratings = some_ratings(9)
    settings = model_class.Settings(n_epochs=2, n_bins=N_BINS, reg_user_day=2.0)
    model = model_class(settings).fit(ratings, 0)
    a = model.arrays_
    first, n_days = int(a.first_day[0]), len(a.calendar)
    users, movies = np.indices((ratings.n_users, ratings.n_movies)).reshape(2, -1).astype(np.int32)
    scores = np.empty(len(users))
    undated = NO_DAY - first
    since = np.full(len(users), day, np.int64) - first
    sgd_time.time_scores(a, users, movies, since, undated, scores)
    expected = []
    for u, i in zip(users, movies, strict=True):
        score, of_movie, tastes = a.mean[0] + a.user_biases[u], a.movie_biases[i], a.user_factors[u]
        if day != NO_DAY:
            near = min(max(day - first, 0), n_days - 1)
            dev = deviation(near, a.user_middles[u], n_days)
            score += a.user_drifts[u] * dev + a.calendar[near]
            of_movie = of_movie + a.movie_bins[i, a.bins[near]]
            tastes = tastes + dev * a.factor_drifts[u]
            for k in range(a.own_indptr[u], a.own_indptr[u + 1]):
                score += a.user_day_biases[k] * (a.own_days[k] == day - first)
        score += of_movie * (1 + a.user_scales[u])
        expected.append(score + tastes @ a.movie_factors[i])
    np.testing.assert_allclose(scores, expected, atol=1e-5)
