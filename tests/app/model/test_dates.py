"""How days and periods are written."""

import pytest

from app.model.dates import period_label


@pytest.mark.parametrize(
    ("firsts", "labels"),
    [
        (("2003-01-01", "2004-01-01"), ["2003", "2004"]),
        (("2003-10-01", "2004-01-01", "2004-04-01"), ["Q4 2003", "Q1 2004", "Q2 2004"]),
        (("2003-12-01", "2004-01-01", "2004-02-01"), ["Dec 2003", "Jan 2004", "Feb 2004"]),
        (("2003-07-01",), ["Jul 2003"]),
        (("0001-01-01", "1000-01-01"), ["from 1", "from 1000"]),
        (("1990-01-01", "2000-01-01"), ["from 1990", "from 2000"]),
        (("2003-01-01", "2003-02-01"), ["Jan 2003", "Feb 2003"]),
    ],
)
def test_period_label_when_written_then_by_the_kind_of_period(firsts, labels):
    assert [period_label(first, firsts) for first in firsts] == labels
