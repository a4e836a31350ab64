"""Newcomers: that nothing of theirs teaches what they are folded into, and that figures hold."""

import dataclasses
import json

import numpy as np
import pytest

from processing.data.splits import make_splits
from processing.evaluation.sampled_lists import Lists
from processing.evaluation.steps.newcomers import draw
from processing.evaluation.steps.visitor_orders import GIVEN, NEUTRALS, POPULARITIES
from processing.release import Affinity, AffinityAbout, FoldIn, FoldingModel, Weights
from processing.release.encoding import from_json, to_json
from processing.release.spread import spread
from tests.builders import dataset_of, ratings_of, tasteful_rows
from tests.evaluations import report_of
from tests.small_profile import PROFILE

ROWS = tasteful_rows(21, n_users=110, n_movies=100, density=0.5)
SMALL = dataclasses.replace(PROFILE, models=(PROFILE.models[0], PROFILE.models[2]))
FILES = ("biases.npy", "factors.npy", "counts.npy", "values.npy", "near_movies.npy")
CHOSEN = ("newcomers.json", "fold_in.json", "affinity.json")


def _newcomers(ratings, directory):
    return report_of(directory, dataset_of(ratings), SMALL).newcomers


@pytest.fixture(scope="module")
def ratings():
    return ratings_of(ROWS)


@pytest.fixture(scope="module")
def split(ratings):
    return make_splits(dataset_of(ratings), "last", 0)[-1]


@pytest.fixture(scope="module")
def evaluated(ratings, tmp_path_factory):
    directory = tmp_path_factory.mktemp("newcomers")
    return directory, _newcomers(ratings, directory)


@pytest.fixture(scope="module")
def users(ratings, split, evaluated):
    return draw(ratings, split, Lists.load(evaluated[0] / "last/test/lists").users, 0)


@pytest.fixture(scope="module")
def folding(evaluated):
    return _folding(evaluated[0] / "last/newcomers")


def _folding(directory):
    biases, factors = (np.load(directory / f"{name}.npy") for name in ("biases", "factors"))
    about = json.loads((directory / "newcomers.json").read_text())
    data = (directory / "fold_in.json").read_bytes()
    fold_in = FoldIn.read(data, factors.shape[1], len(biases), "here")
    return FoldingModel(fold_in, about["mean"], biases, factors)


def _affinity(directory, about=None):
    names = Weights.__dataclass_fields__
    weights = Weights(**{name: np.load(directory / f"{name}.npy") for name in names})
    data = (directory / "affinity.json").read_bytes()
    about = about or from_json(data, AffinityAbout, "here")
    return Affinity(about, weights, (1, 5), np.load(directory / "counts.npy"))


def _changed(ratings, rows):
    values = ratings.by_user.values.copy()
    values[rows] = 6 - values[rows]
    by_user = ratings.by_user._replace(values=values)
    return dataclasses.replace(ratings, by_user=by_user)


def _own(ratings, user, mask):
    """Places in `by_user` of what a user rated, among `mask`."""
    csr = ratings.by_user
    places = np.arange(csr.indptr[user], csr.indptr[user + 1])
    return places[mask[places]]


def _given(ratings, folding, counts, user, mask, n):
    """The first ratings of a user by the asking list, then by popularity."""
    ask = list(folding.fold_in.ask)
    rest = sorted(set(range(len(counts))) - set(ask), key=lambda i: (-counts[i], i))
    order = {movie: place for place, movie in enumerate(ask + rest)}
    places = sorted(
        _own(ratings, user, mask), key=lambda place: order[ratings.by_user.indices[place]]
    )[:n]
    return ratings.by_user.indices[places].astype(np.int64), ratings.by_user.values[places]


def test_draw_when_many_are_able_then_a_fifth_of_all_with_enough_known(ratings, split, users):
    csr = ratings.by_user
    known = np.bincount(csr.rows()[split.known], minlength=110)
    assert len(users) == 22
    assert known[users].min() >= 20
    assert (np.diff(users) > 0).all()
    few = np.argsort(known)[:5].astype(np.int32)
    barely = dataclasses.replace(split, test=split.test | np.isin(csr.rows(), few))
    assert not np.isin(draw(ratings, barely, np.arange(110, dtype=np.int32), 0), few).any()


def test_newcomers_when_measured_then_more_ratings_come_nearer_to_the_ensemble(evaluated):
    _, found = evaluated
    rows = found.rows
    assert [row.given for row in rows] == [0, *GIVEN, None, None]
    rmse = [row.rmse for row in rows]
    assert rmse[0] - 0.2 > rmse[3] > rmse[5] > rmse[6]
    assert rmse[-1] is None
    for row in rows[:-1]:
        assert row.rmse_interval[0] < row.rmse < row.rmse_interval[1]
    assert rows[5].ndcg_10 > rows[0].ndcg_10
    for row in rows[:6]:
        assert row.above_popular == pytest.approx(row.ndcg_10 - rows[-1].ndcg_10)
    assert found.n_users == 22
    assert found.n_test == 22 * 9
    assert found.neutral in [1 + 4 * share for share in NEUTRALS]


def test_newcomers_when_they_gave_nothing_then_the_most_popular_are_listed(evaluated):
    directory, found = evaluated
    affinity = _affinity(directory / "last/newcomers")
    none = affinity.order(np.empty(0, np.int64), np.empty(0))
    np.testing.assert_allclose(none, np.log1p(np.load(directory / "last/newcomers/counts.npy")))
    assert found.rows[0].above_popular_interval[0] <= 0 <= found.rows[0].above_popular_interval[1]


