"""Our versions of Surprise's algorithms against Surprise's own, on Surprise's own data sets."""

import numpy as np
import pandas as pd
import pytest
import surprise
from surprise.model_selection import GridSearchCV, KFold, cross_validate

from processing import algorithms
from tests.builders import tasteful_rows

MOVIES = {"name": "pearson_baseline", "user_based": False}
CASES = [
    ("BaselineOnly", {}),
    ("BaselineOnly", {"bsl_options": {"method": "als", "n_epochs": 3, "reg_u": 4, "reg_i": 2}}),
    ("BaselineOnly", {"bsl_options": {"method": "sgd", "learning_rate": 0.01}}),
    ("SVD", {"n_factors": 8, "random_state": 1}),
    ("SVD", {"n_factors": 5, "n_epochs": 7, "biased": False, "random_state": 2}),
    (
        "SVD",
        {"n_factors": 4, "init_mean": 0.1, "lr_bu": 0.02, "reg_qi": 0.3, "random_state": 3},
    ),
    ("SVDpp", {"n_factors": 4, "n_epochs": 5, "random_state": 4}),
    (
        "SVDpp",
        {"n_factors": 3, "n_epochs": 6, "lr_yj": 0.02, "reg_yj": 0.1, "random_state": 5},
    ),
    ("KNNBaseline", {"sim_options": MOVIES}),
    ("KNNBaseline", {"k": 5, "min_k": 3, "sim_options": {"name": "MSD", "user_based": True}}),
    (
        "KNNBaseline",
        {
            "sim_options": {"name": "cosine", "user_based": False, "min_support": 9},
            "bsl_options": {"method": "sgd", "n_epochs": 5},
        },
    ),
    ("KNNBaseline", {"k": 7, "sim_options": {"name": "pearson", "user_based": True}}),
]


@pytest.fixture(scope="module")
def dataset():
    """Ratings in random order, users and items with names."""
    frame = pd.DataFrame(
        [(f"u{user}", f"i{item}", float(rating)) for user, item, rating, _ in tasteful_rows(17)]
    ).sample(frac=1, random_state=0)
    return surprise.Dataset.load_from_df(frame, surprise.Reader(rating_scale=(1, 5)))


@pytest.fixture(scope="module")
def split(dataset):
    trainset, testset = next(KFold(4, random_state=6).split(dataset))
    unknown = [("nobody", testset[0][1], 3.0), (testset[0][0], "nothing", 2.0), ("no", "no", 1.0)]
    return trainset, testset + unknown


def _quiet(name, settings):
    return settings | ({"verbose": False} if name in ("BaselineOnly", "KNNBaseline") else {})


def _both(name, settings, split, **ours):
    trainset, testset = split
    settings = _quiet(name, settings)
    theirs = getattr(surprise, name)(**settings).fit(trainset)
    fast = getattr(algorithms, name)(**settings, **ours).fit(trainset)
    return theirs, fast, testset


def _estimates(predictions):
    return np.array([prediction.est for prediction in predictions])


@pytest.mark.parametrize(("name", "settings"), CASES)
def test_exact_when_tested_then_predicts_what_surprise_predicts(name, settings, split):
    theirs, ours, testset = _both(name, settings, split, exact=True)
    expected = theirs.test(testset)
    found = ours.test(testset)
    np.testing.assert_allclose(_estimates(found), _estimates(expected), atol=1e-9)
    assert [p[:3] for p in found] == [p[:3] for p in expected]
    assert [p.details for p in found] == [p.details for p in expected]


@pytest.mark.parametrize(("name", "settings"), CASES)
def test_predict_when_asked_one_by_one_then_as_in_bulk(name, settings, split):
    _, ours, testset = _both(name, settings, split)
    alone = [ours.predict(*triple).est for triple in testset[-40:]]
    np.testing.assert_allclose(alone, _estimates(ours.test(testset))[-40:], atol=1e-5)


@pytest.mark.parametrize(("name", "settings"), CASES)
def test_fast_when_tested_then_as_good_as_surprise(name, settings, split):
    theirs, ours, testset = _both(name, settings, split)
    expected, found = (
        surprise.accuracy.rmse(algorithm.test(testset), verbose=False)
        for algorithm in (theirs, ours)
    )
    assert found == pytest.approx(expected, abs=0.03)


@pytest.mark.parametrize("name", ["BaselineOnly", "SVD", "SVDpp", "KNNBaseline"])
def test_cross_validate_when_run_by_surprise_then_the_same_table(name, dataset):
    settings = _quiet(name, {"random_state": 0} if name.startswith("SVD") else {})
    folds = KFold(3, random_state=1)
    tables = [
        cross_validate(algorithm, dataset, cv=folds)
        for algorithm in (
            getattr(surprise, name)(**settings),
            getattr(algorithms, name)(**settings, exact=True),
        )
    ]
    for measure in ("test_rmse", "test_mae"):
        np.testing.assert_allclose(tables[1][measure], tables[0][measure], atol=1e-9)


def test_grid_search_when_run_by_surprise_then_finds_what_surprise_finds(dataset):
    grid = {"n_factors": [2, 12], "n_epochs": [3, 20], "random_state": [0]}
    searches = [GridSearchCV(surprise.SVD, grid, cv=KFold(3, random_state=1))]
    ours = grid | {"exact": [True]}
    searches.append(GridSearchCV(algorithms.SVD, ours, cv=KFold(3, random_state=1)))
    for search in searches:
        search.fit(dataset)
    assert searches[1].best_params["rmse"] == searches[0].best_params["rmse"] | {"exact": True}
    assert searches[1].best_score["rmse"] == pytest.approx(searches[0].best_score["rmse"])


def test_attributes_when_fitted_then_surprises_with_surprises_shapes(split):
    theirs, ours, _ = _both("SVDpp", {"n_factors": 3, "n_epochs": 2}, split)
    for name in ("bu", "bi", "pu", "qi", "yj"):
        assert getattr(ours, name).shape == getattr(theirs, name).shape


def test_get_neighbors_when_asked_then_surprises(split):
    theirs, ours, _ = _both("KNNBaseline", {"sim_options": MOVIES}, split, exact=True)
    assert ours.get_neighbors(3, 5) == theirs.get_neighbors(3, 5)
    np.testing.assert_allclose(ours.sim, theirs.sim, atol=1e-12)
