"""Which movies to ask about for the list: against trying each, and conditioning in numpy."""

import numpy as np
import pytest

from processing.ranking.gram import Grams
from processing.visitors import ranking_questions as module
from processing.visitors.questions import MOST_ASKED
from processing.visitors.ranking_questions import choose_for_ranking
from tests.builders import ratings_of, tasteful_rows


def _covariance(ratings):
    """Of the users' grades, from 0 to 1, 0 where not rated."""
    grades = np.zeros((ratings.n_users, ratings.n_movies))
    grades[ratings.by_user.rows(), ratings.by_user.indices] = (ratings.by_user.values - 1) / 4
    return np.cov(grades.T, bias=True)


def _left(covariance, asked):
    """What the grades vary when those asked about are known."""
    if not asked:
        return covariance
    known = covariance[np.ix_(asked, asked)]
    return covariance - covariance[:, asked] @ np.linalg.solve(known, covariance[asked])


def _chosen_slowly(covariance, able, n):
    """Try every movie: by how much would the variances of all grades fall in sum?"""
    covariance = covariance[np.ix_(able, able)]
    asked = []
    for _ in range(n):
        before = np.trace(_left(covariance, asked))
        falls = [
            before - np.trace(_left(covariance, [*asked, j])) if j not in asked else -1.0
            for j in range(len(able))
        ]
        asked.append(int(np.argmax(falls)))
    return [int(able[j]) for j in asked]


def _ratings(seed):
    return ratings_of(tasteful_rows(seed, 60, 16, 0.5), titled=[2, 999])


@pytest.mark.parametrize("seed", range(4))
def test_questions_when_chosen_then_as_by_trying_each(seed):
    ratings = _ratings(seed)
    counts = ratings.movie_counts
    found = choose_for_ranking(Grams.of(ratings), counts, ratings.n_users)
    expected = _chosen_slowly(_covariance(ratings), np.flatnonzero(counts), 6)
    assert list(found[:6]) == expected
    assert sorted(found) == np.flatnonzero(counts).tolist()


def test_questions_when_few_are_known_then_the_most_rated_of_them(monkeypatch):
    monkeypatch.setattr(module, "MOST_KNOWN", 7)
    ratings = _ratings(5)
    counts = ratings.movie_counts
    able = np.sort(np.argsort(-counts, kind="stable")[:7])
    found = choose_for_ranking(Grams.of(ratings), counts, ratings.n_users)
    assert list(found[:4]) == _chosen_slowly(_covariance(ratings), able, 4)
    assert sorted(found) == able.tolist()


def test_questions_when_the_matrix_is_cut_then_of_its_movies():
    ratings = _ratings(6)
    grams = Grams.of(ratings, 9)
    found = choose_for_ranking(grams, ratings.movie_counts, ratings.n_users)
    assert list(found[:4]) == _chosen_slowly(_covariance(ratings), grams.movies, 4)


def test_questions_when_two_movies_are_graded_alike_then_one_is_asked_about():
    rng = np.random.default_rng(0)
    rows = [(u, m, int(rng.integers(1, 6))) for u in range(50) for m in range(4)]
    rows += [(u, m + 10, stars) for u, m, stars in rows if m == 2]
    ratings = ratings_of(rows)
    found = choose_for_ranking(Grams.of(ratings), ratings.movie_counts, ratings.n_users)
    assert len(found) == 4
    assert found[0] == 2  # of it most is learned, and it comes before its double
    assert 4 not in found


def test_questions_when_nobody_differs_then_none():
    ratings = ratings_of([(u, m, 3) for u in range(5) for m in range(3)])
    assert choose_for_ranking(Grams.of(ratings), ratings.movie_counts, 5) == ()


def test_questions_when_movies_are_many_then_as_long_as_the_asking_list():
    ratings = ratings_of(tasteful_rows(7, 300, 150, 0.3))
    found = choose_for_ranking(Grams.of(ratings), ratings.movie_counts, ratings.n_users)
    assert len(found) == len(set(found)) == MOST_ASKED
