"""The chart of a list: axes that hold every point, and where the points are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.chart import BOTTOM, LEFT, RIGHT, TOP, Point, make_chart


def point(score, mean, rank=1):
    return Point(
        rank=rank,
        movie_id=rank,
        title="A",
        year=None,
        score=score,
        mean=mean,
        votes=1,
        chosen=True,
    )


SCORES = st.floats(1, 5).map(lambda value: round(value, 3))


@given(st.lists(st.tuples(SCORES, SCORES), min_size=1, max_size=50))
def test_chart_when_made_then_every_point_is_inside_and_ticks_are_few_round_and_ascending(pairs):
    chart = make_chart(tuple(point(score, mean) for score, mean in pairs), 1.0, 5.0)
    for each in chart.points:
        assert LEFT <= chart.x(each.mean) <= RIGHT
        assert TOP <= chart.y(each.score) <= BOTTOM
    for ticks in (chart.mean_ticks, chart.score_ticks):
        values = [tick.value for tick in ticks]
        assert 2 <= len(values) <= 10
        assert values == sorted(set(values))
    assert chart.n_above == sum(score > mean for score, mean in pairs)


def test_chart_when_there_are_no_points_then_none():
    assert make_chart((), 1.0, 5.0) is None


def test_chart_when_drawn_then_up_is_more_and_right_is_more():
    chart = make_chart((point(3.0, 2.0), point(4.0, 3.0)), 1.0, 5.0)
    assert chart.x(3.0) > chart.x(2.0)
    assert chart.y(4.0) < chart.y(3.0)


def test_line_when_both_are_equal_somewhere_in_sight_then_from_one_edge_to_the_other():
    chart = make_chart((point(3.0, 2.8), point(4.0, 4.1)), 1.0, 5.0)
    x1, y1, x2, y2 = chart.equal
    low, high = max(chart.mean_low, chart.score_low), min(chart.mean_high, chart.score_high)
    assert (x1, y1, x2, y2) == (chart.x(low), chart.y(low), chart.x(high), chart.y(high))
    assert make_chart((point(4.9, 1.2),), 1.0, 5.0).equal is None


@pytest.mark.parametrize(("low", "high"), [(1.0, 5.0), (0.5, 5.0), (0.0, 100.0), (2.5, 3.5)])
def test_chart_when_all_points_are_one_then_the_axes_still_have_a_span(low, high):
    chart = make_chart((point(3.0, 3.0),), low, high)
    assert chart.mean_low < 3.0 < chart.mean_high
    assert chart.score_low < 3.0 < chart.score_high


def test_axes_when_points_are_at_the_scales_end_then_do_not_go_beyond_it():
    chart = make_chart((point(5.0, 4.95), point(4.6, 1.0)), 1.0, 5.0)
    assert (chart.score_high, chart.mean_low, chart.mean_high) == (5.0, 1.0, 5.0)


@pytest.mark.parametrize("high", [1e-9, 1e-5, 1.0, 1e3, 1e9])
def test_chart_when_the_scale_is_tiny_or_huge_then_its_axes_have_a_length(high):
    chart = make_chart((point(0.5 * high, 0.2 * high), point(0.6 * high, 0.2 * high)), 0.0, high)
    assert chart.mean_low < 0.2 * high < chart.mean_high
    assert chart.score_low < 0.5 * high < 0.6 * high < chart.score_high
    assert len({tick.value for tick in chart.score_ticks}) >= 3
