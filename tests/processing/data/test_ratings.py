import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processing.data.ratings import Csr, Ratings, build_ratings
from processing.data.rows import NO_DAY, Scale
from processing.errors import RatingsError
from processing.tools import threads
from tests import reference
from tests.builders import STARS, dense, random_rows, ratings_of, rows_of

ROW = st.tuples(
    st.integers(-5, 5), st.integers(-(2**62), 2**62), st.integers(1, 5), st.integers(0, 9)
)


def test_ratings_when_built_from_rows_then_ids_and_indices_agree():
    ratings = ratings_of([(7, 20, 4, 100), (-3, 10, 2, 101), (7, 10, 5, 102)], titled=[30])
    assert ratings.user_ids.tolist() == [-3, 7]
    assert ratings.movie_ids.tolist() == [10, 20, 30]
    assert ratings.by_user.indptr.tolist() == [0, 1, 3]
    assert ratings.by_user.indices.tolist() == [0, 0, 1]
    assert ratings.by_user.values.tolist() == [2, 5, 4]
    assert ratings.by_user.days.tolist() == [101, 102, 100]
    assert ratings.by_movie.indptr.tolist() == [0, 2, 3, 3]
    assert ratings.by_movie.indices.tolist() == [0, 1, 1]
    assert ratings.find_user(7) == 1
    assert ratings.find_user(8) is None
    assert ratings.find_movie(30) == 2
    assert ratings.find_movie(10**12) is None
    assert ratings.mean == pytest.approx(11 / 3)


@settings(deadline=None)
@given(st.lists(ROW, min_size=1, max_size=60))
def test_ratings_when_pairs_repeat_then_the_latest_counts(rows):
    ratings = ratings_of(rows)
    expected = reference.build_ratings(rows)
    found = {
        (int(ratings.user_ids[u]), int(ratings.movie_ids[i])): (r, d)
        for u, i, r, d in zip(
            ratings.by_user.rows(),
            ratings.by_user.indices,
            ratings.by_user.values,
            ratings.by_user.days,
            strict=True,
        )
    }
    assert found == expected


@settings(deadline=None)
@given(st.lists(ROW, min_size=1, max_size=60))
def test_by_movie_when_transposed_then_holds_the_same_ratings(rows):
    ratings = ratings_of(rows)
    matrix = np.full((ratings.n_users, ratings.n_movies), np.nan)
    matrix[ratings.by_movie.indices, ratings.by_movie.rows()] = ratings.by_movie.values
    np.testing.assert_array_equal(matrix, dense(ratings))


@settings(deadline=None)
@given(st.lists(ROW, min_size=1, max_size=60), st.integers(0, 2**32 - 1))
def test_part_when_split_in_two_then_both_together_are_the_whole(rows, seed):
    ratings = ratings_of(rows)
    mask = np.random.default_rng(seed).random(ratings.n_ratings) < 0.5
    one, other = ratings.part(mask), ratings.part(~mask)
    together = np.fmax(np.nan_to_num(dense(one)), np.nan_to_num(dense(other)))
    np.testing.assert_array_equal(together, np.nan_to_num(dense(ratings)))
    assert one.n_ratings + other.n_ratings == ratings.n_ratings


@settings(deadline=None)
@given(st.lists(ROW, min_size=1, max_size=40))
def test_locate_when_asked_for_every_pair_then_finds_exactly_the_rated(rows):
    ratings = ratings_of(rows)
    users, movies = np.indices((ratings.n_users, ratings.n_movies)).reshape(2, -1)
    positions = ratings.locate(users.astype(np.int32), movies.astype(np.int32))
    rated = ~np.isnan(dense(ratings).ravel())
    np.testing.assert_array_equal(positions >= 0, rated)
    np.testing.assert_array_equal(positions[rated], np.arange(ratings.n_ratings))


