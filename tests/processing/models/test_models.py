"""Each model against the contract, and against Surprise's own class and reader."""

from typing import ClassVar

import numpy as np
import pytest
import surprise

from processing.errors import ModelError
from processing.models.baseline import BaselineOnly
from processing.models.knn_baseline import KNNBaseline
from processing.models.svd import SVD
from processing.models.svdpp import SVDpp
from processing.models.time_baseline import TimeBaseline
from processing.models.timesvdpp import TimeSVDpp
from tests.builders import ratings_of, tasteful_rows
from tests.contracts import ModelContract, pairs


class TestBaselineAls(ModelContract):
    model_class = BaselineOnly


class TestBaselineAlsExact(TestBaselineAls):
    engine = "exact"


class TestBaselineAlsSurprise(TestBaselineAls):
    engine = "surprise"


class TestBaselineSgd(ModelContract):
    model_class = BaselineOnly
    settings: ClassVar[dict] = {"method": "sgd", "n_epochs": 30}


class TestBaselineSgdSurprise(TestBaselineSgd):
    engine = "surprise"


class TestKnnUsers(ModelContract):
    model_class = KNNBaseline


class TestKnnUsersExact(TestKnnUsers):
    engine = "exact"


class TestKnnUsersSurprise(TestKnnUsers):
    engine = "surprise"


class TestKnnMovies(ModelContract):
    model_class = KNNBaseline
    settings: ClassVar[dict] = {
        "user_based": False,
        "similarity": "pearson_baseline",
        "k": 7,
        "min_k": 2,
    }


class TestKnnMoviesSurprise(TestKnnMovies):
    engine = "surprise"


class TestSvdFalling(ModelContract):
    model_class = SVD
    settings: ClassVar[dict] = {"n_factors": 5, "lr_all": 0.1, "falling": True}


class TestSvd(ModelContract):
    model_class = SVD
    settings: ClassVar[dict] = {"n_factors": 5, "n_epochs": 30}


class TestSvdExact(TestSvd):
    engine = "exact"


class TestSvdSurprise(TestSvd):
    engine = "surprise"


class TestSvdpp(ModelContract):
    model_class = SVDpp
    settings: ClassVar[dict] = {"n_factors": 5, "n_epochs": 10}


class TestSvdppExact(TestSvdpp):
    engine = "exact"


class TestSvdppSurprise(TestSvdpp):
    engine = "surprise"


class TestTimeBaseline(ModelContract):
    model_class = TimeBaseline


class TestTimeSvdpp(ModelContract):
    model_class = TimeSVDpp
    settings: ClassVar[dict] = {"n_factors": 5, "n_epochs": 10}


KNN_CASES = [
    (
        KNNBaseline,
        {"user_based": user_based, "similarity": name, "k": k, "min_k": min_k},
        surprise.KNNBaseline(
            k=k, min_k=min_k, sim_options={"name": name, "user_based": user_based}, verbose=False
        ),
    )
    for name in ("msd", "cosine", "pearson", "pearson_baseline")
    for user_based in (True, False)
    for k, min_k in ((40, 1), (5, 3))
]


@pytest.mark.parametrize("engine", ["exact", "surprise"])
def test_fit_when_the_rate_is_to_fall_as_in_no_model_of_surprise_then_it_says_so(engine):
    model = SVD(SVD.Settings(falling=True), engine)
    with pytest.raises(ModelError, match="Use the engine 'fast'"):
        model.fit(ratings_of(tasteful_rows(2)), 0)


@pytest.mark.parametrize("engine", ["exact", "surprise"])
@pytest.mark.parametrize(
    ("model_class", "settings", "theirs"),
    [
        (BaselineOnly, {}, surprise.BaselineOnly(verbose=False)),
        (
            BaselineOnly,
            {"method": "sgd", "n_epochs": 7},
            surprise.BaselineOnly(bsl_options={"method": "sgd", "n_epochs": 7}, verbose=False),
        ),
        (SVD, {"n_factors": 8}, surprise.SVD(n_factors=8, random_state=4)),
        (
            SVDpp,
            {"n_factors": 4, "n_epochs": 5},
            surprise.SVDpp(n_factors=4, n_epochs=5, random_state=4),
        ),
        *KNN_CASES,
    ],
)
def test_predict_when_surprise_does_the_same_by_hand_then_equal(
    model_class, settings, theirs, engine, tmp_path
):
    rows = sorted(tasteful_rows(8, n_users=50, n_movies=30))
    known = [row for row in rows if row[0] > 27 or row[1] > 10]
    ratings = ratings_of(rows)
    part = ratings.part(
        (ratings.user_ids[ratings.by_user.rows()] > 27)
        | (ratings.movie_ids[ratings.by_user.indices] > 10)
    )
    file = tmp_path / "known.txt"
    file.write_text("".join(f"{u} {i} {r}\n" for u, i, r, _ in known))
    reader = surprise.Reader(line_format="user item rating", rating_scale=(1, 5))
    trainset = surprise.Dataset.load_from_file(file, reader).build_full_trainset()
    theirs.fit(trainset)
    users, movies = pairs(ratings)
    expected = [
        theirs.predict(str(ratings.user_ids[u]), str(ratings.movie_ids[i])).est
        for u, i in zip(users, movies, strict=True)
    ]
    ours = model_class(model_class.Settings(**settings), engine).fit(part, 4)
    np.testing.assert_allclose(ours.predict(users, movies), expected, atol=1e-6)
