"""Data frames for the export; that whole ones hold what was published is tested by the export."""

import numpy as np
import pandas as pd
import pytest

from processing.release import FolderStorage, open_release
from processing.release.frames import movies_frame, ratings_frame, recommendations_frame
from tests.make_golden_release import GOLDEN


@pytest.fixture(scope="module")
def release():
    return open_release(FolderStorage(GOLDEN))


def test_frames_when_made_then_every_table_with_fitting_types(release):
    frames = {
        "movies": movies_frame(release),
        "recommendations": recommendations_frame(release),
        "ratings": ratings_frame(release),
    }
    assert {name: len(frame) for name, frame in frames.items()} == {
        "movies": 4,
        "recommendations": 4,
        "ratings": 5,
    }
    assert frames["movies"]["year"].dtype == "Int32"
    assert frames["movies"]["year"].isna().tolist() == [False, False, False, True]
    assert frames["recommendations"]["reason_1_movie_id"].dtype == "Int64"
    assert frames["recommendations"]["score"].dtype == np.float32
    assert frames["ratings"]["date"].dtype == "datetime64[s]"
    assert frames["ratings"]["date"].isna().tolist() == [False, False, True, False, False]


def test_frames_when_of_some_users_then_their_rows_of_the_whole(release):
    indices = [release.find_user(7), release.find_user(6)]
    records = [(index, release.user_record(index)) for index in indices]
    for make in (recommendations_frame, ratings_frame):
        everyone = make(release)
        expected = pd.concat([everyone[everyone["user_id"] == user_id] for user_id in (7, 6)])
        pd.testing.assert_frame_equal(make(release, records), expected.reset_index(drop=True))
