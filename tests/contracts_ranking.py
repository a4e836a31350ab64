"""What every ranking model must do; each model's test class inherits it and names its model."""

from typing import ClassVar

import numpy as np
import pytest

from processing.errors import ModelError
from processing.kernels.arrays import Csr
from processing.ranking.gram import Grams
from tests.builders import ratings_of, tasteful_rows

UNRATED = 10_000  # a movie with a title and no rating


def nobody():
    """One person who rated nothing."""
    return Csr(np.zeros(2, np.int64), np.empty(0, np.int32), np.empty(0, np.float32))


class RankingContract:
    """Set `model_class`, and `settings` other than the defaults."""

    model_class: type
    settings: ClassVar[dict] = {}

    @pytest.fixture(scope="class")
    @classmethod
    def ratings(cls):
        return ratings_of(tasteful_rows(5), titled=[UNRATED])

    @pytest.fixture(scope="class")
    @classmethod
    def fitted(cls, ratings):
        return cls.make().fit(ratings, 3)

    @classmethod
    def make(cls):
        return cls.model_class(cls.model_class.Settings(**cls.settings))

    def test_scores_when_asked_for_all_then_a_finite_float32_for_each_movie(self, ratings, fitted):
        scores = fitted.scores(ratings.by_user)
        assert scores.dtype == np.float32
        assert scores.shape == (ratings.n_users, ratings.n_movies)
        assert np.isfinite(scores).all()

    def test_scores_when_a_movie_has_no_rating_then_it_scores_nothing(self, ratings, fitted):
        unrated = ratings.find_movie(UNRATED)
        np.testing.assert_allclose(fitted.scores(ratings.by_user)[:, unrated], 0, atol=1e-6)

    def test_scores_when_people_are_taken_then_as_among_all(self, ratings, fitted):
        some = np.array([5, 0, 40])
        np.testing.assert_allclose(
            fitted.scores(ratings.by_user.take(some)),
            fitted.scores(ratings.by_user)[some],
            rtol=1e-5,
            atol=1e-6,
        )

    def test_scores_when_somebody_was_not_there_in_fitting_then_scored_like_anyone(self, ratings):
        part = ratings.part(ratings.by_user.rows() != 4)
        model = self.make().fit(part, 3)
        stranger = ratings.by_user.take([4])
        scores = model.scores(stranger)
        assert np.isfinite(scores).all()
        assert scores.std() > 0
        beside = model.scores(ratings.by_user.take([9, 4]))
        np.testing.assert_allclose(scores[0], beside[1], rtol=1e-5, atol=1e-6)

    def test_scores_when_somebody_rated_nothing_then_finite(self, ratings, fitted):
        scores = fitted.scores(nobody())
        assert scores.shape == (1, ratings.n_movies)
        assert np.isfinite(scores).all()

    def test_scores_when_there_are_no_people_then_none(self, ratings, fitted):
        nothing = ratings.by_user.take(np.empty(0, np.int32))
        assert fitted.scores(nothing).shape == (0, ratings.n_movies)

    def test_terms_when_summed_then_the_scores(self, ratings, fitted):
        listed = np.array([ratings.n_movies - 1, 3, 0, 31], np.int32)
        for user in (0, 7):
            own = ratings.by_user.take([user])
            terms = fitted.terms(own, listed)
            assert terms.dtype == np.float64
            assert terms.shape == (4, 1 + len(own.indices))
            expected = fitted.scores(own)[0, listed]
            np.testing.assert_allclose(terms.sum(axis=1), expected, rtol=1e-4, atol=1e-6)

    def test_terms_when_somebody_rated_nothing_then_the_first_is_the_score(self, fitted):
        listed = np.array([2, 11], np.int32)
        terms = fitted.terms(nobody(), listed)
        assert terms.shape == (2, 1)
        np.testing.assert_allclose(terms[:, 0], fitted.scores(nobody())[0, listed], rtol=1e-4)

    def test_fit_when_repeated_then_the_same_bits(self, ratings, fitted):
        again = self.make().fit(ratings, 3)
        for one, other in zip(fitted.arrays_, again.arrays_, strict=True):
            np.testing.assert_array_equal(one, other, strict=True)

    def test_fit_when_grams_are_known_then_the_same_bits(self, ratings, fitted):
        again = self.make().fit(ratings, 3, Grams.of(ratings))
        for one, other in zip(fitted.arrays_, again.arrays_, strict=True):
            np.testing.assert_array_equal(one, other, strict=True)

    def test_fit_when_done_on_other_ratings_then_forgets_the_first(self, ratings):
        part = ratings.part(ratings.by_user.rows() < 60)
        twice = self.make().fit(ratings, 3).fit(part, 3)
        fresh = self.make().fit(part, 3)
        for one, other in zip(twice.arrays_, fresh.arrays_, strict=True):
            np.testing.assert_array_equal(one, other, strict=True)

    def test_fit_when_done_then_ratings_and_grams_are_unchanged(self, ratings):
        grams = Grams.of(ratings)
        values, lower = ratings.by_user.values.copy(), grams.lower.copy()
        self.make().fit(ratings, 3, grams).scores(ratings.by_user)
        np.testing.assert_array_equal(ratings.by_user.values, values)
        np.testing.assert_array_equal(grams.lower, lower)

    def test_fit_when_there_are_no_ratings_then_refused(self, ratings):
        with pytest.raises(ModelError, match="no ratings"):
            self.make().fit(ratings.part(np.zeros(ratings.n_ratings, bool)), 3)

    def test_save_when_loaded_then_the_same_bits(self, ratings, fitted, tmp_path):
        fitted.save(tmp_path / "model")
        loaded = self.model_class.load(tmp_path / "model")
        assert loaded.settings == fitted.settings
        assert loaded.cut() == fitted.cut()
        np.testing.assert_array_equal(
            loaded.scores(ratings.by_user), fitted.scores(ratings.by_user), strict=True
        )

    def test_load_when_the_folder_holds_another_kind_then_refused(self, fitted, tmp_path):
        fitted.save(tmp_path)
        about = (tmp_path / "model.json").read_text()
        (tmp_path / "model.json").write_text(about.replace(f'"{fitted.kind}"', '"other"'))
        with pytest.raises(ModelError, match="kind 'other'"):
            self.model_class.load(tmp_path)

    def test_memory_need_when_ratings_grow_then_grows(self, ratings):
        settings = self.make().settings
        part = ratings.part(ratings.by_user.rows() < 40)
        small, words = self.model_class.memory_need(settings, part)
        large, _ = self.model_class.memory_need(settings, ratings)
        assert 0 < small < large
        assert f"{part.n_ratings:,} ratings" in words

    def test_too_large_when_ratings_are_few_then_not(self, ratings):
        assert self.model_class.too_large(self.make().settings, ratings) is None

    def test_scores_when_said_to_be_the_same_for_all_then_they_are(self, ratings, fitted):
        scores = fitted.scores(ratings.by_user)
        assert not fitted.same_for_all or (scores == scores[0]).all()
