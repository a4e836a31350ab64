"""A release of 3 users and 4 movies, small enough to check by hand.

`python -m tests.make_golden_release` writes it to tests/data/golden-release. The committed one is
the proof that published releases stay readable: it never changes. A new version gets one more.
"""

from pathlib import Path

import numpy as np

from processing.release import (
    NO_DAY,
    NO_MOVIE,
    AffinityAbout,
    FolderStorage,
    FoldIn,
    ReleaseAbout,
    ReleaseContents,
    SourceInfo,
    StartUser,
    UnfittedModel,
    Weights,
    publish,
    stage_release,
    top_dtype,
)
from processing.release.encoding import to_json
from processing.release.schema import (
    ERRORS_DTYPE,
    LOVERS_DTYPE,
    REPORT,
    SIMILAR_DTYPE,
    VIEWERS_DTYPE,
    VOTES_DTYPE,
)

GOLDEN = Path(__file__).parent / "data" / "golden-release"
N_REASONS = 2
GROUPS = ("movie", "user", "taste")
NOBODY = (0, np.nan)


def golden_contents() -> ReleaseContents:
    """Three users who rated 3, 2 and 0 of four movies, of which the last is unrated."""
    return ReleaseContents(
        movie_ids=np.array([3, 8, 28, 17770], np.int64),
        titles=["The First Film", 'Commas, and "Quotes"', "Café Ümläut", "Nobody Rated This"],
        years=[1990, 1995, 2002, None],
        genres=[("Drama",), (), ("Animation", "Children's"), ()],
        imdb_ids=[99_000, None, 1_234_567, None],
        tmdb_ids=[862, None, None, None],
        n_ratings=np.array([2, 1, 2, 0], np.int32),
        means=np.array([4.5, 2.0, 3.5, np.nan], np.float32),
        histograms=np.array([[0, 0, 0, 1, 1], [0, 1, 0, 0, 0], [0, 0, 1, 1, 0], [0] * 5], np.int32),
        similar=_similar(),
        movie_factors=np.array([[0.5, -0.25], [0.125, 1], [-1, 0.75], [0, 0]], np.float32),
        movie_biases=np.array([0.75, -1.25, 0.25, 0], np.float32),
        votes_by_period=np.array(
            [[(1, 5), (1, 4)], [(1, 2), NOBODY], [(1, 3), (1, 4)], [NOBODY, NOBODY]], VOTES_DTYPE
        ),
        viewers=np.array(
            [
                [(1, 4, 1), (1, 5, 1)],
                [(0, np.nan, 0), (1, 2, 0)],
                [(1, 4, 1), (1, 3, 0)],
                [(0, np.nan, 0), (0, np.nan, 0)],
            ],
            VIEWERS_DTYPE,
        ),
        lovers=np.array(
            [[(1, 1), (0, 0)], [(1, 0), (0, 0)], [(2, 1), (0, 0)], [(0, 0), (0, 0)]], LOVERS_DTYPE
        ),
        fold_in=FoldIn(
            mean=np.array([0.125, 0.25, 0.0]),
            covariance=np.array([[0.25, 0, 0], [0, 1, 0.5], [0, 0.5, 1]]),
            noise_variance=0.75,
            ask=(0, 2, 1),
        ),
        affinity=AffinityAbout(neutral=2.75, popularity=((0, 1.0), (2, 0.125))),
        weights=Weights(
            indptr=np.array([0, 2, 3, 5, 5], np.int32),
            movies=np.array([1, 2, 0, 0, 1], np.uint16),
            values=np.array([-64, 127, 127, 100, -127], np.int8),
            scales=np.array([0.25, 0.5, 0.125, 0], np.float32),
            evident=np.array([0b01010], np.uint8),
            near_indptr=np.array([0, 1, 1, 2, 2], np.int32),
            near_movies=np.array([2, 0], np.uint16),
        ),
        user_ids=np.array([6, 7, 2649429], np.int64),
        user_errors=np.array([(1, 0.5, 0.5), (2, 1.25, 1), (0, np.nan, np.nan)], ERRORS_DTYPE),
        top=_top(),
        history_indptr=np.array([0, 3, 5, 5], np.int64),
        history_movies=np.array([0, 1, 2, 0, 2], np.int32),
        history_ratings=np.array([5, 2, 3, 4, 4], np.float32),
        history_days=np.array([13000, 13001, NO_DAY, 13100, 13101], np.int32),
        report=to_json(_report(), REPORT),
        figures={"rmse.svg": b'<svg xmlns="http://www.w3.org/2000/svg"/>\n'},
    )


