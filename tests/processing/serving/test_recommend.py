import dataclasses

import numpy as np
import pytest

from processing.ensemble.features import (
    CONTRIBUTIONS,
    N_NEIGHBOURS,
    NAMES,
    Features,
    names_of,
)
from processing.ensemble.stacking import Ensemble, EnsembleSettings
from processing.kernels.arrays import Csr
from processing.models.baseline import BaselineOnly
from processing.models.knn_baseline import KNNBaseline
from processing.models.svd import SVD
from processing.profile import RecommendSettings
from processing.ranking.candidates import all_candidates
from processing.ranking.ease import Ease
from processing.ranking.gram import Grams
from processing.ranking.near import near_movies
from processing.ranking.popularity import Popularity
from processing.release.spread import spread
from processing.serving.recommend import describe, recommend
from processing.serving.refit import ServedModels
from tests.builders import dense, ratings_of, tasteful_rows

EAGER, HERMIT = 100_001, 100_002


@pytest.fixture(scope="module")
def served():
    rows = tasteful_rows(21, n_users=40, n_movies=30)
    movie_ids = sorted({row[1] for row in rows})
    rows += [(EAGER, movie_id, 4, 9) for movie_id in movie_ids[2:]]  # has seen all but two
    rows += [(HERMIT, movie_ids[0], 5, 9)]
    ratings = ratings_of(rows, titled=[10_000])  # and one movie that nobody has rated
    models = {
        "baseline": BaselineOnly(BaselineOnly.Settings()).fit(ratings, 0),
        "svd": SVD(SVD.Settings(n_factors=4)).fit(ratings, 0),
        "knn": KNNBaseline(KNNBaseline.Settings()).fit(ratings, 0),
    }
    rng = np.random.default_rng(0)
    scores = rng.uniform(1, 5, (800, 3)).astype(np.float32)
    made = rng.normal(0, 1, (800, len(NAMES))).astype(np.float32)
    ensemble = Ensemble(
        EnsembleSettings(),
        {name: model.contribution_group() for name, model in models.items()},
        ratings.scale,
    )
    ensemble.fit(scores, made, scores.mean(axis=1).round(), 0)
    grams = Grams.of(ratings)
    rankings = {
        "ease": Ease(Ease.Settings(reg=5.0)).fit(ratings, 0, grams),
        "popular": Popularity(Popularity.Settings()).fit(ratings, 0, grams),
    }
    return ServedModels(
        ratings=ratings,
        models=models,
        features=Features().fit(ratings),
        ensemble=ensemble,
        rankings=rankings,
        ranker=None,
        near=near_movies(ratings, grams),
        evident=_most_pairs(ratings.n_movies),
        n_candidates=1_000,
    )


def _most_pairs(n_movies):
    """Three pairs of four may be reasons for each other."""
    one, other = np.nonzero(np.add.outer(np.arange(n_movies), np.arange(n_movies)) % 4)
    indptr = np.searchsorted(one, np.arange(n_movies + 1))
    return Csr(indptr, other.astype(np.int32), np.ones(len(one), np.float32))


class ByStars:
    """Stands for a ranker that orders by the mean of the members' stars."""

    def predict(self, columns):
        return columns[:, 2 * 3]


def _near(served, movie):
    near = served.near
    return near.indices[near.indptr[movie] : near.indptr[movie + 1]].astype(np.int64)


def _top(served, **settings):
    return np.concatenate(list(recommend(served, RecommendSettings(**settings))))


def test_recommend_when_there_is_no_ranker_then_in_the_order_of_the_first_model(served):
    top = _top(served, top_n=6)
    ratings = served.ratings
    scores = served.rankings["ease"].scores(ratings.by_user)
    seen, rated = ~np.isnan(dense(ratings)), ratings.by_movie.counts > 0
    for user in range(ratings.n_users):
        movies = np.flatnonzero(rated & ~seen[user])
        best = movies[np.argsort(-scores[user, movies], kind="stable")][:6]
        found = top[user][top[user]["movie"] >= 0]
        listed = spread(best, lambda movie: _near(served, movie))
        assert found["movie"].tolist() == listed.tolist()
        np.testing.assert_array_equal(found["order"], scores[user, listed])


def test_recommend_when_there_is_a_ranker_then_in_its_order_with_the_ensembles_stars(served):
    top = _top(dataclasses.replace(served, ranker=ByStars()), top_n=6)
    ratings = served.ratings
    candidates = all_candidates(
        ratings, np.arange(ratings.n_users, dtype=np.int32), served.rankings, 1_000
    )
    users, movies, days = candidates.pairs()
    stars = np.mean([m.predict(users, movies, days) for m in served.models.values()], axis=0)
    for user in range(ratings.n_users):
        own = users == user
        best = movies[own][np.argsort(-stars[own].astype(np.float32), kind="stable")][:6]
        found = top[user][top[user]["movie"] >= 0]
        listed = spread(best.astype(np.int64), lambda movie: _near(served, movie))
        assert found["movie"].tolist() == listed.tolist()
        asked = describe(served, np.full(len(listed), user, np.int32), found["movie"])
        np.testing.assert_array_equal(found["score"], served.ensemble.predict(*asked))


