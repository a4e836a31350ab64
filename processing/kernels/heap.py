"""The k best of a stream: a heap in three arrays that share their order, the weakest on top.

Better is a higher value; of equal values, the lower key.

For lists of hundreds, into which many of those offered come: each costs the logarithm of the
length. Short lists are kept in order by `select.insert_best`; `predict` picks by bins.
"""

from typing import Any

from numba import njit

from processing.kernels.arrays import Array, Real, Whole


@njit()
def _weaker(values: Array, keys: Array, a: Whole, b: Whole) -> Any:
    return values[a] < values[b] or (values[a] == values[b] and keys[a] > keys[b])


@njit()
def _swap(values: Array, keys: Array, companions: Array, a: Whole, b: Whole) -> None:
    values[a], values[b] = values[b], values[a]
    keys[a], keys[b] = keys[b], keys[a]
    companions[a], companions[b] = companions[b], companions[a]


@njit()
def _sink(values: Array, keys: Array, companions: Array, size: Whole) -> None:
    parent = 0
    while True:
        child = 2 * parent + 1
        if child >= size:
            return
        if child + 1 < size and _weaker(values, keys, child + 1, child):
            child += 1
        if not _weaker(values, keys, child, parent):
            return
        _swap(values, keys, companions, parent, child)
        parent = child


@njit()
def push(  # noqa: PLR0913, PLR0917  a heap is three rows of larger arrays, one offer three numbers
    values: Array,
    keys: Array,
    companions: Array,
    size: Whole,
    value: Real,
    key: Whole,
    companion: Whole,
) -> Whole:
    """Offer one to a heap of `size` of at most `len(values)`; returns its new size."""
    if size == len(values):
        if value < values[0] or (value == values[0] and key > keys[0]):
            return size
        values[0], keys[0], companions[0] = value, key, companion
        _sink(values, keys, companions, size)
        return size
    child = size
    values[child], keys[child], companions[child] = value, key, companion
    while child > 0 and _weaker(values, keys, child, (child - 1) // 2):
        _swap(values, keys, companions, child, (child - 1) // 2)
        child = (child - 1) // 2
    return size + 1


@njit()
def sort_heap(values: Array, keys: Array, companions: Array, size: Whole) -> None:
    """Put a heap into order, the best first, in place."""
    for last in range(size - 1, 0, -1):
        _swap(values, keys, companions, 0, last)
        _sink(values, keys, companions, last)
