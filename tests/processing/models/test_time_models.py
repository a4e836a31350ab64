"""The models that know time, where they differ from those that do not."""

import numpy as np
import pytest

from processing.data.rows import NO_DAY
from processing.errors import ConfigError, ModelError
from processing.models.svdpp import SVDpp
from processing.models.time_baseline import TimeBaseline
from processing.models.timesvdpp import TimeSVDpp
from tests.builders import ratings_of, tasteful_rows
from tests.contracts import pairs

NONE = 1e18  # as a regularisation: no such bias
STILL = {
    "reg_user": NONE,
    "reg_drift": NONE,
    "reg_user_day": NONE,
    "reg_movie": NONE,
    "reg_movie_bin": NONE,
    "reg_calendar": NONE,
    "reg_scale": NONE,
}
MODELS = [TimeBaseline, TimeSVDpp]
LAST_DAY = 700


def make(model_class, **settings):
    return model_class(model_class.Settings(**settings))


def ask(model, user, movie, *days):
    """Scores of one pair on some days; NO_DAY where a day is None."""
    n = len(days)
    when = np.array([NO_DAY if day is None else day for day in days], np.int32)
    return model.predict(np.full(n, user, np.int32), np.full(n, movie, np.int32), when).tolist()


def drifting_ratings(seed):
    """Tastes, and on top of them users, movies and a calendar that drift, as real-valued stars."""
    rng = np.random.default_rng(seed)
    n_users, n_movies = 250, 80
    drifts, phases = rng.normal(0, 1.0, n_users), rng.random(n_movies)
    tastes, kinds = rng.normal(0, 0.4, (n_users, 3)), rng.normal(0, 1, (n_movies, 3))
    rows = []
    for u in range(n_users):
        visits = rng.integers(0, LAST_DAY, 12)
        for i in np.flatnonzero(rng.random(n_movies) < 0.5):
            day = int(rng.choice(visits))
            t = day / LAST_DAY
            value = 3 + tastes[u] @ kinds[i] + drifts[u] * (t - 0.5)
            value += 0.5 * np.sin(2 * np.pi * (t + phases[i])) + 0.5 * (t > 0.6)
            rows.append((u, int(i), float(np.clip(value + rng.normal(0, 0.3), 1, 5)), day))
    ratings = ratings_of(rows)
    return ratings, rng.random(ratings.n_ratings) < 0.2


def held_out_rmse(model, ratings, held):
    csr = ratings.by_user
    model.fit(ratings.part(~held), 0)
    scores = model.predict(csr.rows()[held], csr.indices[held], csr.days[held])
    return float(np.sqrt(np.mean((scores - csr.values[held]) ** 2)))


def test_fit_when_everything_drifts_then_better_than_models_that_stand_still():
    ratings, held = drifting_ratings(0)
    svdpp = held_out_rmse(SVDpp(SVDpp.Settings(n_factors=8, lr_all=0.02)), ratings, held)
    biases = held_out_rmse(make(TimeBaseline), ratings, held)
    still = held_out_rmse(
        make(TimeBaseline, **STILL | {"reg_user": 7.0, "reg_movie": 10.0}), ratings, held
    )
    whole = held_out_rmse(make(TimeSVDpp, n_factors=8, n_epochs=30, lr_decay=0.95), ratings, held)
    assert biases < still - 0.05
    assert whole < svdpp - 0.05
    assert whole < biases - 0.05


def test_time_baseline_when_days_have_moods_then_they_hold_on_those_days_only():
    ratings = ratings_of([(1, 1, 5, 10), (1, 2, 5, 10), (1, 3, 1, 30), (1, 4, 1, 30)])
    model = make(TimeBaseline, **STILL | {"reg_user_day": 2.0}).fit(ratings, 0)
    scores = ask(model, 0, 0, 10, 30, 20, 9, 31, None)
    np.testing.assert_allclose(scores, [4, 2, 3, 3, 3, 3], atol=1e-6)


