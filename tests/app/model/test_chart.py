"""The chart of a list: axes that hold every point, where the points are, and their names."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.chart import (
    BOTTOM,
    LEFT,
    MOST_RINGS,
    N_NAMED,
    RIGHT,
    TOP,
    Around,
    Point,
    make_chart,
    radius,
)
from app.model.chart_labels import MOST_LETTERS, Dot, place_labels


def point(score, mean, rank=1, title="A", votes=1):
    return Point(
        rank=rank,
        movie_id=rank,
        title=title,
        year=None,
        score=score,
        mean=mean,
        votes=votes,
        chosen=True,
    )


MEANS = st.floats(1, 5).map(lambda value: round(value, 3))
SCORES = st.floats(0.7, 5.6).map(lambda value: round(value, 3))


@given(st.lists(st.tuples(SCORES, MEANS), min_size=1, max_size=50))
def test_chart_when_made_then_every_point_is_inside_and_ticks_are_few_round_and_ascending(pairs):
    chart = make_chart(tuple(point(score, mean) for score, mean in pairs), 1.0, 5.0)
    for each in chart.points:
        assert LEFT <= chart.x(each.mean) <= RIGHT
        assert TOP <= chart.y(each.score) <= BOTTOM
    values = [tick.value for tick in chart.ticks]
    assert 2 <= len(values) <= 12
    assert values == sorted(set(values))
    assert chart.n_above == sum(score > mean for score, mean in pairs)


def test_chart_when_there_are_no_points_then_none():
    assert make_chart((), 1.0, 5.0) is None


def test_chart_when_drawn_then_up_is_more_and_right_is_more():
    chart = make_chart((point(3.0, 2.0), point(4.0, 3.0)), 1.0, 5.0)
    assert chart.x(3.0) > chart.x(2.0)
    assert chart.y(4.0) < chart.y(3.0)


def test_axes_when_drawn_then_a_star_is_as_long_on_both_and_equals_are_on_the_diagonal():
    chart = make_chart((point(4.8, 2.0), point(4.0, 4.1)), 1.0, 5.0)
    assert chart.x(4.0) - chart.x(3.0) == pytest.approx(chart.y(3.0) - chart.y(4.0), abs=0.11)
    for value in (2.5, 3.0, 4.4):
        assert chart.x(value) - LEFT == pytest.approx(BOTTOM - chart.y(value), abs=0.11)


@pytest.mark.parametrize(("low", "high"), [(1.0, 5.0), (0.5, 5.0), (0.0, 100.0), (2.5, 3.5)])
def test_chart_when_all_points_are_one_then_the_axes_still_have_a_span(low, high):
    chart = make_chart((point(3.0, 3.0),), low, high)
    assert chart.low < 3.0 < chart.high


def test_axes_when_a_prediction_is_beyond_the_scale_then_go_on_with_it():
    chart = make_chart((point(5.3, 4.2), point(4.6, 4.0)), 1.0, 5.0)
    assert 5.3 < chart.high < 5.6
    assert TOP < chart.y(5.3) < chart.y(5.0)
    assert make_chart((point(5.0, 4.95), point(4.6, 1.0)), 1.0, 5.0).high == 5.0


@pytest.mark.parametrize("high", [1e-9, 1e-5, 1.0, 1e3, 1e9])
def test_chart_when_the_scale_is_tiny_or_huge_then_its_axes_have_a_length(high):
    chart = make_chart((point(0.5 * high, 0.2 * high), point(0.6 * high, 0.2 * high)), 0.0, high)
    assert chart.low < 0.2 * high < 0.6 * high < chart.high
    assert len({tick.value for tick in chart.ticks}) >= 3


def test_radius_when_votes_grow_then_grows_slowly():
    found = [radius(votes, 1000) for votes in (0, 1, 10, 100, 1000)]
    assert found == sorted(found)
    assert (found[0], found[-1], radius(0, 0)) == (4.0, 8.0, 8.0)


def test_around_when_some_is_outside_the_frame_then_left_out_and_rings_are_few():
    others = np.array([[3.0, 4.0], [1.1, 4.0], [4.0, 1.0], [4.0, 9.0]])
    given_stars = np.column_stack((np.linspace(3, 4, 1000), np.full(1000, 4.0)))
    around = Around(others=others, given=given_stars)
    chart = make_chart((point(4.5, 3.5),), 1.0, 5.0, around)
    assert chart.others == ((round(chart.x(3.0)), round(chart.y(4.0))),)
    assert MOST_RINGS / 2 < len(chart.given) <= MOST_RINGS


TITLES = st.text("abc def", min_size=1, max_size=40)


@given(st.lists(st.tuples(SCORES, MEANS, TITLES, st.integers(0, 500)), min_size=1, max_size=50))
def test_names_when_placed_then_of_the_farthest_above_inside_and_clear_of_all_others(rows):
    points = tuple(point(*row[:2], n, *row[2:]) for n, row in enumerate(rows))
    chart = make_chart(points, 1.0, 5.0)
    assert len(chart.labels) <= N_NAMED
    above = sorted(p.mean - p.score for p in points if p.score > p.mean)[:N_NAMED]
    named = {(label.dot.x, label.dot.y) for label in chart.labels}
    far = {(chart.x(p.mean), chart.y(p.score)) for p in points if p.mean - p.score in above}
    assert named <= far
    most = max(p.votes for p in points)
    for label in chart.labels:
        left, right, top, bottom = label.box
        assert LEFT <= left < right <= RIGHT
        assert TOP <= top < bottom <= BOTTOM
        for p in points:
            x, y, r = chart.x(p.mean), chart.y(p.score), radius(p.votes, most)
            assert x + r <= left or right <= x - r or y + r <= top or bottom <= y - r
    for one, other in combinations([label.box for label in chart.labels], 2):
        assert one[1] <= other[0] or other[1] <= one[0] or one[3] <= other[2] or other[3] <= one[2]


def test_names_when_there_is_room_then_beside_the_dot_to_its_left():
    dot = Dot(x=400.0, y=300.0, radius=5.0)
    (label,) = place_labels([(dot, "Alien")], [dot], (0, 600, 0, 600))
    assert (label.to_left, label.apart, label.y) == (True, False, 300.0)
    assert label.x < 395
    left = Dot(x=30.0, y=300.0, radius=5.0)
    (label,) = place_labels([(left, "Alien")], [left], (0, 600, 0, 600))
    assert (label.to_left, label.apart) == (False, False)


def test_names_when_there_is_no_room_then_left_out_and_long_ones_are_cut():
    dot = Dot(x=20.0, y=20.0, radius=5.0)
    assert place_labels([(dot, "Alien")], [dot], (0, 40, 0, 40)) == ()
    (label,) = place_labels([(dot, "A" * 60)], [dot], (0, 600, 0, 600))
    assert label.text == "A" * (MOST_LETTERS - 1) + "…"
