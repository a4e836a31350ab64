"""Candidates: against the best of each model, sorted in plain Python."""

import numpy as np
import pytest

from processing.data.rows import NO_DAY
from processing.kernels.arrays import Csr
from processing.ranking import candidates as module
from processing.ranking.candidates import Candidates, all_candidates, find_candidates, last_days
from processing.ranking.ease import Ease, EaseSettings
from processing.ranking.popularity import Popularity, PopularitySettings
from tests.builders import ratings_of, tasteful_rows


class Planted:
    """Scores that are given, by what a person rated first, or the same for all."""

    def __init__(self, seed, n_movies, same_for_all=False):
        self._table = np.random.default_rng(seed).integers(0, 6, (n_movies + 1, n_movies))
        self.same_for_all = same_for_all

    def scores(self, rated: Csr):
        if self.same_for_all:
            return np.tile(self._table[0].astype(np.float32), (rated.n_rows, 1))
        first = np.full(rated.n_rows, -1)
        some = rated.counts > 0
        first[some] = rated.indices[rated.indptr[:-1][some]]
        return self._table[first].astype(np.float32)


@pytest.fixture(scope="module")
def ratings():
    """Some days; user 2 rated nothing, user 5 all that anybody did, and a movie has no rating."""
    rows = [row for row in tasteful_rows(6, 30, 24, 0.5) if row[0] != 10 * 5 + 7]
    rows += [(10 * 5 + 7, 3 * movie + 1, 4, 50 + movie) for movie in range(24)]
    found = ratings_of(rows, titled=[2, 999])
    return found.part(found.by_user.rows() != 2)


def _models(ratings):
    return {name: Planted(k, ratings.n_movies, name == "b") for k, name in enumerate("abc")}


def _seen(ratings, user):
    csr = ratings.by_user
    return csr.indices[csr.indptr[user] : csr.indptr[user + 1]].tolist()


