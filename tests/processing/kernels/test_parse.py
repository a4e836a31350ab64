"""The parsing kernels against a parser in plain Python."""

import datetime
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processing.kernels import parse

ROW = re.compile(rb"(-?\d+),([^,]*),([^,]*)")
NUMBER = re.compile(rb"-?\d+(\.\d+)?")
EPOCH = datetime.date(1970, 1, 1)
SCALE, STARS = parse.Bounds(0.5, 5.0, 0.5), parse.Bounds(1.0, 5.0, 1.0)
TABS, COLONS = parse.FieldMark(ord("\t"), 1), parse.FieldMark(ord(":"), 2)


def run(kernel, text, *settings, n_columns=1000, n_bad=1000):
    """Call a kernel until the text is done; returns rows and (line number, line) of bad lines."""
    text = np.frombuffer(text, np.uint8)
    state = np.zeros(parse.N_STATE, np.int64)
    columns = parse.Rows(*(np.zeros(n_columns, dtype) for dtype in ("i8", "i8", "f4", "i4")))
    flaws = parse.Flaws(*(np.zeros(n_bad, np.int64) for _ in range(3)))
    rows, bad = [], []
    while state[parse.AT] < len(text):
        kernel(text, *settings, state, columns, flaws)
        rows += zip(*(column[: state[parse.ROWS]].tolist() for column in columns), strict=True)
        for start, number, reason in np.array(flaws).T[: state[parse.BAD]]:
            line = text[start:].tobytes().split(b"\n")[0]
            bad.append((int(number), line, int(reason)))
        state[[parse.ROWS, parse.BAD]] = 0
    return rows, bad


def slow_netflix(text, low, high, step):
    """The same as parse_netflix, line by line."""
    rows, bad, movie = [], [], None
    for number, raw in enumerate(text.split(b"\n")[:-1], start=1):
        line = raw.removesuffix(b"\r")
        if not line:
            continue
        if re.fullmatch(rb"-?\d+:", line) and abs(int(line[:-1])) < 2**63:
            movie = int(line[:-1])
            continue
        found = ROW.fullmatch(line)
        row = found and slow_row(*found.groups(), low, high, step)
        if row and movie is not None:
            rows.append((row[0], movie, row[1], row[2]))
            continue
        bad.append((number, raw))
        if b":" in line or b"," not in line:
            movie = None
    return rows, bad


def slow_row(user, rating, day, low, high, step):
    if abs(int(user)) >= 2**63 or not slow_rating(rating, low, high, step):
        return None
    try:
        date = datetime.date.fromisoformat(day.decode()) if len(day) == 10 else None
    except ValueError:
        return None
    return date and (int(user), float(rating), (date - EPOCH).days)


def slow_rating(rating, low, high, step):
    if not NUMBER.fullmatch(rating) or len(rating.translate(None, b"-.")) > 15:
        return False
    return low <= float(rating) <= high and (float(rating) - low) % step == 0


