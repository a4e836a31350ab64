"""A small data set with its model, and the release of it, as analysts hold them."""

from types import SimpleNamespace

import pytest

from processing import api, pipeline
from processing.frames.dataset import Dataset, Work
from processing.frames.model import Model
from tests.builders import dataset_of, ratings_of, tasteful_rows
from tests.small_profile import PROFILE


@pytest.fixture(scope="session")
def held(tmp_path_factory):
    """`data`, `model`, and `release`, which is published in the folder `where`."""
    work = Work(tmp_path_factory.mktemp("work"))
    rows = tasteful_rows(31, n_users=60, n_movies=40, density=0.75)
    data = Dataset(dataset_of(ratings_of(rows, titled=[10_000])), work)
    model = Model(data, *pipeline.measure(data._data, PROFILE, work.path))
    where = tmp_path_factory.mktemp("published") / "predictions"
    release = api.publish(model, where)
    return SimpleNamespace(data=data, model=model, release=release, where=where)


@pytest.fixture
def data(held):
    return held.data


@pytest.fixture(params=["model", "release"])
def lists(request, held):
    """A model, and a release: they answer alike."""
    return getattr(held, request.param)