def test_time_baseline_when_a_movie_is_liked_late_then_its_bins_say_so():
    early = [(user, 1, 2, 0) for user in range(4)]
    late = [(user, 1, 4, 9) for user in range(4, 8)]
    model = make(TimeBaseline, n_bins=2, **STILL | {"reg_movie_bin": 4.0}).fit(
        ratings_of(early + late), 0
    )
    scores = ask(model, 0, 0, 0, 4, 5, 9, -99, 99, None)
    np.testing.assert_allclose(scores, [2.5, 2.5, 3.5, 3.5, 2.5, 3.5, 3], atol=1e-6)


def test_time_baseline_when_a_day_is_good_for_all_then_the_calendar_says_so():
    rows = [(user, movie, 4 if movie else 2, 5 * movie) for user in range(3) for movie in (0, 1)]
    model = make(TimeBaseline, **STILL | {"reg_calendar": 3.0}).fit(ratings_of(rows), 0)
    scores = ask(model, 0, 0, 0, 2, 5, -1, 6, None)
    np.testing.assert_allclose(scores, [2.5, 3, 3.5, 2.5, 3.5, 3], atol=1e-6)


def test_time_baseline_when_a_user_grows_kinder_then_the_drift_says_so():
    ratings = ratings_of([(1, 1, 2, 0), (1, 2, 4, 99)])
    model = make(TimeBaseline, **STILL | {"reg_drift": 1.0}).fit(ratings, 0)
    dev = 0.495**0.4
    alpha = 2 * dev / (2 * dev**2 + 1)
    expected = [3 - alpha * dev, 3 + alpha * dev, 3 + alpha * dev, 3 + alpha * 0.195**0.4]
    np.testing.assert_allclose(ask(model, 0, 0, 0, 99, 500, 69), expected, atol=1e-6)


def test_time_baseline_when_users_judge_more_sharply_then_their_scale_says_so():
    ratings, _ = drifting_ratings(5)
    csr = ratings.by_user
    sharp = csr.rows() % 2 == 0
    rows = [
        (u, i, 3 + (1.0 if i % 2 else -1.0) * (0.9 if one else 0.3), day)
        for u, i, day, one in zip(csr.rows(), csr.indices, csr.days, sharp, strict=True)
    ]
    ratings = ratings_of(rows)
    a = make(TimeBaseline).fit(ratings, 0).arrays_
    assert a.user_scales[::2].min() > 0.15
    assert a.user_scales[1::2].max() < -0.15
    scores = make(TimeBaseline).fit(ratings, 0).predict(csr.rows(), csr.indices, csr.days)
    unscaled = make(TimeBaseline, reg_scale=NONE).fit(ratings, 0)
    plain = unscaled.predict(csr.rows(), csr.indices, csr.days)
    errors = [np.mean((found - ratings.by_user.values) ** 2) for found in (scores, plain)]
    assert errors[0] < errors[1] / 3


@pytest.mark.parametrize("model_class", MODELS)
def test_predict_when_user_and_movie_are_unknown_then_the_calendar_remains(model_class):
    ratings, _ = drifting_ratings(1)
    csr = ratings.by_user
    part = ratings.part((csr.rows() > 0) & (csr.indices > 0))
    model = make(model_class, n_epochs=3).fit(part, 0)
    a = model.arrays_
    scores = ask(model, 0, 0, int(a.first_day[0]) + 500, None)
    np.testing.assert_allclose(scores, [part.mean + a.calendar[500], part.mean], rtol=1e-6)


