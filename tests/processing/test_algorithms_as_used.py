"""What people do with Surprise's algorithms besides fitting and testing, done with ours."""

import pickle
import tracemalloc

import numpy as np
import pandas as pd
import pytest
import surprise
from surprise.model_selection import cross_validate

from processing import algorithms
from tests.builders import tasteful_rows

NAMES = ["BaselineOnly", "SVD", "SVDpp", "KNNBaseline"]
LEARNED = [
    (name, attribute)
    for name, attributes in (
        ("BaselineOnly", ["bu", "bi"]),
        ("SVD", ["bu", "bi", "pu", "qi"]),
        ("SVDpp", ["bu", "bi", "pu", "qi", "yj"]),
        ("KNNBaseline", ["bu", "bi", "sim"]),
    )
    for attribute in attributes
]


def _settings(name, **others):
    if name.startswith("SVD"):
        return {"n_factors": 3, "n_epochs": 6, "random_state": 0} | others
    return {"verbose": False} | others


def _both(name, trainset, **others):
    """Surprise's algorithm and ours, exact, fitted."""
    settings = _settings(name, **others)
    theirs = getattr(surprise, name)(**settings).fit(trainset)
    return theirs, getattr(algorithms, name)(**settings, exact=True).fit(trainset)


def _data(rows, columns=("user", "item", "rating")):
    frame = pd.DataFrame(rows, columns=list(columns))
    return surprise.Dataset.load_from_df(frame, surprise.Reader(rating_scale=(1, 5)))


def _rows(seed):
    return [(f"u{u}", f"i{i}", float(r)) for u, i, r, _ in tasteful_rows(seed)]


@pytest.fixture
def trainset():
    return _data(_rows(3)).build_full_trainset()


@pytest.fixture
def testset(trainset):
    known = trainset.build_testset()[::7]
    return [*known, ("nobody", known[0][1], 3.0), (known[0][0], "nothing", 2.0), ("no", "no", None)]


def _assert_same(found, expected, atol=1e-9):
    assert [p[:3] for p in found] == [p[:3] for p in expected]
    assert [p.details for p in found] == [p.details for p in expected]
    estimates = ([p.est for p in predictions] for predictions in (found, expected))
    np.testing.assert_allclose(*estimates, atol=atol)


@pytest.fixture(scope="module")
def repeated():
    """Ratings of pairs that come up to nine times, each time with another rating."""
    rng = np.random.default_rng(5)
    tastes, traits = rng.normal(0, 1, 25), rng.normal(0, 1, 12)
    users = rng.integers(0, 25, 900)
    items = (12 * rng.random(900) ** 2).astype(int)
    ratings = np.rint(3 + tastes[users] * traits[items] + rng.normal(0, 0.4, 900)).clip(1, 5)
    rows = [(f"u{u}", f"i{i}", r) for u, i, r in zip(users, items, ratings, strict=True)]
    assert pd.DataFrame(rows).groupby([0, 1]).size().max() > 8
    return _data(rows).build_full_trainset()


MEASURES = ("msd", "cosine", "pearson", "pearson_baseline")
REPEATED = [(name, {}) for name in NAMES[:3]] + [
    ("KNNBaseline", {"k": 6, "sim_options": {"name": measure, "user_based": user_based}})
    for measure in MEASURES
    for user_based in (True, False)
]


@pytest.mark.parametrize(("name", "settings"), REPEATED)
def test_fit_when_pairs_are_rated_often_then_exact_learns_what_surprise_learns(
    name, settings, repeated
):
    theirs, ours = _both(name, repeated, **settings)
    testset = repeated.build_testset()
    _assert_same(ours.test(testset), theirs.test(testset))
    for attribute in ("bu", "bi", "yj", "sim"):
        if hasattr(theirs, attribute):
            found, expected = getattr(ours, attribute), getattr(theirs, attribute)
            np.testing.assert_allclose(found, expected, atol=1e-9)


