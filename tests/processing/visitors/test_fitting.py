"""What visitors are folded into: that it promises what new people turn out to be, and is stable."""

import numpy as np
import pytest

from processing.models.svd import SVD
from processing.profile import parse_profile
from processing.release import FoldIn, FoldingModel
from processing.release.encoding import to_json
from processing.visitors import fitting as module
from processing.visitors.fitting import fit_fold_in, fit_prior, folded_into, sample, without
from processing.visitors.prior import Movies, Prior, gather, learn_prior, posterior
from tests.builders import ratings_of, tasteful_rows
from tests.processing.visitors.test_prior import WIDE
from tests.small_profile import DOCUMENT, PROFILE

K = 5


@pytest.fixture(scope="module")
def ratings():
    return ratings_of(tasteful_rows(5, n_users=150, n_movies=40), titled=[10_000])


@pytest.fixture(scope="module")
def model(ratings):
    return SVD(SVD.Settings(n_factors=K)).fit(ratings, 0).arrays_


def _fitted(ratings, model, seed=0):
    return fit_fold_in(ratings, ratings.mean, model.movie_biases, model.movie_factors, seed, (3, 1))


def test_fold_in_when_fitted_then_fit_for_a_release_and_the_same_again(ratings, model):
    found = _fitted(ratings, model)
    assert found.problem(K, ratings.n_movies) is None
    assert found.ask == (3, 1)
    bytes_of = [to_json(_fitted(ratings, model, seed), "fold_in.json") for seed in (0, 1)]
    assert to_json(found, "fold_in.json") == bytes_of[0] != bytes_of[1]


@pytest.mark.parametrize("n_factors", [0, 1])
def test_fold_in_when_the_model_has_no_factors_or_zeros_then_biases_are_folded_in(
    n_factors, ratings, model
):
    zeros = np.zeros((ratings.n_movies, n_factors), np.float32)
    found = fit_fold_in(ratings, ratings.mean, model.movie_biases, zeros, 0, ())
    assert found.problem(n_factors, ratings.n_movies) is None
    folding = FoldingModel(found, ratings.mean, model.movie_biases, zeros)
    generous = folding.fold(np.arange(8), np.full(8, 5, np.float32))
    gained = folding.scores(generous) - folding.average
    assert gained.min() > 0
    np.testing.assert_allclose(gained, gained[0])


def test_fold_in_when_there_is_one_person_with_one_rating_then_still_fit():
    ratings = ratings_of([(1, 5, 4)], titled=[6])
    found = fit_fold_in(ratings, 4.0, np.zeros(2), np.zeros((2, 3)), 0, (0,))
    assert found.problem(3, 2) is None
    assert found.ask == (0,)


def test_sample_when_there_are_many_then_a_share_of_those_who_rated_anything(ratings, monkeypatch):
    csr = ratings.by_user
    silent = ratings.part(np.repeat(np.arange(150) >= 50, csr.counts))
    chosen = sample(silent, 3)
    assert len(chosen) == 20
    assert (np.diff(chosen) > 0).all()
    assert chosen.min() >= 50
    monkeypatch.setattr(module, "MOST_SAMPLED", 7)
    assert len(sample(silent, 3)) == 7


def test_without_when_some_are_taken_out_then_as_movie_by_movie(ratings, model):
    loadings = np.hstack((np.ones((41, 1)), model.movie_factors.astype(float)))
    movies = Movies(ratings.mean + model.movie_biases.astype(float), loadings)
    users = np.array([2, 50, 51, 99])
    facts = gather(ratings, users, movies)
    prior = learn_prior(facts, loadings)
    found = without(ratings, movies, users, facts, prior)

    weights, covariances = posterior(prior, facts)
    known = np.column_stack((np.ones(4), weights[:, 1:]))
    moments = sum(np.outer(f, f) for f in known) / 4
    moments[1:, 1:] += covariances[:, 1:, 1:].mean(axis=0)
    learned = np.column_stack((movies.average, loadings[:, 1:]))
    rated = ratings.movie_counts > 0
    spread = np.cov(learned[rated].T, bias=True)
    table = {(u, i): k for k, (u, i) in enumerate(_pairs(ratings))}
    for i in range(41):
        theirs = [(f, w, (u, i)) for f, w, u in zip(known, weights, users, strict=True)]
        theirs = [(f, w, table[pair]) for f, w, pair in theirs if pair in table]
        pull = sum(
            (
                f * (ratings.by_user.values[k] - movies.average[i] - loadings[i] @ w)
                for f, w, k in theirs
            ),
            np.zeros(K + 1),
        )
        n_left = ratings.movie_counts[i] - len(theirs)
        stiff = n_left * moments + prior.noise_variance * np.linalg.inv(spread)
        step = np.linalg.solve(stiff, pull)
        assert found.average[i] == pytest.approx(movies.average[i] - step[0], abs=1e-6)
        np.testing.assert_allclose(found.loadings[i, 1:], loadings[i, 1:] - step[1:], atol=1e-6)
    np.testing.assert_array_equal(found.loadings[:, 0], 1)


