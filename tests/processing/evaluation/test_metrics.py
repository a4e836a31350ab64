import numpy as np
import pytest

from processing.evaluation.metrics import errors, errors_by_group


def test_errors_when_worked_out_by_hand_then_equal():
    found = errors(np.array([3, 5, 2], np.float32), np.array([4, 5, 4], np.float32))
    assert found.rmse == pytest.approx((5 / 3) ** 0.5)
    assert found.mae == pytest.approx(1)
    assert found.mape == pytest.approx(100 * (1 / 4 + 0 + 2 / 4) / 3)


def test_errors_when_a_rating_is_zero_then_mape_is_undefined():
    found = errors(np.array([1, 1], np.float32), np.array([0, 2], np.float32))
    assert found.mape is None
    assert found.mae == 1


def test_errors_by_group_when_each_group_is_taken_alone_then_equal():
    rng = np.random.default_rng(0)
    groups = rng.integers(0, 3, 50) * 2  # groups 1 and 3 have no rows
    scores = rng.normal(3, 1, 50).astype(np.float32)
    ratings = rng.integers(-2, 6, 50).astype(np.float32)
    ratings[groups == 0] = np.abs(ratings[groups == 0]) + 1
    ratings[np.flatnonzero(groups == 2)[0]] = 0
    found = errors_by_group(groups, 6, scores, ratings)
    for group in range(6):
        here = groups == group
        if here.any():
            assert found[group] == pytest.approx(errors(scores[here], ratings[here]))
        else:
            assert found[group] is None
    assert found[2].mape is None
    assert found[0].mape is not None
