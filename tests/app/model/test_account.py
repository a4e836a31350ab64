import pytest

from app.model.account import LABELS, LIMIT, account, account_of_ratings
from app.model.scale import RatingScale
from processing.ensemble.features import CONTRIBUTIONS

SCALE = RatingScale(low=1, high=5, step=1)


def test_account_when_rounding_leaves_a_rest_then_the_largest_takes_it():
    found = account(("user", "taste", "time"), (0.104, 0.504, -0.004), (3.504, 4.108), SCALE)
    assert [(part.group, part.stars) for part in found.parts] == [("user", 0.1), ("taste", 0.51)]
    assert found.start + sum(part.stars for part in found.parts) == pytest.approx(4.11)
    assert (found.start, found.score) == (3.5, 4.11)


def test_account_when_a_release_has_no_contributions_then_empty():
    assert account((), (), (3.5, 4.0), SCALE).parts == ()


def test_labels_when_listed_then_every_group_of_the_ensemble_has_one():
    assert {*LABELS, LIMIT} == {*CONTRIBUTIONS}


def test_steps_when_drawn_then_each_begins_where_the_one_before_it_ends():
    found = account(("user", "movie", "taste"), (0.5, -1.0, 1.5), (3.0, 4.0), SCALE)
    assert [(step.left, step.width) for step in found.steps] == [
        (33.3, 33.3),
        (0.0, 66.7),
        (0.0, 100.0),
    ]


def test_account_of_ratings_when_there_are_many_then_the_strongest_by_name_and_the_rest_together():
    titles = list("abcdefg")
    parts = [0.1, -0.5, 0.3, 0.2, 0.05, 0.4, -0.05]
    found = account_of_ratings(titles, parts, (3.5, 4.0), SCALE)
    assert [(part.label, part.stars) for part in found.parts] == [
        ("b", -0.5),
        ("f", 0.4),
        ("c", 0.3),
        ("d", 0.2),
        ("a", 0.1),
    ]
    assert found.start + sum(part.stars for part in found.parts) == pytest.approx(4.0)


def test_account_of_ratings_when_the_score_is_cut_at_the_scales_end_then_a_part_says_so():
    found = account_of_ratings(["a"], [2.0], (4.0, 5.0), SCALE)
    assert [(part.label, part.stars) for part in found.parts] == [
        ("a", 2.0),
        ("Cannot go above 5", -1.0),
    ]
    found = account_of_ratings(["a"], [-3.0], (3.0, 1.0), SCALE)
    assert [part.label for part in found.parts] == ["a", "Cannot go below 1"]


def test_account_when_parts_are_small_then_together_at_the_end():
    groups = ("user", "movie", "time", "evidence", "limit")
    found = account(groups, (0.5, 0.029, 0.015, -0.005, -0.03), (3.5, 4.009), SCALE)
    assert [(part.label, part.stars) for part in found.parts] == [
        ("How generous they are", 0.5),
        ("Cannot go above 5", -0.03),
        ("Everything else", 0.04),
    ]
    wide = RatingScale(low=0, high=100, step=1)
    found = account(groups, (9.0, 0.7, 0.4, -0.1, 0.0), (50.0, 60.0), wide)
    assert [(part.label, part.stars) for part in found.parts] == [
        ("How generous they are", 9.0),
        ("Everything else", 1.0),
    ]


def test_account_of_ratings_when_some_add_little_then_among_the_others():
    found = account_of_ratings(["a", "b", "c"], [0.4, 0.02, -0.01], (3.5, 3.91), SCALE)
    assert [(part.label, part.stars) for part in found.parts] == [
        ("a", 0.4),
        ("The other ratings", 0.01),
    ]
