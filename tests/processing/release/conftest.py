"""Fixtures of the release tests: staged releases, folders, and stores in a real S3 server."""

import os
import zlib
from collections.abc import Callable
from pathlib import Path

import boto3
import pytest

from processing.release import FolderStorage, publish
from processing.release.s3 import S3Storage
from tests.make_golden_release import stage_golden
from tests.s3_server import S3Server

CREATED = [f"2006-10-{day:02d}T08:30:00Z" for day in range(2, 12)]


@pytest.fixture(autouse=True)
def _no_flush(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the flushes to disk, which would take most of the time."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def s3_environment(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> S3Server:
    """Point boto3 at the server, and away from everything else that this machine may know."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", s3.endpoint)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    return s3


@pytest.fixture
def s3_client(s3_environment: S3Server):
    """A client that goes around the store."""
    client = boto3.client(
        "s3",
        region_name="us-east-1",
        aws_access_key_id=s3_environment.access_key,
        aws_secret_access_key=s3_environment.secret_key,
    )
    yield client
    client.close()


@pytest.fixture
def new_s3_storage(s3_environment: S3Server, request: pytest.FixtureRequest):
    """Make stores under a prefix of the test's own; arguments replace the right ones."""
    right = {
        "bucket": s3_environment.bucket,
        "prefix": f"tests/{zlib.crc32(request.node.nodeid.encode()):08x}",
        "region": "us-east-1",
        "access_key": s3_environment.access_key,
        "secret_key": s3_environment.secret_key,
    }
    return lambda **changes: S3Storage(**(right | changes))


@pytest.fixture
def s3_storage(new_s3_storage: Callable[..., S3Storage]) -> S3Storage:
    """An empty store in the bucket."""
    return new_s3_storage()


@pytest.fixture
def folder_storage(tmp_path: Path) -> FolderStorage:
    """An empty store in a folder that does not exist yet."""
    return FolderStorage(tmp_path / "predictions")


@pytest.fixture
def figure_storage(tmp_path: Path) -> FolderStorage:
    """An empty store of figures."""
    return FolderStorage(tmp_path / "figures")


@pytest.fixture
def published(
    tmp_path: Path, folder_storage: FolderStorage, figure_storage: FolderStorage
) -> Callable[[int], list[str]]:
    """Publish a number of sister releases to the folder; return their ids, oldest first."""

    def publish_some(count: int) -> list[str]:
        ids = []
        for created in CREATED[:count]:
            directory = tmp_path / "staged" / created[:10]
            ids.append(stage_golden(directory, created))
            publish(directory, folder_storage, figure_storage)
        return ids

    return publish_some
