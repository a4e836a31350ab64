"""The ranking measures against a slow twin, and against orderings whose worth is known."""

import math

import msgspec
import numpy as np
import pytest

from processing.data.rows import Scale
from processing.evaluation import topn as ranking
from processing.evaluation.sampled_lists import sample_lists
from processing.evaluation.topn import find_likes, list_quality, outcome
from tests.builders import STARS, random_rows, ratings_of


class Case:
    """Ratings cut in two, lists, likes, and scores with many ties."""

    def __init__(self, seed, n_movies=90):
        self.ratings = ratings_of(random_rows(seed, n_users=30, n_movies=n_movies, density=0.25))
        rng = np.random.default_rng(seed)
        self.test = rng.random(self.ratings.n_ratings) < 0.4
        csr = self.ratings.by_user
        self.held = list(
            zip(csr.rows()[self.test], csr.indices[self.test], csr.values[self.test], strict=True)
        )
        self.known = self.ratings.part(~self.test)
        self.lists = sample_lists(self.known, csr.rows()[self.test], 20, seed)
        columns = (np.array(column) for column in zip(*self.held, strict=True))
        self.likes = find_likes(self.lists, *columns, STARS, seed)
        self.scores = rng.integers(0, 30, len(self.lists.movies)).astype(np.float32)

    def listed(self, row):
        """Movies of a row, and their scores."""
        own = slice(self.lists.indptr[row], self.lists.indptr[row + 1])
        return self.lists.movies[own].tolist(), self.scores[own].tolist()


def _twin(case):
    """The measures as the module's docstring has them, user by user."""
    hits, gains, recalls, ranks, tops, first, stars = [], [], [], [], [], [], []
    counts = case.known.movie_counts
    for row, user in enumerate(case.lists.users):
        movies, scores = case.listed(row)
        score = dict(zip(movies, scores, strict=True))
        likes = {i for u, i, r in case.held if u == user and r >= 4 and i in score}
        if not likes:
            continue
        order = sorted(movies, key=lambda movie: (-score[movie], movie))
        hits.append(any(movie in likes for movie in order[:10]))
        gain = sum(1 / math.log2(p + 2) for p, i in enumerate(order[:10]) if i in likes)
        gains.append(gain / sum(1 / math.log2(p + 2) for p in range(min(10, len(likes)))))
        recalls.append(len(likes & set(order[:50])) / len(likes))
        drawn = [case.lists.movies[place] for place in case.likes.drawn[row]]
        for u, movie, rating in case.held:
            if u == user and rating == 5 and movie in score:
                before = [score[other] > score[movie] for other in drawn]
                equal = [score[other] == score[movie] for other in drawn]
                ranks.append((sum(before) + sum(equal) / 2) / len(drawn))
        tops += order[:10]
        first.append(order[0])
        stars += [r for u, i, r in case.held if u == user and i in order[:10]]
    listable = [movie for movie, n in enumerate(counts) if n]
    most = sorted(listable, key=lambda movie: (-counts[movie], movie))
    popular = set(most[: math.ceil(0.1 * len(listable))])
    return {
        "hit_rate_10": np.mean(hits),
        "ndcg_10": np.mean(gains),
        "recall_50": np.mean(recalls),
        "koren_rank": np.mean(ranks),
        "coverage": len(set(tops)) / len(listable),
        "popular_share": np.mean([movie in popular for movie in tops]),
        "stars_of_rated": np.mean(stars),
        "intra_list_distance": None,
        "first_place_share": max(first.count(movie) for movie in first) / len(first),
    }


def _measures(outcomes):
    return msgspec.structs.asdict(list_quality(outcomes))


@pytest.mark.parametrize("seed", range(4))
def test_measures_when_compared_with_the_twin_then_equal(seed):
    case = Case(seed)
    found = _measures([outcome(case.lists, case.likes, case.scores)])
    assert found == pytest.approx(_twin(case))


def test_measures_when_pooled_then_over_the_users_of_both():
    cases = [Case(1), Case(2)]
    both = _measures([outcome(c.lists, c.likes, c.scores) for c in cases])
    alone = [outcome(c.lists, c.likes, c.scores) for c in cases]
    n = [len(found.hits) for found in alone]
    each = [list_quality([found]).ndcg_10 for found in alone]
    assert both["ndcg_10"] == pytest.approx(np.average(each, weights=n))


def test_measures_when_all_likes_come_first_then_perfect():
    case = Case(3)
    found = _measures([outcome(case.lists, case.likes, case.likes.liked.astype(np.float32))])
    assert found["hit_rate_10"] == found["ndcg_10"] == found["recall_50"] == 1
    assert found["koren_rank"] == 0


def test_measures_when_all_is_equal_then_korens_rank_is_chance():
    case = Case(3)
    found = _measures([outcome(case.lists, case.likes, np.zeros_like(case.scores))])
    assert found["koren_rank"] == 0.5


def test_measures_when_ordered_by_popularity_then_few_movies_and_those():
    case = Case(4)
    counts = case.lists.movie_counts[case.lists.movies].astype(np.float32)
    popular = _measures([outcome(case.lists, case.likes, counts)])
    other = _measures([outcome(case.lists, case.likes, case.scores)])
    assert popular["popular_share"] > 2 * other["popular_share"]
    assert popular["coverage"] < 0.6 * other["coverage"]


def test_likes_when_looked_up_then_marked_and_never_drawn(monkeypatch):
    monkeypatch.setattr(ranking, "N_RANDOM", 11)
    case = Case(5)
    given = {(u, i): r for u, i, r in case.held}
    rows = case.lists.rows()
    for place, (row, movie) in enumerate(zip(rows, case.lists.movies, strict=True)):
        rating = given.get((case.lists.users[row], movie), 0)
        assert case.likes.liked[place] == (rating >= 4)
        assert case.likes.loved[place] == (rating == 5)
    case = Case(5)
    for row, drawn in enumerate(case.likes.drawn):
        own = range(case.lists.indptr[row], case.lists.indptr[row + 1])
        assert len(drawn) == len(set(drawn)) == (11 if case.likes.loved[own].any() else 0)
        assert set(drawn) <= set(own)
        assert not any((case.lists.users[row], case.lists.movies[p]) in given for p in drawn)


def test_outcome_when_a_user_has_nothing_to_list_then_left_out():
    ratings = ratings_of([(1, 1, 3), (1, 2, 4), (2, 2, 5), (3, 1, 2)])
    lists = sample_lists(ratings, np.array([0, 1, 2], np.int32), 5, 0)
    held = np.array([1], np.int32), np.array([0], np.int32), np.array([5], np.float32)
    likes = find_likes(lists, *held, STARS, 0)
    assert np.diff(lists.indptr).tolist() == [0, 1, 1]
    found = outcome(lists, likes, np.zeros(2, np.float32))
    assert found.hits.tolist() == [1]
    assert found.top[0].tolist() == [0] + [-1] * 9


@pytest.mark.parametrize(
    ("scale", "like"),
    [
        (STARS, 4),
        (Scale(low=0.5, high=5, step=0.5), 4),
        (Scale(low=1, high=10, step=1), 8),
        (Scale(low=-10, high=10, step=0), 5),
        (Scale(low=0, high=1, step=1), 1),
    ],
)
def test_like_when_the_scale_differs_then_three_quarters_up(scale, like):
    assert scale.like == pytest.approx(like)
