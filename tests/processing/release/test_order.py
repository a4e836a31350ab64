import numpy as np
import pytest

from processing.release.order import ordering_scores


def test_ordering_scores_when_few_have_rated_then_the_margin_is_wide():
    scores = np.array([4.9, 4.5, 4.0], np.float32)
    found = ordering_scores(scores, np.array([3, 99, 399]), deviation=1.2, z=2.0)
    np.testing.assert_allclose(found, [4.9 - 1.2, 4.5 - 0.24, 4.0 - 0.12], rtol=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_ordering_scores_when_z_is_zero_then_the_scores(dtype):
    scores = np.array([3.2, 4.5], dtype)
    found = ordering_scores(scores, np.array([0, 9]), 1.0, 0.0)
    np.testing.assert_array_equal(found, scores, strict=True)