def test_newcomers_when_rows_are_computed_one_by_one_then_the_same(
    ratings, split, evaluated, users, folding
):
    directory, found = evaluated
    counts = np.load(directory / "last/newcomers/counts.npy")
    affinity = _affinity(directory / "last/newcomers")
    lists = Lists.load(directory / "last/test/lists")
    errors, hits = [], []
    for user in users:
        given = _given(ratings, folding, counts, user, split.known, 10)
        scores = folding.scores(folding.fold(*given))
        tested = _own(ratings, user, split.test)
        movies, stars = ratings.by_user.indices[tested], ratings.by_user.values[tested]
        errors.extend(np.clip(scores[movies], 1, 5) - stars)
        k = int(np.flatnonzero(lists.users == user)[0])
        listed = lists.movies[lists.indptr[k] : lists.indptr[k + 1]]
        order = affinity.order(*given)[listed].astype(np.float32)
        best = spread(
            listed[np.argsort(-order, kind="stable")][:50].astype(np.int64), affinity.weights.near
        )
        liked = set(movies[stars >= 4]) & set(listed)
        if liked:
            hits.append(bool(liked & set(best[:10])))
    row = next(row for row in found.rows if row.given == 10)
    assert row.rmse == pytest.approx(np.sqrt(np.mean(np.square(errors))), rel=1e-6)
    assert row.hit_rate_10 == pytest.approx(np.mean(hits))
    assert found.n_listed == len(hits)


def test_newcomers_when_test_ratings_are_replaced_then_every_fitted_byte_stays(
    ratings, split, evaluated, tmp_path
):
    directory, found = evaluated
    again = _newcomers(_changed(ratings, split.test), tmp_path)
    for name in (*FILES, *CHOSEN):
        stage = "last/newcomers"
        assert (tmp_path / stage / name).read_bytes() == (directory / stage / name).read_bytes()
    assert again.neutral == found.neutral
    assert again.rows != found.rows


def test_newcomers_when_their_known_ratings_are_replaced_then_nothing_fitted_has_seen_them(
    ratings, split, evaluated, users, tmp_path
):
    directory, found = evaluated
    theirs = np.isin(ratings.by_user.rows(), users)
    again = _newcomers(_changed(ratings, split.known & theirs), tmp_path)
    for name in FILES:
        stage = "last/newcomers"
        assert (tmp_path / stage / name).read_bytes() == (directory / stage / name).read_bytes()
    one, two = (_folding(run / "last/newcomers").fold_in for run in (directory, tmp_path))
    assert to_json(one, "one") == to_json(two, "two")
    assert again.rows[0].rmse == found.rows[0].rmse
    assert again.rows[4].rmse > found.rows[4].rmse + 0.3


def test_weights_when_chosen_then_the_best_by_stack_ratings_that_were_not_given(
    ratings, split, evaluated, users, folding
):
    directory, found = evaluated
    chosen = _affinity(directory / "last/newcomers").about
    counts = np.load(directory / "last/newcomers/counts.npy")
    (stack,) = split.stacks
    rated = ratings.part(split.known & ~stack).movie_counts > 0
    falling = [weight for _, weight in chosen.popularity]
    assert falling == sorted(falling, reverse=True)

    def worth(neutral, weight, n):
        about = AffinityAbout(neutral=neutral, popularity=((0, weight),))
        affinity, gains = _affinity(directory / "last/newcomers", about), []
        for user in users:
            known = split.known & ~stack
            order = affinity.order(*_given(ratings, folding, counts, user, known, n))
            new = rated.copy()
            new[ratings.by_user.indices[_own(ratings, user, known)]] = False
            listed = np.flatnonzero(new)
            own = _own(ratings, user, stack)
            stars = ratings.by_user.values[own]
            liked = set(ratings.by_user.indices[own][stars >= 4]) & set(listed)
            if liked:
                best = listed[np.argsort(-order[listed].astype(np.float32), kind="stable")[:10]]
                ideal = sum(1 / np.log2(place + 2) for place in range(min(10, len(liked))))
                at = [place for place, movie in enumerate(best) if movie in liked]
                gains.append(sum(1 / np.log2(place + 2) for place in at) / ideal)
        return np.mean(gains)

    own = worth(found.neutral, chosen.popularity_weight(20), 20)
    last = [weight for weight in POPULARITIES if weight <= chosen.popularity_weight(10)]
    assert own == pytest.approx(max(worth(found.neutral, weight, 20) for weight in last))


def test_newcomers_when_there_are_fewer_than_ten_then_none(tmp_path):
    ratings = ratings_of(tasteful_rows(13, n_users=60, n_movies=30))
    assert _newcomers(ratings, tmp_path) is None
    assert not (tmp_path / "last/newcomers").exists()


def test_newcomers_when_nobody_likes_anything_then_only_errors(ratings, tmp_path):
    rows = [(*row[:2], min(row[2], 3), row[3]) for row in ROWS]
    found = _newcomers(ratings_of(rows), tmp_path)
    assert {row.hit_rate_10 for row in found.rows} == {None}
    assert {row.ndcg_10 for row in found.rows} == {None}
    assert (found.n_listed, found.neutral) == (0, 2.0)
    assert found.rows[4].rmse < found.rows[0].rmse


def test_newcomers_when_there_are_folds_then_those_of_the_last(ratings, tmp_path):
    folds = {"u1": np.arange(0, ratings.n_ratings, 6), "u2": np.arange(1, ratings.n_ratings, 6)}
    report = report_of(tmp_path, dataset_of(ratings, folds=folds), SMALL, "folds", 0)
    found = report.newcomers
    assert (tmp_path / "u2/newcomers").exists()
    assert not (tmp_path / "u1/newcomers").exists()
    assert 10 <= found.n_users <= 22
    assert found.rows[4].rmse < found.rows[0].rmse
