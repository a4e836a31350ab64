"""A person's taste beside everyone's, by hand-worked numbers."""

from dataclasses import replace

import numpy as np
import pytest

from app.model.taste import Everyone, taste_of
from tests.app.html import text

NAMES = ["A", "B", "C", "D", "E"]
EVERYONE = Everyone(
    means=np.array([4.0, 2.0, 3.0, np.nan, 4.5]),
    votes=np.array([100, 50, 20, 0, 5]),
    years=np.array([1979, 1971, 1985, 1985, 1975]),
    genre_names=("Drama", "Horror"),
    genres=np.array([[1, 0], [1, 0], [1, 1], [0, 0], [0, 1]], bool),
    shares=np.array([0.1, 0.1, 0.2, 0.3, 0.3]),
    levels=np.array([1.0, 2.0, 3.0, 4.0, 5.0]),
    binned=False,
    span=4.0,
    global_mean=3.5,
)
IDS = np.arange(10, 15)


def taste(movies, ratings):
    return taste_of(np.array(movies, np.int32), np.array(ratings, np.float32), EVERYONE, NAMES, IDS)


def test_taste_when_compared_then_generosity_levels_and_groups_are_as_by_hand():
    found = taste([0, 1, 2, 4], [5, 4, 3, 1])
    assert found.generosity == pytest.approx((1 + 2 + 0 - 3.5) / 4)
    assert [level.own for level in found.levels] == [0.25, 0, 0.25, 0.25, 0.25]
    assert [level.everyone for level in found.levels] == [0.1, 0.1, 0.2, 0.3, 0.3]
    (seventies,) = found.decades
    assert (seventies.label, seventies.n) == ("1970s", 3)
    assert seventies.mean == pytest.approx(10 / 3)
    assert seventies.everyone == pytest.approx(10.5 / 3)
    (drama,) = found.genres
    assert (drama.label, drama.n, drama.mean, drama.everyone) == ("Drama", 3, 4.0, 3.0)


def test_taste_when_opinions_are_listed_then_strongest_first_and_only_with_enough_votes():
    found = taste([0, 1, 2, 4], [5, 4, 3, 1])
    assert [each.movie_id for each in found.unshared] == [11, 10]
    assert [each.movie_id for each in found.shared] == [12]
    assert (found.shared[0].rating, found.shared[0].mean, found.shared[0].votes) == (3.0, 3.0, 20)


def test_taste_when_opinions_are_shared_then_close_the_best_loved_first_and_in_no_other_list():
    near = replace(EVERYONE, votes=np.full(5, 100), means=np.array([4.1, 1.8, 4.4, 2.5, 4.9]))
    found = taste_of(
        np.arange(5, dtype=np.int32), np.array([4, 2, 4, 3, 5], np.float32), near, NAMES, IDS
    )
    assert [each.title for each in found.shared] == ["E", "A", "C", "B"]
    assert [each.title for each in found.unshared] == ["D"]
    wide = replace(near, span=8.0)
    assert not taste_of(
        np.arange(5, dtype=np.int32), np.array([4, 2, 4, 3, 5], np.float32), wide, NAMES, IDS
    ).unshared


def test_taste_when_nothing_is_rated_then_none():
    assert taste([], []) is None
    assert taste([3], [5]) is None


def test_levels_when_the_histogram_has_bins_then_counted_by_their_upper_ends():
    binned = replace(
        EVERYONE, levels=np.array([20.0, 40.0, 60.0, 80.0, 100.0]), binned=True, global_mean=50.0
    )
    found = taste_of(
        np.array([0, 1], np.int32), np.array([20.0, 21.0], np.float32), binned, NAMES, IDS
    )
    assert [level.own for level in found.levels] == [0.5, 0.5, 0, 0, 0]


def test_user_page_when_shown_then_taste_has_stars_decades_genres_and_opinions(show):
    section = show("/users/7").find("section", attrs={"aria-labelledby": "taste"})
    headings = [text(h) for h in section.find_all("h3")]
    assert headings[:3] == ["Stars given", "By decade", "By genre"]
    assert "Opinions of their own" in headings
    rows = section.find("table", class_="pairs").tbody.find_all("tr")
    shares = [int(text(row.find_all("td")[1]).removesuffix(" %")) for row in rows]
    assert 98 <= sum(shares) <= 102
