"""`docs/release-format.md` tells the truth."""

import re
from pathlib import Path

import msgspec
import pytest

from processing.release import StartUser, manifest, schema
from tests.make_golden_release import GOLDEN

DOCUMENT = Path(__file__).parents[3] / "docs" / "release-format.md"


@pytest.fixture
def text() -> str:
    return DOCUMENT.read_text(encoding="utf-8")


@pytest.fixture
def names(text: str) -> dict[str, object]:
    """What the page's examples define."""
    names: dict[str, object] = {}
    for code in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        exec(code, names)
    return names


def test_example_when_run_on_the_golden_release_then_reads_a_user(names: dict[str, object]):
    top, history = names["user_record"](GOLDEN, 7)
    assert top.dtype == schema.top_dtype(2, 3)
    assert history.dtype == schema.HISTORY_DTYPE
    assert top["score"].tolist() == [4.0, 2.5]
    assert top["order"].tolist() == [0.75, -0.5]
    assert history["day"].tolist() == [13100, 13101]
    assert len(names["user_record"](GOLDEN, 2649429)[0]) == 1


def test_example_when_run_on_the_golden_release_then_frames_of_its_lists(names: dict[str, object]):
    often = names["often_recommended"](GOLDEN)
    assert often.loc[17770].tolist() == [2, 4.125, "Nobody Rated This", 0]


def test_version_when_read_then_that_of_the_code(text: str):
    assert f"describes **format version {schema.FORMAT_VERSION}**" in text
    assert f"| `format_version` | {schema.FORMAT_VERSION} |" in text


def test_manifest_table_when_read_then_names_every_key(text: str):
    table = text.partition("## manifest.json")[2].partition("\n## ")[0]
    named = {
        key
        for line in table.splitlines()
        if line.startswith("| `")
        for key in re.findall(r"`(\w+)`", line.split("|")[1])
    }
    assert named == set(manifest.Manifest.__struct_fields__)
    for part in (manifest.SourceInfo, manifest.UnfittedModel, StartUser, manifest.UserShard):
        assert all(f"`{field.name}`" in table for field in msgspec.inspect.type_info(part).fields)


def test_array_table_when_read_then_dtypes_as_in_code(text: str):
    for name, dtype in [
        (schema.MOVIE_STATS, schema.STATS_DTYPE),
        (schema.SIMILAR, schema.SIMILAR_DTYPE),
        (schema.VOTES_BY_PERIOD, schema.VOTES_DTYPE),
        (schema.VIEWERS, schema.VIEWERS_DTYPE),
        (schema.LOVERS, schema.LOVERS_DTYPE),
        (schema.USER_ERRORS, schema.ERRORS_DTYPE),
        ("header", schema.RECORD_HEADER_DTYPE),
        ("the user's own ratings", schema.HISTORY_DTYPE),
    ]:
        columns = ", ".join(f"{field} {kind}" for field, kind in dtype.descr)
        assert re.search(rf"\| `?{name}`? \| `{columns}` \|", text), name
