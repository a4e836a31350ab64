import numpy as np
import pytest

from processing.data.splits import OUT_OF_FOLD_LIMIT, PROTOCOLS, make_splits, working_protocol
from processing.errors import ConfigError
from tests.builders import dataset_of, random_rows, ratings_of


@pytest.fixture(scope="module")
def dataset():
    ratings = ratings_of(random_rows(4, n_users=60, n_movies=50))
    positions = np.arange(0, ratings.n_ratings, 20)
    return dataset_of(ratings, probe=positions)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_splits_when_made_then_nothing_is_in_two_parts(dataset, protocol):
    for split in make_splits(dataset, protocol, 0):
        assert split.test.any()
        assert split.stacks
        parts = np.sum([split.test, *split.stacks], axis=0)
        assert parts.max() == 1
        np.testing.assert_array_equal(split.known, ~split.test)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_splits_when_made_again_then_the_same(dataset, protocol):
    for one, other in zip(
        make_splits(dataset, protocol, 7), make_splits(dataset, protocol, 7), strict=True
    ):
        np.testing.assert_array_equal(one.test, other.test)
        np.testing.assert_array_equal(one.stacks, other.stacks)


@pytest.mark.parametrize("protocol", ["random", "folds"])
def test_splits_when_another_seed_then_another_test_set(dataset, protocol):
    one, other = (make_splits(dataset, protocol, seed)[0].test for seed in (1, 2))
    assert (one != other).any()


def test_time_when_split_then_the_last_fifth_by_day(dataset):
    (split,) = make_splits(dataset, "time", 0)
    days = dataset.ratings.by_user.days
    assert split.test.sum() == int(0.2 * len(days))
    assert days[split.known].max() <= days[split.test].min()
    (stack,) = split.stacks
    assert stack.sum() == int(0.2 * split.known.sum())
    assert days[split.known & ~stack].max() <= days[stack].min()


