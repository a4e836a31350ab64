"""What the parts of a release must look like, checked when it is written and when it is read."""

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from processing.errors import ReleaseFormatError
from processing.ids import TEXT, Ids, is_text
from processing.release import schema
from processing.release.encoding import from_json
from processing.release.manifest import Manifest, ReleaseAbout
from processing.release.schema import ReleaseContents

COUNTED = {schema.VOTES_BY_PERIOD, schema.VIEWERS, schema.LOVERS, schema.USER_ERRORS}
MOST_OFF = 0.0025  # of the scale's span, 0.01 of 1 to 5 stars: a score from its contributions' sum


def check_arrays(arrays: Mapping[str, NDArray[Any]], n_movies: int, manifest: Manifest) -> None:
    """Check every array of a release by its file's name.

    Raises
    ------
    ReleaseFormatError
        Naming the file whose dtype, shape or values are wrong.
    """
    n_users = arrays[schema.USER_IDS].size
    movie_rows = (n_movies,)
    expected: dict[str, tuple[Any, tuple[int | None, ...]]] = {
        schema.MOVIE_STATS: (schema.STATS_DTYPE, movie_rows),
        schema.HISTOGRAMS: (np.int32, (n_movies, len(manifest.histogram_levels))),
        schema.SIMILAR: (schema.SIMILAR_DTYPE, (n_movies, None)),
        schema.MOVIE_FACTORS: (np.float32, (n_movies, None)),
        schema.MOVIE_BIASES: (np.float32, movie_rows),
        schema.USER_OFFSETS: (np.int64, (n_users + 1,)),
        schema.VOTES_BY_PERIOD: (schema.VOTES_DTYPE, (n_movies, len(manifest.periods))),
        schema.VIEWERS: (schema.VIEWERS_DTYPE, (n_movies, len(manifest.viewer_bands))),
        schema.LOVERS: (schema.LOVERS_DTYPE, arrays[schema.SIMILAR].shape),
        schema.USER_ERRORS: (schema.ERRORS_DTYPE, (n_users,)),
        schema.WEIGHTS_INDPTR: (np.int32, (n_movies + 1,)),
        schema.WEIGHTS_MOVIES: (schema.index_dtype(n_movies), (None,)),
        schema.WEIGHTS_VALUES: (np.int8, (arrays[schema.WEIGHTS_MOVIES].size,)),
        schema.WEIGHTS_EVIDENT: (np.uint8, ((arrays[schema.WEIGHTS_MOVIES].size + 7) // 8,)),
        schema.WEIGHTS_SCALES: (np.float32, movie_rows),
        schema.NEAR_INDPTR: (np.int32, (n_movies + 1,)),
        schema.NEAR_MOVIES: (schema.index_dtype(n_movies), (None,)),
    }
    for name, (dtype, shape) in expected.items():
        check_array(arrays[name], name, dtype, shape)
    for name in sorted(COUNTED):
        _check_counts(arrays[name], name)
    check_movies(arrays[schema.SIMILAR]["movie"], schema.SIMILAR, n_movies)
    check_ids(arrays[schema.USER_IDS], schema.USER_IDS)
    _check_shards(arrays[schema.USER_OFFSETS], manifest)
    _check_ranking(arrays, n_movies, manifest.known_weight)


def check_array(array: NDArray[Any], name: str, dtype: Any, shape: tuple[int | None, ...]) -> None:
    """Check dtype and shape; None in `shape` stands for any length."""
    fits = array.ndim == len(shape) and all(
        wanted in (None, found) for wanted, found in zip(shape, array.shape, strict=True)
    )
    if array.dtype != np.dtype(dtype) or not fits:
        wanted_shape = "(" + ", ".join("any" if n is None else str(n) for n in shape) + ")"
        raise ReleaseFormatError(
            f"{name}: the array is {array.dtype} of shape {array.shape}; "
            f"expected {np.dtype(dtype)} of shape {wanted_shape}."
        )


def check_movies(movies: NDArray[Any], name: str, n_movies: int) -> None:
    """Check that movie indices are in range; -1 stands for none."""
    if movies.size and not schema.NO_MOVIE <= movies.min() <= movies.max() < n_movies:
        raise ReleaseFormatError(
            f"{name}: movie indices run from {movies.min()} to {movies.max()}; "
            f"expected {schema.NO_MOVIE} to {n_movies - 1}."
        )


def check_ids(ids: Ids, name: str) -> None:
    """Check that ids are numbers or texts, ascending, each once."""
    check_array(ids, name, TEXT if is_text(ids) else np.int64, (None,))
    if (wrong := np.flatnonzero(ids[1:] <= ids[:-1])).size:
        place = int(wrong[0])
        raise ReleaseFormatError(
            f"{name}: id {ids[place + 1]} follows {ids[place]}; expected ascending ids, each once."
        )


def _check_ranking(arrays: Mapping[str, NDArray[Any]], n_movies: int, known_weight: float) -> None:
    """Check what orders lists and turns them."""
    if not (np.isfinite(known_weight) and known_weight >= 0):
        raise ReleaseFormatError(
            f"{schema.MANIFEST}: known_weight is {known_weight}; expected 0 or more."
        )
    scales = arrays[schema.WEIGHTS_SCALES]
    if not (np.isfinite(scales).all() and (scales >= 0).all()):
        raise ReleaseFormatError(
            f"{schema.WEIGHTS_SCALES}: a scale is below 0 or not finite; expected 0 or more."
        )
    for indptr, movies in (
        (schema.WEIGHTS_INDPTR, schema.WEIGHTS_MOVIES),
        (schema.NEAR_INDPTR, schema.NEAR_MOVIES),
    ):
        _check_rows(arrays[indptr], arrays[movies], indptr, movies)
        if arrays[movies].size and (largest := arrays[movies].max()) >= n_movies:
            raise ReleaseFormatError(
                f"{movies}: movie indices run up to {largest}; expected 0 to {n_movies - 1}."
            )


def _check_rows(
    indptr: NDArray[np.int32], movies: NDArray[Any], indptr_name: str, movies_name: str
) -> None:
    """Check that rows of movies lie one after the other, and are ascending."""
    if indptr[0] != 0 or indptr[-1] != len(movies) or np.any(np.diff(indptr) < 0):
        raise ReleaseFormatError(
            f"{indptr_name}: expected it to rise from 0 to the {len(movies)} of {movies_name}."
        )
    rows = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
    if np.any((movies[1:] <= movies[:-1]) & (rows[1:] == rows[:-1])):
        raise ReleaseFormatError(
            f"{movies_name}: the movies of a row are not ascending; expected each once, ascending."
        )


def _check_counts(array: NDArray[np.void], name: str) -> None:
    """Check that no count is below 0, and that nobody loves what they did not rate."""
    counts = array["n"]
    loved = array["loved"] if "loved" in (array.dtype.names or ()) else np.zeros_like(counts)
    if np.any(counts < 0) or np.any(loved < 0) or np.any(loved > counts):
        raise ReleaseFormatError(
            f"{name}: a count is below 0, or more viewers loved than rated; expected 0 ≤ loved ≤ n."
        )


def _check_shards(offsets: NDArray[np.int64], manifest: Manifest) -> None:
    """Check that offsets, shards and the sizes of the shard files agree."""
    n_users = len(offsets) - 1
    header = schema.RECORD_HEADER_DTYPE.itemsize
    if offsets[0] != 0 or np.any(np.diff(offsets) < header):
        raise ReleaseFormatError(
            f"{schema.USER_OFFSETS}: expected offsets from 0 up, at least {header} bytes apart."
        )
    starts = [shard.first_user for shard in manifest.user_shards]
    if manifest.shard_users < 1 or starts != list(range(0, n_users, manifest.shard_users)):
        raise ReleaseFormatError(
            f"{schema.MANIFEST}: the user shards begin at users {starts[:5]}…; expected one shard "
            f"for every {manifest.shard_users} of {n_users} users."
        )
    for shard in manifest.user_shards:
        end = min(shard.first_user + manifest.shard_users, n_users)
        size = shard.data_offset + int(offsets[end] - offsets[shard.first_user])
        info = manifest.files.get(shard.name)
        if info is None or info.size_bytes != size:
            raise ReleaseFormatError(
                f"{shard.name}: {schema.USER_OFFSETS} says {size} bytes, {schema.MANIFEST} says "
                f"{info.size_bytes if info else 'no such file'}; expected the same."
            )


def check_report(report: bytes) -> None:
    """Check that the evaluation is a JSON object; what it says is not known here."""
    from_json(report, dict[str, msgspec.Raw], schema.REPORT)


def check_contents(contents: ReleaseContents, about: ReleaseAbout) -> None:
    """Check what `check_arrays` does not see: the catalogue, the users' arrays, the rest.

    Raises
    ------
    ReleaseFormatError
        Naming the part that is wrong.
    """
    n_movies, n_users = len(contents.movie_ids), len(contents.user_ids)
    if not n_movies or not n_users:
        raise ReleaseFormatError(
            f"The release has {n_users} users and {n_movies} movies; expected at least one of each."
        )
    n_history = len(contents.history_movies)
    top_columns = contents.top.shape[1] if contents.top.ndim == 2 else None
    stars = schema.stars_dtype(about.scale)
    top_dtype = schema.top_dtype(contents.n_reasons, len(about.contribution_groups), stars)
    expected: dict[str, tuple[Any, tuple[int | None, ...]]] = {
        "n_ratings": (np.int32, (n_movies,)),
        "means": (np.float32, (n_movies,)),
        "top": (top_dtype, (n_users, top_columns)),
        "history_indptr": (np.int64, (n_users + 1,)),
        "history_movies": (np.int32, (n_history,)),
        "history_ratings": (np.float32, (n_history,)),
        "history_days": (np.int32, (n_history,)),
    }
    for name, (dtype, shape) in expected.items():
        check_array(getattr(contents, name), name, dtype, shape)
    check_ids(contents.movie_ids, "movie_ids")
    _check_catalogue(contents)
    _check_history(contents)
    check_array(contents.movie_factors, schema.MOVIE_FACTORS, np.float32, (n_movies, None))
    if problem := contents.fold_in.problem(contents.movie_factors.shape[1], n_movies):
        raise ReleaseFormatError(f"{schema.FOLD_IN}: {problem}")
    if problem := contents.affinity.problem():
        raise ReleaseFormatError(f"{schema.AFFINITY}: {problem}")
    check_report(contents.report)
    known = set(contents.user_ids.tolist())
    if unknown := [each.user_id for each in about.start_users if each.user_id not in known]:
        raise ReleaseFormatError(f"start_users: {unknown} are not among the users of the release.")


def check_top(top: NDArray[np.void], n_movies: int, first_user: int, about: ReleaseAbout) -> None:
    """Check a block of recommendations; `first_user` is the index of its first row's user."""
    name = f"top of users from index {first_user}"
    check_movies(top["movie"], name, n_movies)
    check_movies(top["reasons"]["movie"], name, n_movies)
    real = top["movie"] != schema.NO_MOVIE
    if np.any(real[:, 1:] & ~real[:, :-1]):
        raise ReleaseFormatError(f"{name}: padding stands before a movie; expected it at the end.")
    for field, what in (("score", "a score"), ("order", "an order")):
        if not np.isfinite(top[field][real]).all():
            raise ReleaseFormatError(f"{name}: {what} is not finite.")
    contributions = top["contributions"][real].astype(np.float32)
    if contributions.shape[1] == 0:
        return
    low, high, _ = about.scale
    rounded = float(np.spacing(np.float32(max(abs(low), abs(high)))))  # of each float32 in the sum
    most_off = MOST_OFF * (high - low) + contributions.shape[1] * rounded
    off = np.abs(about.contribution_start + contributions.sum(axis=1) - top["score"][real])
    if off.size and not off.max() <= most_off:
        raise ReleaseFormatError(
            f"{name}: contribution_start and contributions are {off.max():.3f} stars from their "
            f"score; expected at most {most_off:g}."
        )


def _check_catalogue(contents: ReleaseContents) -> None:
    for name in ("titles", "years", "genres"):
        if len(getattr(contents, name)) != len(contents.movie_ids):
            raise ReleaseFormatError(
                f"{name}: {len(getattr(contents, name))} entries; expected one for each of the "
                f"{len(contents.movie_ids)} movie ids."
            )
    for name in ("imdb_ids", "tmdb_ids"):
        numbers = getattr(contents, name)
        if numbers and len(numbers) != len(contents.movie_ids):
            raise ReleaseFormatError(
                f"{name}: {len(numbers)} entries; expected one for each of the "
                f"{len(contents.movie_ids)} movie ids, or none at all."
            )


def _check_history(contents: ReleaseContents) -> None:
    indptr, movies = contents.history_indptr, contents.history_movies
    if indptr[0] != 0 or indptr[-1] != len(movies) or np.any(np.diff(indptr) < 0):
        raise ReleaseFormatError(
            f"history_indptr: expected it to rise from 0 to the {len(movies)} ratings."
        )
    if len(movies) and not 0 <= movies.min() <= movies.max() < len(contents.movie_ids):
        raise ReleaseFormatError(
            f"history_movies: indices run from {movies.min()} to {movies.max()}; "
            f"expected 0 to {len(contents.movie_ids) - 1}."
        )
