import numpy as np
import pytest

from processing.evaluation.metrics import errors
from processing.evaluation.slices import (
    LEAST_TESTED,
    calibration,
    error_table,
    residuals,
    slices,
)
from processing.report.schema import SliceErrors
from tests.builders import STARS
from tests.processing.evaluation.samples import split_of


def _split(seed, n=300):
    rng = np.random.default_rng(seed)
    ratings = rng.integers(1, 6, n)
    return split_of(
        rng.integers(0, 40, n),
        ratings,
        {name: (ratings + rng.normal(0, 1, n)).clip(1, 5) for name in ("ensemble", "svd")},
        days=rng.integers(11_000, 11_100, n),
        user_support=rng.choice([0, 1, 9, 10, 29, 30, 299, 300, 5000], n),
        movie_support=rng.choice([0, 99, 100, 999, 1000], n),
    )


def _bounds(label):
    if label.endswith("+"):
        return int(label[:-1]), 10**9
    first, _, last = label.partition("-")
    return int(first), int(last or first)


@pytest.mark.parametrize("which", ["user_support", "movie_support"])
def test_supports_when_each_bin_is_taken_by_hand_then_its_errors(which):
    splits = [_split(1), _split(2)]
    rows = getattr(slices(splits), which)
    support = np.concatenate([getattr(split, which) for split in splits])
    ratings = np.concatenate([split.ratings for split in splits])
    seen = np.zeros(len(ratings), bool)
    for row in rows:
        low, high = _bounds(row.label)
        here = (support >= low) & (support <= high)
        seen |= here
        assert row.n == here.sum() > 0
        for model in ("ensemble", "svd"):
            scores = np.concatenate([split.scores[model] for split in splits])
            for measure, value in errors(scores[here], ratings[here])._asdict().items():
                assert getattr(row, measure)[model] == pytest.approx(value)
    assert seen.all()


def test_error_table_when_each_cell_is_taken_by_hand_then_its_error_or_none_of_few():
    splits = [_split(1), _split(2), _split(3)]
    table = error_table(splits)
    users, movies, ratings = (
        np.concatenate([getattr(split, name) for split in splits])
        for name in ("user_support", "movie_support", "ratings")
    )
    scores = np.concatenate([split.scores["ensemble"] for split in splits])
    user_bounds, movie_bounds = [*table.user_bounds, 10**9], [*table.movie_bounds, 10**9]
    assert user_bounds[0] == movie_bounds[0] == 1
    measured = 0
    for i in range(len(user_bounds) - 1):
        for j in range(len(movie_bounds) - 1):
            here = (users >= user_bounds[i]) & (users < user_bounds[i + 1])
            here &= (movies >= movie_bounds[j]) & (movies < movie_bounds[j + 1])
            assert table.n[i][j] == here.sum()
            if here.sum() < LEAST_TESTED:
                assert table.rmse[i][j] is None
                continue
            expected = errors(scores[here], ratings[here]).rmse
            assert table.rmse[i][j] == pytest.approx(expected)
            measured += 1
    assert measured > 3


def test_months_when_dated_then_named_and_in_order():
    days = [11_000, 11_001, 11_061, 11_000]  # 2000-02-13, 14, 2000-04-14
    rows = slices([split_of([1, 2, 3, 4], [3] * 4, {"ensemble": [3, 4, 5, 4]}, days=days)]).month
    assert [(row.label, row.n) for row in rows] == [("2000-02", 3), ("2000-04", 1)]
    assert rows[0].mae["ensemble"] == pytest.approx(2 / 3)
    assert rows[1].rmse["ensemble"] == 2


def test_months_when_undated_then_none():
    assert slices([split_of([1, 2], [3, 3], {"ensemble": [3, 4]})]).month == ()


def test_cold_starts_when_counted_then_every_kind_has_its_row():
    split = split_of(
        [1, 2, 3],
        [3, 3, 3],
        {"ensemble": [3, 4, 5]},
        user_support=[0, 5, 0],
        movie_support=[7, 1, 0],
    )
    rows = {row.label: row for row in slices([split]).cold_start}
    assert {label: row.n for label, row in rows.items()} == {
        "known user, known movie": 1,
        "new user": 1,
        "new movie": 0,
        "new user, new movie": 1,
    }
    assert rows["new user"].mae == {"ensemble": 0}
    assert rows["new user, new movie"].mae == {"ensemble": 2}
    assert rows["new movie"] == SliceErrors(label="new movie", n=0, rmse={}, mae={}, mape={})


def test_calibration_when_scores_are_right_on_average_then_actual_is_as_predicted():
    rng = np.random.default_rng(0)
    scores = rng.uniform(1, 5, 20_000)
    ratings = np.floor(scores) + (rng.random(20_000) < scores % 1)
    parts = calibration(
        [
            split_of(np.zeros(10_000), ratings[half], {"ensemble": scores[half]})
            for half in (slice(10_000), slice(10_000, None))
        ]
    )
    assert [part.n for part in parts] == [1000] * 20
    assert parts[0].predicted == pytest.approx(1.1, abs=0.01)
    for part in parts:
        assert part.actual == pytest.approx(part.predicted, abs=0.06)


def test_residuals_when_counted_by_hand_then_equal():
    split = split_of([1, 2, 3], [5, 1, 3], {"ensemble": [1, 4.95, 2.7]})
    found = residuals([split, split], STARS)
    assert found.edges[0] == -4
    assert found.edges[-1] == 4
    counts = dict(zip(found.edges, found.counts, strict=False))
    assert {edge: n for edge, n in counts.items() if n} == {-4: 2, 0.2: 2, 3.8: 2}
