import numpy as np
import pytest

from processing.kernels.topn import best_places, order_rows


@pytest.mark.parametrize("seed", range(5))
def test_best_places_when_sorted_by_hand_then_equal(seed):
    rng = np.random.default_rng(seed)
    indptr = np.cumsum([0, 3, 0, 40, 7, 1])
    scores = rng.integers(0, 6, indptr[-1]).astype(np.float32)  # many ties
    out = np.full((5, 7), -1, np.int64)
    best_places(indptr, scores, out)
    for row, found in enumerate(out):
        places = range(indptr[row], indptr[row + 1])
        expected = sorted(places, key=lambda place: (-scores[place], place))[:7]
        assert found.tolist() == expected + [-1] * (7 - len(expected))


@pytest.mark.parametrize("seed", range(5))
def test_order_rows_when_sorted_by_hand_then_equal(seed):
    rng = np.random.default_rng(seed)
    indptr = np.cumsum([0, 3, 0, 300, 7, 1])
    scores = rng.integers(0, 6, indptr[-1]).astype(np.float32)  # many ties
    out = np.full(len(scores), -1, np.int64)
    order_rows(indptr, scores, out)
    rows = np.repeat(np.arange(5), np.diff(indptr))
    expected = np.empty(len(scores), np.int64)
    expected[np.lexsort((-scores, rows))] = np.arange(len(scores)) - indptr[rows]
    assert out.tolist() == expected.tolist()