@pytest.mark.parametrize(("name", "settings"), REPEATED)
def test_fit_when_pairs_are_rated_often_then_fast_predicts_as_well(name, settings, repeated):
    epochs = {"n_epochs": 20} if name.startswith("SVD") else {}
    settings = _settings(name, **settings, **epochs)
    testset = repeated.build_testset()
    theirs, ours = (
        surprise.accuracy.rmse(
            getattr(library, name)(**settings).fit(repeated).test(testset), verbose=False
        )
        for library in (surprise, algorithms)
    )
    assert ours == pytest.approx(theirs, abs=0.04)


def test_fit_when_items_have_more_ratings_than_there_are_users_then_similarities_as_surprises():
    rows = [("ann", "alien", 5.0), ("bob", "alien", 4.0)] * 200 + [("ann", "brazil", 3.0)]
    theirs, ours = _both("KNNBaseline", _data(rows).build_full_trainset())
    np.testing.assert_allclose(ours.sim, theirs.sim, atol=1e-12)


@pytest.mark.parametrize(
    ("name", "settings", "error"),
    [
        ("KNNBaseline", {"sim_options": {"name": "euclid"}}, NameError),
        ("KNNBaseline", {"bsl_options": {"method": "adam"}}, ValueError),
        ("BaselineOnly", {"bsl_options": {"method": "adam"}}, ValueError),
    ],
)
def test_fit_when_a_name_is_unknown_then_surprises_error(name, settings, error, trainset):
    messages = []
    for library in (surprise, algorithms):
        with pytest.raises(error) as caught:
            getattr(library, name)(**settings, verbose=False).fit(trainset)
        messages.append(str(caught.value))
    assert messages[0] == messages[1]


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("name", NAMES)
def test_test_when_estimate_is_overridden_then_used(name, exact, trainset, testset):
    class Own(getattr(algorithms, name)):
        def estimate(self, u, i):
            if not self.trainset.knows_user(u):
                raise surprise.PredictionImpossible("unknown to us")
            return 2.5

        def default_prediction(self):
            return 4.5

    predictions = Own(**_settings(name), exact=exact).fit(trainset).test(testset)
    assert {p.est for p in predictions[:-3]} == {2.5}
    assert [p.est for p in predictions[-3:]] == [4.5, 2.5, 4.5]
    assert predictions[-1].details == {"was_impossible": True, "reason": "unknown to us"}


@pytest.mark.parametrize("name", NAMES)
def test_test_when_estimate_or_predict_is_replaced_then_used(name, trainset, testset, monkeypatch):
    own = getattr(algorithms, name)
    fitted = own(**_settings(name)).fit(trainset)
    expected = fitted.test(testset)
    fitted.estimate = lambda u, i: 2.5
    assert {p.est for p in fitted.test(testset)} == {2.5}
    del fitted.estimate
    _assert_same(fitted.test(testset), expected)
    with monkeypatch.context() as patch:
        patch.setattr(own, "estimate", lambda self, u, i: 1.5)
        assert {p.est for p in fitted.test(testset)} == {1.5}
    with monkeypatch.context() as patch:
        patch.setattr(own, "predict", lambda self, *triple, verbose: triple)
        assert fitted.test(testset) == testset


def test_test_when_default_prediction_is_overridden_then_used(trainset, testset):
    def default_prediction(self):
        return 1.25

    found = []
    for library in (surprise, algorithms):
        own = type("Own", (library.SVD,), {"default_prediction": default_prediction})
        others = {"exact": True} if library is algorithms else {}
        fitted = own(**_settings("SVD", biased=False), **others).fit(trainset)
        found.append(fitted.test(testset))
    assert [p.est for p in found[1][-3:]] == [1.25] * 3
    _assert_same(found[1], found[0])


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # Surprise's own, of infinities
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", NAMES)
def test_test_when_an_estimate_is_no_number_then_clipped_as_there(name, value, trainset, testset):
    theirs, ours = _both(name, trainset)
    for fitted in (theirs, ours):
        fitted.bu[::2] = value
    expected = theirs.test(testset)
    assert 5 in {p.est for p in expected} or value == -np.inf
    _assert_same(ours.test(testset), expected)
    _assert_same([ours.predict(*triple) for triple in testset], expected)


