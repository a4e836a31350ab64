"""The kernels of compressed rows against plain Python, on one span of rows and on several."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processing.kernels import csr

N_USERS, N_MOVIES = 6, 5
ENTRY = st.tuples(
    st.integers(0, N_USERS - 1), st.integers(0, N_MOVIES - 1), st.integers(1, 5), st.integers(0, 3)
)
ENTRIES = st.lists(ENTRY, max_size=40)
SPANS = st.sampled_from([[(0, 6)], [(0, 2), (2, 6)], [(0, 0), (0, 5), (5, 6)]])


def columns_of(entries):
    """Indices, values and days of (row, index, value, day) entries."""
    array = np.array(entries, np.int64).reshape(-1, 4).T
    return array[1].astype(np.int32), array[2].astype(np.float32), array[3].astype(np.int32)


def pointer(rows, n_rows):
    return np.array([sum(row < k for row in rows) for k in range(n_rows + 1)], np.int64)


def as_tuples(indptr, indices, values, days):
    return [
        (row, int(indices[k]), int(values[k]), int(days[k]))
        for row in range(len(indptr) - 1)
        for k in range(indptr[row], indptr[row + 1])
    ]


def compressed(entries):
    """Entries by row, in their order, as indptr and three columns."""
    entries = sorted(entries, key=lambda entry: entry[0])
    return pointer([entry[0] for entry in entries], N_USERS), *columns_of(entries)


@settings(deadline=None)
@given(ENTRIES)
def test_scatter_when_done_then_the_stable_order_by_key(entries):
    keys = np.array([entry[0] for entry in entries], np.int32)
    columns, indptr = columns_of(entries), pointer(keys, N_USERS)
    out = [np.zeros_like(column) for column in columns]
    counts = np.zeros(N_USERS, np.int64)
    csr.count_keys(keys, counts)
    assert counts.tolist() == np.diff(indptr).tolist()
    csr.scatter(keys, *columns, indptr[:-1].copy(), *out)
    assert as_tuples(indptr, *out) == sorted(entries, key=lambda entry: entry[0])


@settings(deadline=None)
@given(ENTRIES, SPANS)
def test_scatter_rows_when_done_in_spans_then_the_transpose(entries, spans):
    indptr, *columns = compressed(entries)
    by_column = pointer(columns[0], N_MOVIES)
    out = [np.zeros_like(column) for column in columns]
    places = by_column[:-1].copy()
    for first, last in spans:
        csr.scatter_rows(indptr, *columns, first, last, places, *out)
    expected = [(index, row, value, day) for row, index, value, day in as_tuples(indptr, *columns)]
    assert as_tuples(by_column, *out) == sorted(expected, key=lambda entry: entry[0])


@settings(deadline=None)
@given(ENTRIES, SPANS)
def test_sort_rows_when_done_then_stable_and_repeats_are_counted(entries, spans):
    indptr, *columns = compressed(entries)
    repeats = sum(csr.sort_rows(indptr, first, last, *columns) for first, last in spans)
    assert as_tuples(indptr, *columns) == sorted(entries, key=lambda entry: entry[:2])
    assert repeats == len(entries) - len({entry[:2] for entry in entries})


@settings(deadline=None)
@given(ENTRIES)
def test_drop_repeats_when_done_then_the_latest_of_each_pair(entries):
    entries = sorted(entries, key=lambda entry: entry[:2])
    indptr, *columns = compressed(entries)
    latest = {}
    for row, index, value, day in entries:
        if (row, index) not in latest or day >= latest[row, index][1]:
            latest[row, index] = (value, day)
    kept = csr.drop_repeats(indptr, *columns)
    found = as_tuples(kept, *columns)
    assert found == [(*pair, *rating) for pair, rating in sorted(latest.items())]


@settings(deadline=None)
@given(ENTRIES, SPANS, st.integers(0, 2**40 - 1))
def test_pick_when_a_mask_is_given_then_those_entries_by_row(entries, spans, bits):
    indptr, *columns = compressed(entries)
    mask = np.array([bits >> k & 1 for k in range(len(entries))], np.bool_)
    counts = np.zeros(N_USERS, np.int64)
    for first, last in spans:
        csr.count_picked(indptr, first, last, mask, counts)
    picked = np.concatenate(([0], np.cumsum(counts)))
    out = [np.zeros(int(mask.sum()), column.dtype) for column in columns]
    for first, last in spans:
        csr.pick(indptr, first, last, mask, *columns, picked, *out)
    whole = as_tuples(indptr, *columns)
    assert as_tuples(picked, *out) == [entry for k, entry in enumerate(whole) if mask[k]]


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
    columns = np.array(indices, np.int32), np.array(values, np.float32)
    bounds = 3, np.float32(1), np.float32(3)
    assert csr.first_flaw(indptr, 0, 3, *columns, *bounds) == flaw
    parts = [csr.first_flaw(indptr, *span, *columns, *bounds) for span in ((0, 1), (1, 3))]
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