def _slowly(ratings, users, models, n):
    """{user: (movies, scores of each by each model)}."""
    found = {}
    for user in users:
        new = [m for m in np.flatnonzero(ratings.movie_counts) if m not in _seen(ratings, user)]
        scores = [model.scores(ratings.by_user.take([user]))[0] for model in models.values()]
        movies = set()
        for place, own in enumerate(scores):
            n_own = n if place == 0 else max(1, n // 4)
            movies |= set(sorted(new, key=lambda m, own=own: (-own[m], m))[:n_own])
        if movies:
            found[user] = sorted(movies), [[own[m] for own in scores] for m in sorted(movies)]
    return found


@pytest.mark.parametrize("n", [1, 3, 9, 100])
@pytest.mark.parametrize("block", [1, 100, 20_000_000])
def test_candidates_when_compared_with_the_twin_then_the_best_of_each(
    ratings, n, block, monkeypatch
):
    monkeypatch.setattr(module, "BLOCK_SCORES", block)
    users = np.delete(np.arange(ratings.n_users, dtype=np.int32), [0, 11])
    models = _models(ratings)
    found = all_candidates(ratings, users, models, n)
    expected = _slowly(ratings, users.tolist(), models, n)
    assert found.users.tolist() == list(expected)
    assert 5 not in found.users
    assert 2 in found.users
    for k, (movies, scores) in enumerate(expected.values()):
        own = slice(found.indptr[k], found.indptr[k + 1])
        assert found.movies[own].tolist() == movies
        assert found.scores[own].tolist() == scores
    types = {name: array.dtype for name, array in vars(found).items()}
    assert types == {
        "users": np.int32,
        "days": np.int32,
        "indptr": np.int64,
        "movies": np.int32,
        "scores": np.float32,
    }


def test_candidates_when_found_then_neither_rated_nor_unknown_and_ascending(ratings):
    models = {
        "ease": Ease(EaseSettings(reg=5.0)).fit(ratings, 0),
        "popular": Popularity(PopularitySettings()).fit(ratings, 0),
    }
    users = np.arange(ratings.n_users, dtype=np.int32)
    found = all_candidates(ratings, users, models, 8)
    unrated = {ratings.find_movie(2), ratings.find_movie(999)}
    for k, user in enumerate(found.users):
        movies = found.movies[found.indptr[k] : found.indptr[k + 1]]
        assert (np.diff(movies) > 0).all()
        assert not set(movies.tolist()) & ({*_seen(ratings, user)} | unrated)
        assert 1 <= len(movies) <= 10


def test_candidates_when_blocks_are_small_then_the_same(ratings, monkeypatch):
    users = np.arange(ratings.n_users, dtype=np.int32)
    models = {"ease": Ease(EaseSettings(reg=5.0)).fit(ratings, 0)}
    whole = all_candidates(ratings, users, models, 5)
    monkeypatch.setattr(module, "BLOCK_SCORES", 4 * ratings.n_movies)
    assert len(list(find_candidates(ratings, users, models, 5))) > 5
    blocks = all_candidates(ratings, users, models, 5)
    for name, array in vars(whole).items():
        np.testing.assert_array_equal(array, getattr(blocks, name), strict=True)


@pytest.mark.parametrize("users", [[], [5]])
def test_candidates_when_nobody_has_anything_left_then_none(ratings, users):
    found = all_candidates(ratings, np.array(users, np.int32), _models(ratings), 4)
    assert len(found.users) == len(found.movies) == len(found.days) == 0
    assert found.indptr.tolist() == [0]
    assert found.scores.shape == (0, 3)


def test_days_when_looked_up_then_the_last_of_each_user(ratings):
    csr = ratings.by_user
    users = np.array([7, 2, 0, 5], np.int32)
    expected = [
        max(csr.days[csr.indptr[u] : csr.indptr[u + 1]].tolist(), default=NO_DAY) for u in users
    ]
    found = last_days(ratings, users)
    assert found.dtype == np.int32
    assert found.tolist() == expected
    assert expected[1] == NO_DAY
    assert last_days(ratings, users[:0]).tolist() == []


def test_days_when_ratings_have_none_then_no_day():
    ratings = ratings_of([(1, 1, 5), (1, 2, 4), (2, 1, 3)])
    assert last_days(ratings, np.array([0, 1], np.int32)).tolist() == [NO_DAY, NO_DAY]


def test_candidates_when_picked_by_user_then_theirs(ratings):
    users = np.arange(ratings.n_users, dtype=np.int32)
    found = all_candidates(ratings, users, _models(ratings), 6)
    kept = np.arange(len(found.users)) % 3 == 1
    some = found.some(kept)
    alone = all_candidates(ratings, found.users[kept], _models(ratings), 6)
    for name, array in vars(alone).items():
        np.testing.assert_array_equal(getattr(some, name), array)
    nobody = found.some(np.zeros(len(found.users), bool))
    assert nobody.indptr.tolist() == [0]


def test_pairs_when_asked_for_then_user_movie_and_day_of_each(ratings):
    found = all_candidates(ratings, np.array([1, 2, 4], np.int32), _models(ratings), 2)
    users, movies, days = found.pairs()
    assert [*zip(users, movies, strict=True)] == [
        (user, movie)
        for k, user in enumerate(found.users)
        for movie in found.movies[found.indptr[k] : found.indptr[k + 1]]
    ]
    np.testing.assert_array_equal(days, last_days(ratings, users))
    assert (found.rows() == np.searchsorted(found.users, users)).all()


def test_candidates_when_saved_then_read_back(ratings, tmp_path):
    found = all_candidates(ratings, np.array([1, 2, 4], np.int32), _models(ratings), 2)
    found.save(tmp_path)
    loaded = Candidates.load(tmp_path)
    for name, array in vars(found).items():
        np.testing.assert_array_equal(getattr(loaded, name), array, strict=True)