def golden_about(created_utc: str = "2006-10-02T08:30:00Z", seed: int = 7) -> ReleaseAbout:
    """What is said about the release; another time or seed makes another release."""
    return ReleaseAbout(
        created_utc=created_utc,
        source=SourceInfo(
            name="Golden",
            sha256="0" * 64,
            n_ratings=5,
            n_users=2,
            n_movies=3,
            n_titles=4,
            simulated=True,
            dated=True,
            first_day=13000,
            last_day=13101,
        ),
        profile="surprise",
        protocol="time",
        seed=seed,
        commit="0000000",
        versions={"numpy": "2.4.6"},
        scale=(1.0, 5.0, 1.0),
        global_mean=3.6,
        histogram_levels=(1.0, 2.0, 3.0, 4.0, 5.0),
        contribution_groups=GROUPS,
        contribution_start=3.375,
        known_weight=0.25,
        like=4.0,
        periods=("2005-07-01", "2005-10-01"),
        viewer_bands=(1, 3),
        metrics={
            "svd": {"rmse": 0.9375, "mae": 0.75, "mape": 25.5},
            "ensemble": {"rmse": 0.875, "mae": 0.75},
        },
        left_out=(UnfittedModel(model="knn_user", reason="needs 139 GB, the machine has 16 GB"),),
        start_users=(StartUser(user_id=6, n_ratings=3, genre="Drama"),),
        shard_users=2,
    )


def stage_golden(directory: Path, created_utc: str = "2006-10-02T08:30:00Z", seed: int = 7) -> str:
    """Stage the release, or a sister of it; return its id."""
    manifest = stage_release(directory, golden_contents(), golden_about(created_utc, seed))
    return manifest.release_id


def _report() -> dict[str, object]:
    """A report in the form that the pipeline writes."""
    return {
        "source": {"name": "Golden ratings", "n_ratings": 5, "n_users": 3, "n_movies": 3},
        "protocol": "last",
        "profile": "golden",
        "seed": 3,
        "scale": [1, 5, 1],
        "n_train": 4,
        "n_stack": 1,
        "n_test": 1,
        "models": [
            {"model": "svd", "label": "SVD", "rmse": 0.9375, "mae": 0.75, "mape": 25.5},
            {"model": "ensemble", "label": "Ensemble", "rmse": 0.875, "mae": 0.75, "mape": None},
        ],
        "splits": [
            {
                "name": "last",
                "n_train": 4,
                "n_stack": 1,
                "n_test": 1,
                "rmse": {"svd": 0.9375, "ensemble": 0.875},
            }
        ],
        "left_out": [{"model": "knn", "label": "KNN, users", "reason": "It needs 139 GB."}],
        "settings": {"svd": {"n_factors": 2}},
    }


def _similar() -> np.ndarray:
    similar = np.zeros((4, 2), SIMILAR_DTYPE)
    similar["movie"] = NO_MOVIE
    similar[0] = [(2, 0.75, 2), (1, 0.5, 1)]
    similar[1, 0] = (0, 0.5, 1)
    similar[2, 0] = (0, 0.75, 2)
    return similar


def _top() -> np.ndarray:
    top = np.zeros((3, 2), top_dtype(N_REASONS, len(GROUPS)))
    top["movie"] = NO_MOVIE
    top["reasons"]["movie"] = NO_MOVIE
    top[0, 0] = (3, 4.25, 1.5, [(0, 0.75), (2, 0.25)], [0.25, 0.125, 0.5], *NOBODY)
    top[1, 0] = (3, 4.0, 0.75, [(0, 1.0), (NO_MOVIE, 0.0)], [0.25, -0.125, 0.5], *NOBODY)
    top[1, 1] = (1, 2.5, -0.5, [(NO_MOVIE, 0.0), (NO_MOVIE, 0.0)], [-0.75, -0.125, 0.0], 1, 2.0)
    top[2, 0] = (0, 4.5, 2.25, [(NO_MOVIE, 0.0), (NO_MOVIE, 0.0)], [1.0, 0.0, 0.125], 2, 4.5)
    return top


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        stage_golden(Path(folder))
        publish(Path(folder), FolderStorage(GOLDEN), FolderStorage(GOLDEN / "figures"))
