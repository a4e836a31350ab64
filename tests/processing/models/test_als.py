"""ALS: the contract, a slow twin, and what its factors find."""

import numpy as np
import pytest

from processing.errors import ModelError
from processing.evaluation.metrics import errors
from processing.models.als import ALS, INIT
from processing.models.baseline import BaselineOnly
from processing.models.neighbours import baseline_of
from tests.builders import ratings_of, tasteful_rows
from tests.contracts import ModelContract


class TestALS(ModelContract):
    model_class = ALS


def solved(residuals, factors, reg):
    """The factors of the rows of a matrix with NaN where nothing is rated, one by one."""
    out = np.zeros((len(residuals), factors.shape[1]))
    for row, values in enumerate(residuals):
        rated = ~np.isnan(values)
        if rated.any():
            own = factors[rated]
            system = own.T @ own + reg * np.sqrt(rated.sum()) * np.eye(factors.shape[1])
            out[row] = np.linalg.solve(system, own.T @ values[rated])
    return out


def test_fit_when_done_by_numpy_row_by_row_then_the_same_factors():
    ratings = ratings_of(tasteful_rows(5), titled=[10_000])
    model = ALS(ALS.Settings(n_factors=4, n_epochs=3)).fit(ratings, 7)
    baseline = baseline_of(ratings)
    residuals = np.full((ratings.n_users, ratings.n_movies), np.nan)
    csr = ratings.by_user
    rows, columns = csr.rows(), csr.indices
    expected = baseline.mean + baseline.rows[rows] + baseline.columns[columns]
    residuals[rows, columns] = csr.values - expected
    drawn = np.random.default_rng(7).standard_normal((ratings.n_movies, 4), np.float32)
    movies = drawn * INIT / 2
    for _ in range(3):
        users = solved(residuals, movies, 1.2)
        movies = solved(residuals.T, users, 1.2)
    np.testing.assert_allclose(model.arrays_.user_factors, users, atol=2e-4)
    np.testing.assert_allclose(model.arrays_.movie_factors, movies, atol=2e-4)


def test_fit_when_tastes_differ_then_held_out_ratings_are_nearer_than_the_baseline():
    ratings = ratings_of(tasteful_rows(3, 200, 60, 0.3))
    test = np.random.default_rng(1).random(ratings.n_ratings) < 0.2
    part, csr = ratings.part(~test), ratings.by_user

    def rmse(model):
        scores = model.predict(csr.rows()[test], csr.indices[test])
        return errors(scores, csr.values[test]).rmse

    baseline = rmse(BaselineOnly(BaselineOnly.Settings()).fit(part, 0))
    assert rmse(ALS(ALS.Settings()).fit(part, 0)) < 0.95 * baseline


def test_fit_when_the_engine_is_not_fast_then_refused():
    ratings = ratings_of([(1, 1, 3), (1, 2, 4)])
    with pytest.raises(ModelError, match="Surprise has no such model"):
        ALS(ALS.Settings(), "surprise").fit(ratings, 0)
