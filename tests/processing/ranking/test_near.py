"""Near movies: against numpy's correlation of dense grades."""

import numpy as np
import pytest

from processing.ranking import near
from processing.ranking.gram import Grams
from processing.ranking.near import NEAR, Correlations, near_movies
from tests.builders import ratings_of


def _ratings(seed, n_users=60):
    """Some movies in threes that the same people watch and like alike, and one user with none."""
    rng = np.random.default_rng(seed)
    taste = rng.normal(size=(n_users, 5))
    rows = [
        (u, 3 * kind + k, int(np.clip(round(3 + taste[u, kind] + rng.normal(0, 0.5)), 1, 5)))
        for u in range(n_users)
        for kind in range(5)
        for k in range(3)
        if (taste[u, kind] > 0.2 and rng.random() < 0.9) or rng.random() < 0.1
    ]
    ratings = ratings_of([*rows, (0, 0, 3)], titled=[999])
    return ratings.part(ratings.by_user.rows() != 3)


def _correlations(ratings):
    """Of all pairs of movies, over the users who rated anything; 0 where one does not vary."""
    grades = np.zeros((ratings.n_users, ratings.n_movies))
    grades[ratings.by_user.rows(), ratings.by_user.indices] = ratings.by_user.values - 1
    grades = grades[ratings.by_user.counts > 0]
    with np.errstate(all="ignore"):
        return np.nan_to_num(np.corrcoef(grades.T))


def _dense(csr):
    out = np.zeros((csr.n_rows, csr.n_rows))
    out[csr.rows(), csr.indices] = csr.values
    return out


@pytest.mark.parametrize("seed", range(4))
def test_near_when_compared_with_numpy_then_the_pairs_above_the_bound(seed, monkeypatch):
    monkeypatch.setattr(near, "BLOCK", 5)
    ratings = _ratings(seed)
    found = near_movies(ratings, Grams.of(ratings))
    expected = _correlations(ratings)
    np.fill_diagonal(expected, 0)
    expected[expected < NEAR] = 0
    assert np.count_nonzero(expected) > 10
    np.testing.assert_allclose(_dense(found), expected, atol=1e-6)
    assert (found.values > 0).all()
    for row in range(found.n_rows):
        own = found.indices[found.indptr[row] : found.indptr[row + 1]]
        assert (np.diff(own) > 0).all()


def test_near_when_a_movie_has_many_then_the_nearest_and_those_that_keep_it(monkeypatch):
    monkeypatch.setattr(near, "MOST_NEAR", 1)
    monkeypatch.setattr(near, "NEAR", 0.05)
    ratings = _ratings(1)
    found = _dense(near_movies(ratings, Grams.of(ratings)))
    every = _correlations(ratings)
    np.fill_diagonal(every, 0)
    kept = np.zeros(every.shape, bool)
    for movie, row in enumerate(every):
        order = np.lexsort((np.arange(len(row)), -row))[:1]
        kept[movie, order] = row[order] >= 0.05
    expected = np.where(kept | kept.T, every, 0)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    np.testing.assert_array_equal(found, found.T)
    assert (found > 0).sum(axis=1).max() > 1


def test_near_when_the_matrix_is_cut_then_of_its_movies_alone():
    ratings = _ratings(2)
    grams = Grams.of(ratings, 7)
    found, every = _dense(near_movies(ratings, grams)), _correlations(ratings)
    np.fill_diagonal(every, 0)
    known = np.zeros(ratings.n_movies, bool)
    known[grams.movies] = True
    expected = np.where((every >= NEAR) & np.outer(known, known), every, 0)
    np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize("most", [7, 20_000])
def test_distances_when_compared_pair_by_pair_then_equal(most):
    ratings = _ratings(3)
    grams, every = Grams.of(ratings, most), _correlations(ratings)
    known = set(grams.movies.tolist())
    rng = np.random.default_rng(0)
    top = np.full((12, 6), -1, np.int32)
    for row, size in zip(top, [0, 1, 2, *rng.integers(2, 7, 9)], strict=True):
        row[:size] = rng.permutation(ratings.n_movies)[:size]
    found = Correlations(ratings, grams).distances(top)
    for row, distance in zip(top, found, strict=True):
        movies = row[row >= 0].tolist()
        pairs = [
            every[a, b] if {a, b} <= known else 0.0
            for place, a in enumerate(movies)
            for b in movies[:place]
        ]
        assert distance == pytest.approx(1 - np.mean(pairs) if pairs else 1.0, abs=1e-6)