def _pairs(ratings):
    return zip(ratings.by_user.rows().tolist(), ratings.by_user.indices.tolist(), strict=True)


def test_fit_prior_when_movies_were_fitted_to_the_same_people_then_promises_little_too_much():
    """Noise and taste are learned nearly as from people whom the movies have never seen."""
    rng = np.random.default_rng(6)
    n_users, n_movies, noise = 800, 150, 0.8
    truth = rng.normal(size=(n_movies, K)) * 0.3
    people = rng.normal(size=(n_users, K))
    stars = 3 + people @ truth.T + rng.normal(0, noise**0.5, (n_users, n_movies))
    users, rated = np.nonzero(rng.random(stars.shape) < 0.12)
    rows = [(u, i, stars[u, i]) for u, i in zip(users, rated, strict=True)]
    ratings = ratings_of(rows, titled=range(n_movies), scale=WIDE)
    seen = ratings.part(np.repeat(np.arange(n_users) < 400, ratings.by_user.counts))
    new = np.arange(400, 800)
    movies = _ridge(seen, people, noise, truth)
    users = sample(seen, 0)
    gullible = learn_prior(gather(seen, users, movies), movies.loadings)
    careful = fit_prior(seen, movies, users)
    honest = learn_prior(gather(ratings, new, movies), movies.loadings)
    short = honest.noise_variance - gullible.noise_variance
    assert short > 0.08
    assert abs(honest.noise_variance - careful.noise_variance) < 0.4 * short
    excess = _taste(gullible, movies) - _taste(honest, movies)
    assert excess > 0
    assert abs(_taste(careful, movies) - _taste(honest, movies)) < 0.7 * excess


def _ridge(ratings, people, noise, truth):
    """Movies' biases and factors by ridge regression on the true people."""
    by_movie, theta = ratings.by_movie, []
    for i in range(ratings.n_movies):
        own = slice(by_movie.indptr[i], by_movie.indptr[i + 1])
        f = np.column_stack((np.ones(own.stop - own.start), people[by_movie.indices[own]]))
        stiff = f.T @ f + noise / truth.var() * np.eye(K + 1)
        theta.append(np.linalg.solve(stiff, f.T @ (by_movie.values[own] - 3.0)))
    theta = np.array(theta)
    return Movies(3 + theta[:, 0], np.column_stack((np.ones(len(theta)), theta[:, 1:])))


def _taste(prior: Prior, movies: Movies):
    q = movies.loadings[:, 1:]
    return np.mean(np.sum(q @ prior.covariance[1:, 1:] * q, axis=1))


def test_fold_in_when_there_is_taste_then_more_ratings_predict_better():
    rows = tasteful_rows(8, n_users=400, n_movies=60)
    ratings = ratings_of(rows)
    old = ratings.part(np.repeat(np.arange(400) < 320, ratings.by_user.counts))
    model = SVD(SVD.Settings(n_factors=K, n_epochs=40)).fit(old, 0).arrays_
    found = _fitted(old, model)
    errors = _errors(found, old, model, ratings, range(320, 400))
    assert errors[10] < errors[3] < errors[0] - 0.05


def _errors(found: FoldIn, old, model, ratings, users):
    """RMSE of each person's other ratings by how many of theirs were given."""
    folding = FoldingModel(found, old.mean, model.movie_biases, model.movie_factors)
    csr, squares = ratings.by_user, {0: [], 3: [], 10: []}
    for user in users:
        own = slice(csr.indptr[user], csr.indptr[user + 1])
        movies, values = csr.indices[own].astype(np.int64), csr.values[own]
        for n, found_squares in squares.items():
            visitor = folding.fold(movies[:n], values[:n])
            found_squares.extend((folding.score(visitor, movies[10:]) - values[10:]) ** 2)
    return {n: np.mean(each) ** 0.5 for n, each in squares.items()}


def test_folded_into_when_there_are_several_then_the_richest_linear_one():
    assert folded_into(list(PROFILE.models)).name == "svd"
    models = DOCUMENT["models"] | {"pp": {"kind": "svdpp", "n_factors": 2}}
    richer = parse_profile("richer", DOCUMENT | {"models": models})
    assert folded_into(list(richer.models)).name == "pp"
    plain = [spec for spec in PROFILE.models if spec.kind != "svd"]
    assert folded_into(plain).name == "baseline"
