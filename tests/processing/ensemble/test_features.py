import numpy as np
import pytest

from processing.ensemble.features import NAMES, Features
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
    return users[free], movies[free]


def test_make_when_compared_with_the_twins_then_equal(ratings):
    features = Features().fit(ratings)
    users, movies = _unrated(ratings)
    made = features.make(users, movies)
    matrix = dense(ratings)
    residuals = dense(ratings, features.deviations())
    near_users = reference.nearest_rows(residuals, 100, 100.0)
    near_movies = reference.nearest_rows(residuals.T, 100, 100.0)
    column = {name: made[:, k] for k, name in enumerate(NAMES)}
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


def test_make_when_a_pair_is_among_the_ratings_then_refused(ratings):
    csr = ratings.by_user
    with pytest.raises(ModelError, match="leave the pair out"):
        Features().fit(ratings).make(csr.rows()[:1], csr.indices[:1])


def test_make_when_the_row_is_left_out_then_its_rating_does_not_matter():
    rows = tasteful_rows(3, n_users=30, n_movies=20)
    changed = [(*rows[0][:2], 6 - rows[0][2], rows[0][3]), *rows[1:]]
    made = []
    for version in (rows, changed):
        ratings = ratings_of(version)
        row = ratings.locate(
            np.array([ratings.find_user(rows[0][0])], np.int32),
            np.array([ratings.find_movie(rows[0][1])], np.int32),
        )
        kept = np.ones(ratings.n_ratings, bool)
        kept[row] = False
        users, movies = ratings.by_user.rows()[row], ratings.by_user.indices[row]
        made.append(Features().fit(ratings.part(kept)).make(users, movies))
    np.testing.assert_array_equal(*made)


def test_save_when_loaded_then_makes_the_same(ratings, tmp_path):
    features = Features().fit(ratings)
    features.save(tmp_path)
    loaded = Features.load(tmp_path, ratings)
    np.testing.assert_array_equal(
        loaded.make(*_unrated(ratings)), features.make(*_unrated(ratings))
    )
    np.testing.assert_array_equal(loaded.deviations(), features.deviations())
