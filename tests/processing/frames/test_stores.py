"""Where releases are: folders, buckets, and what the environment names."""

from pathlib import Path

import pytest

from config import load_settings
from processing import api
from processing.errors import ConfigError, UnknownReleaseError
from processing.frames.stores import open_stores


def test_folder_when_published_to_then_figures_lie_beside_it(held):
    names = {path.name for path in held.where.iterdir()}
    assert {"latest.json", "releases"} <= names
    figures = held.where.parent / "figures" / held.release.release_id
    assert "error-by-model.svg" in {path.name for path in figures.iterdir()}


def test_release_when_opened_by_its_place_and_id_then_that_one(held):
    assert api.open_release(held.where).release_id == held.release.release_id
    opened = api.open_release(str(held.where), release_id=held.release.release_id)
    assert opened.top(7).equals(held.release.top(7))
    with pytest.raises(UnknownReleaseError, match="20061002T083000Z-5f3a9c21"):
        api.open_release(held.where, release_id="20061002T083000Z-5f3a9c21")
    with pytest.raises(UnknownReleaseError, match="No release is active"):
        api.open_release(held.where.parent / "nowhere")


def test_place_when_none_is_named_then_that_of_the_environment(held, monkeypatch):
    monkeypatch.setenv("ICP_BUCKET", "")
    monkeypatch.setenv("ICP_PRED_DIR", str(held.where))
    assert api.open_release().release_id == held.release.release_id


@pytest.mark.parametrize("where", ["gs://bucket/predictions", "s3:///predictions", "http://x"])
def test_place_when_it_is_no_place_of_releases_then_an_error_says_so(where):
    with pytest.raises(ConfigError, match=f"'{where}' is no place of releases"):
        api.open_release(where)


@pytest.mark.parametrize(
    ("where", "releases", "figures"),
    [
        (
            "s3://films/shown/predictions/",
            "s3://films/shown/predictions",
            "s3://films/shown/figures",
        ),
        ("s3://films/predictions", "s3://films/predictions", "s3://films/figures"),
        ("s3://films", "s3://films", "s3://films/figures"),
        (Path("shown/predictions"), "shown/predictions", "shown/figures"),
    ],
)
def test_stores_when_opened_then_at_the_prefix_and_beside_it(where, releases, figures):
    found = [store.describe() for store in open_stores(where, load_settings({}))]
    for text, place in zip(found, (releases, figures), strict=True):
        assert place.removeprefix("s3://").replace("films/", "") in text.replace("films/", "")


def test_bucket_when_published_to_then_opened_from_there(held, s3, monkeypatch):
    for name, value in {
        "AWS_ENDPOINT_URL_S3": s3.endpoint,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "127.0.0.1",
        "AWS_ACCESS_KEY": s3.access_key,
        "AWS_SECRET_KEY": s3.secret_key,
        "ICP_BUCKET": "",
        "ICP_BUCKET_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    where = f"s3://{s3.bucket}/analysts/predictions"
    published = api.publish(held.model, where)
    opened = api.open_release(where)
    assert opened.release_id == published.release_id == held.release.release_id
    assert opened.top().equals(held.release.top())
    assert opened.top([17, 7]).equals(held.release.top([17, 7]))