def test_recommend_when_there_are_reasons_then_the_largest_terms_of_what_was_liked_and_is_evident(
    served,
):
    top = _top(served, top_n=6, n_reasons=2)
    csr, ease = served.ratings.by_user, served.rankings["ease"]
    n_found = 0
    for user in range(served.ratings.n_users):
        rated = csr.take(np.array([user]))
        for row in top[user][top[user]["movie"] >= 0]:
            (terms,) = ease.terms(rated, np.array([row["movie"]], np.int32))[:, 1:]
            positive = np.maximum(terms, 0)
            named = (rated.indices + row["movie"]) % 4 > 0
            liked = np.where((rated.values >= 4) & named, positive, 0)
            best = [k for k in np.argsort(-liked, kind="stable")[:2] if liked[k] > 0]
            reasons = row["reasons"][row["reasons"]["movie"] >= 0]
            assert reasons["movie"].tolist() == rated.indices[best].tolist()
            np.testing.assert_allclose(reasons["share"], liked[best] / positive.sum(), rtol=1e-4)
            n_found += len(best)
    assert n_found > 100


@pytest.mark.parametrize("contributions", ["exact", "approximate"])
def test_recommend_when_done_then_contributions_sum_to_the_score(served, contributions):
    top = _top(served, top_n=6, contributions=contributions)
    kept = top["movie"] >= 0
    total = served.ensemble.start_ + top["contributions"].astype(np.float32).sum(axis=-1)
    np.testing.assert_allclose(total[kept], top["score"][kept], atol=0.005)
    assert (top["contributions"][~kept] == 0).all()


def test_recommend_when_done_then_never_a_rated_movie_and_never_an_unrated_one(served):
    top = _top(served, top_n=6)
    seen = ~np.isnan(dense(served.ratings))
    for user, row in enumerate(top):
        movies = row["movie"][row["movie"] >= 0]
        assert len(movies) == len(set(movies))
        assert not seen[user, movies].any()
        assert served.ratings.find_movie(10_000) not in movies


def test_recommend_when_a_user_has_seen_nearly_all_then_the_rest_is_padded(served):
    row = _top(served, top_n=6)[served.ratings.find_user(EAGER)]
    assert (row["movie"] >= 0).tolist() == [True, True] + [False] * 4
    assert (row["score"][2:] == 0).all()
    assert (row["reasons"]["movie"][2:] == -1).all()


def test_recommend_when_there_are_reasons_then_they_are_rated_movies_with_shares(served):
    top = _top(served, top_n=6, n_reasons=2)
    seen = ~np.isnan(dense(served.ratings))
    found = 0
    for user, row in enumerate(top):
        for reason in row["reasons"][row["movie"] >= 0]:
            movies = reason["movie"][reason["movie"] >= 0]
            shares = reason["share"][reason["movie"] >= 0]
            assert seen[user, movies].all()
            assert (np.diff(shares) <= 0).all()
            assert shares.sum() <= 1 + 1e-6
            assert (shares > 0).all()
            found += len(movies)
    assert found > 100


def test_recommend_when_similar_users_rated_a_movie_then_how_many_and_their_mean(served):
    top = _top(served, top_n=8)
    given = dense(served.ratings)
    some = 0
    for user in range(served.ratings.n_users):
        near = served.features.similar_users_[user, :N_NEIGHBOURS]
        for row in top[user][top[user]["movie"] >= 0]:
            theirs = given[near[near >= 0], row["movie"]]
            theirs = theirs[~np.isnan(theirs)]
            assert row["n_neighbours"] == len(theirs)
            if len(theirs):
                assert row["neighbours_mean"] == np.float16(theirs.mean())
                some += 1
            else:
                assert np.isnan(row["neighbours_mean"])
    assert some > 100


def test_recommend_when_similar_users_are_not_known_then_nobody_is_counted(served):
    features = Features().fit(served.ratings, similar_users=False)
    settings = EnsembleSettings(similar_users=False)
    rng = np.random.default_rng(0)
    scores = rng.uniform(1, 5, (800, len(served.models))).astype(np.float32)
    made = rng.normal(0, 1, (800, len(names_of(similar_users=False)))).astype(np.float32)
    ensemble = Ensemble(settings, served.ensemble.members, served.ratings.scale)
    ensemble.fit(scores, made, scores.mean(axis=1).round(), 0)
    top = _top(dataclasses.replace(served, features=features, ensemble=ensemble), top_n=8)
    listed = top["movie"] >= 0
    assert listed.sum() > 100
    assert (top["n_neighbours"] == 0).all()
    assert np.isnan(top["neighbours_mean"][listed]).all()
    similar_users = CONTRIBUTIONS.index("similar_users")
    assert (top["contributions"][listed][:, similar_users] != 0).any()  # KNNBaseline of users is


def test_recommend_when_blocks_are_small_then_the_same(served, monkeypatch):
    whole = _top(served, top_n=6)
    monkeypatch.setattr("processing.serving.recommend.BLOCK_USERS", 7)
    monkeypatch.setattr("processing.ranking.candidates.BLOCK_SCORES", 100)
    assert _top(served, top_n=6).tobytes() == whole.tobytes()
