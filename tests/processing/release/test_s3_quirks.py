"""Stores that speak S3 but lack a part of it: written to by what they have."""

import base64
import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from processing.errors import StorageExistsError, StorageUnavailableError
from processing.release.s3 import S3Storage


class _Store(BaseHTTPRequestHandler):
    """Objects in memory; refuses the headers that its server does not know."""

    protocol_version = "HTTP/1.1"

    def do_PUT(self):
        data = self.rfile.read(int(self.headers["Content-Length"]))
        if any(name.lower().startswith(self.server.unknown) for name in self.headers):
            return self._answer(501, b"<Error><Code>NotImplemented</Code></Error>")
        md5 = base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()
        if self.headers["Content-MD5"] != md5:
            return self._answer(400, b"<Error><Code>BadDigest</Code></Error>")
        self.server.objects[self.path] = data
        return self._answer(200)

    def do_GET(self):
        if "list-type" in self.path:
            return self._answer(200, self.server.listing)
        if self.path in self.server.objects:
            return self._answer(200, self.server.objects[self.path])
        return self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")

    def do_HEAD(self):
        found = self.path in self.server.objects or self.path.count("/") == 1
        self._answer(200 if found else 404)

    def _answer(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", f'"{len(body)}"')
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def store(monkeypatch):
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Store)
    server.objects, server.unknown = {}, ("nothing",)
    server.listing = b"<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>"
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def storage():
    return S3Storage(bucket="films", prefix="p", region="eu-west-1", access_key="k", secret_key="s")


def test_create_when_the_store_knows_no_conditions_then_looked_up_and_said_once(
    store, storage, caplog
):
    store.unknown = ("if-none-match",)
    for name in ("a", "b"):
        storage.create(name, b"first")
        with pytest.raises(StorageExistsError):
            storage.create(name, b"second")
        assert storage.read(name) == b"first"
    assert caplog.text.count("knows no conditional writes (If-None-Match, If-Match)") == 1


def test_write_when_the_store_knows_no_checksums_of_amazons_then_written_and_checked_by_md5(
    store, storage
):
    store.unknown = ("x-amz-checksum", "x-amz-sdk-checksum")
    storage.create("a", b"one")
    storage.replace("a", b"two")
    assert storage.read("a") == b"two"


def test_names_when_something_else_than_s3_answers_then_said(store, storage):
    assert storage.names() == []
    store.listing = b"<html><body>Please log in.</body></html>"
    with pytest.raises(StorageUnavailableError, match=r"does not speak S3.*may want a login"):
        storage.names()
