"""The S3 store, against a real server."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from processing.errors import StorageUnavailableError
from processing.release import LATEST, open_release, publish, verify_release
from processing.release import s3 as s3_module
from processing.release.s3 import S3Storage
from tests.contracts_store import StoreContract
from tests.make_golden_release import stage_golden
from tests.s3_server import CountingProxy, S3Server

SECRETS = ("TESTACCESSKEY", "test-secret-0123456789", "WRONGKEY", "wrong-secret")


class TestS3Storage(StoreContract):
    cut_step = 5

    @pytest.fixture
    def storage(self, s3_storage: S3Storage, s3_client, s3_environment: S3Server) -> S3Storage:
        self.client = s3_client
        self.bucket = s3_environment.bucket
        self.prefix = s3_storage.describe().removeprefix(f"s3://{self.bucket}/")
        return s3_storage

    def raw_get(self, name: str) -> bytes | None:
        try:
            answer = self.client.get_object(Bucket=self.bucket, Key=f"{self.prefix}/{name}")
        except self.client.exceptions.NoSuchKey:
            return None
        return answer["Body"].read()

    def raw_put(self, name: str, data: bytes) -> None:
        self.client.put_object(Bucket=self.bucket, Key=f"{self.prefix}/{name}", Body=data)


@pytest.fixture
def proxy(s3_environment: S3Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[CountingProxy]:
    """Requests go through a counting proxy."""
    with CountingProxy(s3_environment.endpoint) as running:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", running.endpoint)
        yield running


def test_names_when_more_than_a_page_then_all(
    s3_storage: S3Storage, monkeypatch: pytest.MonkeyPatch, proxy: CountingProxy
):
    monkeypatch.setattr(s3_module, "_PAGE_SIZE", 2)
    for name in "abcde":
        s3_storage.create(f"page/{name}", b"")
    proxy.taken()
    assert s3_storage.names("page/") == [f"page/{name}" for name in "abcde"]
    assert len(proxy.taken()) == 3


def test_names_when_a_console_made_a_folder_then_not_listed(
    s3_storage: S3Storage, s3_client, s3_environment: S3Server
):
    key = s3_storage.describe().removeprefix(f"s3://{s3_environment.bucket}/") + "/empty/"
    s3_client.put_object(Bucket=s3_environment.bucket, Key=key, Body=b"")
    assert s3_storage.names() == []


def test_create_when_another_writer_is_busy_then_asks_again(
    s3_storage: S3Storage, monkeypatch: pytest.MonkeyPatch
):
    busy = [_conflict(), _conflict()]
    put = S3Storage._put

    def busy_twice(self: S3Storage, *args: object, **conditions: str) -> None:
        if busy:
            raise busy.pop()
        put(self, *args, **conditions)

    monkeypatch.setattr(S3Storage, "_put", busy_twice)
    monkeypatch.setattr(s3_module, "_CONFLICT_WAITS_S", (0, 0, 0))
    s3_storage.create("a", b"x")
    assert s3_storage.read("a") == b"x"


def test_create_when_another_writer_stays_busy_then_gives_up(
    s3_storage: S3Storage, monkeypatch: pytest.MonkeyPatch
):
    def busy(*_: object, **__: str) -> None:
        raise _conflict()

    monkeypatch.setattr(S3Storage, "_put", busy)
    monkeypatch.setattr(s3_module, "_CONFLICT_WAITS_S", (0, 0, 0))
    with pytest.raises(StorageUnavailableError, match="ConditionalRequestConflict"):
        s3_storage.create("a", b"x")


@pytest.mark.parametrize(
    ("changes", "cure"),
    [
        ({"secret_key": "wrong-secret"}, "AWS_ACCESS_KEY and AWS_SECRET_KEY"),
        ({"access_key": "WRONGKEY"}, "AWS_ACCESS_KEY and AWS_SECRET_KEY"),
        ({"access_key": "", "secret_key": ""}, "AWS_ACCESS_KEY and AWS_SECRET_KEY"),
        ({"bucket": "no-such-bucket"}, "Create the bucket, or correct ICP_BUCKET"),
        ({"bucket": "no such bucket"}, "Correct ICP_BUCKET"),
    ],
)
def test_store_when_keys_or_bucket_are_wrong_then_says_what_to_do(
    new_s3_storage: Callable[..., S3Storage], changes: dict[str, str], cure: str
):
    storage = new_s3_storage(**changes)
    # SeaweedFS makes a bucket that is written to; AWS answers NoSuchBucket to writes as well.
    uses = _uses(storage) if changes.get("bucket") != "no-such-bucket" else _uses(storage)[:4]
    for use in uses:
        with pytest.raises(StorageUnavailableError) as caught:
            use()
        message = str(caught.value)
        assert cure in message
        assert storage.describe() in message
        assert not any(secret in message for secret in SECRETS)


def test_store_when_nothing_answers_then_says_where_to_look(
    new_s3_storage: Callable[..., S3Storage], monkeypatch: pytest.MonkeyPatch
):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{port}")
    monkeypatch.setattr(s3_module, "_CONFIG", Config(retries={"total_max_attempts": 1}))
    for use in _uses(new_s3_storage()):
        with pytest.raises(StorageUnavailableError, match=r"EndpointConnectionError.*AWS_ENDPOINT"):
            use()


def test_store_when_answer_never_comes_then_gives_up(
    new_s3_storage: Callable[..., S3Storage], monkeypatch: pytest.MonkeyPatch
):
    config = Config(read_timeout=0.2, retries={"total_max_attempts": 1})
    monkeypatch.setattr(s3_module, "_CONFIG", config)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{port}")
        with pytest.raises(StorageUnavailableError, match="ReadTimeoutError"):
            new_s3_storage().read(LATEST)


def test_store_when_endpoint_is_no_url_then_says_so(
    new_s3_storage: Callable[..., S3Storage], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "not a url")
    with pytest.raises(StorageUnavailableError, match="Correct AWS_ENDPOINT_URL_S3"):
        new_s3_storage().read(LATEST)


def test_release_when_published_to_s3_then_reads_back_whole(
    tmp_path: Path, new_s3_storage: Callable[..., S3Storage]
):
    release_id = stage_golden(tmp_path)
    storage, figures = new_s3_storage(), new_s3_storage(prefix="figures")
    publish(tmp_path, storage, figures)
    publish(tmp_path, storage, figures)
    assert verify_release(storage, figures, release_id) == []
    assert figures.read(f"{release_id}/rmse.svg").startswith(b"<svg")


def test_user_record_when_read_from_s3_then_one_request(
    tmp_path: Path, s3_storage: S3Storage, proxy: CountingProxy
):
    release_id = stage_golden(tmp_path)
    publish(tmp_path, s3_storage, s3_storage)
    release = open_release(s3_storage)
    proxy.taken()
    for user_id in (6, 7, 2649429):
        index = release.find_user(user_id)
        assert index is not None
        release.user_record(index)
        requests = proxy.taken()
        assert len(requests) == 1
        assert requests[0].startswith("GET /icp-test/")
        assert f"/releases/{release_id}/users-0000{index // 2}.npy" in requests[0]


def test_stamp_when_looking_for_a_new_release_then_one_request(
    s3_storage: S3Storage, proxy: CountingProxy
):
    s3_storage.replace(LATEST, b"{}")
    proxy.taken()
    s3_storage.stamp(LATEST)
    requests = proxy.taken()
    assert len(requests) == 1
    assert requests[0].startswith("HEAD /")


def _uses(storage: S3Storage) -> list[Callable[[], object]]:
    return [
        lambda: storage.read(LATEST),
        lambda: storage.read_range(LATEST, 0, 1),
        lambda: storage.stamp(LATEST),
        lambda: storage.names("releases/"),
        lambda: storage.create("a", b"x"),
        lambda: storage.replace("a", b"x"),
        lambda: storage.delete("a"),
    ]


def _conflict() -> ClientError:
    return ClientError({"Error": {"Code": "ConditionalRequestConflict"}}, "PutObject")
