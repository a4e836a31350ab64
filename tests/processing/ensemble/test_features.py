import numpy as np
import pytest

from processing.ensemble.features import CONTRIBUTIONS, GROUPS, NAMES, Features, names_of
from processing.errors import ModelError
from tests import reference
from tests.builders import dense, ratings_of, tasteful_rows
from tests.contracts import pairs


@pytest.fixture(scope="module")
def ratings():
    return ratings_of(tasteful_rows(2, n_users=50, n_movies=30), titled=[10_000])


def _unrated(ratings):
    users, movies = pairs(ratings)
    free = ratings.locate(users, movies) < 0
    users, movies = users[free], movies[free]
    return users, movies, np.random.default_rng(1).integers(-50, 450, len(users)).astype(np.int32)


def test_make_when_compared_with_the_twins_then_equal(ratings):
    features = Features().fit(ratings)
    users, movies, days = _unrated(ratings)
    found = features.make(users, movies, days)
    matrix = dense(ratings)
    residuals = dense(ratings, features.deviations().values)
    near_users = reference.nearest_rows(residuals, 100, 100.0)
    near_movies = reference.nearest_rows(residuals.T, 100, 100.0)
    column = {name: found[:, k] for k, name in enumerate(NAMES)}
    for n in range(0, len(users), 37):
        u, i = users[n], movies[n]
        assert column["log_user_support"][n] == pytest.approx(
            np.log1p(np.count_nonzero(~np.isnan(matrix[u])))
        )
        expected = reference.neighbour_ratings(
            {u: [b for b, _, _ in near_users[u]]}, matrix, u, i, 5
        )
        found = [column[f"similar_user_{k + 1}"][n] for k in range(5)]
        assert found[: len(expected)] == expected
        assert np.isnan(found[len(expected) :]).all()
        expected = reference.neighbour_ratings(
            {i: [b for b, _, _ in near_movies[i]]}, matrix.T, i, u, 5
        )
        found = [column[f"similar_movie_{k + 1}"][n] for k in range(5)]
        assert found[: len(expected)] == expected


def test_make_when_dated_then_the_features_of_time_equal_the_twin(ratings):
    features = Features().fit(ratings)
    users, movies, days = _unrated(ratings)
    column = dict(zip(NAMES, features.make(users, movies, days).T, strict=True))
    csr, deviations = ratings.by_user, features.deviations().values.astype(float)
    first, variance = csr.days.min(), np.mean(deviations**2)
    for n in range(0, len(users), 17):
        u, i, day = users[n], movies[n], days[n]
        mine, its = csr.rows() == u, csr.indices == i
        today = mine & (csr.days == day)
        last = (csr.days.max() - first) // 90
        near = its & ((csr.days - first) // 90 == np.clip((day - first) // 90, 0, last))
        expected = {
            "user_spread": np.sqrt((sum(deviations[mine] ** 2) + 5 * variance) / (mine.sum() + 5)),
            "movie_spread": np.sqrt((sum(deviations[its] ** 2) + 5 * variance) / (its.sum() + 5)),
            "log_user_same_day": np.log1p(today.sum()),
            "user_same_day": deviations[today].sum() / (today.sum() + 10),
            "movie_same_quarter": deviations[near].sum() / (near.sum() + 10),
        }
        for name, value in expected.items():
            assert column[name][n] == pytest.approx(value, abs=1e-4), name


def test_make_when_undated_then_the_features_of_time_are_missing(ratings):
    users, movies, _ = _unrated(ratings)
    found = Features().fit(ratings).make(users, movies, None)
    for k, name in enumerate(NAMES):
        assert np.isnan(found[:, k]).all() == (GROUPS[name] == "time")


def test_make_when_similar_users_are_not_asked_for_then_all_else_is_the_same(ratings, tmp_path):
    features = Features().fit(ratings, similar_users=False)
    features.save(tmp_path)
    found = features.make(*_unrated(ratings))
    assert [name for name in NAMES if GROUPS[name] != "similar_users"] == [*names_of(False)]
    whole = Features().fit(ratings).make(*_unrated(ratings))
    np.testing.assert_array_equal(found, whole[:, : len(names_of(False))])
    loaded = Features.load(tmp_path, ratings)
    assert loaded.similar_users_ is None
    np.testing.assert_array_equal(loaded.make(*_unrated(ratings)), found)


def test_groups_when_listed_then_every_feature_has_one_that_is_shown():
    assert set(GROUPS) == set(NAMES)
    assert set(GROUPS.values()) <= set(CONTRIBUTIONS)


def test_make_when_a_pair_is_among_the_ratings_then_refused(ratings):
    csr = ratings.by_user
    with pytest.raises(ModelError, match="leave the pair out"):
        Features().fit(ratings).make(csr.rows()[:1], csr.indices[:1], None)


def test_make_when_the_row_is_left_out_then_its_rating_does_not_matter():
    rows = tasteful_rows(3, n_users=30, n_movies=20)
    changed = [(*rows[0][:2], 6 - rows[0][2], rows[0][3]), *rows[1:]]
    found = []
    for version in (rows, changed):
        ratings = ratings_of(version)
        row = ratings.locate(
            np.array([ratings.find_user(rows[0][0])], np.int32),
            np.array([ratings.find_movie(rows[0][1])], np.int32),
        )
        kept = np.ones(ratings.n_ratings, bool)
        kept[row] = False
        users, movies = ratings.by_user.rows()[row], ratings.by_user.indices[row]
        days = ratings.by_user.days[row]
        found.append(Features().fit(ratings.part(kept)).make(users, movies, days))
    np.testing.assert_array_equal(*found)


def test_save_when_loaded_then_makes_the_same(ratings, tmp_path):
    features = Features().fit(ratings)
    features.save(tmp_path)
    loaded = Features.load(tmp_path, ratings)
    np.testing.assert_array_equal(
        loaded.make(*_unrated(ratings)), features.make(*_unrated(ratings))
    )
    np.testing.assert_array_equal(loaded.deviations().values, features.deviations().values)
