import dataclasses

import numpy as np
import pytest

from processing.ensemble.features import N_NEIGHBOURS, NAMES, Features
from processing.ensemble.stacking import Ensemble, EnsembleSettings
from processing.models.baseline import BaselineOnly
from processing.models.knn_baseline import KNNBaseline
from processing.models.svd import SVD
from processing.profile import RecommendSettings
from processing.serving.recommend import CandidateFinder, ensemble_scores, recommend
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
    features = Features().fit(ratings)
    return ServedModels(
        ratings=ratings, models=models, features=features, ensemble=ensemble, order_z=0.0
    )


def _top(served, **settings):
    return np.concatenate(list(recommend(served, RecommendSettings(**settings))))


def test_recommend_when_every_movie_is_judged_then_the_best_by_the_ensemble(served):
    top = _top(served, top_n=6, n_candidates=1_000)
    ratings = served.ratings
    seen = ~np.isnan(dense(ratings))
    rated = ratings.by_movie.counts > 0
    for user in range(ratings.n_users):
        movies = np.flatnonzero(rated & ~seen[user]).astype(np.int32)
        scores = ensemble_scores(served, np.full(len(movies), user, np.int32), movies)
        best = sorted(zip(-scores, movies, strict=True))[:6]
        found = top[user][top[user]["movie"] >= 0]
        assert found["movie"].tolist() == [movie for _, movie in best]
        np.testing.assert_array_equal(found["score"], [-score for score, _ in best])


def test_recommend_when_there_is_a_margin_then_ordered_by_the_lower_bound(served):
    careful = dataclasses.replace(served, order_z=1.5)
    ratings, top = served.ratings, _top(careful, top_n=6, n_candidates=1_000)
    seen = ~np.isnan(dense(ratings))
    rated = ratings.by_movie.counts > 0
    spread = np.std(ratings.by_user.values)
    for user in range(ratings.n_users):
        movies = np.flatnonzero(rated & ~seen[user]).astype(np.int32)
        scores = ensemble_scores(served, np.full(len(movies), user, np.int32), movies)
        bounds = scores - 1.5 * spread / np.sqrt(ratings.movie_counts[movies] + 1)
        found = top[user][top[user]["movie"] >= 0]
        assert found["movie"].tolist() == movies[np.argsort(-bounds, kind="stable")][:6].tolist()
        of = dict(zip(movies.tolist(), scores.tolist(), strict=True))
        assert found["score"].tolist() == [of[movie] for movie in found["movie"].tolist()]


def test_recommend_when_scores_tie_then_ordered_by_movie(served):
    class Indifferent(Ensemble):
        def predict(self, member_scores, made):
            return np.full(len(made), 3.5, np.float32)

    ensemble = Indifferent(served.ensemble.settings, served.ensemble.members, served.ratings.scale)
    vars(ensemble).update(vars(served.ensemble))
    top = _top(dataclasses.replace(served, ensemble=ensemble), top_n=30, n_candidates=1_000)
    for row in top:
        found = row["movie"][row["movie"] >= 0]
        assert (np.diff(found) > 0).all()
    assert (top["movie"][:, 5] >= 0).any()


@pytest.mark.parametrize("contributions", ["exact", "approximate"])
def test_recommend_when_done_then_contributions_sum_to_the_score(served, contributions):
    top = _top(served, top_n=6, n_candidates=20, contributions=contributions)
    kept = top["movie"] >= 0
    total = served.ensemble.start_ + top["contributions"].astype(np.float32).sum(axis=-1)
    np.testing.assert_allclose(total[kept], top["score"][kept], atol=0.005)
    assert (top["contributions"][~kept] == 0).all()


def test_recommend_when_done_then_never_a_rated_movie_and_never_an_unrated_one(served):
    top = _top(served, top_n=6, n_candidates=10)
    seen = ~np.isnan(dense(served.ratings))
    for user, row in enumerate(top):
        movies = row["movie"][row["movie"] >= 0]
        assert len(movies) == len(set(movies))
        assert not seen[user, movies].any()
        assert served.ratings.find_movie(10_000) not in movies


def test_recommend_when_a_user_has_seen_nearly_all_then_the_rest_is_padded(served):
    row = _top(served, top_n=6, n_candidates=10)[served.ratings.find_user(EAGER)]
    assert (row["movie"] >= 0).tolist() == [True, True] + [False] * 4
    assert (row["score"][2:] == 0).all()
    assert (row["reasons"]["movie"][2:] == -1).all()


def test_recommend_when_there_are_reasons_then_they_are_rated_movies_with_shares(served):
    top = _top(served, top_n=6, n_candidates=20, n_reasons=2)
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


def test_recommend_when_blocks_are_small_then_the_same(served, monkeypatch):
    whole = _top(served, top_n=6, n_candidates=10)
    monkeypatch.setattr("processing.serving.recommend.BLOCK_PAIRS", 70)
    monkeypatch.setattr("processing.serving.recommend.BLOCK_SCORES", 100)
    assert _top(served, top_n=6, n_candidates=10).tobytes() == whole.tobytes()


def test_candidates_when_scores_are_blended_by_hand_then_the_best_of_them(served):
    users = np.arange(5, dtype=np.int32)
    found = CandidateFinder(served).find(users, 4)
    rated = np.flatnonzero(served.ratings.by_movie.counts).astype(np.int32)
    blend = np.zeros((len(users), len(rated)))
    blend += served.ensemble.movie_weight * served.features.movie_biases_[rated]
    weights = served.ensemble.member_weights
    for model, weight in zip(served.models.values(), weights, strict=True):
        part = model.linear_part()
        product = part.user_factors[users] @ part.movie_factors.T
        blend += weight * (part.movie_biases + product)[:, rated]
    seen = ~np.isnan(dense(served.ratings))
    for user in users:
        order = rated[np.argsort(-blend[user], kind="stable")]
        assert found[user].tolist() == [m for m in order if not seen[user, m]][:4]