def test_last_when_split_then_each_users_last_ratings(dataset):
    (split,) = make_splits(dataset, "last", 0)
    (stack,) = split.stacks
    ratings = dataset.ratings
    users, days = ratings.by_user.rows(), ratings.by_user.days
    for user in range(ratings.n_users):
        mine = users == user
        held = min(9, mine.sum() // 3)
        assert (mine & split.test).sum() == held
        assert (mine & stack).sum() == held
        if held:
            assert days[mine & split.known].max() <= days[mine & split.test].min()
            assert days[mine & split.known & ~stack].max() <= days[mine & stack].min()


@pytest.mark.parametrize("protocol", ["last", "time"])
def test_splits_when_all_is_rated_on_one_day_then_the_test_set_is_not_cut_by_id(protocol):
    rows = [(u, i, 3, 100) for u in range(60) for i in range(40)]
    dataset = dataset_of(ratings_of(rows))
    (split,) = make_splits(dataset, protocol, 0)
    for part in (split.test, *split.stacks):
        assert dataset.ratings.by_user.indices[part].mean() == pytest.approx(19.5, abs=2.5)
        assert dataset.ratings.by_user.rows()[part].mean() == pytest.approx(29.5, abs=3.5)


def test_probe_when_there_is_a_list_then_it_is_the_test(dataset):
    (split,) = make_splits(dataset, "probe", 0)
    np.testing.assert_array_equal(np.flatnonzero(split.test), dataset.probe)


def test_folds_when_ready_made_then_they_are_the_tests(dataset):
    ratings = dataset.ratings
    folds = {"a": np.array([0, 5]), "b": np.array([1, 2, 3])}
    splits = make_splits(dataset_of(ratings, folds=folds), "folds", 0)
    assert [split.name for split in splits] == ["a", "b"]
    assert [np.flatnonzero(split.test).tolist() for split in splits] == [[0, 5], [1, 2, 3]]


def test_folds_when_none_are_ready_made_then_five_that_cover_all(dataset):
    splits = make_splits(dataset, "folds", 0)
    np.testing.assert_array_equal(np.sum([split.test for split in splits], axis=0), 1)
    assert len(splits) == 5


def test_random_when_the_data_are_small_then_every_known_rating_is_stacked(dataset):
    (split,) = make_splits(dataset, "random", 0)
    assert split.test.sum() == int(0.1 * len(split.test))
    np.testing.assert_array_equal(np.any(split.stacks, axis=0), split.known)


def test_random_when_the_data_are_large_then_one_tenth_is_stacked(dataset, monkeypatch):
    monkeypatch.setattr("processing.data.splits.OUT_OF_FOLD_LIMIT", 50)
    assert OUT_OF_FOLD_LIMIT > 50
    (split,) = make_splits(dataset, "random", 0)
    assert [stack.sum() for stack in split.stacks] == [int(0.1 * split.known.sum())]


@pytest.mark.parametrize("protocol", ["time", "last", "probe"])
def test_splits_when_there_are_no_dates_then_refused(protocol):
    undated = dataset_of(ratings_of([(1, 1, 3), (1, 2, 4)]), probe=np.array([0]))
    with pytest.raises(ConfigError, match="no dates"):
        make_splits(undated, protocol, 0)


def test_probe_when_there_is_no_list_then_refused():
    with pytest.raises(ConfigError, match="no probe list"):
        make_splits(dataset_of(ratings_of([(1, 1, 3, 5)])), "probe", 0)


def test_splits_when_the_protocol_is_unknown_then_names_the_known():
    with pytest.raises(ConfigError, match="'tine' is unknown; known: time, probe"):
        make_splits(dataset_of(ratings_of([(1, 1, 3, 5)])), "tine", 0)


def test_splits_when_a_part_would_be_empty_then_refused():
    tiny = dataset_of(ratings_of([(1, 1, 3, 5), (1, 2, 3, 5)]))
    with pytest.raises(ConfigError, match="leaves no test"):
        make_splits(tiny, "last", 0)


def test_splits_when_one_rating_is_to_be_stacked_then_refused():
    tiny = dataset_of(ratings_of([(1, movie, 3, 5 + movie) for movie in range(3)]))
    with pytest.raises(ConfigError, match="leaves 1 stack rating"):
        make_splits(tiny, "last", 0)


@pytest.mark.parametrize("n", range(3, 13))
def test_random_when_there_are_few_ratings_then_no_part_is_empty(n):
    few = dataset_of(ratings_of([(1, movie, 3) for movie in range(n)]))
    (split,) = make_splits(few, "random", 0)
    assert split.test.sum() == 1
    assert all(stack.any() and (split.known & ~stack).any() for stack in split.stacks)


def test_protocol_when_it_works_then_kept(dataset, caplog):
    assert working_protocol(dataset, "last", 0) == "last"
    assert not caplog.records


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([(1, movie, 3) for movie in range(9)], "has no dates"),
        ([(user, 1, 3, 5) for user in range(9)], "leaves no test and no stack"),
        ([(1, movie, 3, 5) for movie in range(3)], "leaves 1 stack rating"),
    ],
)
def test_protocol_when_it_cannot_be_had_then_random_and_said(rows, why, caplog):
    assert working_protocol(dataset_of(ratings_of(rows)), "last", 0) == "random"
    (record,) = caplog.records
    assert why in record.getMessage()
    assert "by the protocol 'random' instead" in record.getMessage()


@pytest.mark.parametrize("n", [0, 1, 2])
def test_protocol_when_there_are_too_few_ratings_for_any_then_says_how_many(n):
    few = dataset_of(ratings_of([(1, movie, 3, 5) for movie in range(n)], titled=[1]))
    with pytest.raises(ConfigError, match=f"has {n} ratings; expected at least 3"):
        working_protocol(few, "last", 0)


def test_protocol_when_unknown_then_refused(dataset):
    with pytest.raises(ConfigError, match="'tine' is unknown"):
        working_protocol(dataset, "tine", 0)
