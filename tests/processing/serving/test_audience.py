"""Who rated each movie, and when: against plain loops over the ratings."""

from datetime import date, timedelta

import numpy as np
import pytest

from processing.data.rows import NO_DAY
from processing.serving.audience import (
    MOST_PERIODS,
    lovers_of,
    periods_of,
    viewer_bands,
    viewers_by_band,
    votes_by_period,
)
from tests.builders import random_rows, ratings_of


@pytest.fixture(params=[1, 2, 3])
def ratings(request):
    """Some hundred ratings, dated."""
    return ratings_of(random_rows(request.param, n_users=40, n_movies=25))


def rows_of(ratings):
    """(user, movie, rating, day) of every rating."""
    csr = ratings.by_user
    columns = (csr.rows(), csr.indices, csr.values, csr.days)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def day(number):
    return date(1970, 1, 1) + timedelta(days=number)


def same(found, expected):
    """Whether two means are the same, or both of none."""
    return found == pytest.approx(expected) if expected is not None else np.isnan(found)


def mean(values):
    return sum(values) / len(values) if values else None


def test_votes_when_counted_by_period_then_as_by_hand(ratings):
    periods = periods_of(ratings)
    table = votes_by_period(ratings, periods)
    ends = [*periods[1:], "9999-01-01"]
    for movie in range(ratings.n_movies):
        for place, (start, end) in enumerate(zip(periods, ends, strict=True)):
            given = [
                rating
                for _, other, rating, when in rows_of(ratings)
                if other == movie and start <= day(when).isoformat() < end
            ]
            assert table[movie, place]["n"] == len(given)
            assert same(table[movie, place]["mean"], mean(given))
    assert table["n"].sum() == ratings.n_ratings


@pytest.mark.parametrize(
    ("first", "last", "n", "expected"),
    [
        ("2004-02-10", "2004-02-20", 1, "2004-02-01"),
        ("2003-11-30", "2004-02-01", 4, "2003-11-01"),
        ("2001-01-01", "2004-04-30", 40, "2001-01-01"),
        ("2001-02-15", "2004-05-31", 40, "2001-02-01"),
        ("2001-02-15", "2004-06-01", 14, "2001-01-01"),
        ("1999-11-11", "2005-12-31", 25, "1999-10-01"),
        ("1995-01-09", "2015-03-31", 21, "1995-01-01"),
        ("1900-06-01", "2015-03-31", 12, "1900-01-01"),
        ("1066-10-14", "2999-12-31", 20, "1000-01-01"),
        ("0001-01-01", "9999-12-31", 10, "0001-01-01"),
    ],
)
def test_periods_when_days_span_them_then_the_finest_that_are_few_enough(first, last, n, expected):
    days = [(date.fromisoformat(text) - date(1970, 1, 1)).days for text in (first, last)]
    periods = periods_of(ratings_of([(1, 1, 4, days[0]), (1, 2, 3, days[1])]))
    assert (len(periods), periods[0]) == (n, expected)
    assert periods[-1] <= last
    assert n <= MOST_PERIODS


def test_periods_when_a_rating_has_no_day_then_none_and_no_votes():
    ratings = ratings_of([(1, 1, 4, 12_000), (1, 2, 3, NO_DAY)])
    assert periods_of(ratings) == ()
    assert votes_by_period(ratings, ()).shape == (2, 0)


def test_bands_when_made_then_each_holds_about_a_third_of_the_ratings(ratings):
    bands = viewer_bands(ratings)
    counts = ratings.by_user.counts
    assert bands[0] == 1
    assert list(bands) == sorted(set(bands))
    held = [
        counts[(counts >= low) & (counts < high)].sum()
        for low, high in zip(bands, [*bands[1:], np.inf], strict=True)
    ]
    most_of_one_count = max(counts[counts == n].sum() for n in set(counts.tolist()))
    assert all(abs(each - ratings.n_ratings / 3) <= most_of_one_count for each in held)


def test_viewers_when_counted_by_band_then_as_by_hand(ratings):
    bands = (1, 8, 12)
    table = viewers_by_band(ratings, bands, 4.0)
    counts = ratings.by_user.counts
    for movie in range(ratings.n_movies):
        for place, (low, high) in enumerate(zip(bands, (8, 12, np.inf), strict=True)):
            given = [
                rating
                for user, other, rating, _ in rows_of(ratings)
                if other == movie and low <= counts[user] < high
            ]
            n, average, loved = table[movie, place].item()
            assert (n, loved) == (len(given), sum(rating >= 4 for rating in given))
            assert same(average, mean(given))


def test_lovers_when_counted_then_as_by_hand(ratings):
    rng = np.random.default_rng(0)
    similar = rng.integers(-1, ratings.n_movies, (ratings.n_movies, 4)).astype(np.int32)
    table = lovers_of(ratings, similar, 4.0)
    given = {(user, movie): rating for user, movie, rating, _ in rows_of(ratings)}
    for movie in range(ratings.n_movies):
        for place, other in enumerate(similar[movie].tolist()):
            own = [
                given[user, movie]
                for user in range(ratings.n_users)
                if (user, movie) in given and given.get((user, other), 0) >= 4
            ]
            expected = (len(own), sum(rating >= 4 for rating in own)) if other >= 0 else (0, 0)
            assert table[movie, place].item() == expected