@pytest.mark.parametrize(("name", "attribute"), LEARNED)
def test_test_when_what_was_learned_is_written_by_hand_then_used(
    name, attribute, trainset, testset
):
    theirs, ours = _both(name, trainset)
    before = theirs.test(testset)
    for fitted in (theirs, ours):
        learned = getattr(fitted, attribute)
        learned[:] = np.roll(learned, 1, axis=0)
    expected = theirs.test(testset)
    assert [p.est for p in expected] != [p.est for p in before]
    _assert_same(ours.test(testset), expected)
    _assert_same([ours.predict(*triple) for triple in testset], expected)
    for fitted in (theirs, ours):
        setattr(fitted, attribute, np.asfortranarray(getattr(fitted, attribute)[::-1]))
    expected = theirs.test(testset)
    _assert_same(ours.test(testset), expected)
    _assert_same([ours.predict(*triple) for triple in testset], expected)


@pytest.mark.parametrize("name", ["SVD", "SVDpp"])
def test_test_when_fast_factors_are_replaced_by_float64_then_used(name, trainset, testset):
    theirs, _ = _both(name, trainset)
    ours = getattr(algorithms, name)(**_settings(name)).fit(trainset)
    for attribute in ("bu", "bi", "pu", "qi", "yj"):
        if hasattr(theirs, attribute):
            setattr(ours, attribute, getattr(theirs, attribute).tolist())
    with pytest.raises(TypeError):
        theirs.predict("u1")
    expected = theirs.test(testset)
    _assert_same(ours.test(testset), expected)


@pytest.mark.parametrize("name", ["BaselineOnly", "SVD", "SVDpp"])
def test_test_when_a_user_is_folded_in_by_hand_then_predicted(name, trainset, testset):
    theirs, ours = _both(name, trainset)
    item = trainset.to_inner_iid(testset[0][1])
    trainset._raw2inner_id_users["new"] = trainset.n_users
    trainset.ur[trainset.n_users] = [(item, 5.0), (item + 1, 4.0)]
    for fitted in (theirs, ours):
        fitted.bu = np.append(fitted.bu, 0.75)
        if hasattr(fitted, "pu"):
            fitted.pu = np.vstack([fitted.pu, np.full(3, 0.5)])
    testset = [*testset, ("new", testset[0][1], 5.0)]
    expected = theirs.test(testset)
    _assert_same(ours.test(testset), expected)
    _assert_same([ours.predict(*triple) for triple in testset], expected)


@pytest.mark.parametrize("name", NAMES)
def test_test_when_rows_are_missing_then_an_error_rather_than_memory_of_others(
    name, trainset, testset
):
    ours = getattr(algorithms, name)(**_settings(name)).fit(trainset)
    ours.bu = ours.bu[:3]
    with pytest.raises(IndexError, match=r"has 3 rows\. Expected"):
        ours.test(testset)


@pytest.mark.parametrize(("name", "attribute"), [("SVD", "qi"), ("SVDpp", "yj")])
def test_test_when_numbers_of_factors_differ_then_an_error(name, attribute, trainset, testset):
    ours = getattr(algorithms, name)(**_settings(name)).fit(trainset)
    setattr(ours, attribute, getattr(ours, attribute)[:, :2])
    with pytest.raises(ValueError, match="Users have 3 factors and items 2"):
        ours.test(testset)


@pytest.mark.parametrize("name", NAMES)
def test_surprise_when_its_class_is_replaced_by_ours_then_works(
    name, trainset, testset, monkeypatch
):
    theirs, _ = _both(name, trainset)
    expected = theirs.test(testset)
    monkeypatch.setattr(surprise, name, getattr(algorithms, name))
    replaced = getattr(surprise, name)(**_settings(name), exact=True).fit(trainset)
    _assert_same(replaced.test(testset), expected)
    if name == "SVD":
        surprise.SVD(biased=False, n_epochs=1).fit(trainset).test(testset)