def test_ratings_when_built_on_several_threads_then_the_same(monkeypatch):
    rows = random_rows(3, n_users=50, n_movies=40)
    rows += [(user, movie, 6 - rating, day + 1) for user, movie, rating, day in rows[::7]]
    np.random.default_rng(0).shuffle(rows)
    alone = ratings_of(rows)
    mask = alone.by_user.values > 2
    monkeypatch.setattr(threads, "n_threads", lambda: 3)
    monkeypatch.setattr(threads, "SMALL", 1)
    together = ratings_of(rows)
    for one, other in (
        (alone.by_user, together.by_user),
        (alone.by_movie, together.by_movie),
        (alone.part(mask).by_user, together.part(mask).by_user),
    ):
        for name in ("indptr", "indices", "values", "days"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    np.testing.assert_array_equal(together.movie_counts, together.by_movie.counts)


@settings(deadline=None)
@given(st.lists(ROW, min_size=1, max_size=60))
def test_ratings_when_ids_are_of_32_bits_or_far_apart_then_the_same(rows):
    near = [(user, movie % 1000, rating, day) for user, movie, rating, day in rows]
    far = [(user, (movie << 40) + 5, rating, day) for user, movie, rating, day in near]
    columns = rows_of(near)
    small = dataclasses.replace(
        columns,
        user_ids=columns.user_ids.astype(np.int32),
        movie_ids=columns.movie_ids.astype(np.int32),
    )
    expected, n = build_ratings(rows_of(far), np.array([], np.int64), STARS)
    ratings, m = build_ratings(small, np.array([], np.int64), STARS)
    assert n == m
    np.testing.assert_array_equal((ratings.movie_ids << 40) + 5, expected.movie_ids)
    np.testing.assert_array_equal(dense(ratings), dense(expected))


@pytest.mark.parametrize("mask", [np.ones(1, np.bool_), np.array([0, 1])])
def test_part_when_the_mask_does_not_fit_then_refused(mask):
    with pytest.raises(RatingsError, match=r"expected bool \(2,\)"):
        ratings_of([(1, 1, 3), (2, 1, 4)]).part(mask)


def test_ratings_when_without_days_then_undated():
    assert not ratings_of([(1, 1, 3)]).dated
    assert ratings_of([(1, 1, 3, 0)]).dated


def _csr(indices, values, indptr=(0, 1, 2)):
    return Csr(
        indptr=np.array(indptr, np.int64),
        indices=np.array(indices, np.int32),
        values=np.array(values, np.float32),
        days=np.full(len(values), NO_DAY, np.int32),
    )


@pytest.mark.parametrize(
    ("user_ids", "csr", "message"),
    [
        ([2, 1], _csr([0, 1], [3, 3]), r"user_ids\[1\] is 1 after 2"),
        ([1, 2], _csr([0, 5], [3, 3]), r"outside 0\.\.1"),
        ([1, 2], _csr([0, 1], [3, 7]), r"3 to 7; expected 1 to 5"),
        ([1, 2], _csr([0, 1], [3, np.nan]), "not a finite number"),
        ([1, 2], _csr([1, 0], [3, 3], (0, 2, 2)), "unsorted"),
        ([1, 2], _csr([1, 1], [3, 3], (0, 2, 2)), "unsorted"),
        ([1, 2], _csr([0, 1], [3, 3], (0, 1, 3)), "does not span"),
    ],
)
def test_ratings_when_arrays_are_wrong_then_refused(user_ids, csr, message):
    with pytest.raises(RatingsError, match=message):
        Ratings(
            user_ids=np.array(user_ids, np.int64),
            movie_ids=np.array([1, 2], np.int64),
            scale=STARS,
            by_user=csr,
        )


def test_ratings_when_a_user_without_ratings_lies_between_then_accepted():
    ratings = ratings_of([(1, 1, 3), (2, 1, 4), (2, 2, 5), (3, 1, 2)])
    alone = ratings.part(np.array([True, False, False, True]))
    assert alone.by_user.counts.tolist() == [1, 0, 1]


@pytest.mark.parametrize(
    ("scale", "levels"),
    [
        (Scale(low=1, high=5, step=1), [1, 2, 3, 4, 5]),
        (Scale(low=0.5, high=2, step=0.5), [0.5, 1, 1.5, 2]),
        (Scale(low=0, high=100, step=1), [10, 20, 30, 40, 50, 60, 70, 80, 90, 100]),
        (Scale(low=0, high=1, step=0), [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]),
    ],
)
def test_levels_when_scale_is_long_or_free_then_ten_bins(scale, levels):
    np.testing.assert_allclose(scale.levels(), levels, rtol=1e-6)


def test_ratings_when_ids_lie_at_both_ends_of_64_bits_then_taken():
    ends = (-(2**63), -1, 0, 1, 2**63 - 1)
    ratings = ratings_of([(user, movie, 3) for user in ends for movie in ends])
    assert ratings.user_ids.tolist() == ratings.movie_ids.tolist() == list(ends)
    assert ratings.find_user(-(2**63)) == 0
    assert ratings.find_movie(2**63 - 1) == 4
