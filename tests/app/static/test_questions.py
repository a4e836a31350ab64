"""Which movies the browser asks about beside the asking list, held to what the equations say."""

import base64
from itertools import combinations

import msgspec
import numpy as np
import pytest

from app.model.device import device_factors, fold_in_file
from processing.release.fold_in import FoldingModel
from tests.app.scripts import run_scripts

CHOOSE = """({ makeModel, tellingPair, leastLiked }, { about, factors, given, stars, among }) => {
  const bytes = Uint8Array.from(Buffer.from(factors, "base64")).buffer;
  const model = makeModel(about, bytes);
  return [tellingPair, leastLiked].map((choose) => choose(model, given, stars, among));
}"""
FEW = 3
TASTES = (
    {},
    {3: 5.0},
    {0: 5.0, 8: 4.0, 4: 1.0},
    {index: 1.0 + index % 5 for index in range(0, 20, 2)},
)


@pytest.fixture
def opened(app):
    return app.extensions["current"].opened()


def choose(opened, taste, among):
    """The pair, and the movies that are liked least, as the browser chooses them."""
    factors = base64.b64encode(device_factors(opened).values.tobytes()).decode()
    about = msgspec.to_builtins(fold_in_file(opened))
    return run_scripts(
        ["fold-in.js", "questions.js"],
        CHOOSE,
        {
            "about": about,
            "factors": factors,
            "given": list(taste),
            "stars": list(taste.values()),
            "among": among,
        },
    )


def visitor(opened, taste):
    """What the release's arithmetic knows of a visitor, with the factors that the device has."""
    kept, release = device_factors(opened), opened.release
    columns = (kept.values * kept.scales[:, None]).T
    folding = FoldingModel(
        release.fold_in, opened.manifest.global_mean, columns[:, 0], columns[:, 1:]
    )
    movies, stars = np.array(list(taste), np.int64), np.array(list(taste.values()), np.float32)
    return folding, folding.fold(movies, stars)


@pytest.mark.parametrize("taste", TASTES)
def test_pair_when_chosen_then_no_two_differ_by_what_is_known_less(opened, taste):
    among = [index for index in range(29) if index not in taste]
    pair, _ = choose(opened, taste, among)
    folding, person = visitor(opened, taste)
    variances = {}
    for one, other in combinations(among, 2):
        apart = folding.loadings[one].astype(float) - folding.loadings[other].astype(float)
        variances[one, other] = sum(
            apart[a] * person.covariance[a, b] * apart[b]
            for a in range(len(apart))
            for b in range(len(apart))
        )
    assert tuple(pair) == max(variances, key=variances.__getitem__)


@pytest.mark.parametrize("taste", TASTES)
def test_least_liked_when_chosen_then_none_is_predicted_lower(opened, taste):
    among = [index for index in range(29) if index not in taste]
    _, least = choose(opened, taste, among)
    folding, person = visitor(opened, taste)
    scores = folding.score(person, np.array(among))
    assert least == [among[place] for place in np.argsort(scores)[:FEW]]


@pytest.mark.parametrize("among", [[], [4]])
def test_pair_when_there_are_no_two_then_none(opened, among):
    assert choose(opened, {0: 5.0}, among) == [[], among]
