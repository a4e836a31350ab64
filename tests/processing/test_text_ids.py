"""A whole run whose ids are texts: the same release as with numbers, but for the ids."""

from dataclasses import replace

import numpy as np
import pytest

from processing import pipeline
from processing.data.dataset import dataset_hash, load_saved, save_dataset
from processing.data.ratings import Ratings
from processing.ids import TEXT
from processing.release import FolderStorage, open_release, publish, verify_release
from tests.builders import dataset_of, ratings_of, tasteful_rows
from tests.small_profile import PROFILE


def _texts(ids):
    """Longer than what short strings are kept in, in the order of the numbers."""
    return np.array([f"{number:08d}-zoë/wäre kein kurzer Name" for number in ids], TEXT)


@pytest.fixture(scope="module")
def datasets():
    ratings = ratings_of(tasteful_rows(31, n_users=60, n_movies=40), titled=[10_000])
    named = Ratings(
        user_ids=_texts(ratings.user_ids),
        movie_ids=_texts(ratings.movie_ids),
        scale=ratings.scale,
        by_user=ratings.by_user,
    )
    numbers = dataset_of(ratings)
    catalogue = replace(numbers.catalogue, movie_ids=named.movie_ids)
    return numbers, replace(numbers, ratings=named, catalogue=catalogue)


@pytest.fixture(scope="module")
def releases(datasets, tmp_path_factory):
    found = []
    for dataset in datasets:
        folder = tmp_path_factory.mktemp("run")
        directory, _ = pipeline.run(dataset, PROFILE, folder / "runs")
        storage, figures = FolderStorage(folder / "predictions"), FolderStorage(folder / "figures")
        manifest = publish(directory / "release", storage, figures)
        assert verify_release(storage, figures, manifest.release_id) == []
        found.append(open_release(storage))
    return found


def test_run_when_ids_are_texts_then_all_but_the_ids_is_the_same(releases, datasets):
    numbers, texts = releases
    assert texts.user_ids.tolist() == _texts(numbers.user_ids).tolist()
    assert texts.movie_ids.tolist() == _texts(numbers.movie_ids).tolist()
    assert texts.report == numbers.report
    for index in range(len(texts.user_ids)):
        own, other = texts.user_record(index), numbers.user_record(index)
        assert (own.top == other.top).all()
        assert (own.history == other.history).all()
        assert texts.find_user(texts.user_id(index)) == index
    (start, *_) = texts.manifest.start_users
    assert texts.find_user(start.user_id) is not None


def test_dataset_when_ids_are_texts_then_kept_and_hashed_with_them(datasets, tmp_path):
    numbers, texts = datasets
    save_dataset(tmp_path / "kept", texts)
    kept = load_saved(tmp_path / "kept")
    assert kept.ratings.user_ids.tolist() == texts.ratings.user_ids.tolist()
    assert dataset_hash(kept) == dataset_hash(texts) != dataset_hash(numbers)
