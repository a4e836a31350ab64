"""The bootstrap against a slow twin, and against what it estimates."""

import numpy as np
import pytest

from processing.evaluation import bootstrap
from processing.evaluation.bootstrap import interval, resampled_rmse
from tests.processing.evaluation.samples import split_of


def _rows(seed, n_users=12, n=80):
    rng = np.random.default_rng(seed)
    ratings = rng.integers(1, 6, n)
    scores = {name: ratings + rng.normal(0, sd, n) for name, sd in (("a", 1.0), ("b", 0.5))}
    return split_of(7 * rng.integers(0, n_users, n) + 3, ratings, scores)


def _twin(splits, seed, n_clusters, n_resamples):
    """Every row of every user drawn, one by one."""
    rng = np.random.default_rng(seed)
    users = sorted({user for split in splits for user in split.users})
    n = min(len(users), n_clusters)
    cluster = dict(zip(users, rng.permutation(len(users)) % n, strict=True))
    found = {"a": [], "b": []}
    for _ in range(n_resamples):
        drawn = rng.integers(n, size=n).tolist()
        for name, values in found.items():
            of_splits = []
            for split in splits:
                squares = []
                for user, rating, score in zip(
                    split.users, split.ratings, split.scores[name], strict=True
                ):
                    squares += [(float(score) - float(rating)) ** 2] * drawn.count(cluster[user])
                if squares:
                    of_splits.append((sum(squares) / len(squares)) ** 0.5)
            values.append(sum(of_splits) / len(of_splits))
    return found


@pytest.mark.parametrize("n_clusters", [20_000, 5])
@pytest.mark.parametrize("n_splits", [1, 2])
def test_resampled_rmse_when_compared_with_the_twin_then_equal(n_clusters, n_splits, monkeypatch):
    monkeypatch.setattr(bootstrap, "N_CLUSTERS", n_clusters)
    monkeypatch.setattr(bootstrap, "N_RESAMPLES", 60)
    splits = [_rows(seed) for seed in range(n_splits)]
    found, expected = resampled_rmse(splits, 4), _twin(splits, 4, n_clusters, 60)
    for name in ("a", "b"):
        assert len(found[name]) == 60
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-9)


def test_resampled_rmse_when_a_split_is_not_drawn_then_the_others_count():
    few = split_of([1], [3], {"a": [4]})
    many = split_of([2, 3, 4], [3, 3, 3], {"a": [5, 5, 5]})
    found = resampled_rmse([few, many], 0)["a"]
    assert set(found.round(6)) == {1.0, 1.5, 2.0}


def test_resampled_rmse_when_repeated_then_the_same_and_with_another_seed_not():
    one, again, other = (resampled_rmse([_rows(1)], seed)["a"] for seed in (3, 3, 4))
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()


def test_resampled_rmse_when_a_users_errors_hang_together_then_as_uncertain_as_new_users_say():
    """Drawing ratings instead of users would find a third of it."""

    def draw(seed):
        rng = np.random.default_rng(seed)
        users = np.repeat(np.arange(200), 20)
        off = rng.normal(0, 1, 200)[users] + rng.normal(0, 0.3, len(users))
        return split_of(users, np.full(len(users), 3), {"a": 3 + off})

    def rmse(rows):
        return np.sqrt(np.mean((rows.scores["a"] - rows.ratings) ** 2))

    true = np.std([rmse(draw(seed)) for seed in range(300)])
    estimated = np.mean([resampled_rmse([draw(seed)], 0)["a"].std() for seed in range(5)])
    assert estimated == pytest.approx(true, rel=0.2)


def test_interval_when_values_are_even_then_the_middle_95_percent():
    assert interval(np.arange(1001.0)) == (25, 975)


def test_difference_when_models_err_alike_then_far_surer_than_either_error():
    rng = np.random.default_rng(0)
    ratings, off = np.full(3000, 3), rng.normal(0, 1, 3000)
    rows = split_of(np.arange(3000), ratings, {"a": ratings + off, "b": ratings + 0.9 * off})
    found = resampled_rmse([rows], 0)
    low, high = interval(found["b"] - found["a"])
    assert low < -0.1 * np.sqrt(np.mean(off**2)) < high
    assert high - low < 0.2 * np.diff(interval(found["a"]))[0]
