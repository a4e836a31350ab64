import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from processing.kernels.heap import push, sort_heap


@settings(deadline=None)
@given(st.lists(st.integers(-3, 3), max_size=40), st.integers(1, 8), st.randoms())
def test_push_when_sorted_then_the_best_with_ties_by_key(values, k, random):
    offered = list(enumerate(values))
    random.shuffle(offered)
    heap = np.empty(k), np.empty(k, np.int64), np.empty(k, np.int32)
    size = 0
    for key, value in offered:
        size = push(*heap, size, value, key, 10 * key)
    sort_heap(*heap, size)
    best = sorted(offered, key=lambda item: (-item[1], item[0]))[:k]
    assert list(zip(heap[1][:size], heap[0][:size], strict=True)) == best
    assert (heap[2][:size] == 10 * heap[1][:size]).all()
