"""Tables for analysts."""

import csv
import datetime
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from processing.errors import ReleaseError
from processing.release import FolderStorage, defused, open_release
from processing.release.export import _defused, export
from tests.make_golden_release import GOLDEN


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    written = export(open_release(FolderStorage(GOLDEN)), tmp_path / "new" / "tables")
    names = ["movies", "recommendations", "ratings"]
    assert [path.name for path in written] == [
        f"{name}.{ending}" for name in names for ending in ("parquet", "csv")
    ]
    assert sorted(tmp_path.rglob("*.*")) == sorted(written)
    return tmp_path / "new" / "tables"


def test_export_when_done_then_recommendations_as_published(tables: Path):
    rows = parquet.read_table(tables / "recommendations.parquet").to_pylist()
    assert [(row["user_id"], row["rank"], row["movie_id"]) for row in rows] == [
        (6, 1, 17770),
        (7, 1, 17770),
        (7, 2, 8),
        (2649429, 1, 3),
    ]
    assert rows[1] == {
        "user_id": 7,
        "rank": 1,
        "movie_id": 17770,
        "title": "Nobody Rated This",
        "score": 4.0,
        "order": 0.75,
        "reason_1_movie_id": 3,
        "reason_1_share": 1.0,
        "reason_2_movie_id": None,
        "reason_2_share": None,
        "contribution_movie": 0.25,
        "contribution_user": -0.125,
        "contribution_taste": 0.5,
    }


def test_export_when_done_then_ratings_have_dates_where_known(tables: Path):
    rows = parquet.read_table(tables / "ratings.parquet").to_pylist()
    assert len(rows) == 5
    date = datetime.date(1970, 1, 1) + datetime.timedelta(days=13000)
    assert rows[0] == {"user_id": 6, "movie_id": 3, "rating": 5.0, "date": date}
    assert rows[2] == {"user_id": 6, "movie_id": 28, "rating": 3.0, "date": None}


def test_export_when_done_then_movies_have_histograms(tables: Path):
    rows = parquet.read_table(tables / "movies.parquet").to_pylist()
    assert rows[2]["genres"] == "Animation|Children's"
    assert [rows[0][f"n_{stars}"] for stars in range(1, 6)] == [0, 0, 0, 1, 1]
    assert rows[3]["mean"] is None
    assert rows[3]["year"] is None


@pytest.mark.parametrize("name", ["movies", "recommendations", "ratings"])
def test_export_when_done_then_csv_tells_the_same(tables: Path, name: str):
    with (tables / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    expected = parquet.read_table(tables / f"{name}.parquet").to_pylist()
    assert rows == [
        {
            key: "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
            for key, value in row.items()
        }
        for row in expected
    ]


def test_export_when_done_again_then_replaces(tables: Path):
    before = (tables / "ratings.csv").read_bytes()
    (tables / "ratings.csv").write_bytes(b"old")
    export(open_release(FolderStorage(GOLDEN)), tables)
    assert (tables / "ratings.csv").read_bytes() == before


def test_export_when_folder_cannot_be_made_then_says_so(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ReleaseError, match=r"Cannot export to .*Name another folder with --to"):
        export(open_release(FolderStorage(GOLDEN)), tmp_path / "file")


def test_csv_when_a_title_looks_like_a_formula_then_quoted_and_nothing_else_is():
    titles = ["=1+1", "+1", "-1-1", "@SUM(A1)", "\tx", "-1.5", "Up", "", None, "a=b", "'=quoted"]
    table = pa.table({"title": pa.array(titles), "score": [-1.5] * len(titles)})
    found = _defused(table)
    expected = [None if title is None else defused(title) for title in titles]
    assert found.column("title").to_pylist() == expected
    assert expected == [f"'{t}" for t in titles[:5]] + titles[5:]
    assert found.column("score") == table.column("score")
    assert found.schema == table.schema
