import numpy as np
import pytest

from processing.evaluation.metrics import errors


def test_errors_when_worked_out_by_hand_then_equal():
    found = errors(np.array([3, 5, 2], np.float32), np.array([4, 5, 4], np.float32))
    assert found["rmse"] == pytest.approx((5 / 3) ** 0.5)
    assert found["mae"] == pytest.approx(1)
    assert found["mape"] == pytest.approx(100 * (1 / 4 + 0 + 2 / 4) / 3)


def test_errors_when_a_rating_is_zero_then_mape_is_undefined():
    found = errors(np.array([1, 1], np.float32), np.array([0, 2], np.float32))
    assert found["mape"] is None
    assert found["mae"] == 1
