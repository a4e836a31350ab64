"""The ranker: on planted people, whose likes follow from what it is told, or from nothing."""

import itertools

import numpy as np
import pytest

from processing.errors import ConfigError, ModelError
from processing.ranking.ranker import Ranker, RankerSettings
from tests.processing.ranking.test_logit import planted

NAMES = ["one", "two", "more", "most"]
SMALL = RankerSettings(n_estimators=60, learning_rate=0.2, min_child_weight=1.0, patience=10)


def _ndcg(orders, indptr, liked, n=10):
    """The mean over people of what their first ten are worth."""
    worth = []
    for start, end in itertools.pairwise(indptr):
        gains = 1 / np.log2(np.arange(2, end - start + 2))[:n]
        listed = liked[start:end][np.argsort(-orders[start:end], kind="stable")[:n]]
        best = gains[: liked[start:end].sum()].sum()
        worth.append(gains[: len(listed)] @ listed / best)
    return np.mean(worth)


def _fit(columns, indptr, liked, settings=SMALL, seed=0):
    return Ranker(settings, NAMES, NAMES[:3]).fit(columns, indptr, liked, seed)


@pytest.fixture(scope="module")
def people():
    return planted(5, np.array([1.5, 1.5]), 900, n_noise=2)


def _split(people, n=600):
    """Those whom it learns from, and the others."""
    columns, indptr, liked = people
    at = indptr[n]
    return (columns[:at], indptr[: n + 1], liked[:at]), (
        columns[at:],
        indptr[n:] - at,
        liked[at:],
    )


@pytest.fixture(scope="module")
def fitted(people):
    return _fit(*_split(people)[0])


def test_orders_when_two_columns_decide_together_then_better_than_by_either(people, fitted):
    columns, indptr, liked = _split(people)[1]
    worth = _ndcg(fitted.predict(columns), indptr, liked)
    alone = [_ndcg(columns[:, k], indptr, liked) for k in range(4)]
    assert worth > max(alone) + 0.05
    weights = fitted.weights()
    assert list(weights) == NAMES[:3]
    assert weights["one"] == pytest.approx(weights["two"], rel=0.2)
    assert abs(weights["more"]) < 0.1


def test_orders_when_a_column_decides_by_a_bend_then_trees_find_what_the_logit_cannot():
    columns, indptr, _ = planted(6, np.array([0.0]), 900, n_noise=3)
    z = (columns - columns.mean(axis=0)) / columns.std(axis=0)
    rng = np.random.default_rng(6)
    drawn = -2 * np.abs(z[:, 3]) + 0.5 * rng.gumbel(size=len(z))
    tops = np.repeat(np.maximum.reduceat(drawn, indptr[:-1]), np.diff(indptr))
    train, test = _split((columns, indptr, drawn == tops))
    ranker = _fit(*train)
    assert ranker.n_trees_ > 5
    worth = _ndcg(ranker.predict(test[0]), *test[1:])
    assert worth > _ndcg(ranker.logit_.margins(test[0][:, :3]), *test[1:]) + 0.2


def test_fit_when_no_tree_helps_those_set_aside_then_the_logit_alone():
    train, test = _split(planted(7, np.array([1.5, 1.5]), 900, n_noise=2))
    ranker = _fit(*train)
    assert (ranker.n_trees_, ranker.booster_) == (0, None)
    np.testing.assert_array_equal(
        ranker.predict(test[0]), ranker.logit_.margins(test[0][:, :3]), strict=True
    )


def test_orders_when_likes_are_dealt_at_random_then_no_better_than_chance(people):
    columns, indptr, liked = people
    rng = np.random.default_rng(8)
    dealt = np.concatenate([rng.permutation(liked[a:b]) for a, b in itertools.pairwise(indptr)])
    train, test = _split((columns, indptr, dealt))
    worth = _ndcg(_fit(*train).predict(test[0]), *test[1:])
    chance = [_ndcg(rng.random(len(test[2])), *test[1:]) for _ in range(20)]
    assert worth < np.mean(chance) + 4 * np.std(chance)


