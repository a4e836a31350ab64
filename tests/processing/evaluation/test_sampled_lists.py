import dataclasses

import numpy as np
import pytest

from processing.data.rows import NO_DAY
from processing.evaluation import sampled_lists as lists_module
from processing.evaluation.sampled_lists import Lists, fill, sample_lists, sample_size
from tests.builders import random_rows, ratings_of


@pytest.fixture(scope="module")
def ratings():
    return ratings_of(random_rows(3, n_users=60, n_movies=25), titled=[10_000])


@pytest.fixture(scope="module")
def held_mask(ratings):
    return np.random.default_rng(0).random(ratings.n_ratings) < 0.3


@pytest.fixture(scope="module")
def lists(ratings, held_mask):
    held_out = ratings.by_user.rows()[held_mask]
    return sample_lists(ratings.part(~held_mask), held_out, 20, 5)


def test_lists_when_made_then_each_user_has_the_rated_movies_that_are_new_to_them(
    ratings, held_mask, lists
):
    known = ratings.part(~held_mask)
    users, movies, days = (getattr(known.by_user, name) for name in ("indptr", "indices", "days"))
    assert len(lists.users) == 20
    assert (np.diff(lists.users) > 0).all()
    for row, user in enumerate(lists.users):
        own = slice(users[user], users[user + 1])
        expected = sorted(set(movies) - set(movies[own]))
        assert lists.movies[lists.indptr[row] : lists.indptr[row + 1]].tolist() == expected
        assert lists.days[row] == days[own].max()
    np.testing.assert_array_equal(lists.movie_counts, known.movie_counts)


def test_lists_when_a_user_has_nothing_known_or_nothing_held_out_then_not_drawn(ratings):
    of_user = ratings.by_user.rows()
    known = ratings.part((of_user != 4) & (of_user != 9))
    lists = sample_lists(known, np.array([4, 5, 5, 6], np.int32), 50, 0)
    assert lists.users.tolist() == [5, 6]


def test_lists_when_held_out_ratings_differ_then_the_same(ratings, held_mask, lists):
    """They are given no rating to look at; this holds the signature to it."""
    values = ratings.by_user.values.copy()
    values[held_mask] = 6 - values[held_mask]
    by_user = ratings.by_user._replace(values=values)
    changed = dataclasses.replace(ratings, by_user=by_user)
    again = sample_lists(changed.part(~held_mask), changed.by_user.rows()[held_mask], 20, 5)
    for name, array in vars(lists).items():
        np.testing.assert_array_equal(getattr(again, name), array)


def test_lists_when_undated_then_without_a_day():
    ratings = ratings_of([(1, 1, 3), (1, 2, 4), (2, 2, 5)])
    lists = sample_lists(ratings, np.array([0, 1], np.int32), 5, 0)
    assert lists.days.tolist() == [NO_DAY, NO_DAY]
    assert lists.movies.tolist() == [0]
    assert lists.indptr.tolist() == [0, 0, 1]


def test_blocks_when_put_together_then_every_pair_once(lists, monkeypatch):
    monkeypatch.setattr(lists_module, "BLOCK_PAIRS", 50)
    found = [[], [], []]
    end = 0
    for where, pairs in lists.blocks():
        assert where.start == end
        assert 0 < where.stop - where.start <= 50
        end = where.stop
        for column, array in zip(found, pairs, strict=True):
            column.extend(array)
    rows = lists.rows()
    assert found == [list(lists.users[rows]), list(lists.movies), list(lists.days[rows])]


def test_blocks_when_one_list_is_longer_than_a_block_then_alone(lists, monkeypatch):
    monkeypatch.setattr(lists_module, "BLOCK_PAIRS", 1)
    assert [where.stop for where, _ in lists.blocks()] == lists.indptr[1:].tolist()


def test_save_when_loaded_then_the_same(lists, tmp_path):
    lists.save(tmp_path)
    for name, array in vars(Lists.load(tmp_path)).items():
        np.testing.assert_array_equal(array, getattr(lists, name))


@pytest.mark.parametrize("width", [(), (3,)])
def test_fill_when_read_back_then_what_was_said_of_each_pair(lists, width, tmp_path, monkeypatch):
    monkeypatch.setattr(lists_module, "BLOCK_PAIRS", 50)

    def say(pairs):
        said = (1000 * pairs.users + pairs.movies).astype(np.float32)
        return np.broadcast_to(said.reshape(-1, *[1] * len(width)), (len(said), *width))

    fill(tmp_path / "said.npy", lists, width, say)
    found = np.load(tmp_path / "said.npy")
    assert found.shape == (len(lists.movies), *width)
    expected = 1000 * lists.users[lists.rows()] + lists.movies
    np.testing.assert_array_equal(found.reshape(len(expected), -1)[:, 0], expected)


def test_sample_size_when_there_are_many_movies_then_fewer_users():
    assert sample_size(10_000) == 1000
    assert sample_size(10_001) == 500