@pytest.mark.parametrize("name", NAMES)
def test_fit_when_a_subclass_calls_surprises_base_then_works(name, trainset, testset):
    class Own(getattr(algorithms, name)):
        def fit(self, trainset):
            surprise.AlgoBase.fit(self, trainset)
            if hasattr(self, "sgd"):
                self.sgd(trainset)
            self.bu, self.bi = self.compute_baselines()
            return self

    if name == "KNNBaseline":
        return  # needs what SymmetricAlgo.fit sets
    theirs, _ = _both(name, trainset)
    ours = Own(**_settings(name), exact=True).fit(trainset)
    _assert_same(ours.test(testset), theirs.test(testset))


@pytest.mark.parametrize("name", NAMES)
def test_predict_when_there_are_many_users_then_no_factors_are_copied(name):
    n_users = 4_000 if name == "KNNBaseline" else 30_000
    options = {"sim_options": {"user_based": False}} if name == "KNNBaseline" else {}
    rows = [(u, i, float(1 + (u + i) % 5)) for u in range(n_users) for i in (u % 20, 20 + u % 7)]
    ours = getattr(algorithms, name)(**_settings(name, **options)).fit(
        _data(rows).build_full_trainset()
    )
    ours.predict(0, 5)
    tracemalloc.start()
    try:
        ours.predict(1, 5)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * n_users  # bytes: less than an array of one float32 a user


@pytest.mark.parametrize("name", NAMES)
def test_ids_when_of_any_hashable_kind_then_as_in_surprise(name):
    users = ["Zoë", "007", 7, ("a", 1), None, 2.5, frozenset({1})]
    items = ["", "B00-X", -1, b"raw", True, "\N{SNOWMAN}"]
    rows = [
        (user, item, 1.0 + (3 * n + m) % 5)
        for n, user in enumerate(users)
        for m, item in enumerate(items)
        if (n + m) % 3
    ]
    data = _data(rows)
    data.raw_ratings = [(*row, None) for row in rows]  # a DataFrame would change some of them
    trainset = data.build_full_trainset()
    theirs, ours = _both(name, trainset)
    testset = [(user, item, 3.0) for user in [*users, 8] for item in [*items, "8"]]
    _assert_same(ours.test(testset), theirs.test(testset))
    found = [ours.predict(user, item, 3.0) for user, item, _ in testset]
    _assert_same(found, theirs.test(testset))


@pytest.mark.parametrize("name", NAMES)
def test_test_when_the_set_is_empty_or_an_iterator_then_as_in_surprise(name, trainset, testset):
    theirs, ours = _both(name, trainset)
    assert ours.test([]) == []
    _assert_same(ours.test(iter(testset)), theirs.test(testset))
    with pytest.raises(ValueError, match="unpack"):
        ours.test([(*testset[0], "time")])


@pytest.mark.parametrize("name", NAMES)
def test_dump_when_loaded_then_predicts_the_same(name, trainset, testset):
    ours = getattr(algorithms, name)(**_settings(name)).fit(trainset)
    loaded = pickle.loads(pickle.dumps(ours))
    assert loaded.test(testset) == ours.test(testset)


@pytest.mark.parametrize(("k", "min_k"), [(0, 0), (10**9, 1), (3, 4), (-1, 1)])
def test_test_when_k_is_odd_then_as_in_surprise(k, min_k, trainset, testset):
    theirs, ours = _both("KNNBaseline", trainset, k=k, min_k=min_k)
    _assert_same(ours.test(testset), theirs.test(testset))


def test_cross_validate_when_run_in_processes_then_the_same_figures():
    data = _data(_rows(4))
    folds = surprise.model_selection.KFold(2, random_state=0)
    alone, in_processes = (
        cross_validate(algorithms.SVDpp(**_settings("SVDpp")), data, cv=folds, n_jobs=n_jobs)
        for n_jobs in (1, 2)
    )
    np.testing.assert_array_equal(in_processes["test_rmse"], alone["test_rmse"])
