"""From a source to a data set: folds, the probe, the cache, and lines that are skipped."""

import logging

import numpy as np
import pytest

from processing.data.dataset import dataset_hash
from processing.data.ingest import load_dataset
from processing.data.readers.registry import ReadOptions
from processing.errors import SourceError

ROWS = [(1, 10, 3), (1, 11, 4), (2, 10, 5), (2, 12, 1), (3, 11, 2)]


@pytest.fixture
def ml_100k(tmp_path):
    """MovieLens 100K in its form, with two folds of one rating each."""
    folder = tmp_path / "ml-100k"
    folder.mkdir()
    lines = [f"{u}\t{i}\t{r}\t880000000\n" for u, i, r in ROWS]
    (folder / "u.data").write_text("".join(lines))
    titles = [f"{i}|Film {i} (1990)|01-Jan-1990||{'|0' * 19}\n" for i in (10, 11, 12)]
    (folder / "u.item").write_text("".join(titles), encoding="latin-1")
    for k, n in ((1, 1), (2, 3)):
        (folder / f"u{k}.base").write_text("".join(lines[:n] + lines[n + 1 :]))
        (folder / f"u{k}.test").write_text(lines[n])
    return folder


def _spoil(folder, n):
    path = folder / "u.data"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([*lines[:n], "spoilt\n", *lines[n + 1 :]]))


def test_folds_when_ingested_then_positions_of_their_ratings(ml_100k, tmp_path):
    dataset = load_dataset(ml_100k, tmp_path / "cache")
    ratings = dataset.ratings
    for name, n in (("u1", 1), ("u2", 3)):
        (position,) = dataset.folds[name]
        assert ratings.user_ids[ratings.by_user.rows()[position]] == ROWS[n][0]
        assert ratings.movie_ids[ratings.by_user.indices[position]] == ROWS[n][1]


def test_folds_when_a_line_of_theirs_is_skipped_then_they_lack_it(ml_100k, tmp_path, caplog):
    _spoil(ml_100k, 1)
    with caplog.at_level(logging.WARNING):
        dataset = load_dataset(ml_100k, tmp_path / "cache", ReadOptions(skip_bad=1))
    assert dataset.n_bad == 1
    assert len(dataset.folds["u1"]) == 0
    assert len(dataset.folds["u2"]) == 1
    assert "u1: 1 of its pairs were on skipped lines" in caplog.text


def test_folds_when_they_are_of_another_set_then_refused(ml_100k, tmp_path):
    (ml_100k / "u1.test").write_text("7\t10\t3\t880000000\n")
    with pytest.raises(SourceError, match=r"u1: 1 of its 1 pairs have no rating, .* user 7"):
        load_dataset(ml_100k, tmp_path / "cache")


def test_probe_when_a_line_of_its_own_is_skipped_then_it_lacks_it(tmp_path):
    folder = tmp_path / "netflix"
    folder.mkdir()
    (folder / "combined_data_1.txt").write_text("1:\n6,3,2005-01-01\n7,9,2005-01-02\n")
    (folder / "movie_titles.csv").write_text("1,1990,One\n")
    (folder / "probe.txt").write_text("1:\n6\n7\n")
    dataset = load_dataset(folder, tmp_path / "cache", ReadOptions(skip_bad=1))
    assert dataset.probe.tolist() == [0]


def test_dataset_when_read_from_the_cache_then_the_same_but_for_the_name(ml_100k, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("user,movie,rating\n1,10,3\n2,11,4\n")
    first = load_dataset(path, tmp_path / "cache")
    again = load_dataset(path.rename(tmp_path / "renamed.csv"), tmp_path / "cache")
    assert (first.name, again.name) == ("mine.csv", "renamed.csv")
    assert again.catalogue.titles == first.catalogue.titles == ["Movie 10", "Movie 11"]
    for found, expected in zip(again.ratings.by_user, first.ratings.by_user, strict=True):
        np.testing.assert_array_equal(found, expected)


def _kept(tmp_path):
    (folder,) = (tmp_path / "cache").iterdir()
    return folder


def test_cache_when_a_file_of_it_is_cut_off_then_the_source_is_read_again(
    ml_100k, tmp_path, caplog
):
    first = load_dataset(ml_100k, tmp_path / "cache")
    expected = dataset_hash(first)
    values = _kept(tmp_path) / "values.npy"
    del first
    values.write_bytes(values.read_bytes()[:-4])
    with caplog.at_level(logging.WARNING):
        again = load_dataset(ml_100k, tmp_path / "cache")
    assert "is damaged" in caplog.text
    assert dataset_hash(again) == expected


def test_cache_when_another_source_has_the_same_size_then_both_are_kept(tmp_path):
    texts = ["user,movie,rating\n1,10,3\n", "user,movie,rating\n1,10,4\n"]
    means = []
    for text in texts * 2:
        path = tmp_path / "mine.csv"
        path.write_text(text)
        means.append(load_dataset(path, tmp_path / "cache").ratings.mean)
    assert means == [3, 4, 3, 4]
    assert len(list((tmp_path / "cache").iterdir())) == 2


def test_dataset_when_something_is_written_to_it_then_the_cache_stays_as_it_is(ml_100k, tmp_path):
    dataset = load_dataset(ml_100k, tmp_path / "cache")
    before = dataset_hash(dataset)
    dataset.ratings.by_user.values[:] = 1
    assert (
        dataset_hash(load_dataset(ml_100k, tmp_path / "cache")) == before != dataset_hash(dataset)
    )


def test_ingest_when_read_and_when_cached_then_logs_one_line_each(ml_100k, tmp_path, caplog):
    for said in ("read and checked", "as cached in"):
        caplog.clear()
        with caplog.at_level(logging.INFO):
            load_dataset(ml_100k, tmp_path / "cache")
        here = [each for each in caplog.records if each.name == "processing.data.ingest"]
        (line,) = [record.getMessage() for record in here]
        assert "5 ratings and 3 titles of MovieLens 100K" in line
        assert said in line
        assert "peak memory" in line
