"""The kernels of compressed rows against plain Python, on one span of rows and on several."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processing.kernels import csr
from processing.kernels.arrays import Columns, Csr

N_USERS, N_MOVIES = 6, 5
ENTRY = st.tuples(
    st.integers(0, N_USERS - 1), st.integers(0, N_MOVIES - 1), st.integers(1, 5), st.integers(0, 3)
)
ENTRIES = st.lists(ENTRY, max_size=40)
SPANS = st.sampled_from([[(0, 6)], [(0, 2), (2, 6)], [(0, 0), (0, 5), (5, 6)]])


def columns_of(entries):
    """Indices, values and days of (row, index, value, day) entries."""
    array = np.array(entries, np.int64).reshape(-1, 4).T
    return Columns(
        array[1].astype(np.int32), array[2].astype(np.float32), array[3].astype(np.int32)
    )


def pointer(rows, n_rows):
    return np.array([sum(row < k for row in rows) for k in range(n_rows + 1)], np.int64)


def as_tuples(matrix):
    return [
        (row, int(matrix.indices[k]), int(matrix.values[k]), int(matrix.days[k]))
        for row in range(matrix.n_rows)
        for k in range(matrix.indptr[row], matrix.indptr[row + 1])
    ]


def compressed(entries):
    """Entries by row, in their order."""
    entries = sorted(entries, key=lambda entry: entry[0])
    return Csr(pointer([entry[0] for entry in entries], N_USERS), *columns_of(entries))


def empty(indptr):
    n = indptr[-1]
    return Csr(indptr, np.zeros(n, np.int32), np.zeros(n, np.float32), np.zeros(n, np.int32))


@settings(deadline=None)
@given(ENTRIES)
def test_scatter_when_done_then_the_stable_order_by_key(entries):
    keys = np.array([entry[0] for entry in entries], np.int32)
    out = empty(pointer(keys, N_USERS))
    counts = np.zeros(N_USERS, np.int64)
    csr.count_keys(keys, counts)
    assert counts.tolist() == out.counts.tolist()
    columns, sorted_entries = columns_of(entries), np.zeros((len(entries), 3), np.int32)
    bits = columns._replace(values=columns.values.view(np.int32))
    csr.scatter(keys, bits, out.indptr[:-1].copy(), sorted_entries)
    csr.set_apart(sorted_entries, Columns(out.indices, out.values.view(np.int32), out.days))
    assert as_tuples(out) == sorted(entries, key=lambda entry: entry[0])


@settings(deadline=None)
@given(ENTRIES, SPANS)
def test_scatter_rows_when_done_in_spans_then_the_transpose(entries, spans):
    matrix = compressed(entries)
    out = empty(pointer(matrix.indices, N_MOVIES))
    places = out.indptr[:-1].copy()
    for first, last in spans:
        csr.scatter_rows(matrix, first, last, places, out)
    expected = [(index, row, value, day) for row, index, value, day in as_tuples(matrix)]
    assert as_tuples(out) == sorted(expected, key=lambda entry: entry[0])


@settings(deadline=None)
@given(ENTRIES, SPANS)
def test_sort_rows_when_done_then_stable_and_repeats_are_counted(entries, spans):
    matrix = compressed(entries)
    repeats = sum(csr.sort_rows(matrix, first, last) for first, last in spans)
    assert as_tuples(matrix) == sorted(entries, key=lambda entry: entry[:2])
    assert repeats == len(entries) - len({entry[:2] for entry in entries})


@settings(deadline=None)
@given(ENTRIES)
def test_drop_repeats_when_done_then_the_latest_of_each_pair(entries):
    entries = sorted(entries, key=lambda entry: entry[:2])
    matrix = compressed(entries)
    latest = {}
    for row, index, value, day in entries:
        if (row, index) not in latest or day >= latest[row, index][1]:
            latest[row, index] = (value, day)
    kept = csr.drop_repeats(matrix)
    found = as_tuples(matrix._replace(indptr=kept))
    assert found == [(*pair, *rating) for pair, rating in sorted(latest.items())]


@settings(deadline=None)
@given(ENTRIES, SPANS, st.integers(0, 2**40 - 1))
def test_pick_when_a_mask_is_given_then_those_entries_by_row(entries, spans, bits):
    matrix = compressed(entries)
    mask = np.array([bits >> k & 1 for k in range(len(entries))], np.bool_)
    counts = np.zeros(N_USERS, np.int64)
    for first, last in spans:
        csr.count_picked(matrix.indptr, first, last, mask, counts)
    out = empty(np.concatenate(([0], np.cumsum(counts))))
    for first, last in spans:
        csr.pick(matrix, first, last, mask, out)
    whole = as_tuples(matrix)
    assert as_tuples(out) == [entry for k, entry in enumerate(whole) if mask[k]]


@pytest.mark.parametrize(
    ("indices", "values", "flaw"),
    [
        ([0, 2, 1], [1, 2, 3], 0),
        ([0, 3, 1], [1, 2, 3], csr.OUTSIDE),
        ([-1, 2, 1], [1, 2, 3], csr.OUTSIDE),
        ([2, 2, 1], [1, 2, 3], csr.UNSORTED),
        ([2, 0, 1], [1, 2, 3], csr.UNSORTED),
        ([0, 2, 1], [1, np.nan, 3], csr.NOT_FINITE),
        ([0, 2, 1], [1, 2, np.inf], csr.NOT_FINITE),
        ([0, 2, 1], [1, 2, 3.5], csr.OFF_SCALE),
    ],
)
def test_first_flaw_when_rows_are_looked_at_then_named(indices, values, flaw):
    indptr = np.array([0, 2, 2, 3], np.int64)
    matrix = Csr(indptr, np.array(indices, np.int32), np.array(values, np.float32))
    bounds = 3, np.float32(1), np.float32(3)
    assert csr.first_flaw(matrix, 0, 3, *bounds) == flaw
    parts = [csr.first_flaw(matrix, *span, *bounds) for span in ((0, 1), (1, 3))]
    assert max(parts) == flaw


@settings(deadline=None)
@given(st.lists(st.integers(-3, 9), min_size=1, max_size=30))
def test_look_up_when_written_over_the_ids_then_their_ranks(numbers):
    ids = np.array(numbers, np.int32)
    low = min(numbers)
    seen = np.zeros(max(numbers) - low + 1, np.bool_)
    csr.mark_ids(ids, low, seen)
    assert (np.flatnonzero(seen) + low).tolist() == sorted(set(numbers))
    csr.look_up(ids, low, (np.cumsum(seen) - 1).astype(np.int32), ids)
    assert ids.tolist() == [sorted(set(numbers)).index(number) for number in numbers]
