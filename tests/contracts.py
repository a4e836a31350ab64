"""What every rating model must do; each model's test class inherits it and names its model."""

from typing import ClassVar

import numpy as np
import pytest

from processing.errors import ModelError
from tests.builders import ratings_of, tasteful_rows


def pairs(ratings):
    """Every pair of user and movie."""
    return np.indices((ratings.n_users, ratings.n_movies)).reshape(2, -1).astype(np.int32)


class ModelContract:
    """Set `model_class`, and `settings` and `engine` other than the defaults."""

    model_class: type
    settings: ClassVar[dict] = {}
    engine: ClassVar[str] = "fast"

    @pytest.fixture(scope="class")
    @classmethod
    def ratings(cls):
        return ratings_of(tasteful_rows(5), titled=[10_000])

    @pytest.fixture(scope="class")
    @classmethod
    def fitted(cls, ratings):
        return cls.make().fit(ratings, 3)

    @classmethod
    def make(cls):
        return cls.model_class(cls.model_class.Settings(**cls.settings), cls.engine)

    def test_predict_when_asked_for_all_then_finite_float32_on_the_scale(self, ratings, fitted):
        scores = fitted.predict(*pairs(ratings))
        assert scores.dtype == np.float32
        assert np.isfinite(scores).all()
        assert scores.min() >= 1
        assert scores.max() <= 5

    def test_predict_when_fitted_then_nearer_than_the_mean(self, ratings, fitted):
        csr = ratings.by_user
        scores = fitted.predict(csr.rows(), csr.indices)
        rmse = np.sqrt(np.mean((scores - csr.values) ** 2))
        assert rmse < 0.97 * csr.values.std()

    def test_predict_when_one_by_one_then_as_in_bulk(self, ratings, fitted):
        users, movies = pairs(ratings)
        some = slice(0, None, 997)
        alone = [
            fitted.predict(users[n : n + 1], movies[n : n + 1])[0]
            for n in range(0, len(users), 997)
        ]
        np.testing.assert_array_equal(alone, fitted.predict(users, movies)[some])

    def test_predict_when_days_differ_then_the_same_but_for_models_of_time(self, ratings, fitted):
        users, movies = ratings.by_user.rows(), ratings.by_user.indices
        days = ratings.by_user.days
        same = fitted.predict(users, movies, days) == fitted.predict(users, movies, days[::-1])
        assert fitted.of_time or same.all()

    def test_predict_when_user_and_movie_unknown_then_the_mean(self, ratings):
        part = ratings.part(ratings.by_user.rows() != 0)
        scores = (
            self.make()
            .fit(part, 3)
            .predict(np.array([0], np.int32), np.array([ratings.n_movies - 1], np.int32))
        )
        np.testing.assert_allclose(scores, part.mean, rtol=1e-6)

    def test_predict_when_user_unknown_then_differs_by_movie_only(self, ratings):
        part = ratings.part(ratings.by_user.rows() > 1)
        model = self.make().fit(part, 3)
        movies = np.arange(ratings.n_movies, dtype=np.int32)
        one = model.predict(np.full(len(movies), 0, np.int32), movies)
        other = model.predict(np.full(len(movies), 1, np.int32), movies)
        np.testing.assert_array_equal(one, other)
        assert one.std() > 0

    def test_fit_when_repeated_then_the_same_bits(self, ratings, fitted):
        again = self.make().fit(ratings, 3)
        np.testing.assert_array_equal(
            again.predict(*pairs(ratings)), fitted.predict(*pairs(ratings))
        )

    def test_fit_when_done_on_other_ratings_then_forgets_the_first(self, ratings):
        part = ratings.part(ratings.by_user.rows() < 60)
        model = self.make().fit(ratings, 3).fit(part, 3)
        fresh = self.make().fit(part, 3)
        np.testing.assert_array_equal(
            model.predict(*pairs(ratings)), fresh.predict(*pairs(ratings))
        )

    def test_fit_when_done_then_ratings_are_unchanged(self, ratings):
        before = ratings.by_user.values.copy()
        self.make().fit(ratings, 3)
        np.testing.assert_array_equal(ratings.by_user.values, before)

    def test_fit_when_there_are_no_ratings_then_refused(self, ratings):
        with pytest.raises(ModelError, match="no ratings"):
            self.make().fit(ratings.part(np.zeros(ratings.n_ratings, bool)), 3)

    def test_save_when_loaded_then_the_same_bits(self, ratings, fitted, tmp_path):
        fitted.save(tmp_path / "model")
        loaded = self.model_class.load(tmp_path / "model")
        assert loaded.settings == fitted.settings
        assert loaded.engine == fitted.engine
        np.testing.assert_array_equal(
            loaded.predict(*pairs(ratings)), fitted.predict(*pairs(ratings))
        )

    def test_load_when_the_folder_holds_another_kind_then_refused(self, fitted, tmp_path):
        fitted.save(tmp_path)
        about = (tmp_path / "model.json").read_text()
        (tmp_path / "model.json").write_text(about.replace(fitted.kind, "other"))
        with pytest.raises(ModelError, match="kind 'other'"):
            self.model_class.load(tmp_path)

    def test_memory_need_when_ratings_grow_then_grows(self, ratings):
        settings = self.make().settings
        part = ratings.part(ratings.by_user.rows() < 40)
        small, words = self.model_class.memory_need(settings, part, self.engine)
        large, _ = self.model_class.memory_need(settings, ratings, self.engine)
        assert 0 < small < large
        assert f"{part.n_ratings:,} ratings" in words