def slow_separated(text, mark, low, high, step):
    """The same as parse_separated, line by line."""
    rows, bad = [], []
    for number, raw in enumerate(text.split(b"\n")[:-1], start=1):
        fields = raw.removesuffix(b"\r").split(mark)
        if fields == [b""]:
            continue
        integers = [fields[k] for k in (0, 1, 3)] if len(fields) == 4 else [b""]
        good = all(re.fullmatch(rb"-?\d+", field) for field in integers)
        good = good and all(abs(int(field)) < 2**63 for field in integers)
        good = good and slow_rating(fields[2], low, high, step)
        good = good and parse.FIRST_SECOND <= int(fields[3]) <= parse.LAST_SECOND
        if good:
            user, movie, rating, seconds = fields
            rows.append((int(user), int(movie), float(rating), int(seconds) // 86400))
        else:
            bad.append((number, raw))
    return rows, bad


ids = st.integers(-(2**64), 2**64) | st.integers(-5, 3_000_000)
ratings = st.sampled_from("1 2 3 4 5 0.5 4.5 4.50 0 6 2.25 -1 nan 1e3 . 5. .5 005".split())
near = st.dates(datetime.date(1969, 12, 1), datetime.date(2070, 1, 31))
odd = "2005-02-29 2004-02-29 1900-02-29 2000-02-29 2005-13-01 2005-00-10 2005-1-1 0000-01-01"
dates = st.dates().map(str) | near.map(str) | st.sampled_from(odd.split())
seconds = st.integers(-(10**13), 10**13) | st.integers(0, 2 * 10**9)
ends = st.sampled_from(["\n", "\r\n", "\n\n"])
noise = st.text("0123456789,:.-\r ", max_size=12)
netflix_lines = (
    st.builds("{}:".format, ids) | st.builds("{},{},{}".format, ids, ratings, dates) | noise
)
tab_lines = st.builds("{}\t{}\t{}\t{}".format, ids, ids, ratings, seconds) | noise


def joined(lines):
    return st.lists(st.builds(str.__add__, lines, ends), max_size=20).map(
        lambda parts: "".join(parts).encode()
    )


@settings(max_examples=300, deadline=None)
@given(joined(netflix_lines))
def test_parse_netflix_on_any_lines_agrees_with_plain_python(text):
    rows, bad = run(parse.parse_netflix, text, SCALE)
    assert (rows, [line[:2] for line in bad]) == slow_netflix(text, *SCALE)


@settings(max_examples=300, deadline=None)
@given(joined(tab_lines))
def test_parse_separated_on_any_lines_agrees_with_plain_python(text):
    rows, bad = run(parse.parse_separated, text, TABS, SCALE)
    assert (rows, [line[:2] for line in bad]) == slow_separated(text, b"\t", *SCALE)


@settings(max_examples=100, deadline=None)
@given(joined(tab_lines.map(lambda line: line.replace("\t", "::"))))
def test_parse_separated_by_two_colons_agrees_with_plain_python(text):
    rows, bad = run(parse.parse_separated, text, COLONS, SCALE)
    assert (rows, [line[:2] for line in bad]) == slow_separated(text, b"::", *SCALE)


@settings(max_examples=50, deadline=None)
@given(joined(netflix_lines))
def test_parse_netflix_with_little_room_goes_on_where_it_stopped(text):
    roomy = run(parse.parse_netflix, text, SCALE)
    assert run(parse.parse_netflix, text, SCALE, n_columns=1, n_bad=1) == roomy


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"12;3;2005-01-01", parse.FORM),
        (b"99999999999999999999,3,2005-01-01", parse.TOO_BIG),
        (b"12,6,2005-01-01", parse.RATING),
        (b"12,,2005-01-01", parse.RATING),
        (b"12,3,2005-02-29", parse.DATE),
        (b"12,3,2005/02/28", parse.DATE),
        (b"12,3", parse.FORM),
        (b"12,3,2005-01-01,9", parse.FORM),
    ],
)
def test_parse_netflix_on_a_bad_line_says_the_reason(line, reason):
    _, bad = run(parse.parse_netflix, b"1:\n" + line + b"\n", STARS)
    assert bad == [(2, line, reason)]


def test_parse_netflix_without_header_says_so():
    _, bad = run(parse.parse_netflix, b"12,3,2005-01-01\n", STARS)
    assert bad == [(1, b"12,3,2005-01-01", parse.HEADERLESS)]


def test_parse_separated_with_a_free_scale_takes_any_rating_between():
    rows, bad = run(
        parse.parse_separated, b"1\t2\t3.14\t0\n1\t2\t9.5\t0\n", TABS, parse.Bounds(-1.0, 9.0, 0.0)
    )
    assert rows == [(1, 2, pytest.approx(3.14), 0)]
    assert [line[0] for line in bad] == [2]


def test_parse_separated_with_a_step_of_a_tenth_takes_tenths():
    text = b"".join(b"1\t2\t%d.%d\t0\n" % divmod(k, 10) for k in range(101))
    rows, bad = run(parse.parse_separated, text, TABS, parse.Bounds(0.0, 10.0, 0.1))
    assert len(rows) == 101
    assert bad == []