@pytest.mark.parametrize("model_class", MODELS)
def test_predict_when_asked_without_days_then_as_on_no_day(model_class):
    ratings, _ = drifting_ratings(2)
    model = make(model_class, n_epochs=3).fit(ratings, 0)
    users, movies = pairs(ratings)
    without = model.predict(users, movies)
    undated = model.predict(users, movies, np.full(len(users), NO_DAY, np.int32))
    np.testing.assert_array_equal(without, undated)
    assert (
        np.abs(model.predict(users, movies, np.full(len(users), 600, np.int32)) - without).max()
        > 0.1
    )


@pytest.mark.parametrize("model_class", MODELS)
def test_fit_when_ratings_are_undated_then_days_make_no_difference(model_class):
    ratings = ratings_of([row[:3] for row in tasteful_rows(3)])
    model = make(model_class, n_epochs=3).fit(ratings, 0)
    users, movies = pairs(ratings)
    days = np.arange(len(users), dtype=np.int32)
    np.testing.assert_array_equal(model.predict(users, movies, days), model.predict(users, movies))
    a = model.arrays_
    for values in (a.calendar, a.user_drifts, a.movie_bins, a.factor_drifts, a.own_days):
        assert not values.any()


@pytest.mark.parametrize("model_class", MODELS)
def test_fit_when_one_rating_is_undated_then_as_if_all_were(model_class):
    rows = tasteful_rows(4)
    some = ratings_of([rows[0][:3], *rows[1:]])
    users, movies = pairs(some)
    found = make(model_class, n_epochs=3).fit(some, 0).predict(users, movies)
    undated = ratings_of([row[:3] for row in rows])
    expected = make(model_class, n_epochs=3).fit(undated, 0).predict(users, movies)
    np.testing.assert_array_equal(found, expected)


def test_time_baseline_when_ratings_are_undated_then_least_squares_of_users_and_movies():
    ratings = ratings_of([row[:3] for row in tasteful_rows(5, 30, 20)])
    csr = ratings.by_user
    model = make(TimeBaseline, n_epochs=200, reg_user=3.0, reg_movie=4.0, reg_scale=NONE).fit(
        ratings, 0
    )
    columns = np.hstack(
        [np.eye(ratings.n_users)[csr.rows()], np.eye(ratings.n_movies)[csr.indices]]
    )
    penalties = np.repeat([3.0, 4.0], [ratings.n_users, ratings.n_movies])
    target = columns.T @ (csr.values - ratings.mean)
    expected = np.linalg.solve(columns.T @ columns + np.diag(penalties), target)
    found = np.concatenate((model.arrays_.user_biases, model.arrays_.movie_biases))
    np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("model_class", MODELS)
def test_fit_when_all_is_of_one_day_then_scores_are_finite(model_class):
    ratings = ratings_of([(*row[:3], 7) for row in tasteful_rows(6, 20, 10)])
    scores = make(model_class).fit(ratings, 0).predict(*pairs(ratings))
    assert np.isfinite(scores).all()


@pytest.mark.parametrize("engine", ["exact", "surprise"])
@pytest.mark.parametrize("model_class", MODELS)
def test_model_when_the_engine_is_surprises_then_refused(model_class, engine):
    with pytest.raises(ModelError, match=f"engine '{engine}': Surprise has no such model"):
        model_class(model_class.Settings(), engine)


def test_timesvdpp_when_it_diverges_then_says_what_to_change():
    ratings, _ = drifting_ratings(4)
    with pytest.raises(ModelError, match=r"ratings from 1 to 5 by 1.*, lr_all 9.* lower"):
        make(TimeSVDpp, lr_all=9.0).fit(ratings, 0)


@pytest.mark.parametrize("name", ["n_bins", "n_epochs", "reg_user", "reg_calendar"])
def test_settings_when_not_positive_then_refused(name):
    with pytest.raises(ConfigError, match=f"{name} is 0; expected a number above 0"):
        TimeBaseline.Settings(**{name: 0})


def test_contribution_group_when_asked_then_time_and_taste():
    assert make(TimeBaseline).contribution_group() == "time"
    assert make(TimeSVDpp).contribution_group() == "taste"