def test_fit_when_repeated_then_the_same_bits(people, fitted):
    train, test = _split(people)
    again = _fit(*train)
    assert again.n_trees_ == fitted.n_trees_
    np.testing.assert_array_equal(again.predict(test[0]), fitted.predict(test[0]), strict=True)


def test_fit_when_some_people_like_no_candidate_then_as_without_them(people, fitted):
    (columns, indptr, liked), test = _split(people)
    rng = np.random.default_rng(1)
    more = rng.normal(size=(50, 4)).astype(np.float32)
    with_them = _fit(
        np.concatenate((more[:30], columns, more[30:])),
        np.concatenate(([0], indptr + 30, [len(columns) + 50])),
        np.concatenate((np.zeros(30, bool), liked, np.zeros(20, bool))),
    )
    np.testing.assert_array_equal(with_them.predict(test[0]), fitted.predict(test[0]))


@pytest.mark.parametrize("n", [0, 3])
def test_fit_when_nobody_likes_anything_then_refused(n):
    indptr = 4 * np.arange(n + 1)
    columns = np.zeros((4 * n, 4), np.float32)
    with pytest.raises(ModelError, match="Nobody likes any of the candidates"):
        _fit(columns, indptr, np.zeros(4 * n, bool))


@pytest.mark.parametrize("settings", [SMALL, RankerSettings(n_estimators=0)])
def test_fit_when_there_is_one_person_or_no_room_for_trees_then_the_logit_alone(
    people, settings, tmp_path
):
    columns, indptr, liked = people
    n = 1 if settings.n_estimators else 200
    at = indptr[n]
    ranker = _fit(columns[:at], indptr[: n + 1], liked[:at], settings)
    assert ranker.n_trees_ == 0
    assert ranker.booster_ is None
    expected = ranker.logit_.margins(columns[:, :3])
    np.testing.assert_array_equal(ranker.predict(columns), expected, strict=True)
    ranker.save(tmp_path)
    loaded = Ranker.load(tmp_path)
    np.testing.assert_array_equal(loaded.predict(columns), expected, strict=True)


def test_ranker_when_saved_over_another_with_trees_then_read_back_without(people, fitted, tmp_path):
    assert fitted.n_trees_ > 0
    fitted.save(tmp_path)
    alone = _fit(*_split(people)[0], RankerSettings(n_estimators=0))
    alone.save(tmp_path)
    assert Ranker.load(tmp_path).booster_ is None


def test_ranker_when_loaded_then_the_same_bits(people, fitted, tmp_path):
    columns = people[0]
    fitted.save(tmp_path / "ranker")
    loaded = Ranker.load(tmp_path / "ranker")
    assert loaded.settings == fitted.settings
    assert (loaded.columns, loaded.plain) == (NAMES, NAMES[:3])
    assert loaded.n_trees_ == fitted.n_trees_
    assert loaded.weights() == fitted.weights()
    np.testing.assert_array_equal(loaded.predict(columns), fitted.predict(columns), strict=True)


def test_load_when_the_folder_holds_something_else_then_refused(fitted, tmp_path):
    fitted.save(tmp_path)
    about = (tmp_path / "model.json").read_text()
    (tmp_path / "model.json").write_text(about.replace('"ranker"', '"other"'))
    with pytest.raises(ModelError, match="kind 'other'"):
        Ranker.load(tmp_path)


@pytest.mark.parametrize(
    "settings",
    [
        {"n_candidates": 0},
        {"max_depth": 0},
        {"learning_rate": 0},
        {"patience": 0},
        {"most_users": 0},
        {"n_estimators": -1},
    ],
)
def test_settings_when_out_of_range_then_refused_by_name(settings):
    with pytest.raises(ConfigError, match=next(iter(settings))):
        RankerSettings(**settings)
