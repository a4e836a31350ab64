"""Spans of rows for threads: together they are everything, once."""

import numpy as np
import pytest

from processing.tools import threads
from processing.tools.threads import even_rows, even_spans, in_threads


@pytest.fixture(autouse=True)
def three_threads(monkeypatch):
    monkeypatch.setattr(threads, "n_threads", lambda: 3)
    monkeypatch.setattr(threads, "SMALL", 2)


@pytest.mark.parametrize("n", [0, 1, 2, 7, 100])
def test_even_spans_when_joined_then_everything_in_order(n):
    assert [k for first, last in even_spans(n) for k in range(first, last)] == list(range(n))


@pytest.mark.parametrize(
    "counts", [[0], [5], [0, 0, 9], [9, 0, 0], [1, 1, 1, 1, 1, 1], [0, 50, 1, 0, 2], [0, 0]]
)
def test_even_rows_when_joined_then_every_row_once(counts):
    spans = even_rows(np.concatenate(([0], np.cumsum(counts))))
    rows = [row for first, last in spans for row in range(first, last)]
    assert rows == list(range(len(counts)))


def test_in_threads_when_called_then_results_in_order_and_errors_are_raised():
    assert in_threads(divmod, [(7, 2), (9, 4)]) == [(3, 1), (2, 1)]
    with pytest.raises(ZeroDivisionError):
        in_threads(divmod, [(7, 2), (9, 0)])
