"""What the ranker is told: against each sentence of it, candidate by candidate."""

import numpy as np
import pytest

from processing.data.rows import Scale
from processing.ranking.candidates import Candidates
from processing.ranking.columns import CandidateColumns, column_names, plain_names
from tests.builders import dense, ratings_of, tasteful_rows

MODELS, MEMBERS = ("ease", "popular"), ("svd", "knn", "sgd")


def _candidates(ratings, seed):
    """A few movies, new to them, for some users: with ties, and for one user a single movie."""
    rng = np.random.default_rng(seed)
    unrated = np.isnan(dense(ratings))
    users = np.array([0, 3, 4, 9, 15], np.int32)
    movies = [
        np.sort(rng.choice(np.flatnonzero(unrated[user]), n, replace=False))
        for user, n in zip(users, (5, 1, 4, 7, 3), strict=True)
    ]
    n = sum(map(len, movies))
    scores = rng.integers(0, 3, (n, 2)).astype(np.float32)
    scores[6:10, 1] = 0.1  # all of one user's
    return Candidates(
        users=users,
        days=np.zeros(5, np.int32),
        indptr=np.concatenate(([0], np.cumsum([*map(len, movies)]))),
        movies=np.concatenate(movies).astype(np.int32),
        scores=scores,
    ), rng.choice([2.5, 3.0, 3.25, 4.5], (n, 3)).astype(np.float32)


def _place(values, k):
    """log(1 + how many come before), ties by movie."""
    return np.log1p(sum(v > values[k] or (v == values[k] and m < k) for m, v in enumerate(values)))


def _told(ratings, scores, stars, user, movie, k):
    """One row by name, of the k-th of a user's candidates, who have `scores` and `stars`."""
    matrix, days = dense(ratings), dense(ratings, ratings.by_user.days)
    rated = ~np.isnan(matrix)
    likes, last = matrix >= ratings.scale.like, np.nanmax(days)
    told = {}
    for place, name in enumerate(MODELS):
        own = scores[:, place].astype(np.float64)
        told[name] = own[k]
        told[f"{name}_place"] = _place(own, k)
        told[f"{name}_z"] = (own[k] - own.mean()) / own.std() if own.std() > 1e-9 else 0.0
    means = stars.mean(axis=1)
    told["stars"], told["stars_place"] = means[k], _place(means, k)
    told["stars_above"], told["stars_spread"] = means[k] - means.mean(), stars[k].std()
    n_ratings = rated[:, movie].sum()
    told["log_ratings"] = np.log(1 + n_ratings)
    told["share_liked"] = (likes[:, movie].sum() + 2) / (n_ratings + 4)
    told["log_last_year"] = np.log(1 + (days[:, movie] > last - 365).sum())
    told["log_last_quarter"] = np.log(1 + (days[:, movie] > last - 90).sum())
    told["trend"] = told["log_last_year"] - told["log_ratings"]
    given = matrix[user][rated[user]]
    told["user_log_ratings"] = np.log(1 + len(given))
    told["user_mean"], told["user_spread"] = (given.mean(), given.std()) if len(given) else (0, 0)
    told["user_share_liked"] = likes[user].sum() / max(1, len(given))
    known = np.log(1 + rated.sum(axis=0)[rated[user]])
    told["user_popularity"] = known.mean() if len(known) else 0.0
    told["popularity_gap"] = told["log_ratings"] - told["user_popularity"]
    return told | {f"by_{name}": stars[k, place] for place, name in enumerate(MEMBERS)}


HALVES = Scale(low=0.5, high=5.0, step=0.5)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("scale", [None, HALVES])
def test_columns_when_compared_row_by_row_then_as_they_are_said(seed, scale):
    rows = tasteful_rows(seed, 20, 25, 0.4)
    ratings = ratings_of(rows, titled=[999], **({"scale": scale} if scale else {}))
    ratings = ratings.part(ratings.by_user.rows() != 4)  # of whom nothing is known
    candidates, stars = _candidates(ratings, seed)
    found = CandidateColumns(ratings).make(candidates, stars)
    names = column_names(MODELS, MEMBERS)
    assert found.dtype == np.float32
    assert found.shape == (len(candidates.movies), len(names))
    for k, user in enumerate(candidates.users):
        own = slice(candidates.indptr[k], candidates.indptr[k + 1])
        for place, movie in enumerate(candidates.movies[own]):
            told = _told(ratings, candidates.scores[own], stars[own], user, movie, place)
            row = dict(zip(names, found[own][place].tolist(), strict=True))
            assert row == pytest.approx(told, rel=1e-4, abs=2e-5)


def test_columns_when_ratings_outside_the_part_change_then_nothing_does():
    whole = ratings_of(tasteful_rows(4, 20, 25, 0.4))
    held = np.random.default_rng(4).random(whole.n_ratings) < 0.3
    candidates, stars = _candidates(whole, 4)
    found = CandidateColumns(whole.part(~held)).make(candidates, stars)
    rows = zip(
        whole.user_ids[whole.by_user.rows()].tolist(),
        whole.movie_ids[whole.by_user.indices].tolist(),
        np.where(held, 6 - whole.by_user.values, whole.by_user.values).tolist(),
        np.where(held, whole.by_user.days + 5000, whole.by_user.days).tolist(),
        strict=True,
    )
    changed = CandidateColumns(ratings_of(rows).part(~held)).make(candidates, stars)
    np.testing.assert_array_equal(found, changed, strict=True)


def test_columns_when_users_are_taken_then_as_among_all():
    ratings = ratings_of(tasteful_rows(5, 20, 25, 0.4))
    candidates, stars = _candidates(ratings, 5)
    columns = CandidateColumns(ratings)
    kept = np.array([False, True, False, True, False])
    pairs = np.repeat(kept, np.diff(candidates.indptr))
    np.testing.assert_array_equal(
        columns.make(candidates.some(kept), stars[pairs]), columns.make(candidates, stars)[pairs]
    )


def test_columns_when_there_are_no_star_models_then_the_others_are_as_with_them():
    ratings = ratings_of(tasteful_rows(6, 20, 25, 0.4))
    candidates, stars = _candidates(ratings, 6)
    columns, names = CandidateColumns(ratings), column_names(MODELS, MEMBERS)
    left = column_names(MODELS, ())
    places = [names.index(name) for name in left]
    found = columns.make(candidates, stars[:, :0])
    np.testing.assert_array_equal(found, columns.make(candidates, stars)[:, places])
    assert not [name for name in left if "star" in name]
    assert set(plain_names(MODELS, ())) == set(plain_names(MODELS, MEMBERS)) - {"stars_above"}


def test_names_when_listed_then_each_once_and_those_of_the_logit_among_them():
    names, plain = column_names(MODELS, MEMBERS), plain_names(MODELS, MEMBERS)
    assert len(names) == len(set(names))
    assert set(plain) <= set(names)
    assert not [name for name in plain if name.startswith("user_")]
