"""Lists that near movies do not flood."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from processing.release.spread import MOST_NEAR, WINDOW, spread

kinds = st.lists(st.integers(0, 3), max_size=40)


def _near(of):
    """The movies of a kind are near to each other, those of kind 0 to none."""
    kind = np.array(of, np.int64)
    return lambda movie: np.flatnonzero((kind == kind[movie]) & (kind > 0))


def test_spread_when_a_kind_comes_first_then_three_of_ten_and_the_rest_later():
    of = [1] * 6 + [0] * 14
    found = spread(np.arange(20), _near(of)).tolist()
    assert found == [0, 1, 2, *range(6, 13), 3, 4, 5, *range(13, 20)]


def test_spread_when_nothing_is_near_then_as_it_was():
    movies = np.array([5, 2, 9, 0])
    assert spread(movies, lambda _: np.empty(0, np.int64)).tolist() == [5, 2, 9, 0]


@given(kinds)
def test_spread_when_anything_then_every_movie_once_and_few_of_a_kind_unless_all_are(of):
    found = spread(np.arange(len(of)), _near(of)).tolist()
    assert sorted(found) == list(range(len(of)))
    for start in range(0, len(found), WINDOW):
        window, rest = found[start : start + WINDOW], found[start + WINDOW :]
        crowded = [kind for kind in (1, 2, 3) if sum(of[m] == kind for m in window) > MOST_NEAR]
        others = [m for m in rest if of[m] == 0 or sum(of[w] == of[m] for w in window) < MOST_NEAR]
        assert not (crowded and others)


@given(kinds, st.integers(0, 45))
def test_spread_when_only_the_first_are_wanted_then_those_of_the_whole(of, most):
    movies = np.arange(len(of))
    assert spread(movies, _near(of), most).tolist() == spread(movies, _near(of)).tolist()[:most]
