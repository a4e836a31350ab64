"""Opening releases: the golden one, and ones that were damaged."""

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from processing.errors import ReleaseFormatError, UnknownReleaseError
from processing.release import (
    NO_DAY,
    AffinityAbout,
    FolderStorage,
    open_release,
    publish,
    verify_release,
)
from processing.release.encoding import from_json, to_npy
from processing.release.manifest import file_info
from tests.make_golden_release import GOLDEN, stage_golden

GOLDEN_ID = "20061002T083000Z-bc13d540"


class CountingStorage(FolderStorage):
    """A folder that notes what is read."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.calls: list[str] = []

    def read(self, name: str) -> bytes:
        self.calls.append(f"read {name}")
        return super().read(name)

    def read_range(self, name: str, start: int, length: int) -> bytes:
        self.calls.append(f"read_range {name} {start} {length}")
        return super().read_range(name, start, length)


def test_golden_release_when_read_then_movies_as_written():
    release = open_release(FolderStorage(GOLDEN))
    assert release.manifest.release_id == GOLDEN_ID
    assert release.manifest.format_version == 6
    assert release.movie_ids.tolist() == [3, 8, 28, 17770]
    assert release.titles[1:3] == ['Commas, and "Quotes"', "Café Ümläut"]
    assert release.years == [1990, 1995, 2002, None]
    assert release.genres[2] == ("Animation", "Children's")
    assert release.imdb_ids == [99_000, None, 1_234_567, None]
    assert release.tmdb_ids == [862, None, None, None]
    assert release.stats["n_ratings"].tolist() == [2, 1, 2, 0]
    assert release.stats["mean"][:3].tolist() == [4.5, 2.0, 3.5]
    assert np.isnan(release.stats["mean"][3])
    assert release.histograms[0].tolist() == [0, 0, 0, 1, 1]
    assert release.similar[0].tolist() == [(2, 0.75, 2), (1, 0.5, 1)]
    assert release.similar[3]["movie"].tolist() == [-1, -1]
    assert release.movie_factors[1].tolist() == [0.125, 1.0]
    assert release.movie_biases.tolist() == [0.75, -1.25, 0.25, 0.0]
    assert json.loads(release.report)["models"][0]["rmse"] == 0.9375


def test_golden_release_when_read_then_users_as_written():
    release = open_release(FolderStorage(GOLDEN))
    record = release.user_record(release.find_user(7))
    assert record.top["movie"].tolist() == [3, 1]
    assert record.top["score"].tolist() == [4.0, 2.5]
    assert record.top[0]["reasons"].tolist() == [(0, 1.0), (-1, 0.0)]
    assert record.top[0]["contributions"].tolist() == [0.25, -0.125, 0.5]
    assert record.history.tolist() == [(0, 4.0, 13100), (2, 4.0, 13101)]
    assert release.user_record(0).history["day"][2] == NO_DAY
    assert len(release.user_record(release.find_user(2649429)).history) == 0


def test_golden_release_when_verified_then_whole():
    figures = FolderStorage(GOLDEN / "figures")
    assert verify_release(FolderStorage(GOLDEN), figures, GOLDEN_ID) == []


def test_golden_release_when_written_again_then_same_bytes(tmp_path: Path):
    stage_golden(tmp_path / "staged")
    stores = FolderStorage(tmp_path / "golden"), FolderStorage(tmp_path / "golden" / "figures")
    publish(tmp_path / "staged", *stores)
    golden = FolderStorage(GOLDEN)
    assert stores[0].names() == golden.names()
    for name in golden.names():
        assert stores[0].read(name) == golden.read(name), name


def test_golden_release_when_read_then_the_audience_and_the_prior_as_written():
    release = open_release(FolderStorage(GOLDEN))
    assert release.votes_by_period["n"].tolist() == [[1, 1], [1, 0], [1, 1], [0, 0]]
    assert release.viewers[2].tolist() == [(1, 4.0, 1), (1, 3.0, 0)]
    assert release.lovers[2].tolist() == [(2, 1), (0, 0)]
    assert release.user_errors[1].item() == (2, 1.25, 1.0)
    assert release.fold_in.mean.tolist() == [0.125, 0.25, 0.0]
    assert release.fold_in.ask == (0, 2, 1)
    assert release.affinity == AffinityAbout(neutral=2.75, popularity=((0, 1.0), (2, 0.125)))
    assert release.weights.movies.dtype == np.uint16
    movies, by = release.weights.row(2)
    assert (movies.tolist(), by.tolist()) == ([0, 1], [12.5, -15.875])
    assert [release.weights.near(movie).tolist() for movie in range(4)] == [[2], [], [0], []]
    assert release.manifest.known_weight == 0.25
    assert (release.manifest.like, release.manifest.viewer_bands) == (4.0, (1, 3))


def test_open_release_when_opened_then_each_small_file_is_read_once():
    storage = CountingStorage(GOLDEN)
    open_release(storage)
    assert len(storage.calls) == len(set(storage.calls))
    assert not any("users-" in call for call in storage.calls)


def test_user_record_when_read_then_one_ranged_read():
    storage = CountingStorage(GOLDEN)
    release = open_release(storage)
    storage.calls.clear()
    release.user_record(2)
    assert storage.calls == [f"read_range releases/{GOLDEN_ID}/users-00001.npy 128 62"]


def test_find_when_id_is_unknown_then_none():
    release = open_release(FolderStorage(GOLDEN))
    assert [release.find_movie(each) for each in (3, 17770)] == [0, 3]
    for unknown in (-1, 0, 4, 17771, 2**70, -(2**70)):
        assert release.find_movie(unknown) is None
        assert release.find_user(unknown) is None


def test_arrays_when_written_to_then_refuse():
    release = open_release(FolderStorage(GOLDEN))
    for array in (release.movie_ids, release.stats, release.user_record(0).top):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = array[0]


def test_open_release_when_none_is_active_then_says_how_to_publish(folder_storage):
    with pytest.raises(UnknownReleaseError, match=r"No release is active .*processing run SOURCE"):
        open_release(folder_storage)


@pytest.mark.parametrize("release_id", ["20061002T083000Z-00000000", "../etc", "x", ""])
def test_open_release_when_id_is_not_published_then_says_so(release_id: str):
    with pytest.raises(UnknownReleaseError, match=f"Release '{release_id}' is not published"):
        open_release(FolderStorage(GOLDEN), release_id)


@pytest.mark.parametrize(
    "pointer", [b"", b"[]", b"{}", b'{"release_id": "../x", "history": []}', b"\xff"]
)
def test_open_release_when_pointer_is_broken_then_says_what_to_do(folder_storage, pointer: bytes):
    folder_storage.replace("latest.json", pointer)
    with pytest.raises(ReleaseFormatError, match="releases activate ID"):
        open_release(folder_storage)


class Damaged:
    """A published release whose files can be changed."""

    def __init__(self, root: Path, release_id: str) -> None:
        self.storage = FolderStorage(root)
        self.release_id = release_id
        self.folder = root / "releases" / release_id

    def manifest(self, change: Callable[[dict[str, Any]], None]) -> None:
        path = self.folder / "manifest.json"
        document = json.loads(path.read_bytes())
        change(document)
        path.write_text(json.dumps(document))

    def rewrite(self, name: str, data: bytes) -> None:
        """Change a file, and the manifest with it, as a faulty writer would."""
        (self.folder / name).write_bytes(data)
        info = file_info(data)
        self.manifest(
            lambda document: document["files"][name].update(
                size_bytes=info.size_bytes, sha256=info.sha256
            )
        )


@pytest.fixture
def damaged(published: Callable[[int], list[str]], tmp_path: Path) -> Damaged:
    return Damaged(tmp_path / "predictions", published(1)[0])


@pytest.mark.parametrize("name", ["movies.json", "user_offsets.npy", "report.json"])
def test_open_release_when_a_byte_changed_then_names_the_file(damaged: Damaged, name: str):
    data = bytearray((damaged.folder / name).read_bytes())
    data[-2] ^= 1
    (damaged.folder / name).write_bytes(data)
    with pytest.raises(ReleaseFormatError, match=rf"^{name}: .*sha256 differs"):
        open_release(damaged.storage)


def test_open_release_when_a_file_is_missing_then_names_it(damaged: Damaged):
    (damaged.folder / "similar.npy").unlink()
    with pytest.raises(ReleaseFormatError, match=r"^similar\.npy: the file is missing"):
        open_release(damaged.storage)


def test_open_release_when_a_file_is_a_pickle_then_it_is_not_read(damaged: Damaged):
    objects = np.array([print], dtype=object)
    for data in (pickle.dumps(objects), _npy_of_objects(objects)):
        damaged.rewrite("movie_biases.npy", data)
        with pytest.raises(ReleaseFormatError, match=r"^movie_biases\.npy: .*not an \.npy array"):
            open_release(damaged.storage)


WRONG_ARRAYS = [
    ("movie_stats.npy", np.zeros(4, np.float32)),
    ("histograms.npy", np.zeros((4, 4), np.int32)),
    ("similar.npy", np.zeros((4, 2), np.int32)),
    ("movie_factors.npy", np.zeros((4, 2), np.float64)),
    ("movie_biases.npy", np.zeros(3, np.float32)),
    ("user_ids.npy", np.zeros((3, 1), np.int64)),
    ("user_ids.npy", np.array([6, 5, 7], np.int64)),
    ("user_offsets.npy", np.zeros(4, np.int64)),
    ("user_offsets.npy", np.array([0, 10**6, 2 * 10**6, 3 * 10**6], np.int64)),
]


@pytest.mark.parametrize(("name", "array"), WRONG_ARRAYS)
def test_open_release_when_an_array_does_not_fit_then_names_it(damaged: Damaged, name, array):
    damaged.rewrite(name, to_npy(array))
    with pytest.raises(ReleaseFormatError, match=rf"{name}: |users-00000\.npy: user_offsets\.npy"):
        open_release(damaged.storage)


def test_open_release_when_similar_movies_are_out_of_range_then_refuses(damaged: Damaged):
    similar = open_release(damaged.storage).similar.copy()
    similar["movie"][0, 0] = 4
    damaged.rewrite("similar.npy", to_npy(similar))
    with pytest.raises(ReleaseFormatError, match=r"similar\.npy: movie indices run from -1 to 4"):
        open_release(damaged.storage)


WRONG_WEIGHTS = [
    ("weights_indptr.npy", np.zeros(5, np.int64), "expected int32"),
    (
        "weights_indptr.npy",
        np.array([0, 2, 1, 5, 5], np.int32),
        "rise from 0 to the 5 of weights_m",
    ),
    ("weights_movies.npy", np.zeros(5, np.uint32), "expected uint16"),
    ("weights_movies.npy", np.array([2, 1, 0, 0, 1], np.uint16), "a row are not ascending"),
    ("weights_movies.npy", np.array([1, 4, 0, 0, 1], np.uint16), "up to 4; expected 0 to 3"),
    ("weights_values.npy", np.zeros(4, np.int8), r"expected int8 of shape \(5\)"),
    ("weights_scales.npy", np.zeros(5, np.float32), r"expected float32 of shape \(4\)"),
    ("weights_scales.npy", np.array([1, -1, 0, 0], np.float32), "expected 0 or more"),
    ("weights_scales.npy", np.array([1, np.inf, 0, 0], np.float32), "expected 0 or more"),
    ("near_indptr.npy", np.array([1, 1, 1, 2, 2], np.int32), "rise from 0 to the 2 of near_movies"),
    ("near_movies.npy", np.array([2, 2**15], np.uint16), "up to 32768; expected 0 to 3"),
]


@pytest.mark.parametrize(("name", "array", "words"), WRONG_WEIGHTS)
def test_open_release_when_weights_are_wrong_then_says_what(damaged: Damaged, name, array, words):
    damaged.rewrite(name, to_npy(array))
    with pytest.raises(ReleaseFormatError, match=rf"^{name}: .*{words}"):
        open_release(damaged.storage)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"neutral": None}, r"got `null` - at `\$\.neutral`"),
        ({"extra": 1}, "unknown field `extra`"),
        ({"popularity": []}, r"begins at \[\] ratings; expected ascending numbers from 0"),
        ({"popularity": [[1, 0.5]]}, r"begins at \[1\] ratings"),
        ({"popularity": [[0, 0.5], [3, 0.1], [2, 0.1]]}, r"begins at \[0, 3, 2\] ratings"),
    ],
)
def test_open_release_when_the_affinity_is_wrong_then_says_what(damaged: Damaged, change, words):
    document = json.loads((damaged.folder / "affinity.json").read_bytes()) | change
    damaged.rewrite("affinity.json", json.dumps(document).encode())
    with pytest.raises(ReleaseFormatError, match=rf"^affinity\.json: .*{words}"):
        open_release(damaged.storage)


@pytest.mark.parametrize("name", ["viewers.npy", "lovers.npy", "votes_by_period.npy"])
def test_open_release_when_a_count_is_below_0_then_refuses(damaged: Damaged, name: str):
    arrays = open_release(damaged.storage)
    array = getattr(arrays, name.removesuffix(".npy")).copy()
    array["n"][0, 0] = -1
    damaged.rewrite(name, to_npy(array))
    with pytest.raises(ReleaseFormatError, match=rf"{name}: a count is below 0"):
        open_release(damaged.storage)


def test_open_release_when_the_prior_is_of_other_factors_then_refuses(damaged: Damaged):
    document = json.loads((damaged.folder / "fold_in.json").read_bytes()) | {"mean": [0.0]}
    damaged.rewrite("fold_in.json", json.dumps(document).encode())
    with pytest.raises(ReleaseFormatError, match=r"fold_in\.json: mean and covariance have"):
        open_release(damaged.storage)


@pytest.mark.parametrize(
    "movies",
    [
        b"[]",
        b"{",
        b'{"movie_ids": [1]}',
        b'{"movie_ids": [1], "titles": [], "years": [1], "genres": []}',
        b'{"movie_ids": [1], "titles": ["A"], "years": [1], "genres": []}',
        b'{"movie_ids": [1.5], "titles": ["A"], "years": [1], "genres": [[]]}',
        b'{"movie_ids": [9223372036854775808], "titles": ["A"], "years": [1], "genres": [[]]}',
    ],
)
def test_open_release_when_catalogue_is_broken_then_refuses(damaged: Damaged, movies: bytes):
    damaged.rewrite("movies.json", movies)
    with pytest.raises(ReleaseFormatError, match=r"movies\.json"):
        open_release(damaged.storage)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda m: m.update(format_version=4),
            "of format version 4; expected 6. Publish again",
        ),
        (lambda m: m.pop("format_version"), "missing required field `format_version`"),
        (lambda m: m.update(extra=1), "contains unknown field `extra`"),
        (lambda m: m.pop("seed"), "missing required field `seed`"),
        (lambda m: m["source"].pop("name"), r"required field `name` - at `\$\.source`"),
        (lambda m: m["source"].update(n_users="2"), r"got `str` - at `\$\.source\.n_users`"),
        (lambda m: m["start_users"][0].pop("user_id"), r"`user_id` - at `\$\.start_users\[0\]`"),
        (lambda m: m.update(files=[]), r"Expected `object`, got `array` - at `\$\.files`"),
        (lambda m: m.update(release_id="x"), "the manifest is that of 'x'"),
        (lambda m: m["files"].pop("movies.json"), "lists no 'movies.json'"),
        (lambda m: m["user_shards"].pop(), "the user shards begin at users"),
        (lambda m: m["user_shards"][0].update(name="../x"), "no such file"),
        (lambda m: m.update(known_weight=-0.5), "known_weight is -0.5; expected 0 or more"),
        (lambda m: m.update(shard_users=0), "the user shards begin at users"),
        (lambda m: m.update(global_mean=4.5), "is not what release .* was named after"),
        (lambda m: m["figures"]["rmse.svg"].update(size_bytes=1), "was named after"),
    ],
)
def test_open_release_when_manifest_is_wrong_then_says_what(damaged: Damaged, change, message):
    damaged.manifest(change)
    with pytest.raises(ReleaseFormatError, match=message):
        open_release(damaged.storage)


def test_user_record_when_its_bytes_are_wrong_then_refuses(damaged: Damaged):
    release = open_release(damaged.storage)
    shard = damaged.folder / "users-00001.npy"
    data = bytearray(shard.read_bytes())
    data[128 + 8] = 9  # the first recommendation's movie index
    shard.write_bytes(data)
    with pytest.raises(ReleaseFormatError, match=r"user 2649429: .*their hash differs"):
        release.user_record(2)
    shard.write_bytes(data[:-1])
    with pytest.raises(ReleaseFormatError, match="bytes from byte 128, expected 62"):
        release.user_record(2)


def _npy_of_objects(array: np.ndarray) -> bytes:
    import io

    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=True)
    return buffer.getvalue()


def test_json_when_brackets_never_end_then_refused():
    with pytest.raises(ReleaseFormatError, match=r"x\.json: its brackets are nested too deep"):
        from_json(b"[" * 100_000, Any, "x.json")
